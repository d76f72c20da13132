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

/** Handles by hash. */
export class LookupCache {
  #sets = new Int32Array(FEWEST_SETS * SET_SIZE);
  #mask = FEWEST_SETS - 1;

  /** Bytes of memory. */
  get memory(): number {
    return this.#sets.byteLength;
  }

  /** The handle remembered for the hash, or `NO_SLOT`. Several keys can have the hash. */
  get(hash: number): number {
    const sets = this.#sets;
    const place = (hash & this.#mask) * SET_SIZE;
    if (sets[place] === hash) return sets[place + 1];
    if (sets[place + 2] === hash) return sets[place + 3];
    if (sets[place + 4] === hash) return sets[place + 5];
    if (sets[place + 6] === hash) return sets[place + 7];
    return NO_SLOT;
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
  }

  /** Forgets a handle that is about to be freed. Must not be left out: its slot may hold another entry afterwards. */
  remove(hash: number, handle: number): void {
    const place = (hash & this.#mask) * SET_SIZE;
    for (let i = place; i < place + SET_SIZE; i += 2) {
      if (this.#sets[i] === hash && this.#sets[i + 1] === handle) this.#sets[i + 1] = NO_SLOT;
    }
  }

  /** Grows, empty, when `size` keys would crowd it. */
  fit(size: number): void {
    const sets = this.#mask + 1;
    if (size * 3 <= sets * WAYS * 2 || sets >= MOST_SETS) return;
    this.#resize(sets * 2);
  }

  /** Gives back what it has grown by. Nothing is remembered any more then: for a database that has lost all keys. */
  shrink(): void {
    if (this.#mask >= FEWEST_SETS) this.#resize(FEWEST_SETS);
  }

  #resize(sets: number): void {
    this.#sets = new Int32Array(sets * SET_SIZE);
    this.#mask = sets - 1;
  }
}
