import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type EvictionPolicy, type EvictionSettings, Evictor } from "../../src/keyspace/eviction.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { ManualClock } from "../../src/util/clock.ts";
import { collidingGroup } from "./colliding_keys.ts";
import { keysOf, newKeyspace, RecordingSink, setText, START } from "./recording.ts";

const VALUE = "v".repeat(100);

/** A clock that moves on with each reading. */
class WorkingClock extends ManualClock {
  cost = 0;

  override monotonic(): number {
    this.advance(this.cost);
    return super.monotonic();
  }
}

class Setup {
  readonly keyspace = newKeyspace(4);
  readonly clock = new WorkingClock(START);
  readonly evictor = new Evictor(this.keyspace, this.clock);
  #settings: EvictionSettings = { maxMemory: 0, policy: "noeviction", samples: 5, tenacity: 10 };

  configure(settings: Partial<EvictionSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.evictor.configure(this.#settings);
  }

  /** Adds keys `prefix0`… to a database. */
  add(prefix: string, count: number, index = 0): void {
    for (let i = 0; i < count; i++) setText(this.keyspace.database(index), `${prefix}${i}`, VALUE);
  }

  /** Limits memory to about this share of what the keys take. */
  limitTo(share: number): void {
    const used = this.keyspace.usedMemory();
    // A table that has grown with the number of keys stays while there is one left.
    const emptied = newKeyspace(4);
    for (const { index, size } of this.keyspace.databases()) {
      const database = emptied.database(index);
      for (let i = 0; i < size; i++) setText(database, `key:${i}`, "");
      for (let i = 1; i < size; i++) database.delete(`key:${i}`);
    }
    const floor = emptied.usedMemory();
    this.configure({ maxMemory: Math.floor(floor + (used - floor) * share) });
  }

  runToEnd(): void {
    for (let i = 0; i < 100_000; i++) if (this.evictor.run() !== "running") return;
    throw new Error("eviction does not end");
  }
}

function countOf(keyspace: Keyspace, prefix: string, index = 0): number {
  return keysOf(keyspace.database(index)).filter((key) => key.startsWith(prefix)).length;
}

Deno.test("eviction: below the limit, without one, or while paused nothing happens", () => {
  const setup = new Setup();
  setup.add("key:", 100);
  assertEquals(setup.evictor.run(), "ok");
  setup.configure({ policy: "allkeys-lru", maxMemory: setup.keyspace.usedMemory() });
  assertEquals(setup.evictor.run(), "ok");
  setup.configure({ maxMemory: setup.keyspace.usedMemory() - 1 });
  setup.evictor.isPaused = () => true;
  assertEquals(setup.evictor.run(), "ok");
  assertEquals(setup.keyspace.database(0).size, 100);
  setup.evictor.isPaused = () => false;
  assertEquals(setup.evictor.run(), "ok");
  assertEquals(setup.keyspace.database(0).size, 99);
});

Deno.test("eviction: noeviction fails, and so do volatile policies without volatile keys", () => {
  const setup = new Setup();
  setup.add("key:", 100);
  setup.limitTo(0.5);
  const policies: EvictionPolicy[] = [
    "noeviction",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
  ];
  for (const policy of policies) {
    setup.configure({ policy });
    assertEquals(setup.evictor.run(), "failed", policy);
  }
  assertEquals([setup.keyspace.database(0).size, setup.keyspace.evicted], [100, 0]);
});

Deno.test("eviction: every policy stops as soon as the limit is kept, with events", () => {
  const policies: EvictionPolicy[] = [
    ...["allkeys-lru", "allkeys-lfu", "allkeys-random"] as const,
    ...["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] as const,
  ];
  for (const policy of policies) {
    const setup = new Setup();
    const { keyspace } = setup;
    setup.configure({ policy });
    setup.add("key:", 1000);
    for (let i = 0; i < 1000; i++) keyspace.database(0).setExpiry(`key:${i}`, START + 1000 + i);
    const sink = keyspace.sink = new RecordingSink();
    setup.limitTo(0.4);
    setup.runToEnd();
    const left = keyspace.database(0).size;
    assert(!setup.evictor.isOverLimit, policy);
    assert(left >= 398 && left <= 400, `${policy}: ${left}`);
    assertEquals(keyspace.evicted, 1000 - left);
    assertEquals(keyspace.dirty, 0);
    const events = sink.take();
    assertEquals(events.length, 1000 - left);
    for (const event of events) assert(event.startsWith("evicted key:"), event);
  }
});

Deno.test("eviction: volatile policies leave keys without a deadline alone", () => {
  for (const policy of ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] as const) {
    const setup = new Setup();
    const { keyspace } = setup;
    setup.add("lasting:", 500);
    setup.add("volatile:", 500);
    for (let i = 0; i < 500; i++) keyspace.database(0).setExpiry(`volatile:${i}`, START + 100_000);
    setup.configure({ policy });
    setup.limitTo(0.75);
    setup.runToEnd();
    assertEquals(countOf(keyspace, "lasting:"), 500, policy);
    setup.limitTo(0.1);
    let result = setup.evictor.run();
    while (result === "running") result = setup.evictor.run();
    assertEquals(result, "failed", policy);
    assertEquals([countOf(keyspace, "lasting:"), countOf(keyspace, "volatile:")], [500, 0], policy);
  }
});

Deno.test("eviction: volatile-ttl takes the keys with the nearest deadlines", () => {
  const setup = new Setup();
  const { keyspace } = setup;
  setup.add("key:", 2000);
  for (let i = 0; i < 2000; i++) keyspace.database(0).setExpiry(`key:${i}`, START + 10_000 + i * 1000);
  setup.configure({ policy: "volatile-ttl", samples: 10 });
  setup.limitTo(0.5);
  setup.runToEnd();
  const survivors = keysOf(keyspace.database(0)).filter((key) => Number(key.slice(4)) >= 1000).length;
  // Exact sampling leaves about 959 of them.
  assert(survivors > 920, `${survivors} of the 1,000 latest are left`);
});

Deno.test("eviction: LRU takes the keys that were used longest ago", () => {
  for (const policy of ["allkeys-lru", "volatile-lru"] as const) {
    const setup = new Setup();
    const { keyspace } = setup;
    setup.configure({ policy });
    setup.add("key:", 2000);
    for (let i = 0; i < 2000; i++) {
      // One key a second is used: key:0 first, key:1999 last.
      keyspace.setTime(START + i * 1000);
      keyspace.database(0).setExpiry(`key:${i}`, START + 1e9);
      keyspace.database(0).find(`key:${i}`);
    }
    setup.limitTo(0.5);
    setup.runToEnd();
    const recent = keysOf(keyspace.database(0)).filter((key) => Number(key.slice(4)) >= 1000).length;
    // Five exactly random samples a time leave about 918 of them.
    assert(recent > 880, `${policy}: ${recent} of the 1,000 used last are left`);
  }
});

Deno.test("eviction: LFU takes the keys that are used least", () => {
  const setup = new Setup();
  const { keyspace } = setup;
  setup.configure({ policy: "allkeys-lfu" });
  assert(keyspace.accessClock.frequency);
  setup.add("hot:", 300);
  setup.add("cold:", 1700);
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 300; i++) keyspace.database(0).find(`hot:${i}`);
  }
  setup.limitTo(0.3);
  setup.runToEnd();
  const hot = countOf(keyspace, "hot:");
  assert(hot > 290, `${hot} of the 300 hot keys are left`);
});

Deno.test("eviction: random takes from everywhere", () => {
  const setup = new Setup();
  const { keyspace } = setup;
  setup.add("a:", 1000, 0);
  setup.add("b:", 1000, 2);
  setup.configure({ policy: "allkeys-random" });
  setup.limitTo(0.5);
  setup.runToEnd();
  const first = keysOf(keyspace.database(0)).map((key) => Number(key.slice(2)));
  const second = keyspace.database(2).size;
  // The databases take turns.
  assert(Math.abs(first.length - second) <= 1, `${first.length} and ${second}`);
  const early = first.filter((i) => i < 500).length;
  assert(early > 150 && early < 350, `${early} of ${first.length}`);
});

Deno.test("eviction: candidates that are gone meanwhile are passed over", () => {
  const setup = new Setup();
  const { keyspace } = setup;
  setup.configure({ policy: "allkeys-lru" });
  setup.add("key:", 100);
  setup.limitTo(0.99);
  setup.runToEnd();
  // The pool still names keys that go now.
  keyspace.clear(keyspace.database(0));
  setup.add("other:", 1000);
  keyspace.swap(0, 1);
  setup.limitTo(0.5);
  setup.runToEnd();
  assert(!setup.evictor.isOverLimit);
  assert(keyspace.database(1).size >= 498, `${keyspace.database(1).size}`);
});

Deno.test("eviction: a run takes no longer than the tenacity allows", () => {
  const evictedAt = (tenacity: number) => {
    const setup = new Setup();
    setup.add("key:", 3000);
    setup.configure({ policy: "allkeys-random", tenacity });
    setup.limitTo(0.1);
    // The clock is read after every sixteen keys.
    setup.clock.cost = 0.1;
    assertEquals(setup.evictor.run(), tenacity === 100 ? "ok" : "running");
    return setup.keyspace.evicted;
  };
  assertEquals(evictedAt(0), 16);
  assert(Math.abs(evictedAt(10) / 16 - 6) <= 1);
  assert(evictedAt(20) > 16 * 17 && evictedAt(20) < 16 * 25);
  assert(evictedAt(100) >= 2700);
});

Deno.test("eviction: the time over the limit is measured", () => {
  const setup = new Setup();
  const { clock, evictor } = setup;
  setup.add("key:", 100);
  setup.limitTo(0.5);
  clock.advance(1);
  assertEquals([evictor.currentExceededTime, evictor.totalExceededTime], [0, 0]);
  evictor.run();
  clock.advance(500);
  evictor.run();
  assertAlmostEquals(evictor.currentExceededTime, 500);
  setup.configure({ policy: "allkeys-lru", tenacity: 100 });
  clock.advance(250);
  assertEquals(evictor.run(), "ok");
  assertEquals(evictor.currentExceededTime, 0);
  assertAlmostEquals(evictor.totalExceededTime, 750);
  evictor.resetStatistics();
  assertEquals(evictor.totalExceededTime, 0);
});

Deno.test("eviction: keys of all sizes leave a figure that adds up", () => {
  const setup = new Setup();
  const { keyspace } = setup;
  for (let i = 0; i < 2000; i++) setText(keyspace.database(i % 2), `key:${i}`, "v".repeat((i * 37) % 20_000));
  setup.configure({ policy: "allkeys-random" });
  for (const share of [0.8, 0.5, 0.1]) {
    setup.limitTo(share);
    setup.runToEnd();
    assert(!setup.evictor.isOverLimit);
  }
  for (const database of keyspace.databases()) {
    for (const key of keysOf(database)) database.evict(key);
    assertEquals(database.arena.memory, 0);
    assertEquals(database.memory, newKeyspace().database(0).memory);
  }
});

Deno.test("eviction: keys with equal hashes, and long ones, go like the others", () => {
  const keys = [0, 1, 2].flatMap(collidingGroup);
  for (
    const policy of ["allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl"] as const
  ) {
    const setup = new Setup();
    const database = setup.keyspace.database(0);
    for (const key of keys) {
      setText(database, key, VALUE);
      database.setExpiry(key, START + 1000);
    }
    const before = database.memory;
    setup.configure({ policy, maxMemory: setup.keyspace.usedMemory() - 1 });
    assertEquals(setup.evictor.run(), "ok");
    assertEquals(database.size, keys.length - 1, policy);
    const [gone] = keys.filter((key) => !database.has(key));
    assert(before - database.memory >= gone.length + VALUE.length, `${gone.length} bytes of key count`);
    setup.configure({ maxMemory: 1, tenacity: 100 });
    assertEquals(setup.evictor.run(), "failed");
    assertEquals([database.size, database.expiring, database.arena.memory], [0, 0, 0], policy);
    assertEquals(setup.keyspace.evicted, keys.length);
  }
});
