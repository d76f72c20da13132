/**
 * A shortcut from a key's hash to its entry, past the `Map`s.
 *
 * A look-up in a `Map` among millions of entries touches four places in memory that are in no cache: the table's
 * header, the bucket, the chain, and then the entry itself. Here it is one place and the entry, which proves by its
 * key that it is the right one. What is not found here is looked for in the `Map`, which stays the truth; the cache
 * may be dropped at any time.
 *
 * It is set-associative with four ways, like a processor's cache: a set is 32 bytes, four pairs of hash and handle.
 * There are one and a half to three ways a key.
 *
 * @module
 */

import { NO_SLOT } from "../data/slab_arena.ts";

/** Integers of a set: hash and handle of each way, the way used last first. */
const SET_SIZE = 8;
const WAYS = 4;
const FEWEST_SETS = 256;
/** Ways for 67 million keys, 512 MiB. */
const MOST_SETS = 1 << 24;

/** Sets that each `put` carries over after the table has grown. */
const SETS_PER_MOVE = 4;

/** Handles by hash. */
export class LookupCache {
  #sets = new Int32Array(FEWEST_SETS * SET_SIZE);
  #mask = FEWEST_SETS - 1;
  /** The table before it grew, whose sets from `#moved` on are still to be carried over; null if all have been. */
  #old: Int32Array | null = null;
  #moved = 0;
  /** What {@linkcode getAll} has read: something must depend on it, or it would not be read at all. */
  touched = 0;

  /** Bytes of memory. */
  get memory(): number {
    return this.#sets.byteLength + (this.#old?.byteLength ?? 0);
  }

  /** The handle remembered for the hash, or `NO_SLOT`. Several keys can have the hash. */
  get(hash: number): number {
    const sets = this.#sets;
    const place = (hash & this.#mask) * SET_SIZE;
    if (sets[place] === hash) return sets[place + 1];
    if (sets[place + 2] === hash) return sets[place + 3];
    if (sets[place + 4] === hash) return sets[place + 5];
    if (sets[place + 6] === hash) return sets[place + 7];
    return this.#old === null ? NO_SLOT : this.#getOld(this.#old, hash);
  }

  /**
   * Looks up many hashes: first reads from all their sets, for nothing but to wait for them together, then puts what
   * {@linkcode get} answers into `handles`, and the hashes for which nothing is remembered into `unknown`. Answers how
   * many handles that are.
   */
  getAll(hashes: Int32Array, count: number, handles: Int32Array, unknown: Int32Array): number {
    const sets = this.#sets;
    const mask = this.#mask;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += sets[(hashes[i] & mask) * SET_SIZE];
    this.touched = sum;
    let found = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      const handle = this.get(hash);
      handles[found] = handle;
      unknown[i - found] = hash;
      if (handle !== NO_SLOT) found++;
    }
    return found;
  }

  /** Remembers a handle for the hash; the set's eldest is forgotten. */
  put(hash: number, handle: number): void {
    const sets = this.#sets;
    const place = (hash & this.#mask) * SET_SIZE;
    let way = 0;
    while (way < WAYS - 1 && sets[place + way * 2] !== hash) way++;
    for (let i = place + way * 2 + 1; i > place + 1; i--) sets[i] = sets[i - 2];
    sets[place] = hash;
    sets[place + 1] = handle;
    if (this.#old !== null) this.#move(this.#old, SETS_PER_MOVE);
  }

  /** Forgets a handle that is about to be freed. Must not be left out: its slot may hold another entry afterwards. */
  remove(hash: number, handle: number): void {
    forget(this.#sets, (hash & this.#mask) * SET_SIZE, hash, handle);
    if (this.#old !== null) forget(this.#old, (hash & (this.#mask >> 1)) * SET_SIZE, hash, handle);
  }

  /**
   * Grows when `size` keys would crowd it. The old sets are carried over a few at a time, so that no single command
   * pays for all of them.
   */
  fit(size: number): void {
    const sets = this.#mask + 1;
    if (size * 3 <= sets * WAYS * 2 || sets >= MOST_SETS) return;
    if (this.#old !== null) this.#move(this.#old, sets);
    this.#old = this.#sets;
    this.#moved = 0;
    this.#sets = new Int32Array(sets * 2 * SET_SIZE);
    this.#mask = sets * 2 - 1;
  }

  /** Gives back what it has grown by. Nothing is remembered any more then: for a database that has lost all keys. */
  shrink(): void {
    if (this.#mask < FEWEST_SETS) return;
    this.#old = null;
    this.#sets = new Int32Array(FEWEST_SETS * SET_SIZE);
    this.#mask = FEWEST_SETS - 1;
  }

  #getOld(old: Int32Array, hash: number): number {
    const set = hash & (this.#mask >> 1);
    if (set < this.#moved) return NO_SLOT;
    for (let i = set * SET_SIZE; i < (set + 1) * SET_SIZE; i += 2) if (old[i] === hash) return old[i + 1];
    return NO_SLOT;
  }

  /** Carries over up to `count` sets. Each of them is divided between two sets of the new table. */
  #move(old: Int32Array, count: number): void {
    const end = Math.min(this.#moved + count, old.length / SET_SIZE);
    for (let i = this.#moved * SET_SIZE; i < end * SET_SIZE; i += 2) {
      if (old[i + 1] !== NO_SLOT) this.#putIfFree(old[i], old[i + 1]);
    }
    this.#moved = end;
    if (end * SET_SIZE === old.length) this.#old = null;
  }

  /** Takes over what was in the old table, unless newer handles fill the set or one stands for the hash. */
  #putIfFree(hash: number, handle: number): void {
    const sets = this.#sets;
    const place = (hash & this.#mask) * SET_SIZE;
    for (let i = place; i < place + SET_SIZE; i += 2) {
      if (sets[i + 1] !== NO_SLOT && sets[i] !== hash) continue;
      if (sets[i + 1] === NO_SLOT) {
        sets[i] = hash;
        sets[i + 1] = handle;
      }
      return;
    }
  }
}

function forget(sets: Int32Array, place: number, hash: number, handle: number): void {
  for (let i = place; i < place + SET_SIZE; i += 2) {
    if (sets[i] === hash && sets[i + 1] === handle) sets[i + 1] = NO_SLOT;
  }
}
