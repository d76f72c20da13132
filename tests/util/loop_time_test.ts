import { assertEquals, assertThrows } from "@std/assert";
import { ManualClock } from "../../src/util/clock.ts";
import { LoopTime } from "../../src/util/loop_time.ts";

Deno.test("loop time: stretches add up, and the longest is known", () => {
  const clock = new ManualClock();
  const loop = new LoopTime(clock);
  for (const milliseconds of [2, 5, 3]) {
    const start = loop.now();
    clock.advance(milliseconds);
    assertEquals(loop.add(start), milliseconds * 1000);
  }
  assertEquals([loop.total, loop.longest, loop.cron], [10_000, 5000, 0]);
  loop.reset();
  assertEquals([loop.total, loop.longest], [0, 0]);
});

Deno.test("loop time: periodic work counts once, however it is nested, and when it fails", () => {
  const clock = new ManualClock();
  const loop = new LoopTime(clock);
  const result = loop.periodic(() => {
    clock.advance(1);
    return loop.periodic(() => {
      clock.advance(2);
      return "done";
    });
  });
  assertEquals([result, loop.total, loop.longest, loop.cron], ["done", 3000, 3000, 3000]);
  assertThrows(() =>
    loop.periodic(() => {
      clock.advance(4);
      throw new Error("no luck");
    })
  );
  assertEquals([loop.total, loop.cron], [7000, 7000]);
  loop.periodic(() => clock.advance(1));
  assertEquals(loop.cron, 8000);
});
