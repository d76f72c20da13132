/**
 * Hash table of byte strings, each with an optional value: the members of sets and sorted sets, the fields of hashes.
 *
 * An element is a record (lengths, key, value) in a slot of the arena for collections, or in memory of its own if it is
 * larger than any slot. Elements have ids, small integers that stay until the element is removed and are given out
 * again afterwards, so that owners can keep more about an element in arrays of their own.
 *
 * Besides the {@link ByteIndex} there is the dense order of Briggs and Torczon ("An efficient representation for sparse
 * sets", 1993): positions 0 to size - 1, where a removed element's place is taken by the last one. A uniform draw is a
 * random position. And since elements only ever move to lower positions, a scan from the end to the start meets every
 * element that is there all the time, whatever else is added or removed.
 *
 * Costs: find, add, remove, draw O(1) expected, without allocation except when arrays grow. Memory: 12 bytes for each
 * id, 11 to 21 for the index, 4 for the lengths, and what the slot is rounded up by.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { type ByteSlice, equalPieces } from "../util/byte_slice.ts";
import { hashPiece } from "./byte_hash.ts";
import { ByteIndex } from "./byte_index.ts";
import { collectionArena } from "./memory_block.ts";
import { LARGEST_SLOT, NO_SLOT } from "./slab_arena.ts";

/** No element. */
export const ABSENT = -1;

const SMALLEST_CAPACITY = 8;
/** Lengths of key and value in a slot: two bytes each. */
const SLOT_HEADER = 4;
/** The same in memory of its own: four bytes each. */
const LARGE_HEADER = 8;
/** Fewer ids are not worth renumbering. */
const COMPACTABLE = 256;
/** What the objects themselves take. */
const FIXED_BYTES = 400;

/** A table of distinct keys. Its memory has to be given back by {@linkcode release}. */
export class ByteTable {
  #index = new ByteIndex();
  /** Slot by id; NO_SLOT: the record is in `large`. */
  #records = new Int32Array(SMALLEST_CAPACITY);
  /** Position by id. */
  #positions = new Int32Array(SMALLEST_CAPACITY);
  /** Id by position; from position `size` on the free ids. */
  #order = identity(SMALLEST_CAPACITY, new Int32Array(0));
  #large: Map<number, ByteBuffer> | null = null;
  #size = 0;
  #recordBytes = 0;

  /** Number of elements. */
  get size(): number {
    return this.#size;
  }

  /** All ids are below this; it grows with {@linkcode add}. */
  get capacity(): number {
    return this.#records.length;
  }

  /** Id of the key, or ABSENT. */
  find(source: ByteSource, start: number, end: number): number {
    return this.#find(source, start, end, hashPiece(source, start, end));
  }

  /** Adds a key with an empty value: its id. If the key was there already, nothing changes: `~id`, which is negative. */
  add(source: ByteSource, start: number, end: number): number {
    return this.addPair(source, start, end, source, end, end);
  }

  /** As {@linkcode add}, with a value. */
  addPair(
    source: ByteSource,
    start: number,
    end: number,
    valueSource: ByteSource,
    valueStart: number,
    valueEnd: number,
  ): number {
    const hash = hashPiece(source, start, end);
    const found = this.#find(source, start, end, hash);
    if (found !== ABSENT) return ~found;
    if (this.#size === this.#records.length) this.#grow();
    const id = this.#order[this.#size];
    this.#allocate(id, end - start, valueEnd - valueStart);
    const memory = this.#memory(id);
    const keyStart = this.#keyStart(id);
    copyBytes(source, start, end, memory, keyStart);
    copyBytes(valueSource, valueStart, valueEnd, memory, keyStart + end - start);
    this.#positions[id] = this.#size++;
    this.#index.insert(id, hash);
    return id;
  }

  /** Removes an element. The last position's element takes its position. */
  remove(id: number): void {
    const memory = this.#memory(id);
    const keyStart = this.#keyStart(id);
    this.#index.remove(id, hashPiece(memory, keyStart, keyStart + this.#keyLength(id)));
    this.#free(this.#records[id], this.#records[id] === NO_SLOT ? this.#takeLarge(id) : null);
    const position = this.#positions[id];
    const last = this.#order[--this.#size];
    this.#order[position] = last;
    this.#positions[last] = position;
    this.#order[this.#size] = id;
  }

  /** Points `out` at the key. */
  key(id: number, out: ByteSlice): void {
    const start = this.#keyStart(id);
    out.set(this.#memory(id), start, start + this.#keyLength(id));
  }

  /** Points `out` at the value. */
  value(id: number, out: ByteSlice): void {
    const start = this.#keyStart(id) + this.#keyLength(id);
    out.set(this.#memory(id), start, start + this.valueLength(id));
  }

  /** Length of the value. */
  valueLength(id: number): number {
    const record = this.#records[id];
    if (record === NO_SLOT) return this.#large!.get(id)!.view.getUint32(4);
    return collectionArena.page(record).view.getUint16(collectionArena.start(record) + 2);
  }

  /** Replaces the value; one of another length may move the record. The new one must not lie in this table. */
  setValue(id: number, source: ByteSource, start: number, end: number): void {
    const record = this.#records[id];
    const keyLength = this.#keyLength(id);
    const size = SLOT_HEADER + keyLength + end - start;
    if (record !== NO_SLOT && collectionArena.fits(record, size)) {
      collectionArena.page(record).view.setUint16(collectionArena.start(record) + 2, end - start);
    } else this.#moveRecord(id, keyLength, end - start);
    copyBytes(source, start, end, this.#memory(id), this.#keyStart(id) + keyLength);
  }

  /** Id of the element at a position from 0 to size - 1. */
  idAt(position: number): number {
    return this.#order[position];
  }

  /** Position of an element; changes when another is removed. */
  positionOf(id: number): number {
    return this.#positions[id];
  }

  /**
   * Visits about `count` elements, from cursor 0 at first: the cursor to go on with, 0 at the end. Elements that are
   * there from the first call to the last are visited, and only once if nothing is removed meanwhile. `visit` must
   * change nothing.
   */
  scan(cursor: number, count: number, visit: (id: number) => void): number {
    let position = cursor === 0 || cursor > this.#size ? this.#size : cursor;
    const end = Math.max(0, position - count);
    while (position > end) visit(this.#order[--position]);
    return end;
  }

  /**
   * Gives the memory of ids back when most are free, by numbering the elements anew; says whether it did. For owners
   * that remember no ids.
   */
  compact(): boolean {
    const size = this.#size;
    if (this.capacity < COMPACTABLE || size > this.capacity >> 3 || this.#index.isRehashing) return false;
    const capacity = Math.max(SMALLEST_CAPACITY, 2 * size);
    const records = new Int32Array(capacity);
    const large = this.#large === null ? null : new Map<number, ByteBuffer>();
    for (let position = 0; position < size; position++) {
      const id = this.#order[position];
      records[position] = this.#records[id];
      if (records[position] === NO_SLOT) large!.set(position, this.#large!.get(id)!);
    }
    this.#index.renumber(this.#positions);
    this.#records = records;
    this.#large = large;
    this.#order = identity(capacity, new Int32Array(0));
    this.#positions = this.#order.slice();
    return true;
  }

  /** How the keys lie in the index: see {@linkcode ByteIndex.homes}. */
  homes(): Int32Array[] {
    return this.#index.homes();
  }

  /** A copy in which every element has the same id and position. */
  clone(): ByteTable {
    const copy = new ByteTable();
    copy.#index = this.#index.clone();
    copy.#positions = this.#positions.slice();
    copy.#order = this.#order.slice();
    copy.#records = new Int32Array(this.capacity);
    for (; copy.#size < this.#size; copy.#size++) {
      const id = this.#order[copy.#size];
      const keyLength = this.#keyLength(id);
      const valueLength = this.valueLength(id);
      copy.#allocate(id, keyLength, valueLength);
      const start = this.#keyStart(id);
      copyBytes(
        this.#memory(id),
        start,
        start + keyLength + valueLength,
        copy.#memory(id),
        copy.#keyStart(id),
      );
    }
    return copy;
  }

  /** Gives the memory back. The table must not be used any more. */
  release(): void {
    for (let position = 0; position < this.#size; position++) {
      const record = this.#records[this.#order[position]];
      if (record !== NO_SLOT) collectionArena.free(record);
    }
    if (this.#large !== null) { for (const memory of this.#large.values()) memory.release(); }
    this.#large = null;
    this.#size = 0;
    this.#recordBytes = 0;
  }

  /** Bytes of memory, nearly. */
  memoryUsage(): number {
    return FIXED_BYTES + this.#recordBytes + 12 * this.capacity + this.#index.byteLength;
  }

  #find(source: ByteSource, start: number, end: number, hash: number): number {
    for (let nth = 0;; nth++) {
      const id = this.#index.find(hash, nth);
      if (id === ABSENT) return ABSENT;
      const keyStart = this.#keyStart(id);
      const keyEnd = keyStart + this.#keyLength(id);
      if (equalPieces(source, start, end, this.#memory(id), keyStart, keyEnd)) return id;
    }
  }

  #memory(id: number): ByteBuffer {
    const record = this.#records[id];
    return record === NO_SLOT ? this.#large!.get(id)! : collectionArena.page(record);
  }

  #keyStart(id: number): number {
    const record = this.#records[id];
    return record === NO_SLOT ? LARGE_HEADER : collectionArena.start(record) + SLOT_HEADER;
  }

  #keyLength(id: number): number {
    const record = this.#records[id];
    if (record === NO_SLOT) return this.#large!.get(id)!.view.getUint32(0);
    return collectionArena.page(record).view.getUint16(collectionArena.start(record));
  }

  /** Finds memory for the record of `id` and writes the lengths. */
  #allocate(id: number, keyLength: number, valueLength: number): void {
    const size = SLOT_HEADER + keyLength + valueLength;
    if (size > LARGEST_SLOT) return this.#allocateLarge(id, keyLength, valueLength);
    const record = collectionArena.allocate(size);
    this.#records[id] = record;
    this.#recordBytes += collectionArena.slotSize(record);
    const { view } = collectionArena.page(record);
    const start = collectionArena.start(record);
    view.setUint16(start, keyLength);
    view.setUint16(start + 2, valueLength);
  }

  #allocateLarge(id: number, keyLength: number, valueLength: number): void {
    const memory = new ByteBuffer(LARGE_HEADER + keyLength + valueLength);
    memory.view.setUint32(0, keyLength);
    memory.view.setUint32(4, valueLength);
    this.#records[id] = NO_SLOT;
    this.#recordBytes += memory.buffer.length;
    (this.#large ??= new Map()).set(id, memory);
  }

  /** Takes a record's own memory out of the books. */
  #takeLarge(id: number): ByteBuffer {
    const memory = this.#large!.get(id)!;
    this.#large!.delete(id);
    return memory;
  }

  #free(record: number, large: ByteBuffer | null): void {
    if (large === null) {
      this.#recordBytes -= collectionArena.slotSize(record);
      collectionArena.free(record);
    } else {
      this.#recordBytes -= large.buffer.length;
      large.release();
    }
  }

  /** Moves the record, without the value, to where a value of another length has room. */
  #moveRecord(id: number, keyLength: number, valueLength: number): void {
    const record = this.#records[id];
    const memory = this.#memory(id);
    const keyStart = this.#keyStart(id);
    const large = record === NO_SLOT ? this.#takeLarge(id) : null;
    this.#allocate(id, keyLength, valueLength);
    copyBytes(memory, keyStart, keyStart + keyLength, this.#memory(id), this.#keyStart(id));
    this.#free(record, large);
  }

  #grow(): void {
    const capacity = this.capacity + Math.max(SMALLEST_CAPACITY, this.capacity >> 1);
    this.#records = enlarged(this.#records, capacity);
    this.#positions = enlarged(this.#positions, capacity);
    this.#order = identity(capacity, this.#order);
  }
}

function enlarged(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** `beginning`, then each number at its own place. */
function identity(length: number, beginning: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const array = enlarged(beginning, length);
  for (let i = beginning.length; i < length; i++) array[i] = i;
  return array;
}
