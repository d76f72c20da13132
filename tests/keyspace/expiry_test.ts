import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DeadlineWalk } from "../../src/keyspace/deadline_walk.ts";
import { ExpireCycle } from "../../src/keyspace/expiry.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { type Clock, ManualClock } from "../../src/util/clock.ts";
import { Random } from "../../src/util/random.ts";
import { collidingGroup } from "./colliding_keys.ts";
import { keysOf, newKeyspace, RecordingSink, setText, START } from "./recording.ts";

/** A clock of which each reading takes some time, as if work were done in between. */
class WorkingClock extends ManualClock {
  readings = 0;
  /** Milliseconds that pass with each reading of the monotonic clock. */
  cost: number;

  constructor(cost: number) {
    super(START);
    this.cost = cost;
  }

  override monotonic(): number {
    this.readings++;
    this.advance(this.cost);
    return super.monotonic();
  }
}

/** Keys `prefix:0`… in a database; those below `expired` are past their deadline, the others have `ttl` to go. */
function addKeys(
  keyspace: Keyspace,
  count: number,
  expired: number,
  options: { index?: number; ttl?: number } = {},
) {
  const { index = 0, ttl = 1_000_000 } = options;
  const database = keyspace.database(index);
  for (let i = 0; i < count; i++) {
    setText(database, `key:${i}`, "value");
    database.setExpiry(`key:${i}`, i < expired ? START - 1 : START + ttl);
  }
  return database;
}

/** A whole cycle at the default settings; the number of its slices. */
function runCycle(cycle: ExpireCycle, hz = 10, effort = 1): number {
  cycle.begin(hz, effort);
  let slices = 1;
  while (cycle.slice()) slices++;
  assert(!cycle.active);
  return slices;
}

function newCycle(keyspace: Keyspace, clock: Clock = new ManualClock(START)): ExpireCycle {
  return new ExpireCycle(keyspace, clock);
}

Deno.test("expire cycle: removes what has expired, with events, and nothing else", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 300, 300);
  setText(database, "lasting", "1");
  setText(database, "later", "1");
  database.setExpiry("later", START + 1);
  const sink = keyspace.sink = new RecordingSink();
  runCycle(newCycle(keyspace));
  assertEquals(database.size, 2);
  assertEquals(keyspace.expired, 300);
  assertEquals(sink.take().sort(), Array.from({ length: 300 }, (_, i) => `expired key:${i}`).sort());
  assertEquals(keyspace.dirty, 0);
});

Deno.test("expire cycle: of keys with equal hashes only those whose time is over go", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  const keys = [0, 1, 2, 3].flatMap(collidingGroup);
  keys.forEach((key, i) => {
    setText(database, key, "value");
    if (i % 3 > 0) database.setExpiry(key, i % 3 === 1 ? START - 1 : START + 1);
  });
  runCycle(newCycle(keyspace));
  assertEquals(keysOf(database).sort(), keys.filter((_, i) => i % 3 !== 1).sort());
  assertEquals(database.expiring, keys.filter((_, i) => i % 3 === 2).length);
  runCycle(newCycle(keyspace, new ManualClock(START + 2)));
  assertEquals(keysOf(database).sort(), keys.filter((_, i) => i % 3 === 0).sort());
  assertEquals(database.expiring, 0);
});

Deno.test("expire cycle: goes by the wall clock", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 5, 0, { ttl: 50 });
  // At its deadline itself a key is still there, as in Redis.
  const clock = new ManualClock(START + 50);
  const cycle = newCycle(keyspace, clock);
  runCycle(cycle);
  assertEquals(database.size, 5);
  clock.advance(1);
  runCycle(cycle);
  assertEquals(database.size, 0);
  assertEquals(keyspace.now, START + 51);
});

Deno.test("expire cycle: a slice takes a millisecond, a cycle its share of the period", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 20_000, 20_000);
  // 20 keys in a tenth of a millisecond.
  const clock = new WorkingClock(0.1);
  const cycle = newCycle(keyspace, clock);
  cycle.begin(10, 1);
  let slices = 0;
  for (let more = true; more;) {
    const before = database.size;
    const time = clock.now();
    more = cycle.slice();
    slices++;
    assert(before - database.size <= 11 * 20, `${before - database.size} keys in a slice`);
    assert(clock.now() - time <= 2);
  }
  // A quarter of a tenth of a second.
  assert(slices >= 22 && slices <= 25, `${slices}`);
  assertEquals(cycle.timeCapReached, 1);
  assertAlmostEquals(cycle.timeUsed, 25, 1.2);
  assert(database.size > 10_000);
});

Deno.test("expire cycle: effort gives it more time, more keys and less tolerance", () => {
  const keyspace = newKeyspace();
  addKeys(keyspace, 50_000, 50_000);
  const clock = new WorkingClock(0.1);
  const cycle = newCycle(keyspace, clock);
  runCycle(cycle, 10, 1);
  const usual = keyspace.expired;
  runCycle(cycle, 10, 10);
  const eager = keyspace.expired - usual;
  // 65 instead of 20 keys a round, 43 instead of 25 percent of the time.
  assert(eager > usual * 4.5 && eager < usual * 6.5, `${usual} and ${eager}`);
  assertAlmostEquals(cycle.timeUsed, 25 + 43, 2.5);
});

Deno.test("expire cycle: pauses keep the slices to their share of the time", () => {
  const keyspace = newKeyspace();
  addKeys(keyspace, 90_000, 90_000);
  const clock = new WorkingClock(0.1);
  const cycle = newCycle(keyspace, clock);
  for (const [effort, share] of [[1, 0.25], [10, 0.43]]) {
    const begin = clock.now();
    const used = cycle.timeUsed;
    cycle.begin(10, effort);
    while (cycle.slice()) {
      const pause = cycle.pause;
      assert(pause < 3.1 && pause >= 0);
      clock.advance(pause);
    }
    // A turn of the loop that comes late is made up for.
    assertAlmostEquals((cycle.timeUsed - used) / (clock.now() - begin), share, 0.03);
    cycle.begin(10, effort);
    cycle.slice();
    clock.advance(10);
    assertEquals(cycle.pause, 0);
    while (cycle.slice());
    assert(cycle.cutShort);
  }
});

Deno.test("expire cycle: goes on while more than a tenth of the keys had expired", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 10_000, 5000);
  const clock = new WorkingClock(0.0001);
  const cycle = newCycle(keyspace, clock);
  for (let i = 0; i < 60; i++) runCycle(cycle);
  const left = database.size - 5000;
  assert(left / database.size < 0.15, `${left} expired keys are left`);
  assert(left > 0, "not all are found at once");
});

Deno.test("expire cycle: where hardly anything has expired, a round of 20 keys is all", () => {
  const keyspace = newKeyspace();
  addKeys(keyspace, 10_000, 0);
  const clock = new WorkingClock(0.001);
  const cycle = newCycle(keyspace, clock);
  clock.readings = 0;
  runCycle(cycle);
  assert(clock.readings <= 4, `${clock.readings}`);
});

Deno.test("expire cycle: in the end every expired key is found", () => {
  for (const count of [1, 3, 50, 1000]) {
    const keyspace = newKeyspace();
    const database = addKeys(keyspace, 10_000, count);
    const cycle = newCycle(keyspace);
    // 10,000 keys, 20 in a cycle.
    for (let i = 0; i < 1100 && database.size > 10_000 - count; i++) runCycle(cycle);
    assertEquals(database.size, 10_000 - count);
  }
});

Deno.test("expire cycle: all databases, also when one of them takes all the time", () => {
  const keyspace = newKeyspace(40);
  const databases = Array.from({ length: 40 }, (_, index) => addKeys(keyspace, 400, 400, { index }));
  const cycle = newCycle(keyspace, new WorkingClock(0.02));
  for (let i = 0; i < 30; i++) runCycle(cycle);
  for (const database of databases) assertEquals(database.size, 0);
});

Deno.test("expire cycle: sixteen databases at a time, and all after a cycle that was cut short", () => {
  const keyspace = newKeyspace(40);
  const databases = Array.from({ length: 40 }, (_, index) => addKeys(keyspace, 3, 3, { index }));
  const empty = () => databases.filter((database) => database.size === 0).length;
  const clock = new WorkingClock(0);
  const cycle = newCycle(keyspace, clock);
  runCycle(cycle);
  assertEquals(empty(), 16);
  clock.cost = 30;
  runCycle(cycle);
  assertEquals(cycle.timeCapReached, 1);
  clock.cost = 0;
  runCycle(cycle);
  assertEquals(empty(), 40);
});

Deno.test("expire cycle: unused databases are not made", () => {
  const keyspace = newKeyspace(1000);
  addKeys(keyspace, 1, 1, { index: 999 });
  runCycle(newCycle(keyspace));
  assertEquals([...keyspace.databases()].length, 1);
  assertEquals(keyspace.expired, 1);
});

Deno.test("expire cycle: DEBUG SET-ACTIVE-EXPIRE and CLIENT PAUSE stop it, also in the middle", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 5000, 5000);
  const cycle = newCycle(keyspace, new WorkingClock(0.3));
  keyspace.activeExpire = false;
  runCycle(cycle);
  assertEquals(database.size, 5000);
  keyspace.activeExpire = true;
  cycle.begin(10, 1);
  assert(cycle.slice());
  const left = database.size;
  assert(left < 5000);
  cycle.isPaused = () => true;
  assert(!cycle.slice() && !cycle.active);
  runCycle(cycle);
  assertEquals(database.size, left);
  cycle.isPaused = () => false;
  runCycle(cycle);
  assert(database.size < left);
});

Deno.test("expire cycle: keys set, deleted and flushed in between", () => {
  const random = new Random(71);
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  const clock = new WorkingClock(0.01);
  const cycle = newCycle(keyspace, clock);
  const deadlines = new Map<string, number>();
  for (let round = 0; round < 3000; round++) {
    for (let i = random.below(20); i > 0; i--) {
      const key = `key:${random.below(3000)}`;
      const deadline = clock.now() + random.below(5000);
      setText(database, key, "value");
      database.setExpiry(key, deadline);
      deadlines.set(key, deadline);
    }
    if (random.below(500) === 0) {
      keyspace.clear(database);
      deadlines.clear();
    }
    cycle.begin(100, 1);
    cycle.slice();
    clock.advance(random.below(20));
  }
  for (const [key, deadline] of deadlines) {
    assert(database.has(key) || deadline < keyspace.now, "only expired keys are gone");
  }
  clock.advance(10_000);
  for (let i = 0; i < 100; i++) runCycle(cycle);
  assertEquals(database.size, 0);
  assertEquals(database.expiring, 0);
});

Deno.test("expire cycle: average time to live and share of expired keys", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 1000, 0, { ttl: 60_000 });
  const cycle = newCycle(keyspace);
  runCycle(cycle);
  assertAlmostEquals(database.averageTtl, 60_000);
  assertEquals(cycle.stalePercent, 0);
  for (let i = 0; i < 1000; i++) database.setExpiry(`key:${i}`, START + 120_000);
  for (let i = 0; i < 200; i++) runCycle(cycle);
  assertAlmostEquals(database.averageTtl, 120_000, 2000);
  for (let i = 0; i < 1000; i++) database.setExpiry(`key:${i}`, START - 1);
  runCycle(cycle);
  // The cycle found nothing but expired keys, and counts for a twentieth.
  assertAlmostEquals(cycle.stalePercent, 5);
  runCycle(cycle);
  assertEquals(database.averageTtl, 0);
  cycle.resetStatistics();
  assertEquals([cycle.stalePercent, cycle.timeCapReached], [0, 0]);
});

Deno.test("deadline walk: a round gives every key", () => {
  for (const count of [1, 2, 20, 63, 64, 1000, 5000]) {
    const keyspace = newKeyspace();
    const database = addKeys(keyspace, count, 0);
    const walk = new DeadlineWalk();
    const seen = new Set<string>();
    // The lanes are not equally far apart, and leave the beginnings of their first shards to the next round.
    for (let i = 0; i < count * 3 + 100; i++) {
      const [handle, deadline] = walk.next(database)!;
      assertEquals(deadline, START + 1_000_000);
      seen.add(database.keyOf(handle));
    }
    assertEquals(seen.size, count);
  }
});

Deno.test("deadline walk: what it gives is a fair sample, though the oldest keys stand together", () => {
  const keyspace = newKeyspace();
  // In each shard the first fifth has expired.
  const database = addKeys(keyspace, 100_000, 20_000);
  const walk = new DeadlineWalk();
  let total = 0;
  for (let sample = 0; sample < 20; sample++) {
    let expired = 0;
    for (let i = 0; i < 1000; i++) if (walk.next(database)![1] < START) expired++;
    assert(expired > 50 && expired < 400, `${expired} of 1,000 where 200 are to be expected`);
    total += expired;
  }
  assert(total > 3600 && total < 4400, `${total} of 20,000 where 4,000 are to be expected`);
});

Deno.test("deadline walk: without deadlines there is nothing to give", () => {
  const keyspace = newKeyspace();
  const database = addKeys(keyspace, 100, 0);
  const walk = new DeadlineWalk();
  assert(walk.next(database) !== undefined);
  keyspace.clear(database);
  assertEquals(walk.next(database), undefined);
  setText(database, "a", "1");
  assertEquals(walk.next(database), undefined);
  database.setExpiry("a", START);
  const [handle, deadline] = walk.next(database)!;
  assertEquals([database.keyOf(handle), deadline], ["a", START]);
});
