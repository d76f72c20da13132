/**
 * Integer set: distinct signed integers in ascending order, each as wide as the widest needs (2, 4 or 8 bytes). Redis's
 * intset; {@linkcode IntSet.toBytes} gives the same bytes.
 *
 * Costs: look-up O(log n) by binary search; adding and removing O(n), as what lies behind is moved; an integer wider
 * than all before costs a copy of the set. The width never becomes less again.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../util/number.ts";
import { MemoryBlock } from "./memory_block.ts";

/** A number if it lies within ±(2^53 − 1), else a bigint: each integer of 64 bits has one form only. */
export type Integer = number | bigint;

const TWO_32 = 2 ** 32;
/** Only texts of at least so many bytes can be integers beyond 2^53. */
const SHORTEST_LARGE = 16;
/** Width and count, four bytes each, that a stored set begins with. */
const HEADER_SIZE = 8;
const OBJECT_BYTES = 112;

/** The integer of 64 bits that is written, in canonical form, in `source[start..end)`; undefined if it is none. */
export function parseInteger(source: ByteSource, start: number, end: number): Integer | undefined {
  const value = parseSafeIntegerBytes(source.buffer, start, end);
  if (!Number.isNaN(value)) return value;
  return end - start < SHORTEST_LARGE ? undefined : parseInt64Bytes(source.buffer, start, end);
}

/** Bytes that the integer takes. */
function widthOf(value: Integer): number {
  if (typeof value === "bigint") return 8;
  if (value >= -0x8000 && value < 0x8000) return 2;
  return value >= -0x80000000 && value < 0x80000000 ? 4 : 8;
}

/** A sorted set of integers. */
export class IntSet {
  #block: MemoryBlock;
  #width: number;
  #count = 0;

  constructor(width = 2) {
    this.#width = width;
    this.#block = new MemoryBlock(8 * width);
  }

  /** The set that is stored in `source[start..end)` as Redis stores it; null if the bytes are damaged. */
  static load(source: ByteSource, start: number, end: number): IntSet | null {
    if (end - start < HEADER_SIZE) return null;
    const width = source.view.getUint32(start, true);
    const count = source.view.getUint32(start + 4, true);
    const size = count * width;
    if ((width !== 2 && width !== 4 && width !== 8) || end - start !== HEADER_SIZE + size) return null;
    const set = new IntSet(width);
    if (size > set.#block.capacity) set.#block.resize(size, 0, 0, 0);
    copyBytes(source, start + HEADER_SIZE, end, set.#block, set.#block.offset);
    set.#count = count;
    if (set.#isAscending()) return set;
    set.release();
    return null;
  }

  /** Number of integers. */
  get count(): number {
    return this.#count;
  }

  /** The integer at `index`, from 0 for the least. */
  at(index: number): Integer {
    const { view, offset } = this.#block;
    const at = offset + index * this.#width;
    if (this.#width === 2) return view.getInt16(at, true);
    if (this.#width === 4) return view.getInt32(at, true);
    const value = this.#valueAt(index);
    return Number.isSafeInteger(value) ? value : view.getBigInt64(at, true);
  }

  /** Fills `out` with the decimal text of the integer at `index`. */
  read(index: number, out: ByteSlice): void {
    const value = this.at(index);
    if (typeof value === "number") out.setInteger(value);
    else out.setBigInteger(value);
  }

  /** Where the integer is, or -1 minus the index where it would be inserted. */
  indexOf(value: Integer): number {
    if (widthOf(value) > this.#width) return value < 0 ? -1 : -1 - this.#count;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const met = typeof value === "number" ? this.#valueAt(middle) : this.at(middle);
      if (met === value) return middle;
      if (met < value) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  }

  /** Whether the integer is there. */
  has(value: Integer): boolean {
    return this.indexOf(value) >= 0;
  }

  /** Adds an integer; false if it was there. */
  add(value: Integer): boolean {
    const index = this.indexOf(value);
    if (index >= 0) return false;
    if (widthOf(value) > this.#width) this.#widen(widthOf(value));
    const width = this.#width;
    const from = (-1 - index) * width;
    const end = this.#count * width;
    if (end + width > this.#block.capacity) this.#block.resize(2 * end, 0, end, 0);
    const { buffer, offset } = this.#block;
    if (from < end) buffer.copyWithin(offset + from + width, offset + from, offset + end);
    this.#write(offset + from, value);
    this.#count++;
    return true;
  }

  /** Removes an integer; false if it was not there. */
  remove(value: Integer): boolean {
    const index = this.indexOf(value);
    if (index < 0) return false;
    this.removeAt(index);
    return true;
  }

  /** Removes the integer at `index`. */
  removeAt(index: number): void {
    const { buffer, offset, capacity } = this.#block;
    const from = offset + index * this.#width;
    const end = this.#count-- * this.#width;
    buffer.copyWithin(from, from + this.#width, offset + end);
    if (end < capacity >> 2 && capacity > 256) this.#block.resize(2 * end, 0, end, 0);
  }

  clone(): IntSet {
    const copy = new IntSet(this.#width);
    const size = this.#count * this.#width;
    if (size > copy.#block.capacity) copy.#block.resize(size, 0, 0, 0);
    const { buffer, offset } = this.#block;
    copy.#block.buffer.set(buffer.subarray(offset, offset + size), copy.#block.offset);
    copy.#count = this.#count;
    return copy;
  }

  /** Size of {@linkcode toBytes}. */
  get byteLength(): number {
    return HEADER_SIZE + this.#count * this.#width;
  }

  /** The set as Redis stores it. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const memory = new ByteBuffer(this.byteLength);
    this.copyTo(memory, 0);
    return memory.buffer;
  }

  /** Writes what {@linkcode toBytes} gives, `byteLength` bytes, at `at`. */
  copyTo(target: ByteSource, at: number): void {
    target.view.setUint32(at, this.#width, true);
    target.view.setUint32(at + 4, this.#count, true);
    const { offset } = this.#block;
    copyBytes(this.#block, offset, offset + this.#count * this.#width, target, at + HEADER_SIZE);
  }

  /** Gives the memory back. The set must not be used any more. */
  release(): void {
    this.#block.release();
    this.#count = 0;
  }

  /** Believable size in bytes. */
  memoryUsage(): number {
    return this.#block.capacity + OBJECT_BYTES;
  }

  #isAscending(): boolean {
    for (let i = 1; i < this.#count; i++) if (this.at(i - 1) >= this.at(i)) return false;
    return true;
  }

  /**
   * The integer at `index` as a number, rounded beyond 2^53. Rounding keeps the order, and makes no number equal to one
   * within ±(2^53 − 1).
   */
  #valueAt(index: number): number {
    const { view, offset } = this.#block;
    const at = offset + index * this.#width;
    if (this.#width === 2) return view.getInt16(at, true);
    if (this.#width === 4) return view.getInt32(at, true);
    return view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  }

  #write(at: number, value: Integer): void {
    const { view } = this.#block;
    if (this.#width === 2) view.setInt16(at, Number(value), true);
    else if (this.#width === 4) view.setInt32(at, Number(value), true);
    else if (typeof value === "bigint") view.setBigInt64(at, value, true);
    else {
      // Takes the value modulo 2^32.
      view.setInt32(at, value, true);
      view.setInt32(at + 4, Math.floor(value / TWO_32), true);
    }
  }

  /** Makes every integer `width` bytes wide. */
  #widen(width: number): void {
    const narrow = this.#block;
    const narrowWidth = this.#width;
    const { view, offset } = narrow;
    this.#block = new MemoryBlock((this.#count + 1) * width);
    this.#width = width;
    for (let i = 0; i < this.#count; i++) {
      const at = offset + i * narrowWidth;
      this.#write(
        this.#block.offset + i * width,
        narrowWidth === 2 ? view.getInt16(at, true) : view.getInt32(at, true),
      );
    }
    narrow.release();
  }
}
