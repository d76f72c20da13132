import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { type RedisServer, type ServerOptions, startServer } from "../../src/embedding/mod.ts";
import { RespClient } from "../support/resp_client.ts";

/** Nothing may be left when a test is over: Deno looks for it. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: true, sanitizeResources: true });
}

function connect({ port }: RedisServer): Promise<RespClient> {
  return RespClient.connect({ port });
}

test("a client library works with it", async () => {
  await using server = await startServer();
  const redis = new Redis(server.url);
  assertEquals(await redis.set("key", "value"), "OK");
  assertEquals(await server.call("GET", "key"), "value");
  await redis.quit();
});

test("nothing is left, whatever clients were doing", async () => {
  const server = await startServer();
  const waiting = await connect(server);
  const subscribed = await connect(server);
  const idle = await connect(server);
  const reply = waiting.call("BLPOP", "list", 0).catch(() => "closed");
  await subscribed.ask("SUBSCRIBE", "channel");
  await idle.ask("PING");
  const local = assertRejects(() => server.call("BLPOP", "list", 0), Error, "the server was stopped");
  await server.clock.advance(1);
  await server.stop();
  await server.stop();
  assertEquals(await reply, "closed");
  await local;
  await assertRejects(() => server.call("PING"), Error, "the server was stopped");
  for (const client of [waiting, subscribed, idle]) client.close();
});

test("several servers keep out of each other's way", async () => {
  await using one = await startServer({ databases: 4 });
  await using two = await startServer({ clock: "manual", time: 1000 });
  await one.load({ key: "one", list: ["a", "b"] });
  await two.load({ key: "two", hash: { field: 1 } });
  const snapshot = await one.snapshot();
  await two.flush();
  await one.call("DEL", "list");
  await one.rollback(snapshot);
  assertEquals(await one.call("LRANGE", "list", 0, -1), ["a", "b"]);
  assertEquals(await one.call("GET", "key"), "one");
  assertEquals(await two.call("DBSIZE"), 0);
  assertEquals(await two.clock.now(), 1000);
  assert(await one.clock.now() > 1_000_000_000_000);
  await assertRejects(() => one.call("SELECT", 4), Error, "ERR DB index is out of range");
  await two.stop();
  assertEquals(await one.call("DBSIZE"), 2);
});

test("directives in camel case, by name, with several values", async () => {
  await using server = await startServer({
    config: { "hash-max-listpack-entries": 1, maxmemoryPolicy: "noeviction" },
    maxmemoryPolicy: "allkeys-lru",
    renameCommand: ["FLUSHDB", ""],
    appendonly: false,
    save: [3600, 1],
  });
  await server.load({ hash: { a: 1, b: 2 } });
  assertEquals(await server.call("OBJECT", "ENCODING", "hash"), "hashtable");
  assertEquals(await server.call("CONFIG", "GET", "maxmemory-policy"), { "maxmemory-policy": "allkeys-lru" });
  assertEquals(await server.call("CONFIG", "GET", "save"), { save: "3600 1" });
  assertEquals(await server.call("CONFIG", "GET", "port"), { port: String(server.port) });
  await assertRejects(() => server.call("FLUSHDB"), Error, "unknown command");
});

test("wrong options are refused by name", async () => {
  await assertRejects(() => startServer({ maxMemoryPolcy: "x" }), TypeError, "maxMemoryPolcy: Bad directive");
  await assertRejects(() => startServer({ maxmemoryPolicy: "x" }), TypeError, "maxmemoryPolicy: argument");
  await assertRejects(() => startServer({ hz: {} }), TypeError, "hz: a directive's value is");
  await assertRejects(() => startServer({ clusterEnabled: true }), TypeError, "cluster-enabled");
  await assertRejects(() => startServer({ dir: "/no/such/directory" }), Error);
  await using server = await startServer();
  await assertRejects(() => startServer({ port: server.port }), Error, "Address already in use");
});

test("wrong options that are no directives are refused by name", async () => {
  const wrong: [options: Record<string, unknown>, message: string][] = [
    [{ clock: "stopped" }, 'clock: it is "system" or "manual"'],
    [{ config: "port 1" }, "config: it is an object"],
    [{ host: 127 }, "host: it is a string"],
    [{ log: "stdout" }, "log: it is a function"],
    [{ seed: 1.5 }, "seed: it is an integer of 32 bits"],
    [{ seed: "1" }, "seed: it is an integer of 32 bits"],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(() => startServer(options as ServerOptions), TypeError, message);
  }
  await assertRejects(() => startServer({ time: "tomorrow" }), RangeError, "not a time: tomorrow");
});

test("a server that was stopped does nothing any more", async () => {
  const server = await startServer();
  await server.call("SET", "key", "value");
  const snapshot = await server.snapshot();
  await server.stop();
  const uses = [
    () => server.call("PING"),
    () => server.callBuffers("PING"),
    () => server.snapshot(),
    () => server.rollback(snapshot),
    () => server.flush(),
    () => server.load({ key: "other" }),
    () => server.loadNdjson('{"key":"key","type":"string","value":"other"}'),
  ];
  for (const use of uses) await assertRejects(use, Error, "the server was stopped");
});

test("a password is in the URL, and not asked for by call", async () => {
  await using server = await startServer({ requirepass: "se/cret" });
  assertEquals(server.url, `redis://:se%2Fcret@127.0.0.1:${server.port}`);
  assertEquals(await server.call("PING"), "PONG");
  using client = await connect(server);
  await assertRejects(() => client.ask("PING"), Error, "NOAUTH");
  const redis = new Redis(server.url);
  assertEquals(await redis.ping(), "PONG");
  await redis.quit();
});

test("the log goes nowhere, or where it is wanted", async () => {
  const lines: string[] = [];
  await using server = await startServer({ loglevel: "verbose", log: (line) => lines.push(line) });
  await server.stop();
  assert(lines.some((line) => /^\d+:M .* \* User requested shutdown\.\.\.$/.test(line)), lines.join("\n"));
});

test("SHUTDOWN by a client ends it", async () => {
  await using server = await startServer();
  await assertRejects(() => server.call("SHUTDOWN", "NOSAVE"), Error, "the server was stopped");
  await server.stop();
  await assertRejects(() => connect(server), Deno.errors.ConnectionRefused);
});

test("files are written only if asked for, into a directory that is removed, and the program's stays", async () => {
  const before = Deno.cwd();
  const server = await startServer();
  const directory = async () => Object.values(await server.call("CONFIG", "GET", "dir") as object)[0];
  assertEquals(await directory(), ".");
  await server.call("SET", "key", "value");
  await server.call("SAVE");
  const temporary = await directory();
  assert((await Deno.stat(`${temporary}/dump.rdb`)).size > 0);
  await server.call("BGSAVE");
  await server.stop();
  await assertRejects(() => Deno.stat(temporary), Deno.errors.NotFound);
  assertEquals(Deno.cwd(), before);
});

test("a directory that is given is read at the start and kept", async () => {
  const dir = await Deno.makeTempDir();
  try {
    for (const appendonly of [false, true]) {
      await using first = await startServer({ dir, appendonly, appendfsync: "always" });
      await first.call("SET", "key", `appendonly ${appendonly}`);
      if (!appendonly) await first.call("SAVE");
      await first.stop();
      await using second = await startServer({ dir, appendonly });
      assertEquals(await second.call("GET", "key"), `appendonly ${appendonly}`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
