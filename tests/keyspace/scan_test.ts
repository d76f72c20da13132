import { assert, assertEquals } from "@std/assert";
import { keyHash } from "../../src/keyspace/key.ts";
import { ShardScanner } from "../../src/keyspace/scan.ts";
import { Random } from "../../src/util/random.ts";
import { collidingGroup, findCollisions } from "./colliding_keys.ts";

const SHARDS = 16;

/** Maps by the high bits of the hash, as a database has them. A key's handle is its place among all keys ever seen. */
class Shards {
  readonly maps = Array.from({ length: SHARDS }, () => new Map<number, number | number[]>());
  readonly #keys: string[] = [];
  readonly #handles = new Map<string, number>();

  add(key: string): void {
    const handle = this.#handleOf(key);
    const map = this.#mapOf(key);
    const found = map.get(keyHash(key));
    if (found === undefined) map.set(keyHash(key), handle);
    else if (typeof found !== "number") {
      if (!found.includes(handle)) found.push(handle);
    } else if (found !== handle) map.set(keyHash(key), [found, handle]);
  }

  delete(key: string): void {
    const handle = this.#handleOf(key);
    const map = this.#mapOf(key);
    const found = map.get(keyHash(key));
    if (found === handle) map.delete(keyHash(key));
    else if (typeof found === "object" && found.includes(handle)) {
      found.splice(found.indexOf(handle), 1);
      if (found.length === 1) map.set(keyHash(key), found[0]);
    }
  }

  keys(): string[] {
    return this.maps.flatMap((map) => [...map.values()].flat().map((handle) => this.keyOf(handle)));
  }

  keyOf(handle: number): string {
    return this.#keys[handle];
  }

  #mapOf(key: string): Map<number, number | number[]> {
    return this.maps[keyHash(key) >>> 28];
  }

  #handleOf(key: string): number {
    let handle = this.#handles.get(key);
    if (handle === undefined) {
      handle = this.#keys.push(key) - 1;
      this.#handles.set(key, handle);
    }
    return handle;
  }
}

/** A whole scan; `between` is called after each step. The keys found, and the number of steps. */
function scan(
  scanner: ShardScanner,
  shards: Shards,
  count: number,
  between: () => void = () => {},
): { found: string[]; steps: number } {
  const found: string[] = [];
  let steps = 0;
  let cursor = 0;
  do {
    cursor = scanner.step(shards.maps, cursor, count, (handle) => found.push(shards.keyOf(handle)));
    assert(Number.isSafeInteger(cursor) && cursor >= 0);
    assert(++steps < 1_000_000, "the scan does not end");
    between();
  } while (cursor !== 0);
  return { found, steps };
}

Deno.test("scan: an undisturbed scan gives every key once, whatever the count", () => {
  const scanner = new ShardScanner();
  for (const size of [0, 1, 5, 100, 3000]) {
    const shards = new Shards();
    for (let i = 0; i < size; i++) shards.add(`key:${i}`);
    for (const count of [1, 3, 10, 1000, 1_000_000]) {
      const { found, steps } = scan(scanner, shards, count);
      assertEquals(found.sort(), shards.keys().sort(), `${size} keys, count ${count}`);
      assert(steps <= 1 + SHARDS + Math.ceil(size / count));
    }
  }
});

Deno.test("scan: a step gives about as many keys as asked for", () => {
  const shards = new Shards();
  for (let i = 0; i < 20_000; i++) shards.add(`key:${i}`);
  const scanner = new ShardScanner();
  let cursor = 0;
  do {
    let visited = 0;
    cursor = scanner.step(shards.maps, cursor, 100, () => visited++);
    assert(visited <= 110, `${visited}`);
  } while (cursor !== 0);
});

/** Adds and removes keys that are not among the ones to be found. */
function disturb(shards: Shards, random: Random, changes: number): void {
  for (let i = 0; i < changes; i++) {
    const key = `passing:${random.below(5000)}`;
    if (random.below(2) === 0) shards.add(key);
    else shards.delete(key);
  }
}

Deno.test("scan: a key that is there from start to end is found, whatever changes meanwhile", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new Random(seed);
    const shards = new Shards();
    disturb(shards, random, seed * 500);
    const lasting = Array.from({ length: 1000 }, (_, i) => `lasting:${i}`);
    for (const key of lasting) shards.add(key);
    const doomed = Array.from({ length: 2000 }, (_, i) => `doomed:${i}`);
    for (const key of doomed) shards.add(key);
    let deleted = 0;
    const { found } = scan(new ShardScanner(), shards, 1 + random.below(30), () => {
      disturb(shards, random, random.below(400));
      // Deletions in bulk make the maps shrink and rehash.
      for (let i = random.below(60); i > 0 && deleted < doomed.length; i--) shards.delete(doomed[deleted++]);
    });
    const seen = new Set(found);
    assertEquals(lasting.filter((key) => !seen.has(key)), [], `seed ${seed}`);
  }
});

Deno.test("scan: several scans at once, each complete", () => {
  const random = new Random(61);
  const shards = new Shards();
  const lasting = Array.from({ length: 2000 }, (_, i) => `lasting:${i}`);
  for (const key of lasting) shards.add(key);
  const scanner = new ShardScanner();
  const scans = Array.from({ length: 20 }, () => ({ cursor: 0, found: new Set<string>(), isDone: false }));
  while (scans.some((one) => !one.isDone)) {
    const one = scans[random.below(scans.length)];
    if (one.isDone) continue;
    one.cursor = scanner.step(
      shards.maps,
      one.cursor,
      1 + random.below(20),
      (handle) => one.found.add(shards.keyOf(handle)),
    );
    one.isDone = one.cursor === 0;
    disturb(shards, random, 20);
  }
  for (const { found } of scans) assertEquals(lasting.filter((key) => !found.has(key)), []);
});

Deno.test("scan: keys deleted between two steps are not given", () => {
  const shards = new Shards();
  for (let i = 0; i < 5000; i++) shards.add(`key:${i}`);
  const scanner = new ShardScanner();
  let cursor = scanner.step(shards.maps, 0, 10, () => {});
  for (const key of shards.keys()) shards.delete(key);
  const late: string[] = [];
  while (cursor !== 0) {
    cursor = scanner.step(shards.maps, cursor, 10, (handle) => late.push(shards.keyOf(handle)));
  }
  assertEquals(late, []);
});

Deno.test("scan: the visitor may delete what it is given", () => {
  for (const count of [1, 50, 1_000_000]) {
    const shards = new Shards();
    for (let i = 0; i < 3000; i++) shards.add(`key:${i}`);
    const colliding = [1, 2, 3].flatMap(collidingGroup);
    for (const key of colliding) shards.add(key);
    const scanner = new ShardScanner();
    let cursor = 0;
    let visited = 0;
    do {
      cursor = scanner.step(shards.maps, cursor, count, (handle) => {
        shards.delete(shards.keyOf(handle));
        visited++;
      });
    } while (cursor !== 0);
    assertEquals([visited, shards.keys()], [3000 + colliding.length, []]);
  }
});

Deno.test("scan: cursors that nobody gave out", () => {
  const shards = new Shards();
  for (let i = 0; i < 500; i++) shards.add(`key:${i}`);
  const scanner = new ShardScanner();
  const random = new Random(62);
  const cursors = [1, 2 ** 32 - 1, 2 ** 32 * SHARDS, 2 ** 32 * SHARDS + 5, 2 ** 53 - 1, 1.8e19];
  for (let i = 0; i < 200; i++) cursors.push(random.below(2 ** 37));
  for (let cursor of cursors) {
    let steps = 0;
    while (cursor !== 0 && steps++ < 1000) cursor = scanner.step(shards.maps, cursor, 10, () => {});
    assertEquals(cursor, 0);
  }
});

Deno.test("scan: keys with equal hashes come together", () => {
  const groups = [...findCollisions(new Random(63), 200_000), ...[0, 1, 2, -3].map(collidingGroup)];
  assert(groups.length > 4);
  const shards = new Shards();
  for (const key of groups.flat()) shards.add(key);
  for (let i = 0; i < 2000; i++) shards.add(`other:${i}`);
  for (const count of [1, 7, 100_000]) {
    const { found } = scan(new ShardScanner(), shards, count);
    assertEquals(found.toSorted(), shards.keys().sort());
    for (const group of groups) {
      const places = group.map((key) => found.indexOf(key));
      assertEquals(Math.max(...places) - Math.min(...places), group.length - 1);
    }
  }
});

Deno.test("scan: keys with equal hashes that come and go do not hide each other", () => {
  const random = new Random(64);
  const groups = Array.from({ length: 40 }, (_, i) => collidingGroup(random.uint32() + i));
  const lasting = groups.map((group) => group[0]);
  const passing = groups.flatMap((group) => group.slice(1));
  const shards = new Shards();
  // Half of the lasting keys come first in their arrays, half last.
  for (const key of lasting.slice(20)) shards.add(key);
  for (const key of passing) shards.add(key);
  for (const key of lasting.slice(0, 20)) shards.add(key);
  const scanner = new ShardScanner();
  for (let round = 0; round < 100; round++) {
    const { found } = scan(scanner, shards, 1 + random.below(5), () => {
      for (let i = 0; i < 20; i++) {
        const key = passing[random.below(passing.length)];
        if (random.below(2) === 0) shards.add(key);
        else shards.delete(key);
      }
    });
    assertEquals(lasting.filter((key) => !found.includes(key)), []);
  }
});
