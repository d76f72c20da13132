import { assertEquals } from "@std/assert";
import { READONLY, WRITE } from "../../src/command/flags.ts";
import { key, keys, RO, RW } from "../../src/command/key_spec.ts";
import { defineCommand } from "../../src/command/spec.ts";
import { block, readTimeout, waitState } from "../../src/commands/blocking.ts";
import { genericCommands } from "../../src/commands/generic/mod.ts";
import { stringCommands } from "../../src/commands/string/mod.ts";
import { transactionCommands } from "../../src/commands/transactions/mod.ts";
import { installGuards } from "../../src/server/guards.ts";
import { Transactions } from "../../src/tx/mod.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { InProcess } from "../commands/in_process.ts";

/** A blocking GETDEL of the first key that exists; stands for every pop. */
const take = defineCommand({
  name: "TAKE",
  group: "string",
  since: "1.0.0",
  summary: "",
  complexity: "",
  syntax: "key [key ...] timeout",
  flags: WRITE,
  keys: [keys(1, -2, 1, RW)],
  run(ctx, args) {
    const names: string[] = [];
    for (let i = 1; i < args.length - 1; i++) names.push(args.key(i));
    const found = names.find((name) => ctx.db.findForWrite(name) !== undefined);
    if (found === undefined) {
      return block(ctx, args, {
        keys: names,
        timeout: readTimeout(ctx, args, args.length - 1),
        type: "string",
      });
    }
    ctx.db.delete(found);
    ctx.rewrite("DEL", found);
    ctx.db.changed(found, { name: "take", eventClass: 4 });
    ctx.reply.bulkText(found);
  },
});

/** Waits for the end of a key, and says how often it was asked. */
const mourn = defineCommand({
  name: "MOURN",
  group: "string",
  since: "1.0.0",
  summary: "",
  complexity: "",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO)],
  run(ctx, args) {
    const state = (waitState(ctx) ?? { calls: 0 }) as { calls: number };
    state.calls++;
    if (ctx.db.peek(args.key(1)) === undefined) return ctx.reply.integer(state.calls);
    block(ctx, args, { keys: [args.key(1)], timeout: 0, type: "string", onMissing: true, state });
  },
});

function session(): InProcess {
  const commands = [...genericCommands, ...stringCommands, ...transactionCommands, take, mourn];
  const redis = new InProcess(commands, (keyspace) => ({
    transactions: new Transactions(keyspace),
    pause: { active: false },
    evictor: {},
    expireCycle: {},
  }));
  installGuards(redis.context.services as Parameters<typeof installGuards>[0]);
  return redis;
}

Deno.test("blocking: served first come, first served, and in the order of the keys that became ready", () => {
  const redis = session();
  for (const name of ["one", "two", "three"]) assertEquals(redis.as(name).raw("TAKE a b 0"), "");
  assertEquals(redis.blocked.figures, { keys: 2, keysOnMissing: 0, timeouts: 0 });
  redis.as("").raw("SET b 1");
  assertEquals(redis.received("one"), "$1\r\nb\r\n");
  assertEquals(redis.takePropagated(), [["SET", "b", "1"], ["DEL", "b"]]);
  redis.raw("MSET b 1 a 1");
  assertEquals([redis.received("two"), redis.received("three")], ["$1\r\na\r\n", "$1\r\nb\r\n"]);
  assertEquals([redis.blocked.size, redis.blocked.figures.keys], [0, 0]);
});

Deno.test("blocking: a client that runs again in vain keeps its place", () => {
  const redis = session();
  redis.as("first").raw("TAKE a 0");
  redis.as("second").raw("TAKE a 0");
  redis.as("").raw("MULTI");
  redis.raw("SET a 1");
  redis.raw("DEL a");
  redis.raw("EXEC");
  assertEquals(redis.blocked.size, 2);
  redis.raw("SET a 1");
  assertEquals([redis.received("first"), redis.received("second")], ["$1\r\na\r\n", ""]);
});

Deno.test("blocking: a transaction is over before anybody is served", () => {
  const redis = session();
  redis.as("waiter").raw("TAKE a 0");
  redis.as("").raw("MULTI");
  redis.raw("SET a 1");
  redis.raw("APPEND a 2");
  assertEquals(redis.raw("EXEC"), "*2\r\n+OK\r\n:2\r\n");
  assertEquals(redis.received("waiter"), "$1\r\na\r\n");
  assertEquals(redis.takePropagated().map((words) => words[0]), ["MULTI", "SET", "APPEND", "EXEC", "DEL"]);
});

Deno.test("blocking: nobody waits inside a transaction", () => {
  const redis = session();
  redis.raw("MULTI");
  redis.raw("TAKE a 0");
  assertEquals(redis.raw("EXEC"), "*1\r\n*-1\r\n");
  assertEquals(redis.blocked.size, 0);
});

Deno.test("blocking: keys of another database are other keys, and SWAPDB brings them", () => {
  const redis = session();
  redis.as("waiter").raw("TAKE a 0");
  redis.as("").client.database = 1;
  redis.raw("SET a 1");
  assertEquals(redis.received("waiter"), "");
  redis.keyspace.swap(0, 1);
  redis.raw("PING");
  assertEquals(redis.received("waiter"), "");
  redis.client.database = 0;
  redis.raw("TOUCH a");
  assertEquals(redis.received("waiter"), "$1\r\na\r\n");
});

Deno.test("blocking: whoever waits for the end of a key hears of it, and finds its state again", () => {
  const redis = session();
  redis.raw("SET a 1");
  redis.as("waiter").raw("MOURN a");
  assertEquals(redis.blocked.figures, { keys: 1, keysOnMissing: 1, timeouts: 0 });
  redis.as("").raw("APPEND a 2");
  assertEquals(redis.received("waiter"), "");
  redis.raw("DEL a");
  assertEquals(redis.received("waiter"), ":3\r\n");
});

Deno.test("blocking: UNBLOCK, timeouts and disconnects", async () => {
  const redis = session();
  redis.as("unblocked").raw("TAKE a 0");
  redis.client.unblock!("error");
  assertEquals(redis.received("unblocked"), "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
  redis.as("late").client.resp3 = true;
  redis.raw("TAKE a 0.001");
  assertEquals(redis.blocked.figures.timeouts, 1);
  redis.advance(1);
  while (redis.blocked.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(redis.received("late"), "_\r\n");
  redis.as("gone").raw("TAKE a b c 100");
  redis.blocked.drop(redis.client);
  assertEquals(redis.blocked.figures, { keys: 0, keysOnMissing: 0, timeouts: 0 });
  redis.as("").raw("SET a 1");
  assertEquals(redis.raw("GET a"), "$1\r\n1\r\n");
});

Deno.test("blocking: the timeout's errors", () => {
  const redis = session();
  assertEquals(redis.raw("TAKE a x"), "-ERR timeout is not a float or out of range\r\n");
  assertEquals(redis.raw("TAKE a -1"), "-ERR timeout is negative\r\n");
  assertEquals(redis.raw("TAKE a 1e300"), "-ERR timeout is out of range\r\n");
});

Deno.test("blocking: what happens to a key outside of commands is seen, too", async () => {
  const redis = session();
  redis.raw("SET a 1");
  redis.as("waiter").raw("MOURN a");
  redis.as("other").raw("TAKE b 0");
  const database = redis.keyspace.database(0);
  database.expire("a");
  database.setBytes("b", new ByteBuffer(1), 0, 1);
  assertEquals([redis.received("waiter"), redis.received("other")], ["", ""]);
  await Promise.resolve();
  assertEquals([redis.received("waiter"), redis.received("other")], [":2\r\n", "$1\r\nb\r\n"]);
  assertEquals([redis.blocked.size, redis.context.client], [0, redis.client]);
});

Deno.test("blocking: a command that waits counts when its wait is over", () => {
  const redis = session();
  const record = () => redis.dispatcher.registry.byName("take")!;
  redis.as("first").raw("TAKE a 0");
  redis.as("second").raw("TAKE a 0");
  assertEquals([record().calls, redis.dispatcher.commandsProcessed], [0, 0]);
  redis.as("").raw("SET a 1");
  assertEquals([record().calls, redis.dispatcher.commandsProcessed], [1, 2]);
  redis.as("second").client.unblock!("error");
  assertEquals([record().calls, record().failed, redis.dispatcher.commandsProcessed], [2, 1, 3]);
});
