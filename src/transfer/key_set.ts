/**
 * Keys that were met, each in 16 to 32 bytes.
 *
 * @module
 */

const INITIAL_PLACES = 1024;
/** Seed and odd factor of each half of the hash: those of FNV, and others. */
const HALVES = [[0x811c9dc5, 16_777_619], [0x2f0b4c47, 0x5bd1e995]] as const;

/** Tells keys that come again, by a hash of 63 bits: with ten million keys it errs once in 180,000 runs. */
export class KeySet {
  #table = new Uint32Array(2 * INITIAL_PLACES);
  #size = 0;

  /** Adds the key of a database. False if it was there. */
  add(database: number, key: string): boolean {
    if (2 * this.#size >= this.#table.length / 2) this.#grow();
    const first = hash(HALVES[0][0] ^ database, HALVES[0][1], key);
    // Never zero, by which free places are told.
    const second = (hash(HALVES[1][0] ^ database, HALVES[1][1], key) | 1) >>> 0;
    if (!insert(this.#table, first, second)) return false;
    this.#size++;
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) insert(this.#table, old[i], old[i + 1]);
    }
  }
}

/** Puts a pair into an open table of pairs. False if it was there. */
function insert(table: Uint32Array, first: number, second: number): boolean {
  const mask = table.length / 2 - 1;
  let place = first & mask;
  for (; table[2 * place + 1] !== 0; place = (place + 1) & mask) {
    if (table[2 * place] === first && table[2 * place + 1] === second) return false;
  }
  table[2 * place] = first;
  table[2 * place + 1] = second;
  return true;
}

/** FNV-1a (Fowler, Noll, Vo) over the bytes, its bits mixed at the end as in MurmurHash3 (Appleby). */
function hash(seed: number, factor: number, key: string): number {
  let value = seed;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), factor);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
