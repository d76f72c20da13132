import { assertEquals, assertNotEquals } from "@std/assert";
import { startServer } from "../../src/embedding/mod.ts";

async function draw(seed: number): Promise<unknown[]> {
  await using redis = await startServer({ seed });
  for (let i = 0; i < 100; i++) {
    await redis.call("SET", `key:${i}`, i);
    await redis.call("SADD", "set", `member:${i}`);
    await redis.call("ZADD", "zset", i, `member:${i}`);
  }
  const commands = [["RANDOMKEY"], ["SRANDMEMBER", "set", 5], ["SPOP", "set", 3], [
    "ZRANDMEMBER",
    "zset",
    -5,
  ]];
  const replies: unknown[] = [];
  for (const [name, ...args] of commands) replies.push(await redis.call(name as string, ...args));
  return replies;
}

Deno.test("equal seeds, equal draws", async () => {
  const first = await draw(42);
  assertEquals(await draw(42), first);
  assertNotEquals(await draw(43), first);
});

Deno.test("a rollback repeats the draws", async () => {
  await using redis = await startServer({ seed: 1 });
  await redis.load({ set: { $set: Array.from({ length: 100 }, (_, i) => i) } });
  await redis.snapshot();
  const first = [await redis.call("SPOP", "set", 3), await redis.call("SRANDMEMBER", "set", 4)];
  await redis.rollback();
  assertEquals([await redis.call("SPOP", "set", 3), await redis.call("SRANDMEMBER", "set", 4)], first);
});
