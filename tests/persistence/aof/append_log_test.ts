import { assert, assertEquals, assertRejects } from "@std/assert";
import { NO_DATABASE } from "../../../src/command/propagation_unit.ts";
import { AppendLog, AppendLogError, type SyncPolicy } from "../../../src/persistence/aof/append_log.ts";
import { encodeCommand, encodeFrame } from "../../../src/resp/encode.ts";
import { ManualClock } from "../../../src/util/clock.ts";
import { textOf } from "../../support/bytes.ts";
import { FakeLogFile, turn } from "./fake_log_file.ts";

const SET = encodeFrame(["SET", "key", "value"]);
const DEL = encodeFrame(["DEL", "key"]);
const SELECT_0 = textOf(encodeCommand(["SELECT", "0"]));
const SELECT_12 = textOf(encodeCommand(["SELECT", "12"]));
const SET_TEXT = textOf(SET.buffer);
const DEL_TEXT = textOf(DEL.buffer);

function setUp(policy: SyncPolicy) {
  const file = new FakeLogFile();
  const clock = new ManualClock();
  const told: string[] = [];
  const log = new AppendLog(file, 0, 100, clock, {
    onError: (message, fatal) => told.push(`${fatal ? "fatal" : "error"}: ${message}`),
    onRecovered: (message) => told.push(`recovered: ${message}`),
    onNotice: (message) => told.push(`notice: ${message}`),
  });
  log.policy = policy;
  return { clock, file, log, told };
}

/** How a promise stands, after everything went on that could. */
async function stateOf(promise: Promise<void> | undefined): Promise<string> {
  let state = "pending";
  promise?.then(() => state = "resolved", () => state = "rejected");
  await turn();
  return promise === undefined ? "none" : state;
}

Deno.test("append log: a SELECT stands where the database changes", () => {
  const { file, log } = setUp("no");
  log.propagate(0, SET);
  log.propagate(0, DEL);
  log.propagate(NO_DATABASE, DEL);
  log.propagate(12, SET);
  assertEquals(file.content, "");
  assertEquals(log.flush(), undefined);
  const first = SELECT_0 + SET_TEXT + DEL_TEXT + DEL_TEXT + SELECT_12 + SET_TEXT;
  assertEquals(file.content, first);
  assertEquals(file.writes, 1);
  log.propagate(12, SET);
  log.flush();
  log.forgetDatabase();
  log.propagate(12, SET);
  log.flush();
  assertEquals(file.content, first + SET_TEXT + SELECT_12 + SET_TEXT);
  assertEquals([log.fileSize, log.totalSize], [file.content.length, file.content.length + 100]);
  assertEquals([log.dirty, file.syncs], [0, 0]);
});

Deno.test("append log: the time stands before the first command of a second", () => {
  const { clock, file, log } = setUp("no");
  log.timestamps = true;
  for (const wait of [0, 999, 1, 2000]) {
    clock.advance(wait);
    log.propagate(NO_DATABASE, DEL);
  }
  log.flush();
  const times = ["#TS:1700000000\r\n", "#TS:1700000001\r\n", "#TS:1700000003\r\n"];
  assertEquals(file.content, times[0] + DEL_TEXT + DEL_TEXT + times[1] + DEL_TEXT + times[2] + DEL_TEXT);
});

Deno.test("append log: large commands and short writes", () => {
  const { file, log } = setUp("no");
  file.largestWrite = 1000;
  const large = encodeFrame(["SET", "key", "x".repeat(3_000_000)]);
  log.propagate(NO_DATABASE, DEL);
  log.propagate(NO_DATABASE, large);
  assert(log.bufferSize >= 3_000_000);
  log.flush();
  assertEquals(file.content.length, DEL_TEXT.length + large.frameEnd);
  assert(log.bufferSize < 1 << 20);
});

Deno.test("append log: always answers when everything is on the disk, and groups what comes meanwhile", async () => {
  const { file, log } = setUp("always");
  log.propagate(0, SET);
  const first = log.flush();
  assertEquals(await stateOf(first), "pending");
  assertEquals([log.unsynced, log.syncing], [file.content.length, true]);
  log.propagate(0, DEL);
  const second = log.flush();
  log.propagate(0, SET);
  const third = log.flush();
  // A turn that wrote nothing may have seen what is not on the disk yet.
  const fourth = log.flush();
  assertEquals([file.syncs, file.writes], [1, 3]);
  await file.endSyncs();
  assertEquals(await stateOf(first), "resolved");
  assertEquals(await stateOf(second), "pending");
  assertEquals(file.syncs, 2);
  await file.endSyncs();
  assertEquals([await stateOf(second), await stateOf(third), await stateOf(fourth)], [
    "resolved",
    "resolved",
    "resolved",
  ]);
  assertEquals([log.unsynced, log.syncing, file.syncs], [0, false, 2]);
  assertEquals(file.synced, file.content);
  assertEquals(log.flush(), undefined);
});

Deno.test("append log: random turns under always are never answered too early", async () => {
  const { file, log } = setUp("always");
  let pending = 0;
  for (let i = 0; i < 500; i++) {
    if (i % 3 !== 0) log.propagate(i % 2, SET);
    const size = file.content.length + log.dirty;
    const promise = log.flush();
    if (promise !== undefined) {
      pending++;
      promise.then(() => {
        pending--;
        assert(file.synced.length >= size);
      });
    } else assertEquals(file.synced.length, size);
    if (i % 7 === 0) await file.endSyncs();
    if (i % 5 === 0) await turn();
  }
  for (let i = 0; i < 3; i++) await file.endSyncs();
  assertEquals(pending, 0);
});

Deno.test("append log: no-appendfsync-on-rewrite leaves syncs out under every policy", async () => {
  for (const policy of ["always", "everysec"] as const) {
    const { clock, file, log } = setUp(policy);
    let busy = true;
    log.skipsSync = () => busy;
    log.propagate(0, SET);
    clock.advance(1500);
    assertEquals(log.flush(), undefined);
    log.tick();
    assertEquals(file.syncs, 0);
    busy = false;
    log.tick();
    assertEquals(file.syncs, 1);
    await file.endSyncs();
    assertEquals(log.unsynced, 0);
  }
});

Deno.test("append log: everysec syncs once a second, also when nobody writes any more", async () => {
  const { clock, file, log } = setUp("everysec");
  log.propagate(0, SET);
  assertEquals(log.flush(), undefined);
  assertEquals(file.syncs, 0);
  clock.advance(999);
  log.tick();
  assertEquals(file.syncs, 0);
  clock.advance(1);
  log.tick();
  log.tick();
  assertEquals(file.syncs, 1);
  await file.endSyncs();
  clock.advance(5000);
  log.tick();
  assertEquals([file.syncs, log.unsynced], [1, 0]);
});

Deno.test("append log: a slow sync holds writing back for two seconds, then it is counted", async () => {
  const { clock, file, log, told } = setUp("everysec");
  log.propagate(0, SET);
  clock.advance(1000);
  log.flush();
  assertEquals(log.syncing, true);
  const size = file.content.length;
  log.propagate(0, DEL);
  log.flush();
  clock.advance(1999);
  log.tick();
  log.flush();
  assertEquals([file.content.length, log.dirty > 0, log.delayedSyncs], [size, true, 0]);
  clock.advance(1);
  log.tick();
  assertEquals([file.content.length, log.dirty, log.delayedSyncs], [size + DEL_TEXT.length, 0, 1]);
  assert(told[0].startsWith("notice: Asynchronous AOF fsync is taking too long (disk is busy?)."));
  // The patience begins anew.
  log.propagate(0, DEL);
  log.flush();
  assertEquals(log.dirty, DEL_TEXT.length);
  await file.endSyncs();
  log.flush();
  assertEquals(log.dirty, 0);
  await file.endSyncs();
});

Deno.test("append log: a full disk leaves whole units in the file and the rest in memory", async () => {
  const { clock, file, log, told } = setUp("everysec");
  log.propagate(0, SET);
  log.flush();
  const before = file.content;
  file.room = 5;
  log.propagate(0, DEL);
  log.propagate(0, SET);
  assertEquals(log.flush(), undefined);
  assertEquals(file.content, before);
  assertEquals([log.lastError, log.dirty], ["No space left on device", DEL_TEXT.length + SET_TEXT.length]);
  assertEquals(told, [
    `error: Short write while writing to the AOF file: (nwritten=5, expected=${
      DEL_TEXT.length + SET_TEXT.length
    }): ` +
    "No space left on device",
  ]);
  // Nothing new: another try only by the clock.
  const { writes } = file;
  log.flush();
  assertEquals(file.writes, writes);
  file.room = 0;
  log.tick();
  assertEquals(log.lastError, "No space left on device");
  assertEquals(told.length, 1);
  clock.advance(31_000);
  log.tick();
  assertEquals(told[1], "error: Error writing to the AOF file: No space left on device");
  await file.endSyncs();
  file.room = Infinity;
  log.propagate(0, DEL);
  log.flush();
  assertEquals(file.content, before + DEL_TEXT + SET_TEXT + DEL_TEXT);
  assertEquals([log.lastError, log.dirty], [null, 0]);
  assertEquals(told[2], "recovered: AOF write error looks solved, the server can write again.");
  assertEquals(log.fileSize, file.content.length);
});

Deno.test("append log: what can't be cut off is completed later", () => {
  const { file, log, told } = setUp("no");
  file.room = 5;
  file.failsTruncate = true;
  log.propagate(0, SET);
  log.flush();
  assertEquals(file.content.length, 5);
  assert(told[0].includes("ftruncate: Input/output error"));
  file.room = 3;
  log.tick();
  assertEquals(file.content.length, 8);
  file.room = Infinity;
  log.tick();
  assertEquals(file.content, SELECT_0 + SET_TEXT);
  assertEquals([log.fileSize, log.totalSize, log.lastError], [
    file.content.length,
    file.content.length + 100,
    null,
  ]);
});

Deno.test("append log: under always a failed write answers an error, and recovers without a restart", async () => {
  const { file, log } = setUp("always");
  log.propagate(0, SET);
  const first = log.flush()!;
  await file.endSyncs();
  await first;
  const before = file.content;
  file.room = 4;
  log.propagate(0, DEL);
  const error = await assertRejects(() => log.flush()!, AppendLogError);
  assertEquals([error.message, error.fatal], [
    "MISCONF Errors writing to the AOF file: No space left on device",
    false,
  ]);
  assertEquals([file.content, log.dirty], [before, DEL_TEXT.length]);
  // A turn that appends nothing is none of it.
  assertEquals(log.flush(), undefined);
  log.propagate(0, SET);
  await assertRejects(() => log.flush()!, AppendLogError);
  file.room = Infinity;
  log.tick();
  await file.endSyncs();
  assertEquals([log.lastError, log.unsynced, file.synced], [null, 0, before + DEL_TEXT + SET_TEXT]);
});

Deno.test("append log: under always a failed sync is the end", async () => {
  const { file, log, told } = setUp("always");
  file.failsSync = true;
  log.propagate(0, SET);
  const promise = log.flush()!;
  const ends = assertRejects(() => promise, AppendLogError);
  await file.endSyncs();
  assertEquals((await ends).fatal, true);
  assertEquals(told, [
    "fatal: Can't persist AOF for fsync error when the AOF fsync policy is 'always': Input/output error. Exiting...",
  ]);
});

Deno.test("append log: under everysec a failed sync shows until one works", async () => {
  const { clock, file, log, told } = setUp("everysec");
  file.failsSync = true;
  log.propagate(0, SET);
  clock.advance(1000);
  log.flush();
  await file.endSyncs();
  assertEquals(log.lastError, "Input/output error");
  log.propagate(0, SET);
  log.flush();
  assertEquals(log.lastError, "Input/output error");
  file.failsSync = false;
  clock.advance(1000);
  log.tick();
  await file.endSyncs();
  assertEquals(log.lastError, null);
  assertEquals(told, [
    "error: Fail to fsync the AOF file: Input/output error",
    "recovered: AOF fsync error looks solved, the server can write again.",
  ]);
});

Deno.test("append log: another file goes on, the one before is synced first and closed", async () => {
  const { clock, file, log } = setUp("everysec");
  const next = new FakeLogFile();
  log.propagate(0, SET);
  log.write();
  log.switchTo(next);
  assertEquals([file.syncs, log.fileSize], [1, 0]);
  log.propagate(0, DEL);
  clock.advance(2000);
  log.flush();
  clock.advance(2000);
  log.flush();
  assertEquals(next.content, SELECT_0 + DEL_TEXT);
  assertEquals([next.syncs, file.closed], [0, false]);
  await file.endSyncs();
  assertEquals([file.closed, file.synced], [true, file.content]);
  clock.advance(1000);
  log.tick();
  await next.endSyncs();
  assertEquals([next.synced, log.unsynced], [next.content, 0]);
  assertEquals(log.totalSize, 100 + file.content.length + next.content.length);
});

Deno.test("append log: a sync that waits when the file changes covers both files", async () => {
  const { file, log } = setUp("always");
  const next = new FakeLogFile();
  log.propagate(0, SET);
  const first = log.flush();
  log.propagate(0, DEL);
  const second = log.flush();
  log.switchTo(next);
  log.propagate(0, SET);
  const third = log.flush();
  await file.endSyncs();
  assertEquals([await stateOf(first), await stateOf(second)], ["resolved", "pending"]);
  await file.endSyncs();
  assertEquals(file.closed, true);
  assertEquals(await stateOf(third), "pending");
  await next.endSyncs();
  assertEquals([await stateOf(second), await stateOf(third)], ["resolved", "resolved"]);
  assertEquals(next.synced, SELECT_0 + SET_TEXT);
});

Deno.test("append log: the end writes, syncs and closes", async () => {
  const { file, log } = setUp("everysec");
  log.propagate(0, SET);
  log.flushSync();
  assertEquals([file.synced, log.unsynced], [SELECT_0 + SET_TEXT, 0]);
  log.propagate(0, DEL);
  const closed = log.close();
  await file.endSyncs();
  await closed;
  assertEquals([file.closed, file.synced], [true, SELECT_0 + SET_TEXT + DEL_TEXT]);
  log.tick();
});
