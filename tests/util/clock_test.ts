import { assert, assertEquals, assertThrows } from "@std/assert";
import { ManualClock, SystemClock } from "../../src/util/clock.ts";

Deno.test("clock: the system clock's readings agree", () => {
  const clock = new SystemClock();
  assert(Number.isInteger(clock.now()));
  const before = Date.now();
  const microseconds = clock.nowMicroseconds();
  const after = Date.now();
  assert(Number.isInteger(microseconds));
  assert(microseconds >= (before - 2) * 1000 && microseconds <= (after + 2) * 1000);
  const first = clock.monotonic();
  assert(clock.monotonic() >= first);
});

Deno.test("clock: a manual clock moves only when told", () => {
  const clock = new ManualClock(1000);
  assertEquals([clock.now(), clock.nowMicroseconds(), clock.monotonic()], [1000, 1_000_000, 0]);
  clock.advance(2.5);
  assertEquals([clock.now(), clock.nowMicroseconds(), clock.monotonic()], [1002, 1_002_500, 2.5]);
  clock.set(50);
  assertEquals([clock.now(), clock.monotonic()], [50, 2.5]);
  assertThrows(() => clock.advance(-1), RangeError);
});
