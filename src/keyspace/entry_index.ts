/**
 * From keys to entries: an array of `Map`s by the key's hash, and the shortcut past them.
 *
 * @module
 */

import { NO_SLOT } from "../data/slab_arena.ts";
import type { Random } from "../util/random.ts";
import type { EntryArena } from "./entry_arena.ts";
import { type Key, textOf } from "./key.ts";
import { LookupCache } from "./lookup_cache.ts";

/**
 * Entries by their key's hash: the handle of the one entry with that hash, or of several, which is rare. Integers
 * alone make a `Map` that the garbage collector need not look into.
 */
export type Shard = Map<number, number | number[]>;

/** From this many keys with the same hash on they are found by a table of their own. */
const CROWD = 8;

/** Keys that {@linkcode EntryIndex.touch} takes at a time. */
export const MOST_TOUCHED = 64;

/**
 * The entries of one database. One V8 `Map` ends at 2^24 entries, and growing it holds the event loop for seconds; a
 * thousand small ones ("shards"), chosen by the hash's upper bits, do neither, and a shard is also the unit in which a
 * snapshot proceeds. The order (shard, hash) is the order of the hashes. On a node of a cluster the upper bits are the
 * key's slot, and there are as many shards as slots.
 */
export class EntryIndex {
  readonly shards: readonly Shard[];
  readonly #arena: EntryArena;
  readonly #shift: number;
  readonly #cache = new LookupCache();
  /**
   * By hash, the entries of those that many keys have, by key. Chance does not make such hashes, but somebody may
   * choose keys that have the same one; that must not make the look-up linear.
   */
  readonly #crowds = new Map<number, Map<string, number>>();
  #size = 0;
  readonly #handles = new Int32Array(MOST_TOUCHED);
  readonly #unknown = new Int32Array(MOST_TOUCHED);
  /** What {@linkcode touch} has read: something must depend on it, or it would not be read at all. */
  touched = 0;
  /** For each shard, the entries whose hash another one had before: those that its `Map`'s size does not count. */
  readonly #colliding: Int32Array;
  #collisions = 0;

  /** `shardCount` must be a power of two, at least 2. */
  constructor(arena: EntryArena, shardCount: number) {
    this.#arena = arena;
    this.#shift = 32 - Math.log2(shardCount);
    this.shards = Array.from({ length: shardCount }, () => new Map());
    this.#colliding = new Int32Array(shardCount);
  }

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Number of different hashes: the sizes of all shards together. */
  get hashes(): number {
    return this.#size - this.#collisions;
  }

  /** Number of entries of a shard. */
  count(shard: number): number {
    return this.shards[shard].size + this.#colliding[shard];
  }

  /** Memory of the shortcut, in bytes. */
  get cacheMemory(): number {
    return this.#cache.memory;
  }

  /** Number of the shard for a hash. */
  shardOf(hash: number): number {
    return hash >>> this.#shift;
  }

  /** The entry of `key`, whose hash is `hash`, or `NO_SLOT`. */
  locate(key: Key, hash: number): number {
    const cached = this.#cache.get(hash);
    if (cached !== NO_SLOT && this.#arena.matches(cached, key)) return cached;
    const found = this.shards[hash >>> this.#shift].get(hash);
    if (found === undefined) return NO_SLOT;
    const handle = typeof found === "number" ? this.#ifMatching(found, key) : this.#among(found, key, hash);
    if (handle !== NO_SLOT) this.#cache.put(hash, handle);
    return handle;
  }

  /**
   * Reads one byte of everything that look-ups of these hashes will read, first all places in the cache, then all
   * entries: reads that do not depend on each other are waited for together. At most {@linkcode MOST_TOUCHED} hashes.
   */
  touch(hashes: Int32Array, count: number): void {
    const unknown = this.#unknown;
    const found = this.#cache.getAll(hashes, count, this.#handles, unknown);
    this.touched = this.#arena.touch(this.#handles, found);
    let present = 0;
    for (let i = 0; i < count - found; i++) {
      if (this.shards[unknown[i] >>> this.#shift].has(unknown[i])) present++;
    }
    this.touched += present;
  }

  /** Adds the entry of a key that has none yet. */
  add(hash: number, handle: number): void {
    const map = this.shards[hash >>> this.#shift];
    const found = map.get(hash);
    if (found === undefined) map.set(hash, handle);
    else this.#join(map, found, hash, handle);
    this.#cache.fit(++this.#size);
    this.#cache.put(hash, handle);
  }

  /** Puts another entry of the same key in the place of `old`. */
  replace(hash: number, old: number, handle: number): void {
    const map = this.shards[hash >>> this.#shift];
    const found = map.get(hash)!;
    if (typeof found === "number") map.set(hash, handle);
    else {
      found[found.indexOf(old)] = handle;
      this.#crowds.get(hash)?.set(this.#arena.key(handle), handle);
    }
    this.#cache.remove(hash, old);
    this.#cache.put(hash, handle);
  }

  /** Takes an entry out. */
  remove(hash: number, handle: number): void {
    const map = this.shards[hash >>> this.#shift];
    const found = map.get(hash)!;
    this.#cache.remove(hash, handle);
    if (--this.#size === 0) this.#cache.shrink();
    if (typeof found === "number") map.delete(hash);
    else {
      this.#countCollision(hash, -1);
      found.splice(found.indexOf(handle), 1);
      this.#crowds.get(hash)?.delete(this.#arena.key(handle));
      if (found.length > 1) return;
      map.set(hash, found[0]);
      this.#crowds.delete(hash);
    }
  }

  /** All entries. None may be added or removed meanwhile. */
  *handles(): Iterable<number> {
    for (const shard of this.shards) yield* handlesOf(shard);
  }

  /** Up to `most` entries of a shard. */
  handlesIn(shard: number, most: number): number[] {
    const handles: number[] = [];
    if (most <= 0) return handles;
    for (const handle of handlesOf(this.shards[shard])) if (handles.push(handle) >= most) break;
    return handles;
  }

  /** An entry drawn uniformly, or `NO_SLOT` if there is none. */
  random(random: Random): number {
    if (this.#size === 0) return NO_SLOT;
    let left = random.below(this.#size);
    let shard = 0;
    for (let count = this.count(0); left >= count; count = this.count(++shard)) left -= count;
    return nthHandle(this.shards[shard], left);
  }

  /** One of the entries with that hash, which must occur. */
  withHash(hash: number, random: Random): number {
    return pick(this.shards[hash >>> this.#shift].get(hash)!, random);
  }

  #ifMatching(handle: number, key: Key): number {
    return this.#arena.matches(handle, key) ? handle : NO_SLOT;
  }

  #join(map: Shard, found: number | number[], hash: number, handle: number): void {
    this.#countCollision(hash, 1);
    if (typeof found === "number") map.set(hash, [found, handle]);
    else this.#joinMany(found, hash, handle);
  }

  #countCollision(hash: number, change: 1 | -1): void {
    this.#colliding[hash >>> this.#shift] += change;
    this.#collisions += change;
  }

  #joinMany(handles: number[], hash: number, handle: number): void {
    handles.push(handle);
    const crowd = this.#crowds.get(hash);
    if (crowd !== undefined) crowd.set(this.#arena.key(handle), handle);
    else if (handles.length >= CROWD) {
      this.#crowds.set(hash, new Map(handles.map((each) => [this.#arena.key(each), each])));
    }
  }

  #among(handles: number[], key: Key, hash: number): number {
    const crowd = this.#crowds.get(hash);
    if (crowd !== undefined) return crowd.get(textOf(key)) ?? NO_SLOT;
    return handles.find((handle) => this.#arena.matches(handle, key)) ?? NO_SLOT;
  }
}

function* handlesOf(shard: Shard): Iterable<number> {
  for (const found of shard.values()) {
    if (typeof found === "number") yield found;
    else yield* found;
  }
}

/** The entry number `n`, which the shard must have. */
function nthHandle(shard: Shard, n: number): number {
  let left = n;
  for (const found of shard.values()) {
    const count = typeof found === "number" ? 1 : found.length;
    if (left < count) return typeof found === "number" ? found : found[left];
    left -= count;
  }
  return NO_SLOT;
}

function pick(found: number | number[], random: Random): number {
  return typeof found === "number" ? found : found[random.below(found.length)];
}
