import { assert, assertEquals } from "@std/assert";
import { SlicedTask } from "../../src/server/sliced_task.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { LoopTime } from "../../src/util/loop_time.ts";

Deno.test("sliced task: one slice at once, the others in later turns", async () => {
  const done = Promise.withResolvers<void>();
  const log: string[] = [];
  let left = 3;
  const task = new SlicedTask(
    new LoopTime(new ManualClock()),
    () => {
      log.push(`slice ${left}`);
      if (--left === 0) done.resolve();
      return left > 0;
    },
    () => 1,
    () => {},
  );
  task.start();
  task.start();
  task.startLater();
  log.push("this turn");
  assert(task.active);
  await done.promise;
  assertEquals(log, ["slice 3", "this turn", "slice 2", "slice 1"]);
  assert(!task.active);
  left = 1;
  task.start();
  assertEquals(log.pop(), "slice 1");
});

Deno.test("sliced task: can begin in a later turn, and be stopped", async () => {
  let slices = 0;
  const first = Promise.withResolvers<void>();
  const task = new SlicedTask(
    new LoopTime(new ManualClock()),
    () => {
      slices++;
      first.resolve();
      return true;
    },
    () => 0,
    () => {},
  );
  task.startLater();
  assertEquals(slices, 0);
  await first.promise;
  task.stop();
  assert(!task.active);
  const seen = slices;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(slices, seen);
});

Deno.test("sliced task: a failure is told of and ends the work", () => {
  const failures: unknown[] = [];
  const task = new SlicedTask(
    new LoopTime(new ManualClock()),
    () => {
      throw new Error("no luck");
    },
    () => 0,
    (error) => failures.push(error),
  );
  task.start();
  assert(!task.active);
  assertEquals(failures.length, 1);
});
