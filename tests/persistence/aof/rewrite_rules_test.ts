import { assertEquals } from "@std/assert";
import { growthForRewrite, RewriteLimiter } from "../../../src/persistence/aof/rewrite_rules.ts";

Deno.test("rewrite rules: growth counts from the size after the last rewrite", () => {
  const rule = { baseSize: 1000, currentSize: 2000, percentage: 100, minimumSize: 64 };
  assertEquals(growthForRewrite(rule), 100);
  assertEquals(growthForRewrite({ ...rule, currentSize: 1999 }), null);
  assertEquals(growthForRewrite({ ...rule, percentage: 0 }), null);
  assertEquals(growthForRewrite({ ...rule, minimumSize: 2000 }), null);
  assertEquals(growthForRewrite({ ...rule, minimumSize: 1999 }), 100);
  assertEquals(growthForRewrite({ ...rule, baseSize: 0 }), 199_900);
  assertEquals(growthForRewrite({ ...rule, currentSize: 5555 }), 455);
});

Deno.test("rewrite rules: after three failures the waits double up to an hour", () => {
  const told: string[] = [];
  const limiter = new RewriteLimiter((message) => told.push(message));
  for (const failures of [0, 1, 2]) assertEquals(limiter.isLimited(failures, 0), false);
  let second = 1000;
  const waits: number[] = [];
  for (let failures = 3; failures < 12; failures++) {
    assertEquals(limiter.isLimited(failures, second), true);
    const start = second;
    while (limiter.isLimited(failures, second)) second += 30;
    waits.push((second - start) / 60);
  }
  assertEquals(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assertEquals(told.length, 9);
  assertEquals(told[1].endsWith("will retry in 2 minutes"), true);
  // A success forgets everything.
  assertEquals(limiter.isLimited(0, second), false);
  limiter.isLimited(3, second);
  assertEquals(limiter.isLimited(3, second + 60), false);
});
