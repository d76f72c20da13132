/**
 * Hash index that finds small integers by 32-bit hashes: open addressing with linear probing, backward-shift deletion
 * (Knuth, TAOCP vol. 3, 6.4, algorithm R), and incremental rehashing in two tables as in Redis's dict.
 *
 * It stores the hash beside each id, so that a probe looks at the element itself only when all 32 bits agree, and
 * moving to a larger table touches no element.
 *
 * Costs: look-up, insertion and removal O(1) expected. While two tables are there, each insertion and removal moves a few
 * slots, so that none takes long however large the index is. Memory: 8 bytes for each slot, of
 * which 3/8 to 3/4 are in use while the index grows.
 *
 * @module
 */

const SMALLEST = 8;
const EMPTY = 0;
/** A slot of the old table whose entry was moved or removed; the chains that pass it must stay whole. */
const VACATED = -1;
/**
 * Slots of the old table that each change moves while growing, when 3/4 of them are in use, and while shrinking, when
 * 1/16 is. So the old table is empty before the new one is full: that has room for another 3/4 of the old slots, or 1/8.
 */
const MOVED_GROWING = 8;
const MOVED_SHRINKING = 32;
/** An index of this size or larger shrinks to a quarter when a sixteenth is in use. */
const SHRINKABLE = 64;

/** Ids by hash. Several ids may have the same hash; the owner tells them apart. */
export class ByteIndex {
  /** Slots of two numbers: id + 1 or EMPTY, and hash. */
  #table = new Int32Array(2 * SMALLEST);
  #mask = SMALLEST - 1;
  /** The table that is being emptied, and how many of its slots have been. */
  #old: Int32Array | null = null;
  #moved = 0;
  #size = 0;

  /** Bytes of memory. */
  get byteLength(): number {
    return this.#table.byteLength + (this.#old?.byteLength ?? 0);
  }

  /** Whether there are two tables at present. */
  get isRehashing(): boolean {
    return this.#old !== null;
  }

  /**
   * The `nth` id (from 0) whose hash is `hash`, or -1: the owner asks for the next as long as elements differ, which
   * of 2^32 hashes hardly ever happens. Nothing must change between the calls.
   */
  find(hash: number, nth: number): number {
    const table = this.#table;
    const mask = this.#mask;
    let slot = hash & mask;
    for (let entry = table[2 * slot]; entry !== EMPTY; entry = table[2 * slot]) {
      if (table[2 * slot + 1] === hash && nth-- === 0) return entry - 1;
      slot = (slot + 1) & mask;
    }
    return this.#old === null ? -1 : findInOld(this.#old, hash, nth);
  }

  /** Adds an id that is not there. */
  insert(id: number, hash: number): void {
    if (this.#old !== null) this.#move();
    if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) this.#resize(2 * (this.#mask + 1));
    this.#size++;
    put(this.#table, this.#mask, id + 1, hash);
  }

  /** Removes an id that is there. */
  remove(id: number, hash: number): void {
    this.#size--;
    if (!this.#removeFromTable(id + 1, hash)) vacate(this.#old!, id + 1, hash);
    if (this.#old !== null) this.#move();
    const slots = this.#mask + 1;
    if (this.#old === null && slots >= SHRINKABLE && 16 * this.#size <= slots) this.#resize(slots >> 2);
  }

  /** Replaces every id by `ids[id]`; not while rehashing. */
  renumber(ids: Int32Array): void {
    const table = this.#table;
    for (let i = 0; i < table.length; i += 2) if (table[i] !== EMPTY) table[i] = ids[table[i] - 1] + 1;
  }

  /** For each table, the one that is being emptied first: how many ids have each slot as their home. For statistics. */
  homes(): Int32Array[] {
    const tables = this.#old === null ? [this.#table] : [this.#old, this.#table];
    return tables.map(countHomes);
  }

  clone(): ByteIndex {
    const copy = new ByteIndex();
    copy.#table = this.#table.slice();
    copy.#mask = this.#mask;
    copy.#old = this.#old === null ? null : this.#old.slice();
    copy.#moved = this.#moved;
    copy.#size = this.#size;
    return copy;
  }

  #removeFromTable(entry: number, hash: number): boolean {
    const table = this.#table;
    const mask = this.#mask;
    let slot = hash & mask;
    while (table[2 * slot] !== entry) {
      if (table[2 * slot] === EMPTY) return false;
      slot = (slot + 1) & mask;
    }
    closeGap(table, mask, slot);
    return true;
  }

  /** Begins to move everything to a table of another size; the limits see to it that the last move is over. */
  #resize(slots: number): void {
    this.#old = this.#table;
    this.#moved = 0;
    this.#table = new Int32Array(2 * slots);
    this.#mask = slots - 1;
  }

  /** Moves the entries of the next few slots of the old table. */
  #move(): void {
    const old = this.#old!;
    const count = old.length < this.#table.length ? MOVED_GROWING : MOVED_SHRINKING;
    const end = Math.min(old.length, this.#moved + 2 * count);
    for (let i = this.#moved; i < end; i += 2) {
      const entry = old[i];
      if (entry === EMPTY || entry === VACATED) continue;
      put(this.#table, this.#mask, entry, old[i + 1]);
      old[i] = VACATED;
    }
    this.#moved = end;
    if (end === old.length) this.#old = null;
  }
}

function countHomes(table: Int32Array): Int32Array {
  const counts = new Int32Array(table.length >> 1);
  for (let i = 0; i < table.length; i += 2) {
    if (table[i] !== EMPTY && table[i] !== VACATED) counts[table[i + 1] & (counts.length - 1)]++;
  }
  return counts;
}

function put(table: Int32Array, mask: number, entry: number, hash: number): void {
  let slot = hash & mask;
  while (table[2 * slot] !== EMPTY) slot = (slot + 1) & mask;
  table[2 * slot] = entry;
  table[2 * slot + 1] = hash;
}

function findInOld(table: Int32Array, hash: number, nth: number): number {
  const mask = (table.length >> 1) - 1;
  let slot = hash & mask;
  for (let entry = table[2 * slot]; entry !== EMPTY; entry = table[2 * slot]) {
    if (table[2 * slot + 1] === hash && entry !== VACATED && nth-- === 0) return entry - 1;
    slot = (slot + 1) & mask;
  }
  return -1;
}

function vacate(table: Int32Array, entry: number, hash: number): void {
  const mask = (table.length >> 1) - 1;
  let slot = hash & mask;
  while (table[2 * slot] !== entry) slot = (slot + 1) & mask;
  table[2 * slot] = VACATED;
}

/** Empties a slot and moves entries behind it up, so that every chain is whole again. */
function closeGap(table: Int32Array, mask: number, gap: number): void {
  let slot = gap;
  for (;;) {
    slot = (slot + 1) & mask;
    if (table[2 * slot] === EMPTY) break;
    const home = table[2 * slot + 1] & mask;
    // The entry may move unless its home lies behind the gap: cyclically in (gap, slot].
    if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
    table[2 * gap] = table[2 * slot];
    table[2 * gap + 1] = table[2 * slot + 1];
    gap = slot;
  }
  table[2 * gap] = EMPTY;
}
