/**
 * Listpack: elements packed one behind the other.
 *
 * The entries are those of Redis's listpack (its specification is antirez/listpack): an encoding byte that also holds
 * short lengths and small integers, the data, and the entry's length once more, readable from behind, so that one can
 * walk both ways. Strings that are integers in canonical form are kept as integers of the least width, which makes the
 * encoding of an element unique. What Redis puts around the entries, a header of size and count and an end byte, is only
 * there in {@linkcode Listpack.toBytes}; in memory there is room at both ends instead, so that either end takes a new
 * element without moving the others. A listpack that is seldom used can be compressed as a whole.
 *
 * Costs: prepend, append, first and last O(1) amortised; next and previous O(1); seek and find O(n); insert, replace
 * and remove move what lies between the place and the nearer end with room.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { type ByteSlice, equalPieces } from "../util/byte_slice.ts";
import {
  backLengthSize,
  entrySize,
  headerBytes,
  planBigInteger,
  planInteger,
  planText,
  readIntegerAt,
  Slot,
  writeBackLength,
  writePlanned,
} from "./listpack_entry.ts";
import {
  checkListpack,
  contentSize,
  COUNT_UNKNOWN,
  END_BYTE,
  HEADER_SIZE,
  isText,
  type ListpackCheck,
} from "./listpack_check.ts";
import { compressBytes, compressedSize, expandBytes, MIN_COMPRESS_BYTES } from "./listpack_compression.ts";
import { MemoryBlock } from "./memory_block.ts";
import { LARGEST_SLOT } from "./slab_arena.ts";

/** No position. */
export const NONE = -1;

/** A block that is larger than this is exchanged for a smaller one when three quarters of it are empty. */
const SHRUNK_FROM = 256;
/** Blocks double up to half of the largest slot. */
const DOUBLED_UP_TO = LARGEST_SLOT / 2;
/** What the objects around the bytes take. */
const OBJECT_BYTES = 112;
/** Where the entries begin if they are compressed; their end is as far behind it as they are long when expanded. */
const COMPRESSED = -1;

const check: ListpackCheck = { count: 0, canonical: true };

/**
 * Elements in a row. A position names an element; it holds until the listpack is changed. Bytes that are handed in must
 * not lie in the same listpack.
 */
export class Listpack {
  #block: MemoryBlock;
  /** The entries lie at `#start` to `#end` of the block, unless that is {@linkcode COMPRESSED}. */
  #start = 0;
  #end = 0;
  #count = 0;

  /** Makes room for `size` bytes of entries. */
  constructor(size = 24) {
    this.#block = new MemoryBlock(size);
  }

  /**
   * The listpack that is stored in `source[start..end)` as Redis stores it, header and end byte included; null if the
   * bytes are damaged. Costs a walk through the elements.
   */
  static load(source: ByteSource, start: number, end: number): Listpack | null {
    checkListpack(source, start, end, check);
    if (check.count < 0) return null;
    const from = start + HEADER_SIZE;
    const size = end - 1 - from;
    const listpack = new Listpack(size);
    if (check.canonical) {
      const block = listpack.#block;
      copyBytes(source, from, end - 1, block, block.offset);
      listpack.#end = size;
      listpack.#count = check.count;
    } else listpack.#appendStored(source, from, end - 1);
    return listpack;
  }

  /** Bytes that an element takes. */
  static entrySize(source: ByteSource, start: number, end: number): number {
    return entrySize(source, start, end);
  }

  /** Number of elements. */
  get count(): number {
    return this.#count;
  }

  /** Size in bytes as Redis counts it: entries, header and end byte. */
  get byteLength(): number {
    return HEADER_SIZE + this.#end - this.#start + 1;
  }

  /**
   * Whether {@linkcode compress} has compressed the entries. Then `count`, the sizes, the copies and `release` are as
   * ever, and everything else has to wait for {@linkcode expand}.
   */
  get isCompressed(): boolean {
    return this.#start < 0;
  }

  /** Bytes that hold the entries: `byteLength`, or what compression has made of it. */
  get storedLength(): number {
    return this.isCompressed ? compressedSize(this.#block) : this.byteLength;
  }

  /** Position of the first element, or {@linkcode NONE}. */
  first(): number {
    return this.#count === 0 ? NONE : this.#start;
  }

  /** Position of the last element, or {@linkcode NONE}. */
  last(): number {
    return this.#count === 0 ? NONE : this.#before(this.#end);
  }

  /** Position of the element behind the one at `position`, or {@linkcode NONE}. */
  next(position: number): number {
    const behind = position + this.#sizeAt(position);
    return behind === this.#end ? NONE : behind;
  }

  /** Position of the element before the one at `position`, or {@linkcode NONE}. */
  previous(position: number): number {
    return position === this.#start ? NONE : this.#before(position);
  }

  /** Position of element `index`, counted from the end (-1) if negative, or {@linkcode NONE}. */
  seek(index: number): number {
    const count = this.#count;
    if (index < 0) index += count;
    if (index < 0 || index >= count) return NONE;
    if (index < count >> 1) {
      let position = this.#start;
      while (index-- > 0) position += this.#sizeAt(position);
      return position;
    }
    let position = this.#end;
    for (let left = count - index; left > 0; left--) position = this.#before(position);
    return position;
  }

  /** Fills `out` with the element; an integer comes as its decimal text. */
  read(position: number, out: ByteSlice): void {
    const block = this.#block;
    const at = block.offset + position;
    const first = block.buffer[at];
    if (first < 0x80) return out.setInteger(first);
    if (first < 0xc0) return out.set(block, at + 1, at + 1 + (first & 0x3f));
    if (first >= 0xe0 && first <= 0xf0) {
      const header = headerBytes(first);
      return out.set(block, at + header, at + this.#contentSize(at));
    }
    const value = readIntegerAt(block, at);
    if (Number.isSafeInteger(value)) out.setInteger(value);
    else out.setBigInteger(block.view.getBigInt64(at + 1, true));
  }

  /** The element as a number; NaN if it is no integer, or not within ±(2^53 − 1). */
  readInteger(position: number): number {
    const block = this.#block;
    const at = block.offset + position;
    const first = block.buffer[at];
    if (first < 0x80) return first;
    if (first < 0xc0 || (first >= 0xe0 && first <= 0xf0)) return NaN;
    const value = readIntegerAt(block, at);
    return Number.isSafeInteger(value) ? value : NaN;
  }

  /** The element as an integer of 64 bits; undefined if it is none. */
  readBigInteger(position: number): bigint | undefined {
    const at = this.#block.offset + position;
    if (this.#block.buffer[at] === 0xf4) return this.#block.view.getBigInt64(at + 1, true);
    const value = this.readInteger(position);
    return Number.isNaN(value) ? undefined : BigInt(value);
  }

  /** Whether the element is this one. */
  equals(position: number, source: ByteSource, start: number, end: number): boolean {
    const size = planText(source, start, end);
    return this.#isPlanned(this.#block.offset + position, size, source, start, end);
  }

  /** Looks at the element at `from` and each `stride`-th one behind it; the position of the first equal one or NONE. */
  find(source: ByteSource, start: number, end: number, from: number, stride: number): number {
    if (from === NONE) return NONE;
    const size = planText(source, start, end);
    const { bytes, length } = Slot;
    const wanted = bytes.buffer[0];
    const lastByte = size > length ? source.buffer[end - 1] : bytes.buffer[size - 1];
    const toLast = size - 1;
    const { buffer, offset } = this.#block;
    const behind = offset + this.#end;
    let at = offset + from;
    while (at < behind) {
      // The first byte holds the length of a short string; the last one differs more often than those before it.
      const isLike = buffer[at] === wanted && buffer[at + toLast] === lastByte;
      if (isLike && this.#isPlanned(at, size, source, start, end)) return at - offset;
      for (let i = 0; i < stride && at < behind; i++) {
        const first = buffer[at];
        at += first < 0x80 ? 2 : first < 0xc0 ? first - 0x7e : this.#sizeAt(at - offset);
      }
    }
    return NONE;
  }

  append(source: ByteSource, start: number, end: number): void {
    this.#put(this.#openAtEnd(planText(source, start, end)), source, start, end);
  }

  prepend(source: ByteSource, start: number, end: number): void {
    this.#put(this.#openAtStart(planText(source, start, end)), source, start, end);
  }

  /** Appends an integer within ±(2^53 − 1). */
  appendInteger(value: number): void {
    this.#put(this.#openAtEnd(planInteger(value)), this.#block, 0, 0);
  }

  /** Appends a signed integer of 64 bits. */
  appendBigInteger(value: bigint): void {
    this.#put(this.#openAtEnd(planBigInteger(value)), this.#block, 0, 0);
  }

  /** Inserts before the element at `position`, or at the end if that is NONE; the new element's position. */
  insertBefore(position: number, source: ByteSource, start: number, end: number): number {
    const size = planText(source, start, end);
    return this.#put(this.#open(position === NONE ? this.#end : position, size), source, start, end);
  }

  /** As {@linkcode insertBefore}, with an integer within ±(2^53 − 1). */
  insertIntegerBefore(position: number, value: number): number {
    const size = planInteger(value);
    return this.#put(this.#open(position === NONE ? this.#end : position, size), this.#block, 0, 0);
  }

  /** Puts another element in the place of the one at `position`; its position. */
  replace(position: number, source: ByteSource, start: number, end: number): number {
    return this.#put(this.#reopen(position, planText(source, start, end)), source, start, end);
  }

  /** As {@linkcode replace}, with an integer within ±(2^53 − 1). */
  replaceInteger(position: number, value: number): number {
    return this.#put(this.#reopen(position, planInteger(value)), this.#block, 0, 0);
  }

  /** Removes the element; the position of the one that followed it, or NONE. */
  remove(position: number): number {
    const at = this.#cut(position, position + this.#sizeAt(position), 1);
    return at === this.#end ? NONE : at;
  }

  /** Removes up to `count` elements from element `index` on, which is counted from the end if negative. */
  removeRange(index: number, count: number): void {
    const position = this.seek(index);
    if (position === NONE || count <= 0) return;
    const first = index < 0 ? index + this.#count : index;
    const removed = Math.min(count, this.#count - first);
    if (first + removed === this.#count) {
      this.#cut(position, this.#end, removed);
      return;
    }
    let end = position;
    for (let i = 0; i < removed; i++) end += this.#sizeAt(end);
    this.#cut(position, end, removed);
  }

  /** The listpack as Redis stores it, header and end byte included. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const memory = new ByteBuffer(this.byteLength);
    this.copyTo(memory, 0);
    return memory.buffer;
  }

  /** Writes what {@linkcode toBytes} gives, `byteLength` bytes, at `at`. */
  copyTo(target: ByteSource, at: number): void {
    const size = this.byteLength;
    const block = this.#block;
    const { offset } = block;
    target.view.setUint32(at, size, true);
    target.view.setUint16(at + 4, Math.min(this.#count, COUNT_UNKNOWN), true);
    const content = at + HEADER_SIZE;
    if (this.isCompressed) expandBytes(block, target.buffer, content, this.#end - this.#start);
    else copyBytes(block, offset + this.#start, offset + this.#end, target, content);
    target.buffer[at + size - 1] = END_BYTE;
  }

  /** A copy, which is compressed if this listpack is. */
  clone(): Listpack {
    const { isCompressed } = this;
    const block = this.#block;
    const from = block.offset + (isCompressed ? 0 : this.#start);
    const size = isCompressed ? compressedSize(block) : this.#end - this.#start;
    const copy = new Listpack(size);
    copyBytes(block, from, from + size, copy.#block, copy.#block.offset);
    copy.#start = isCompressed ? COMPRESSED : 0;
    copy.#end = isCompressed ? this.#end : size;
    copy.#count = this.#count;
    return copy;
  }

  /** Compresses the entries; false if that does not pay. The listpack must not be compressed. */
  compress(): boolean {
    if (this.byteLength < MIN_COMPRESS_BYTES) return false;
    const { offset } = this.#block;
    const block = compressBytes(this.#block, offset + this.#start, offset + this.#end);
    if (block === null) return false;
    this.#exchange(block, COMPRESSED);
    return true;
  }

  /** Makes a compressed listpack an ordinary one again. */
  expand(): void {
    const size = this.#end - this.#start;
    const block = new MemoryBlock(size);
    expandBytes(this.#block, block.buffer, block.offset, size);
    this.#exchange(block, 0);
  }

  /**
   * Fills `target`, which loses what it had, with the entries of this compressed listpack, which stays as it is. Positions
   * in `target` are those that hold here after {@linkcode expand}.
   */
  expandInto(target: Listpack): void {
    const size = this.#end - this.#start;
    const block = target.#block;
    if (block.capacity < size) block.resize(size, 0, 0, 0);
    expandBytes(this.#block, block.buffer, block.offset, size);
    target.#start = 0;
    target.#end = size;
    target.#count = this.#count;
  }

  /** Removes all elements. */
  clear(): void {
    this.#cut(this.#start, this.#end, this.#count);
  }

  /** Gives the memory back. The listpack must not be used any more. */
  release(): void {
    this.#block.release();
    this.#start = this.#end = this.#count = 0;
  }

  /** Believable size in bytes. */
  memoryUsage(): number {
    return this.#block.capacity + OBJECT_BYTES;
  }

  /** Appends the stored entries in `source[at..end)`, which are valid, in the encodings that this server writes. */
  #appendStored(source: ByteSource, at: number, end: number): void {
    while (at < end) {
      const first = source.buffer[at];
      const size = contentSize(source, at, end);
      if (first < 0x80) this.appendInteger(first);
      else if (isText(first)) this.append(source, at + headerBytes(first), at + size);
      else {
        const value = readIntegerAt(source, at);
        if (Number.isSafeInteger(value)) this.appendInteger(value);
        else this.appendBigInteger(source.view.getBigInt64(at + 1, true));
      }
      at += size + backLengthSize(size);
    }
  }

  /** Takes another block, with the same entries from `start` on or compressed. */
  #exchange(block: MemoryBlock, start: number): void {
    this.#block.release();
    this.#block = block;
    this.#end += start - this.#start;
    this.#start = start;
  }

  /** Position of the element that ends at `end`. */
  #before(end: number): number {
    const { buffer, offset } = this.#block;
    let at = offset + end - 1;
    let length = buffer[at] & 127;
    let multiplier = 128;
    let backBytes = 1;
    while ((buffer[at] & 128) !== 0) {
      length += (buffer[--at] & 127) * multiplier;
      multiplier *= 128;
      backBytes++;
    }
    return end - backBytes - length;
  }

  /** Bytes of the entry at `position`, its length behind it included. */
  #sizeAt(position: number): number {
    const at = this.#block.offset + position;
    const first = this.#block.buffer[at];
    if (first < 0x80) return 2;
    if (first < 0xc0) return 2 + (first & 0x3f);
    const size = this.#contentSize(at);
    return size + backLengthSize(size);
  }

  /** Bytes of encoding and data of the entry at byte `at` of the buffer. */
  #contentSize(at: number): number {
    const { buffer, view } = this.#block;
    const first = buffer[at];
    if (first < 0xe0) return first < 0x80 ? 1 : first < 0xc0 ? 1 + (first & 0x3f) : 2;
    if (first < 0xf0) return 2 + (((first & 0x0f) << 8) | buffer[at + 1]);
    if (first === 0xf0) return 5 + view.getUint32(at + 1, true);
    return headerBytes(first);
  }

  /** Whether the entry at byte `at` of the buffer is what was planned; `size` is that of encoding and data. */
  #isPlanned(at: number, size: number, source: ByteSource, start: number, end: number): boolean {
    const { buffer } = this.#block;
    const { bytes, length } = Slot;
    for (let i = 0; i < length; i++) if (buffer[at + i] !== bytes.buffer[i]) return false;
    return length === size || equalPieces(this.#block, at + length, at + size, source, start, end);
  }

  /** Writes what was planned at `position`, where {@linkcode #open} has made room. */
  #put(position: number, source: ByteSource, start: number, end: number): number {
    const block = this.#block;
    const at = block.offset + position;
    writeBackLength(block.buffer, writePlanned(block, at, source, start, end), at);
    this.#count++;
    return position;
  }

  #openAtEnd(size: number): number {
    const total = size + backLengthSize(size);
    if (this.#end + total > this.#block.capacity) this.#makeRoom(total, false);
    const position = this.#end;
    this.#end += total;
    return position;
  }

  #openAtStart(size: number): number {
    const total = size + backLengthSize(size);
    if (this.#start < total) this.#makeRoom(total, true);
    return this.#start -= total;
  }

  /** Makes room for an entry with `size` bytes of encoding and data at `position`; its position. */
  #open(position: number, size: number): number {
    if (position === this.#end) return this.#openAtEnd(size);
    if (position === this.#start) return this.#openAtStart(size);
    return this.#shift(position, position, size + backLengthSize(size));
  }

  /** Makes room for another entry in the place of the one at `position`; its position. */
  #reopen(position: number, size: number): number {
    const old = this.#sizeAt(position);
    const total = size + backLengthSize(size);
    this.#count--;
    if (total <= old) {
      this.#moveTail(position + old, position + total);
      return position;
    }
    return this.#shift(position, position + old, total);
  }

  /** Replaces bytes `from` to `to` by a gap of `size` bytes, which is more; the gap's position. */
  #shift(from: number, to: number, size: number): number {
    const growth = size - (to - from);
    const tail = this.#end - to;
    const head = from - this.#start;
    const roomBehind = this.#block.capacity - this.#end >= growth;
    const roomBefore = this.#start >= growth;
    if (!roomBehind && !roomBefore) {
      this.#makeRoom(growth, false);
      from = this.#start + head;
    } else if (roomBefore && (!roomBehind || head < tail)) {
      const { buffer, offset } = this.#block;
      buffer.copyWithin(offset + this.#start - growth, offset + this.#start, offset + from);
      this.#start -= growth;
      return from - growth;
    }
    this.#moveTail(this.#end - tail, from + size);
    return from;
  }

  /** Moves the bytes from `from` to the end, to `to`. */
  #moveTail(from: number, to: number): void {
    if (from === to) return;
    const { buffer, offset } = this.#block;
    buffer.copyWithin(offset + to, offset + from, offset + this.#end);
    this.#end += to - from;
  }

  /** Takes bytes `from` to `to`, which are `count` elements, out; where the rest begins. */
  #cut(from: number, to: number, count: number): number {
    this.#count -= count;
    const { buffer, offset } = this.#block;
    if (from - this.#start < this.#end - to) {
      buffer.copyWithin(offset + this.#start + to - from, offset + this.#start, offset + from);
      this.#start += to - from;
      from = to;
    } else this.#moveTail(to, from);
    if (this.#count === 0) this.#start = this.#end = from = 0;
    return this.#shrink(from);
  }

  /** Gives memory back if most of it is empty. Answers where what was at `position` is now. */
  #shrink(position: number): number {
    const { capacity } = this.#block;
    const used = this.#end - this.#start;
    if (capacity <= SHRUNK_FROM || used > capacity >> 2) return position;
    const start = this.#start;
    this.#block.resize(Math.max(used * 2, 24), start, this.#end, 0);
    this.#start = 0;
    this.#end = used;
    return position - start;
  }

  /** Makes room for `size` bytes before or behind the entries: by moving them if that pays, else in a larger block. */
  #makeRoom(size: number, before: boolean): void {
    const block = this.#block;
    const used = this.#end - this.#start;
    const free = block.capacity - used;
    let start: number;
    // Half of the room to each side; it must be worth the copy, or a full listpack would be moved every time.
    if (free >= 2 * size && free >= used >> 1) {
      start = free >> 1;
      block.buffer.copyWithin(block.offset + start, block.offset + this.#start, block.offset + this.#end);
    } else {
      const needed = used + size;
      const wanted = needed < DOUBLED_UP_TO ? needed * 2 : needed + (needed >> 1);
      const capacity = needed <= LARGEST_SLOT && wanted > LARGEST_SLOT ? LARGEST_SLOT : wanted;
      start = before ? capacity - used : 0;
      block.resize(capacity, this.#start, this.#end, start);
      // A slot can be larger than asked for; that room lies behind.
    }
    this.#start = start;
    this.#end = start + used;
  }
}
