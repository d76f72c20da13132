import { assertEquals, assertRejects } from "@std/assert";
import { type Fixture, startServer } from "../../src/embedding/mod.ts";

Deno.test("the shape of a value says its type", async () => {
  await using redis = await startServer();
  const fixture: Fixture = {
    text: "grüße",
    number: 1.5,
    big: 9007199254740993n,
    flag: true,
    bytes: Uint8Array.of(0, 255),
    list: ["a", 1, false],
    set: new Set(["a", "b"]),
    hash: { field: "value", count: 3 },
    empty: [],
  };
  assertEquals(await redis.load(fixture), 9);
  assertEquals(await redis.call("MGET", "text", "number", "big", "flag"), [
    "grüße",
    "1.5",
    "9007199254740993",
    "true",
  ]);
  assertEquals(await redis.callBuffers("GET", "bytes"), Uint8Array.of(0, 255));
  assertEquals(await redis.call("LRANGE", "list", 0, -1), ["a", "1", "false"]);
  assertEquals((await redis.call("SMEMBERS", "set") as string[]).sort(), ["a", "b"]);
  assertEquals(await redis.call("HGETALL", "hash"), { field: "value", count: "3" });
  assertEquals(await redis.call("EXISTS", "empty"), 0);
});

Deno.test("types and ends can be said", async () => {
  await using redis = await startServer({ clock: "manual", time: 1_000_000 });
  await redis.call("RPUSH", "text", "is replaced");
  await redis.load({
    text: { $string: "value", $ttl: "90s" },
    list: { $list: Array.from({ length: 2500 }, (_, i) => i) },
    set: { $set: ["a", "b"], $expireAt: 5_000_000 },
    zset: { $zset: { one: 1, more: "inf" }, $ttl: 100 },
    hash: { $hash: { $ttl: "a field" } },
    stream: { $stream: [{ id: "1-1", fields: { a: 1 } }, { fields: { b: "2" } }] },
  });
  assertEquals(await redis.call("GET", "text"), "value");
  assertEquals(await redis.call("PTTL", "text"), 90_000);
  assertEquals(await redis.call("LLEN", "list"), 2500);
  assertEquals(await redis.call("PEXPIRETIME", "set"), 5_000_000);
  assertEquals(await redis.call("ZRANGE", "zset", 0, -1, "WITHSCORES"), [["one", 1], ["more", Infinity]]);
  assertEquals(await redis.call("HGETALL", "hash"), { $ttl: "a field" });
  assertEquals(await redis.call("XRANGE", "stream", "-", "+"), [
    ["1-1", ["a", "1"]],
    ["1000000-0", ["b", "2"]],
  ]);
});

Deno.test("what is no fixture is refused by its key", async () => {
  await using redis = await startServer();
  const wrong: [unknown, string][] = [
    [{ key: null }, "'key': null is no value"],
    [{ key: undefined }, "'key': undefined is no value"],
    [{ key: [["nested"]] }, "'key': an element is no string"],
    [{ key: { field: null } }, "'key': an element is no string"],
    [{ key: { $sett: ["a"] } }, "'key': there is no '$sett'"],
    [{ key: { $set: ["a"], $list: ["a"] } }, "'key': exactly one of $string, $list"],
    [{ key: { $ttl: 5 } }, "'key': exactly one of $string, $list"],
  ];
  for (const [fixture, message] of wrong) {
    await assertRejects(() => redis.load(fixture as Fixture), TypeError, message);
  }
});

Deno.test("fixtures are read from files", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using redis = await startServer();
    await Deno.writeTextFile(`${dir}/some.json`, '{"a": "1", "b": ["x"]}');
    const lines = [
      '{"db":0,"key":"c","type":"string","expireAt":null,"value":"text"}',
      '{"db":2,"key":"d","type":"hash","expireAt":4102444800000,"value":[["field","value"]]}',
      '{"key":"a","type":"zset","value":[["member",1.5]]}',
    ];
    await Deno.writeTextFile(`${dir}/some.ndjson`, lines.join("\n"));
    assertEquals(await redis.loadFile(`${dir}/some.json`), 2);
    assertEquals(await redis.loadFile(new URL(`file://${dir}/some.ndjson`)), 3);
    assertEquals(await redis.call("LRANGE", "b", 0, -1), ["x"]);
    assertEquals(await redis.call("GET", "c"), "text");
    assertEquals(await redis.call("ZSCORE", "a", "member"), 1.5);
    await redis.call("SELECT", 2);
    assertEquals(await redis.call("HGETALL", "d"), { field: "value" });
    assertEquals(await redis.call("PEXPIRETIME", "d"), 4102444800000);
    await assertRejects(
      () => redis.loadNdjson('{"key":"a","type":"nonsense","value":1}'),
      Error,
      "expected one of",
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
