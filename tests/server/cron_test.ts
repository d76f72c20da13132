import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cron, type Pace } from "../../src/server/cron.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { LoopTime } from "../../src/util/loop_time.ts";

class Setup {
  readonly clock = new ManualClock();
  readonly pace: Pace = { hz: 10, dynamic: true, clients: 0 };
  readonly failures: string[] = [];
  readonly runs: string[] = [];
  readonly cron = new Cron(
    this.clock,
    new LoopTime(this.clock),
    () => this.pace,
    (job, error) => this.failures.push(`${job}: ${error}`),
  );

  add(name: string, period: number): void {
    this.cron.add({ name, period, run: () => this.runs.push(name) });
  }

  /** A number of ticks, a tenth of a second apart unless told. */
  tick(count: number, apart = 100): void {
    for (let i = 0; i < count; i++) {
      this.clock.advance(apart);
      this.cron.tick();
    }
  }

  count(name: string): number {
    return this.runs.filter((run) => run === name).length;
  }
}

Deno.test("cron: jobs run in their order, each with its period", () => {
  const setup = new Setup();
  setup.add("always", 0);
  setup.add("second", 1000);
  setup.add("half", 500);
  assertEquals(setup.cron.jobs, ["always", "second", "half"]);
  setup.tick(4);
  assertEquals(setup.runs, ["always", "always", "always", "always"]);
  setup.tick(6);
  assertEquals([setup.count("always"), setup.count("half"), setup.count("second")], [10, 2, 1]);
  assertEquals(setup.runs.slice(-3), ["always", "second", "half"]);
});

Deno.test("cron: ticks that come early or late keep the periods", () => {
  const setup = new Setup();
  setup.add("second", 1000);
  for (let i = 0; i < 600; i++) setup.tick(1, i % 2 === 0 ? 97 : 103);
  assertEquals(setup.count("second"), 60);
  setup.tick(1, 30_000);
  assertEquals(setup.count("second"), 61, "what was missed is not made up for");
});

Deno.test("cron: a job that fails is told of, and nothing else suffers", () => {
  const setup = new Setup();
  setup.add("before", 0);
  setup.cron.add({
    name: "broken",
    period: 0,
    run() {
      throw new Error("no luck");
    },
  });
  setup.add("after", 0);
  setup.tick(2);
  assertEquals(setup.runs, ["before", "after", "before", "after"]);
  assertEquals(setup.failures, ["broken: Error: no luck", "broken: Error: no luck"]);
});

Deno.test("cron: DEBUG PAUSE-CRON stops all jobs", () => {
  const setup = new Setup();
  setup.add("always", 0);
  setup.cron.paused = true;
  setup.tick(5);
  assertEquals(setup.runs, []);
  setup.cron.paused = false;
  setup.tick(1);
  assertEquals(setup.runs, ["always"]);
});

Deno.test("cron: the frequency follows hz and, if it is dynamic, the clients", () => {
  const setup = new Setup();
  const frequency = (pace: Partial<Pace>) => {
    Object.assign(setup.pace, pace);
    return setup.cron.frequency;
  };
  assertEquals(frequency({ hz: 10, clients: 2000 }), 10);
  assertEquals(frequency({ clients: 2001 }), 20);
  assertEquals(frequency({ clients: 10_000 }), 80);
  assertEquals(frequency({ clients: 1_000_000 }), 500);
  assertEquals(frequency({ dynamic: false }), 10);
  assertEquals(frequency({ hz: 500, clients: 0 }), 500);
});

Deno.test("cron: runs by itself from start to stop", async () => {
  const setup = new Setup();
  setup.pace.hz = 100;
  const first = Promise.withResolvers<void>();
  const faster = Promise.withResolvers<void>();
  setup.cron.add({
    name: "signal",
    period: 0,
    run() {
      first.resolve();
      if (setup.cron.frequency === 200) faster.resolve();
    },
  });
  setup.cron.start();
  setup.cron.start();
  await first.promise;
  setup.pace.hz = 200;
  await faster.promise;
  // The sanitizer of the test runner fails the test if a timer is left.
  setup.cron.stop();
  setup.cron.stop();
  assertEquals(setup.failures, []);
});

Deno.test("cron: a job may stop it", async () => {
  const setup = new Setup();
  setup.pace.hz = 500;
  const stopped = Promise.withResolvers<void>();
  setup.cron.add({
    name: "stop",
    period: 0,
    run() {
      setup.cron.stop();
      setup.pace.hz = 100;
      stopped.resolve();
    },
  });
  setup.cron.start();
  await stopped.promise;
  assert(setup.failures.length === 0);
  assertMatch(String(setup.cron.frequency), /^100$/);
});
