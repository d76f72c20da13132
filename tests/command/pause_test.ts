import { assertEquals } from "@std/assert";
import { Client, type Transport } from "../../src/command/client.ts";
import { MAY_REPLICATE, READONLY, WRITE } from "../../src/command/flags.ts";
import { ClientPause } from "../../src/command/pause.ts";
import { ManualClock } from "../../src/util/clock.ts";

const LONG = 1_000_000_000;

/** What waits of: a read, a write, a publication. */
function concerned(pause: ClientPause): boolean[] {
  return [READONLY, WRITE, MAY_REPLICATE].map((flags) => pause.concerns(flags));
}

Deno.test("ClientPause: which commands wait", () => {
  const pause = new ClientPause(new ManualClock());
  const changes: boolean[] = [];
  pause.onChange = (paused) => changes.push(paused);
  assertEquals(concerned(pause), [false, false, false]);
  pause.begin(LONG, "write");
  assertEquals(concerned(pause), [false, true, true]);
  pause.begin(1, "all");
  assertEquals(concerned(pause), [true, true, true]);
  pause.begin(LONG, "write");
  assertEquals(concerned(pause), [true, true, true]);
  pause.end();
  pause.end();
  assertEquals(concerned(pause), [false, false, false]);
  assertEquals(changes, [true, false]);
  pause.begin(LONG, "write");
  assertEquals(concerned(pause), [false, true, true]);
  pause.end();
});

Deno.test("ClientPause: a pause of no length is none", () => {
  const pause = new ClientPause(new ManualClock());
  pause.begin(0, "all");
  assertEquals(pause.active, false);
});

Deno.test("ClientPause: who waits goes on in order, and not while another's command runs", async () => {
  const pause = new ClientPause(new ManualClock());
  const resumed: number[] = [];
  const [a, b, c] = [1, 2, 3].map((id) =>
    new Client(id, { resume: () => resumed.push(id) } as unknown as Transport, 0)
  );
  pause.begin(LONG, "all");
  for (const client of [b, a, c]) pause.hold(client);
  assertEquals([pause.waiting, pause.holds(a), a.suspended, a.postponed], [3, true, true, true]);
  pause.drop(c);
  pause.end();
  assertEquals([resumed, pause.waiting], [[], 0]);
  await Promise.resolve();
  assertEquals(resumed, [2, 1]);
});

Deno.test("ClientPause: ends by itself when its time is over", async () => {
  const clock = new ManualClock();
  const pause = new ClientPause(clock);
  const { promise, resolve } = Promise.withResolvers<void>();
  pause.onChange = (paused) => {
    if (!paused) resolve();
  };
  pause.begin(5, "all");
  clock.advance(5);
  await promise;
  assertEquals(pause.active, false);
});
