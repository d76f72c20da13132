import { assert, assertEquals } from "@std/assert";
import { NO_SLOT } from "../../src/data/slab_arena.ts";
import { LookupCache } from "../../src/keyspace/lookup_cache.ts";
import { Random } from "../../src/util/random.ts";

Deno.test("lookup cache: gives what was put last for a hash, or nothing", () => {
  const random = new Random(95);
  const cache = new LookupCache();
  const model = new Map<number, number>();
  let found = 0;
  let asked = 0;
  for (let i = 0; i < 200_000; i++) {
    const hash = random.below(1200) * 0x1000193 | 0;
    const draw = random.below(10);
    if (draw < 4) {
      const handle = (1 + random.below(2 ** 32 - 1)) | 0;
      cache.put(hash, handle);
      model.set(hash, handle);
    } else if (draw === 4) {
      const handle = model.get(hash);
      if (handle === undefined) continue;
      cache.remove(hash, handle);
      model.delete(hash);
    } else {
      const handle = cache.get(hash);
      if (handle !== NO_SLOT) assertEquals(handle, model.get(hash));
      if (!model.has(hash)) continue;
      asked++;
      if (handle !== NO_SLOT) found++;
    }
  }
  // There is room for 1,024 pairs.
  assert(found > asked * 0.5, `${found} of ${asked}`);
});

Deno.test("lookup cache: the four used last of a set stay", () => {
  const cache = new LookupCache();
  // Hashes that differ only above the bits that choose the set.
  const hashes = Array.from({ length: 6 }, (_, i) => (i + 1) << 24);
  for (const [i, hash] of hashes.entries()) cache.put(hash, i + 1);
  assertEquals(hashes.map((hash) => cache.get(hash)), [NO_SLOT, NO_SLOT, 3, 4, 5, 6]);
  cache.put(hashes[2], 33);
  cache.put(hashes[0], 11);
  assertEquals(hashes.map((hash) => cache.get(hash)), [11, NO_SLOT, 33, NO_SLOT, 5, 6]);
});

Deno.test("lookup cache: removal concerns one handle only", () => {
  const cache = new LookupCache();
  cache.put(5, 1);
  cache.put(5, 2);
  cache.remove(5, 1);
  assertEquals(cache.get(5), 2);
  cache.remove(5, 2);
  assertEquals(cache.get(5), NO_SLOT);
  cache.put(5, 3);
  assertEquals(cache.get(5), 3);
});

Deno.test("lookup cache: grows with the number of keys, and keeps what it knows", () => {
  const cache = new LookupCache();
  const before = cache.memory;
  cache.put(7, 1);
  cache.fit(600);
  assertEquals([cache.memory, cache.get(7)], [before, 1]);
  for (let size = 601; size < 100_000; size++) cache.fit(size);
  assertEquals(cache.get(7), 1);
  assert(cache.memory > 100_000 * 8 && cache.memory < 100_000 * 32);
});

Deno.test("lookup cache: while the sets are carried over, all is found and what is removed stays away", () => {
  const random = new Random(96);
  const cache = new LookupCache();
  const model = new Map<number, number>();
  let removed = 0;
  let lost = 0;
  for (let size = 1; size <= 50_000; size++) {
    const hash = random.uint32() | 0;
    cache.fit(size);
    cache.put(hash, size);
    model.set(hash, size);
    if (size % 7 !== 0) continue;
    // The one put last, and one of those before.
    for (const [known, handle] of [[hash, size], pickFirst(model)]) {
      const found = cache.get(known);
      if (found === NO_SLOT) lost++;
      else assertEquals(found, handle);
      removed++;
      cache.remove(known, handle);
      model.delete(known);
      assertEquals(cache.get(known), NO_SLOT);
    }
  }
  // Before it grows, a set of four ways is wanted by two and two thirds on average.
  assert(lost < removed * 0.15, `${lost} of ${removed} were crowded out`);
  lost = 0;
  for (const [hash, handle] of model) {
    const found = cache.get(hash);
    if (found === NO_SLOT) lost++;
    else assertEquals(found, handle);
  }
  assert(lost < model.size * 0.1, `${lost} of ${model.size} were crowded out`);
});

function pickFirst(model: Map<number, number>): [number, number] {
  return model.entries().next().value!;
}

Deno.test("lookup cache: shrinks when asked, and is empty then", () => {
  const cache = new LookupCache();
  const before = cache.memory;
  for (let size = 1; size < 10_000; size++) {
    cache.fit(size);
    cache.put(size, size);
    assertEquals(cache.get(size), size);
  }
  cache.fit(1);
  assert(cache.memory > before, "not by itself");
  cache.shrink();
  assertEquals(cache.memory, before);
  for (let hash = 1; hash < 10_000; hash++) assertEquals(cache.get(hash), NO_SLOT);
  cache.put(7, 1);
  cache.shrink();
  assertEquals(cache.get(7), 1, "there was nothing to give back");
});

/** What a cache of 256 sets should hold: of each set the four hashes stored last. */
class Model {
  readonly cache = new LookupCache();
  readonly #sets = new Map<number, { hash: number; handle: number }[]>();

  put(hash: number, handle: number): void {
    this.cache.put(hash, handle);
    const rest = this.#set(hash).filter((way) => way.hash !== hash);
    this.#sets.set(hash & 255, [{ hash, handle }, ...rest].slice(0, 4));
  }

  remove(hash: number, handle: number): void {
    this.cache.remove(hash, handle);
    for (const way of this.#set(hash)) if (way.hash === hash && way.handle === handle) way.handle = NO_SLOT;
  }

  check(hash: number): void {
    const way = this.#set(hash).find((way) => way.hash === hash);
    assertEquals(this.cache.get(hash), way?.handle ?? NO_SLOT, `hash ${hash}`);
  }

  #set(hash: number): { hash: number; handle: number }[] {
    return this.#sets.get(hash & 255) ?? [];
  }
}

Deno.test("lookup cache: a hash goes when four newer ones came to its set, not before", () => {
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    const model = new Model();
    // Six to a set, of all signs, and among them the one of which an empty cache is full.
    const hashes = [0, -1, 1 << 31, 256, -256];
    for (let i = 0; i < 60; i++) hashes.push((i % 10) | (random.uint32() << 8));
    for (let i = 0; i < 50_000; i++) {
      const hash = hashes[random.below(hashes.length)];
      const handle = (random.below(6) - 3) || 7;
      if (random.below(3) > 0) model.put(hash, handle);
      else model.remove(hash, handle);
      model.check(hash);
      model.check(hashes[random.below(hashes.length)]);
    }
    for (const hash of hashes) model.check(hash);
  }
});

Deno.test("lookup cache: the hash 0 is a hash like others", () => {
  const cache = new LookupCache();
  assertEquals(cache.get(0), NO_SLOT);
  cache.put(0, 9);
  assertEquals(cache.get(0), 9);
});
