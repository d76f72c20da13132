import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { BLOCKING, WRITE } from "../../src/command/flags.ts";
import { commandTable } from "../../src/commands/mod.ts";
import { type RedisServer, startServer } from "../../src/embedding/mod.ts";
import { RespClient } from "../support/resp_client.ts";
import { toPlain } from "../support/resp_reply.ts";
import { RandomCommands } from "./random_commands.ts";

const DATABASES = 3;

/** All that can be seen of the data: keys, values with their encoding, deadlines, access clocks. */
async function describe(redis: RedisServer): Promise<string[]> {
  const lines: string[] = [];
  for (let database = 0; database < DATABASES; database++) {
    await redis.call("SELECT", database);
    for (const key of (await redis.call("KEYS", "*") as string[]).sort()) {
      const seen = [
        await redis.call("OBJECT", "IDLETIME", key),
        await redis.call("OBJECT", "ENCODING", key),
        await redis.call("PEXPIRETIME", key),
        await redis.callBuffers("DUMP", key),
      ];
      lines.push(`${database} ${key} ${seen.join(" ")}`);
    }
  }
  await redis.call("SELECT", 0);
  return lines;
}

Deno.test("whatever is done can be undone, again and again", async () => {
  for (let seed = 1; seed <= 6; seed++) {
    await using redis = await startServer({ clock: "manual", seed, databases: DATABASES });
    const commands = new RandomCommands(seed, DATABASES);
    await commands.run(redis, 150);
    const first = await redis.snapshot();
    const before = await describe(redis);
    await redis.rollback();
    assertEquals(await describe(redis), before);
    await redis.clock.advance("30s");
    await commands.run(redis, 100);
    const second = await redis.snapshot();
    const between = await describe(redis);
    for (const count of [5, 150]) {
      await commands.run(redis, count);
      await redis.clock.advance("10m");
      await redis.rollback(second);
      assertEquals(await describe(redis), between, `seed ${seed}, ${count} commands`);
    }
    await commands.run(redis, 50);
    await redis.rollback(first);
    assertEquals(await describe(redis), before, `seed ${seed}, first snapshot`);
    await assertRejects(() => redis.rollback(second), Error, "the snapshot is forgotten");
  }
});

Deno.test("every command that writes is among those undone", () => {
  const drawn = new RandomCommands(1, DATABASES).names();
  const writing = commandTable
    .flatMap((
      spec,
    ) => [spec, ...(spec.subcommands ?? []).map((sub) => ({ ...sub, name: `${spec.name} ${sub.name}` }))])
    .filter(({ flags }) => (flags & WRITE) !== 0);
  const missing = writing.filter(({ name }) => !drawn.has(name));
  // Those that block write as those do that don't, MIGRATE needs another server, and libraries of functions are no keys.
  const others = missing.filter(({ name, flags, group }) =>
    (flags & BLOCKING) === 0 && name !== "MIGRATE" && group !== "scripting"
  );
  assertEquals(others.map(({ name }) => name), []);
});

Deno.test("a background save and a snapshot don't see each other", async () => {
  await using redis = await startServer({ clock: "manual", seed: 1, databases: DATABASES });
  const commands = new RandomCommands(7, DATABASES);
  await commands.run(redis, 200);
  await redis.snapshot();
  const before = await describe(redis);
  await redis.call("BGSAVE");
  await commands.run(redis, 50);
  await redis.call("FLUSHALL");
  await commands.run(redis, 50);
  await redis.rollback();
  assertEquals(await describe(redis), before);
  while ((await redis.call("INFO", "persistence") as string).includes("rdb_bgsave_in_progress:1"));
  await redis.rollback();
  assertEquals(await describe(redis), before);
});

Deno.test("there has to be a snapshot, and an unchanged state needs no other", async () => {
  await using redis = await startServer({ clock: "manual" });
  await assertRejects(() => redis.rollback(), Error, "there is no snapshot");
  const first = await redis.snapshot();
  assertEquals(await redis.snapshot(), first);
  await redis.call("SET", "key", "value");
  const second = await redis.snapshot();
  assertNotEquals(second, first);
  await redis.rollback(first);
  assertEquals(await redis.call("EXISTS", "key"), 0);
  await assertRejects(() => redis.rollback({ id: 77 }), Error, "the snapshot is forgotten");
});

Deno.test("a rollback goes back in time", async () => {
  for (const clock of ["manual", "system"] as const) {
    await using redis = await startServer({ clock });
    await redis.call("SET", "key", "value", "EX", 100);
    await redis.snapshot();
    await redis.clock.advance("1h");
    assertEquals(await redis.call("GET", "key"), null);
    await redis.rollback();
    assertEquals(await redis.call("GET", "key"), "value");
    assertEquals((await redis.call("PTTL", "key") as number) > 90_000, true);
  }
});

Deno.test("who watches a key or waits for one hears of a rollback; notifications don't tell", async () => {
  await using redis = await startServer({ config: { "notify-keyspace-events": "KEA" } });
  await redis.load({ list: ["a"], text: "before" });
  await redis.snapshot();
  await redis.flush();
  using client = await RespClient.connect({ port: redis.port });
  using subscriber = await RespClient.connect({ port: redis.port });
  await subscriber.ask("PSUBSCRIBE", "*");
  await client.ask("WATCH", "text");
  await client.ask("MULTI");
  const popped = redis.call("BLPOP", "list", 0);
  await redis.call("PING");
  await redis.rollback();
  assertEquals(await popped, ["list", "a"]);
  assertEquals(await client.ask("EXEC"), null);
  await redis.call("PUBLISH", "end", "");
  const seen: unknown[] = [];
  for (;;) {
    const [, , channel, message] = toPlain(await subscriber.read()) as string[];
    if (channel === "end") break;
    seen.push(message);
  }
  assertEquals(seen.includes("rollback"), false);
  assertEquals(seen.includes("text"), false);
});

Deno.test("the append-only file follows a rollback", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const options = {
      dir,
      appendonly: true,
      databases: DATABASES,
      clock: "manual",
      time: 1_700_000_000_000,
    } as const;
    await using redis = await startServer(options);
    const commands = new RandomCommands(3, DATABASES);
    await commands.run(redis, 100);
    await redis.snapshot();
    const before = await describe(redis);
    await commands.run(redis, 50);
    await redis.call("SWAPDB", 0, 1);
    await redis.call("FLUSHDB");
    await commands.run(redis, 50);
    await redis.rollback();
    await redis.stop();
    await using again = await startServer(options);
    assertEquals(withoutClocks(await describe(again)), withoutClocks(before));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a replica follows a rollback", async () => {
  await using master = await startServer({ replDisklessSyncDelay: 0, databases: DATABASES });
  await using replica = await startServer({ replicaof: ["127.0.0.1", master.port], databases: DATABASES });
  const commands = new RandomCommands(5, DATABASES);
  await commands.run(master, 100);
  const info = async () => await master.call("INFO", "replication") as string;
  while (!(await info()).includes("state=online")) await new Promise((resolve) => setTimeout(resolve, 5));
  await master.snapshot();
  await commands.run(master, 50);
  await master.call("FLUSHALL");
  await commands.run(master, 50);
  await master.rollback();
  assertEquals(await master.call("WAIT", 1, 0), 1);
  assertEquals(withoutClocks(await describe(replica)), withoutClocks(await describe(master)));
});

/** The append-only file does not know access clocks and exact encodings. */
function withoutClocks(lines: string[]): string[] {
  return lines.map((line) => line.split(" ").filter((_, i) => i < 2 || i === 4).join(" "));
}
