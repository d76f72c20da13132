/** MIGRATE between servers of ours and the real redis-server, and what other clients see meanwhile. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  redisAvailable,
  ReplyError,
  type RespClient,
  startRedis,
  startServer,
  type TestServer,
} from "../../harness.ts";
import { digest, fill, info, until } from "../../persistence/tools.ts";
import { bytesOf } from "../../support/bytes.ts";
import { type Plain, toPlain } from "../../support/resp_reply.ts";
import { freePort } from "../../support/free_port.ts";
import { ControlledTarget } from "./migration_target.ts";

const ignore = !redisAvailable();
const DEBUG = { "enable-debug-command": true };
const HOST = "127.0.0.1";

/** The reply; an error's text. */
async function ask(client: RespClient, ...words: (string | number)[]): Promise<Plain | string> {
  try {
    return await client.ask(...words);
  } catch (error) {
    if (error instanceof ReplyError) return error.message;
    throw error;
  }
}

type Start = typeof startServer | typeof startRedis;

async function moveAll(startSource: Start, startTarget: Start): Promise<void> {
  await using source = await startSource({ config: DEBUG });
  await using target = await startTarget({ config: DEBUG });
  using from = await source.connect();
  using to = await target.connect();
  await fill(from);
  await from.ask("SELECT", "3");
  assertEquals(await from.ask("MIGRATE", HOST, target.port, "elsewhere", 0, 5000), "OK");
  assertEquals(await to.ask("GET", "elsewhere"), "1");
  assertEquals(await to.ask("DEL", "elsewhere"), 1);
  for (let database = 15; database >= 0; database--) {
    await from.ask("SELECT", database);
    if (database > 0) await from.ask("FLUSHDB");
  }
  await from.ask("SET", "distant", "v", "PXAT", "9007199254740993");
  await from.ask("SET", "near", "v", "PX", "86400000");
  const before = await digest(from);
  const keys = await from.ask("KEYS", "*") as string[];
  assertEquals(
    await from.ask("MIGRATE", HOST, target.port, "", 0, 20_000, "KEYS", ...keys.map(bytesOf)),
    "OK",
  );
  assertEquals(await from.ask("DBSIZE"), 0);
  assertEquals(await digest(to), before);
  const left = Number(await to.ask("PTTL", "near"));
  assert(left > 86_000_000 && left <= 86_400_000);
  const distant = BigInt(String(await to.ask("PEXPIRETIME", "distant")));
  assert(distant > 9007199254000000n && distant < 9007199260000000n);
}

Deno.test({
  name: "migrate: all types from ours to a real server",
  ignore,
  fn: () => moveAll(startServer, startRedis),
});
Deno.test({
  name: "migrate: all types from a real server to ours",
  ignore,
  fn: () => moveAll(startRedis, startServer),
});

/** Milliseconds that are not meant to run out. */
const TIMEOUT = 20_000;

/** What happens to the same commands with either server as the source. */
async function replies(startSource: Start): Promise<(Plain | string)[]> {
  await using target = await startRedis({ config: { requirepass: "secret" } });
  await using source = await startSource();
  using from = await source.connect();
  using to = await target.connect();
  const nobody = freePort();
  const results: (Plain | string)[] = [];
  const run = async (...words: (string | number)[]) => results.push(await ask(from, ...words));
  const migrate = (...words: (string | number)[]) => run("MIGRATE", HOST, target.port, ...words);
  await run("MSET", "k", "1", "k2", "2", "k3", "3");
  await migrate("k", 0);
  await migrate("k", 0, TIMEOUT);
  await migrate("k", 0, TIMEOUT, "AUTH");
  await migrate("k", 0, TIMEOUT, "AUTH2", "x");
  await migrate("k", 0, TIMEOUT, "AUTH", "wrong");
  await migrate("k", 0, TIMEOUT, "AUTH2", "default", "wrong");
  await migrate("k", 99, TIMEOUT, "AUTH", "secret");
  // The original sends the values behind the SELECT that failed.
  await to.ask("FLUSHALL");
  await migrate("k", 0, "x", "AUTH", "secret");
  await migrate("k", "x", TIMEOUT, "AUTH", "secret");
  await migrate("k", 0, TIMEOUT, "BAD");
  await migrate("k", 0, TIMEOUT, "KEYS", "k");
  await migrate("missing", 0, TIMEOUT);
  await migrate("", 0, TIMEOUT);
  await migrate("", 0, TIMEOUT, "KEYS");
  await migrate("", 0, TIMEOUT, "KEYS", "missing");
  await run("MIGRATE", HOST, nobody, "k", 0, TIMEOUT);
  await run("MIGRATE", HOST, "x", "k", 0, TIMEOUT);
  await run("MIGRATE", "host.invalid", 1, "k", 0, TIMEOUT);
  await run("MIGRATE", HOST, nobody, "missing", 0, TIMEOUT);
  await run("EXISTS", "k", "k2", "k3");
  await migrate("", 1, TIMEOUT, "COPY", "AUTH", "secret", "KEYS", "k", "missing", "k2");
  await run("EXISTS", "k", "k2", "k3");
  await migrate("", 1, TIMEOUT, "COPY", "AUTH2", "default", "secret", "KEYS", "k", "k2");
  await migrate("", 1, TIMEOUT, "AUTH", "secret", "KEYS", "k", "k3");
  await run("KEYS", "k?");
  await migrate("", 1, TIMEOUT, "REPLACE", "AUTH", "secret", "KEYS", "k2", "k");
  await run("DBSIZE");
  await run("SET", "k", "again");
  await migrate("k", 0, 0, "auth", "secret");
  await run("COMMAND", "GETKEYS", "MIGRATE", "h", "1", "", "0", "1", "KEYS", "a", "b");
  await to.ask("SELECT", "1");
  results.push(...await to.ask("MGET", "k", "k2", "k3") as string[]);
  return results;
}

Deno.test({
  name: "migrate: options and errors are those of the real server",
  ignore,
  async fn() {
    const [ours, theirs] = [await replies(startServer), await replies(startRedis)];
    assertEquals(ours, theirs);
  },
});

/** A server of ours with the keys, and a target that the test controls. */
async function withTarget(
  run: (source: TestServer, client: RespClient, target: ControlledTarget) => Promise<void>,
  config: Parameters<typeof startServer>[0] = {},
): Promise<void> {
  await using source = await startServer(config);
  using client = await source.connect();
  using target = new ControlledTarget();
  await client.ask("MSET", "a", "1", "b", "2", "c", "3");
  await run(source, client, target);
}

const RESTORED = /RESTORE\r\n\$1\r\nc\r\n[^]*\r\n$/;

Deno.test("migrate: others are served meanwhile, and writes to the keys wait until they are free", () =>
  withTarget(async (source, client, target) => {
    using other = await source.connect();
    using blocked = await source.connect();
    // What waits for a list would put what comes into a key that is on its way.
    const popped = ask(blocked, "BLMOVE", "source", "c", "LEFT", "LEFT", 0);
    await until("it waits", async () => await info(other, "blocked_clients") === "1");
    const move = ask(client, "MIGRATE", HOST, target.port, "", 0, 60_000, "KEYS", "a", "b", "c");
    await target.expect(RESTORED);
    assertEquals(await other.ask("MGET", "a", "b", "c"), ["1", "2", "3"]);
    assertEquals(await other.ask("SET", "d", "4"), "OK");
    await other.ask("MULTI");
    assertEquals(await other.ask("INCR", "d"), "QUEUED");
    assertEquals(await other.ask("INCR", "b"), "QUEUED");
    await other.sendRaw(
      "*1\r\n$4\r\nEXEC\r\n*3\r\n$6\r\nAPPEND\r\n$1\r\na\r\n$1\r\nx\r\n*1\r\n$4\r\nPING\r\n",
    );
    using third = await source.connect();
    await until("two wait", async () => await info(third, "blocked_clients") === "3");
    assertEquals(await third.ask("RPUSH", "source", "element"), 1);
    assertEquals(await third.ask("GET", "d"), "4");
    assertEquals(await third.ask("LLEN", "source"), 1);
    await target.reply("+OK\r\n+OK\r\n-BUSYKEY Target key name already exists.\r\n");
    assertEquals(
      await move,
      "ERR Target instance replied with error: BUSYKEY Target key name already exists.",
    );
    assertEquals(toPlain(await other.read()), [5, 1]);
    assertEquals(toPlain(await other.read()), 1);
    assertEquals(toPlain(await other.read()), "PONG");
    assertMatch(String(await popped), /^WRONGTYPE/);
    assertEquals(await third.ask("MGET", "a", "b", "c", "d"), ["x", "1", "3", "5"]);
    assertEquals(await info(third, "migrate_cached_sockets"), "1");
  }));

Deno.test("migrate: what was not acknowledged when the connection breaks stays", () =>
  withTarget(async (_, client, target) => {
    const move = ask(client, "MIGRATE", HOST, target.port, "", 0, 60_000, "KEYS", "a", "b", "c");
    await target.expect(RESTORED);
    await target.reply("+OK\r\n");
    target.cut();
    assertEquals(await move, "IOERR error or timeout reading to target instance");
    assertEquals(await client.ask("MGET", "a", "b", "c"), [null, "2", "3"]);
    assertEquals(target.accepted, 1);
  }));

Deno.test("migrate: before the first answer it tries once more by a new connection", () =>
  withTarget(async (_, client, target) => {
    const move = ask(client, "MIGRATE", HOST, target.port, "", 0, 60_000, "KEYS", "a", "c");
    await target.expect(RESTORED);
    target.cut();
    await target.expect(RESTORED);
    await target.reply("+OK\r\n+OK\r\n");
    assertEquals(await move, "OK");
    assertEquals(await client.ask("DBSIZE"), 1);
    assertEquals(target.accepted, 2);
    // One that was kept, and that the other end closed.
    target.cut();
    await client.ask("SET", "c", "3");
    const again = ask(client, "MIGRATE", HOST, target.port, "c", 0, 60_000);
    await target.expect(RESTORED);
    await target.reply("+OK\r\n");
    assertEquals(await again, "OK");
    assertEquals(target.accepted, 3);
  }));

Deno.test("migrate: a target that does not answer in time", () =>
  withTarget(async (source, client, target) => {
    const move = ask(client, "MIGRATE", HOST, target.port, "c", 0, 1000);
    await target.expect(RESTORED);
    using other = await source.connect();
    const write = other.ask("INCR", "c");
    assertEquals(await move, "IOERR error or timeout reading to target instance");
    assertEquals(await write, 4);
    assertEquals(await client.ask("GET", "c"), "4");
    assertEquals(await info(client, "migrate_cached_sockets"), "0");
  }));

Deno.test("migrate: two clients with the same key, one of which finds it gone", () =>
  withTarget(async (source, client, target) => {
    using other = await source.connect();
    const first = ask(client, "MIGRATE", HOST, target.port, "c", 0, 60_000);
    await target.expect(RESTORED);
    const second = ask(other, "MIGRATE", HOST, target.port, "c", 0, 60_000);
    await target.reply("+OK\r\n");
    assertEquals([await first, await second], ["OK", "NOKEY"]);
  }));

Deno.test("migrate: a client that goes away does not stop it; in a transaction it is refused", () =>
  withTarget(async (source, client, target) => {
    const leaving = await source.connect();
    leaving.ask("MIGRATE", HOST, target.port, "c", 0, 60_000).catch(() => {});
    await target.expect(RESTORED);
    leaving.close();
    await target.reply("+OK\r\n");
    await until("the key is gone", async () => await client.ask("EXISTS", "c") === 0);
    await client.ask("MULTI");
    await client.ask("MIGRATE", HOST, target.port, "a", 0, 60_000);
    const [refusal] = await client.ask("EXEC") as Plain[];
    assertEquals((refusal as ReplyError).message, "ERR Command not allowed inside a transaction");
  }));

Deno.test("migrate: other nodes and the append-only file get a DEL", async () => {
  await using source = await startServer({ config: { appendonly: true } });
  await using target = await startServer();
  {
    using client = await source.connect();
    await client.ask("CONFIG", "SET", "notify-keyspace-events", "KA");
    using listener = await source.connect();
    await listener.ask("PSUBSCRIBE", "__key*__:*");
    await client.ask("MSET", "a", "1", "b", "2", "c", "3");
    for (const key of ["a", "b", "c"]) {
      assertMatch(String(toPlain(await listener.read())), new RegExp(`:${key},set$`));
    }
    assertEquals(
      await client.ask("MIGRATE", HOST, target.port, "", 5, TIMEOUT, "KEYS", "a", "none", "b"),
      "OK",
    );
    assertMatch(String(toPlain(await listener.read())), /:a,del$/);
    assertMatch(String(toPlain(await listener.read())), /:b,del$/);
    assertEquals(await client.ask("MIGRATE", HOST, target.port, "c", 5, TIMEOUT, "COPY"), "OK");
  }
  await source.stop();
  await source.start();
  using client = await source.connect();
  assertEquals(await client.ask("KEYS", "*"), ["c"]);
  using there = await target.connect();
  await there.ask("SELECT", "5");
  assertEquals(await there.ask("MGET", "a", "b", "c"), ["1", "2", "3"]);
});

Deno.test({
  name: "migrate: no increment is lost while the key moves again and again",
  ignore,
  async fn() {
    await using source = await startServer();
    await using target = await startRedis();
    using mover = await source.connect();
    using there = await target.connect();
    let done = false;
    const writers = Array.from({ length: 4 }, async () => {
      using client = await source.connect();
      let count = 0;
      for (; !done; count++) await client.ask("INCR", "counter");
      return count;
    });
    let sum = 0;
    for (let i = 0; i < 150; i++) {
      if (await mover.ask("MIGRATE", HOST, target.port, "counter", 0, TIMEOUT) === "NOKEY") continue;
      sum += Number(await there.ask("GETDEL", "counter"));
    }
    done = true;
    const expected = (await Promise.all(writers)).reduce((a, b) => a + b, 0);
    sum += Number(await mover.ask("GET", "counter"));
    assertEquals(sum, expected);
  },
});

Deno.test("migrate: many keys in several windows, with large values", async () => {
  await using source = await startServer({ config: DEBUG });
  await using target = await startServer({ config: DEBUG });
  using from = await source.connect();
  using to = await target.connect();
  await from.ask("DEBUG", "POPULATE", 5000, "key", 300);
  await from.ask("DEBUG", "POPULATE", 3, "large", 400_000);
  const before = await digest(from);
  const keys = await from.ask("KEYS", "*") as string[];
  assertEquals(await from.ask("MIGRATE", HOST, target.port, "", 0, 20_000, "KEYS", ...keys), "OK");
  assertEquals([await from.ask("DBSIZE"), await to.ask("DBSIZE")], [0, 5003]);
  assertEquals(await digest(to), before);
});
