import { assertEquals } from "@std/assert";
import { AppendLog, AppendLogError } from "../../../src/persistence/aof/append_log.ts";
import { SyncPace } from "../../../src/persistence/aof/sync_pace.ts";
import { encodeFrame } from "../../../src/resp/encode.ts";
import { ManualClock } from "../../../src/util/clock.ts";
import { FakeLogFile } from "./fake_log_file.ts";

const SET = encodeFrame(["SET", "key", "value"]);

/** A file whose syncs on the loop take as long as the test says. */
class TimedLogFile extends FakeLogFile {
  /** Milliseconds. */
  duration = 0.5;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override syncDataSync(): void {
    this.#clock.advance(this.duration);
    super.syncDataSync();
  }
}

function setUp() {
  const clock = new ManualClock();
  const file = new TimedLogFile(clock);
  const told: string[] = [];
  const log = new AppendLog(file, 0, 0, clock, {
    onError: (message, fatal) => told.push(`${fatal ? "fatal" : "error"}: ${message}`),
    onRecovered: () => {},
    onNotice: () => {},
  });
  log.policy = "always";
  return { clock, file, log, told };
}

Deno.test("sync pace: on the loop after a quick try, elsewhere after a slow one", () => {
  const pace = new SyncPace(0);
  assertEquals([pace.mayHoldLoop(999), pace.mayHoldLoop(1000)], [false, true]);
  pace.note(1000, 1001);
  assertEquals(pace.mayHoldLoop(1001), true);
  // One hitch is forgiven, a disk that has become slow is not.
  pace.note(1001, 1011);
  assertEquals(pace.mayHoldLoop(1011), true);
  pace.note(1011, 1031);
  assertEquals([pace.mayHoldLoop(1031), pace.mayHoldLoop(2030), pace.mayHoldLoop(2031)], [
    false,
    false,
    true,
  ]);
  pace.note(2031, 2036);
  assertEquals([pace.mayHoldLoop(2036), pace.mayHoldLoop(3036)], [false, true]);
  pace.note(3036, 3037);
  assertEquals(pace.mayHoldLoop(3037), true);
});

Deno.test("append log: under always a quick disk is synced at once, and nobody has to wait", () => {
  const { clock, file, log } = setUp();
  clock.advance(1000);
  for (let i = 1; i <= 3; i++) {
    log.propagate(0, SET);
    assertEquals([log.flush(), log.unsynced, file.syncs], [undefined, 0, i]);
    assertEquals(file.synced, file.content);
  }
  assertEquals([log.flush(), file.syncs], [undefined, 3]);
});

Deno.test("append log: under always a slow disk is synced elsewhere, where what came meanwhile is covered too", async () => {
  const { clock, file, log } = setUp();
  file.duration = 5;
  clock.advance(1000);
  log.propagate(0, SET);
  assertEquals(log.flush(), undefined);
  log.propagate(0, SET);
  const first = log.flush()!;
  assertEquals(log.syncing, true);
  clock.advance(1000);
  log.propagate(0, SET);
  // While a sync is under way there is none on the loop, which it would hold up.
  const second = log.flush()!;
  assertEquals(file.syncs, 2);
  await file.endSyncs();
  await first;
  await file.endSyncs();
  await second;
  assertEquals([file.syncs, file.synced], [3, file.content]);
});

Deno.test("append log: under always a failed sync on the loop is the end, too", async () => {
  const { clock, file, log, told } = setUp();
  clock.advance(1000);
  file.failsSync = true;
  log.propagate(0, SET);
  const error = await log.flush()!.then(() => null, (reason) => reason);
  assertEquals(error instanceof AppendLogError && error.fatal, true);
  assertEquals(told, [
    "fatal: Can't persist AOF for fsync error when the AOF fsync policy is 'always': Input/output error. Exiting...",
  ]);
});
