import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { RedisError, startServer } from "../../src/embedding/mod.ts";
import { RespClient } from "../support/resp_client.ts";

Deno.test("replies are plain values", async () => {
  await using redis = await startServer();
  assertEquals(await redis.call("SET", "text", "grüße"), "OK");
  assertEquals(await redis.call("GET", "text"), "grüße");
  assertEquals(await redis.call("STRLEN", "text"), 7);
  assertEquals(await redis.call("GET", "missing"), null);
  assertEquals(await redis.call("LPOP", "missing", 2), null);
  assertEquals(await redis.call("INCRBY", "big", 9007199254740991n), 9007199254740991);
  assertEquals(await redis.call("INCRBY", "big", 1), 9007199254740992n);
  await redis.call("HSET", "hash", "a", 1, "__proto__", 2.5);
  assertEquals(Object.entries(await redis.call("HGETALL", "hash") as object), [["a", "1"], [
    "__proto__",
    "2.5",
  ]]);
  await redis.call("ZADD", "zset", 1.5, "a", "inf", "b");
  assertEquals(await redis.call("ZRANGE", "zset", 0, -1, "WITHSCORES"), [["a", 1.5], ["b", Infinity]]);
  await redis.call("SADD", "set", "a");
  assertEquals(await redis.call("SMEMBERS", "set"), ["a"]);
  assertEquals(await redis.call("command", "getkeys", "mset", "a", 1, "b", 2), ["a", "b"]);
  assertEquals(await redis.call("DEBUG", "PROTOCOL", "bignum").catch((error) => error.code), "ERR");
});

Deno.test("bytes come and go as they are", async () => {
  await using redis = await startServer();
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  await redis.call("SET", bytes, bytes);
  assertEquals(await redis.callBuffers("GET", bytes), bytes);
  assertEquals(await redis.callBuffers("KEYS", "*"), [bytes]);
  const large = new Uint8Array(200_000).fill(7);
  await redis.call("HSET", "hash", "field", large);
  assertEquals(await redis.callBuffers("HGETALL", "hash"), { field: large });
  assertEquals(await redis.call("STRLEN", "hash").catch((error) => error.code), "WRONGTYPE");
});

Deno.test("errors are thrown, or stand in their place", async () => {
  await using redis = await startServer();
  const error = await assertRejects(
    () => redis.call("NONSENSE"),
    RedisError,
    "ERR unknown command 'NONSENSE'",
  );
  assertEquals(error.code, "ERR");
  await redis.call("SET", "key", "text");
  await redis.call("MULTI");
  assertEquals(await redis.call("INCR", "key"), "QUEUED");
  assertEquals(await redis.call("GET", "key"), "QUEUED");
  const [failed, text] = await redis.call("EXEC") as [unknown, unknown];
  assertInstanceOf(failed, RedisError);
  assertEquals(text, "text");
  await assertRejects(() => redis.call("GET", {} as string), TypeError, "not Object");
});

Deno.test("calls run in their order, and one that blocks holds up no other", async () => {
  await using redis = await startServer();
  await redis.call("SELECT", 3);
  const popped = redis.call("BLPOP", "list", 0);
  const moved = redis.call("BLMOVE", "list", "other", "LEFT", "LEFT", 0);
  const pushed = redis.call("RPUSH", "list", "a", "b");
  assertEquals(await popped, ["list", "a"]);
  assertEquals(await moved, "b");
  assertEquals(await pushed, 2);
  assertEquals(await redis.call("LRANGE", "other", 0, -1), ["b"]);
  using client = await RespClient.connect({ port: redis.port });
  await client.ask("SELECT", 3);
  const again = redis.call("BRPOP", "list", 0);
  await redis.call("PING");
  await client.ask("RPUSH", "list", "c");
  assertEquals(await again, ["list", "c"]);
});

Deno.test("CLIENT PAUSE holds calls back, too", async () => {
  await using redis = await startServer({ clock: "manual" });
  await redis.call("CLIENT", "PAUSE", 60_000, "ALL");
  const reply = redis.call("SET", "key", "value");
  const next = redis.call("GET", "key");
  const popped = redis.call("BLPOP", "list", 0);
  const pushed = redis.call("RPUSH", "list", "a");
  await redis.clock.advance("1m");
  assertEquals([await reply, await next], ["OK", "value"]);
  assertEquals([await popped, await pushed], [["list", "a"], 1]);
});

Deno.test("what needs a connection says so; QUIT and RESET do no harm", async () => {
  await using redis = await startServer();
  for (const command of ["SUBSCRIBE", "psubscribe", "SSUBSCRIBE", "MONITOR", "PSYNC"]) {
    await assertRejects(() => redis.call(command, "x"), RedisError, "needs a connection");
  }
  assertEquals(await redis.call("QUIT"), "OK");
  assertEquals(await redis.call("RESET"), "RESET");
  await redis.call("HELLO", 2);
  await redis.call("HSET", "hash", "field", "value");
  assertEquals(await redis.call("HGETALL", "hash"), { field: "value" });
  assertEquals(await redis.call("CLIENT", "REPLY", "OFF"), null);
  assertEquals(await redis.call("PING"), "PONG");
});

Deno.test("calls are no client that others see", async () => {
  await using redis = await startServer();
  using client = await RespClient.connect({ port: redis.port });
  assertEquals(await client.ask("CLIENT", "ID"), 1);
  await client.ask("SUBSCRIBE", "channel");
  assertEquals(await redis.call("PUBLISH", "channel", "message"), 1);
  assertEquals(/connected_clients:(\d+)/.exec(String(await redis.call("INFO", "clients")))?.[1], "1");
});
