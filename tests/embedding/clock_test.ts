import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Duration, type RedisServer, startServer } from "../../src/embedding/mod.ts";
import { RespClient } from "../support/resp_client.ts";
import { toPlain } from "../support/resp_reply.ts";

/** What keyspace notifications told, until the time is looked at. */
async function subscribe(redis: RedisServer): Promise<RespClient> {
  await redis.call("CONFIG", "SET", "notify-keyspace-events", "Ex");
  const client = await RespClient.connect({ port: redis.port });
  await client.ask("PSUBSCRIBE", "*");
  return client;
}

Deno.test("keys end when their time is over, in the order of their ends", async () => {
  await using redis = await startServer({ clock: "manual" });
  using events = await subscribe(redis);
  await redis.call("SET", "late", 1, "EX", 300);
  await redis.call("SET", "early", 1, "PX", 1);
  await redis.call("SET", "later", 1, "EX", 301);
  await redis.clock.advance("4m59s");
  assertEquals(await redis.call("TTL", "late"), 1);
  assertEquals(await redis.call("DBSIZE"), 2);
  await redis.clock.advance("1s");
  assertEquals(await redis.call("DBSIZE"), 1);
  for (const key of ["early", "late"]) {
    const message = await events.read();
    assertEquals(toPlain(message), ["pmessage", "*", "__keyevent@0__:expired", key]);
  }
});

Deno.test("a clock that stands still does", async () => {
  await using redis = await startServer({ clock: "manual", time: "2030-01-01T00:00:00Z" });
  const start = Date.UTC(2030, 0, 1);
  assertEquals(await redis.call("TIME"), [String(start / 1000), "0"]);
  assertEquals(await redis.call("XADD", "stream", "*", "a", 1), `${start}-0`);
  assertEquals(await redis.call("XADD", "stream", "*", "a", 1), `${start}-1`);
  await redis.clock.advance(1500);
  assertEquals(await redis.call("XADD", "stream", "*", "a", 1), `${start + 1500}-0`);
  await redis.call("SET", "key", 1, "PX", 1000);
  await redis.clock.set(new Date(start));
  assertEquals(await redis.call("PTTL", "key"), 2500);
  assertEquals(await redis.clock.now(), start);
});

Deno.test("the machine's clock can be moved as well", async () => {
  await using redis = await startServer();
  await redis.call("SET", "key", 1, "EX", 100);
  const before = Date.now();
  await redis.clock.advance("50s");
  assert(await redis.clock.now() >= before + 50_000);
  const ttl = await redis.call("PTTL", "key") as number;
  assert(ttl > 0 && ttl <= 50_000, String(ttl));
  await redis.clock.advance("50s");
  assertEquals(await redis.call("EXISTS", "key"), 0);
});

for (const clock of ["manual", "system"] as const) {
  Deno.test(`who waits gives up when the time is over: ${clock} clock`, async () => {
    await using redis = await startServer({ clock });
    using client = await RespClient.connect({ port: redis.port });
    const order: string[] = [];
    const note = (name: string) => (reply: unknown) => void order.push(`${name} ${reply}`);
    const waits = [
      redis.call("BLPOP", "a", 3600).then(note("BLPOP")),
      redis.call("BZPOPMIN", "b", 1800).then(note("BZPOPMIN")),
      redis.call("XREAD", "BLOCK", 60_000, "STREAMS", "c", "$").then(note("XREAD")),
      redis.call("WAIT", 1, 120_000).then(note("WAIT")),
      client.ask("BRPOP", "d", 7200).then(note("BRPOP")),
    ];
    while (!(await redis.call("INFO", "clients") as string).includes("clients_in_timeout_table:5"));
    await redis.clock.advance("59s");
    assertEquals(order, []);
    await redis.clock.advance("2h");
    await Promise.all(waits);
    assertEquals(order, ["XREAD null", "WAIT 0", "BZPOPMIN null", "BLPOP null", "BRPOP null"]);
  });
}

Deno.test("a wait in a clock that stands still lasts", async () => {
  await using redis = await startServer({ clock: "manual" });
  const reply = redis.call("BLPOP", "list", 0.001);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await redis.call("RPUSH", "list", "a");
  assertEquals(await reply, ["list", "a"]);
});

Deno.test("the time that a command's own end is at, and what else durations may be", async () => {
  await using redis = await startServer({ clock: "manual", time: 0 });
  const durations: [Duration, number][] = [
    ["250ms", 250],
    ["1.5s", 1500],
    ["1h 30m", 5_400_000],
    ["2d", 172_800_000],
    ["1w", 604_800_000],
    [0, 0],
  ];
  for (const [duration, milliseconds] of durations) {
    const before = await redis.clock.now();
    await redis.clock.advance(duration);
    assertEquals(await redis.clock.now() - before, milliseconds, String(duration));
  }
  for (const wrong of ["", "5", "m", "5 minutes", "-1s", -1, NaN]) {
    await assertRejects(() => redis.clock.advance(wrong), RangeError, "not a duration");
  }
  await assertRejects(() => redis.clock.set("yesterday"), RangeError, "not a time");
});
