import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { Random, systemSeeded } from "../../src/util/random.ts";

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

Deno.test("random: equal seeds give equal sequences, others do not", () => {
  assertEquals(draw(new Random(5), 20), draw(new Random(5), 20));
  assertNotEquals(draw(new Random(5), 20), draw(new Random(6), 20));
  assertNotEquals(draw(systemSeeded(), 20), draw(systemSeeded(), 20));
  assert(new Set(draw(new Random(0), 1000)).size > 990, "seed 0 is as good as any");
});

Deno.test("random: below keeps its limit and every value comes up", () => {
  const random = new Random(1);
  const counts = new Array(10).fill(0);
  for (let i = 0; i < 100_000; i++) counts[random.below(10)]++;
  // Six standard deviations of a fair draw are 570.
  for (const count of counts) assert(Math.abs(count - 10_000) < 570, `${counts}`);
  assertEquals(random.below(1), 0);
  for (const n of [2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53]) {
    let largest = 0;
    for (let i = 0; i < 1000; i++) largest = Math.max(largest, random.below(n));
    assert(largest < n && largest > n * 0.95);
  }
  for (const n of [0, -1, NaN, 2 ** 54]) assertThrows(() => random.below(n), RangeError);
});

Deno.test("random: float and hex", () => {
  const random = new Random(2);
  let sum = 0;
  for (let i = 0; i < 10_000; i++) {
    const value = random.float();
    assert(value >= 0 && value < 1);
    sum += value;
  }
  assert(Math.abs(sum / 10_000 - 0.5) < 0.02);
  assertMatch(random.hex(40), /^[0-9a-f]{40}$/);
  assertEquals(random.hex(0), "");
  assertEquals(random.hex(3).length, 3);
});
