/**
 * The elements of the RDB format, read.
 *
 * @module
 */

import { decodeKey } from "../../keyspace/key.ts";
import { ByteBuffer, type ByteSource, copyBytes } from "../../util/byte_buffer.ts";
import type { ByteSlice } from "../../util/byte_slice.ts";
import { fromBytes } from "../../util/byte_string.ts";
import { Crc64 } from "../../util/crc64.ts";
import { lzfDecompress } from "../../util/lzf.ts";
import { LENGTH_32_BITS, LENGTH_64_BITS, LengthForm, StringEncoding } from "./format.ts";

const WINDOW_SIZE = 256 * 1024;
/** Memory larger than this, which a long string has needed, is given back afterwards. */
const LARGEST_KEPT = 4 * WINDOW_SIZE;
const INFLATED_SIZE = 1024;
const TWO_32 = 2 ** 32;
/** Longest string that there can be, and longest text that the engine can have. */
const LONGEST_STRING = 512 * 1024 * 1024;
const LONGEST_TEXT = 2 ** 29 - 24;

/** The bytes are no valid RDB. */
export class RdbError extends Error {
  override name = "RdbError";
  /** Where in the file or payload, in bytes. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Where bytes come from, such as a file. */
export interface ByteInput {
  /** Fills the front of `target`; how many bytes it was, or null at the end. */
  readSync(target: Uint8Array): number | null;
}

const NO_INPUT: ByteInput = { readSync: () => null };

/**
 * Reads through a window that moves over the input. Slices that it fills are valid until the next read, unless
 * {@linkcode keep} copied them.
 */
export class RdbReader {
  #input: ByteInput;
  /** What the input holds from the window's start on, so that a damaged length can't ask for more memory than there is data. */
  #remaining: number;
  #window: ByteBuffer;
  #position = 0;
  #filled: number;
  /** Offset of the window's first byte. */
  #base = 0;
  /** Bytes up to here are in the checksum. */
  #summed = 0;
  readonly #crc: Crc64 | null;
  #inflated: ByteBuffer | null = null;

  /** Reads `size` bytes from `input`. `checked` has the checksum computed. */
  static over(input: ByteInput, size: number, checked: boolean): RdbReader {
    return new RdbReader(new ByteBuffer(WINDOW_SIZE), 0, input, size, checked);
  }

  /** Reads bytes that are in memory already. */
  static of(bytes: Uint8Array<ArrayBuffer>): RdbReader {
    return new RdbReader(new ByteBuffer(bytes), bytes.length, NO_INPUT, bytes.length, false);
  }

  private constructor(window: ByteBuffer, filled: number, input: ByteInput, size: number, checked: boolean) {
    this.#window = window;
    this.#filled = filled;
    this.#input = input;
    this.#remaining = size;
    this.#crc = checked ? new Crc64() : null;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#base + this.#position;
  }

  /** Throws {@linkcode RdbError} with the present offset. */
  fail(message: string): never {
    throw new RdbError(message, this.offset);
  }

  byte(): number {
    this.#need(1);
    return this.#window.buffer[this.#position++];
  }

  /** A length, or an integer in the place of one. Fails on a string's special form and on what exceeds 2^53 − 1. */
  size(): number {
    const size = this.#sizeOrEncoding();
    if (size < 0) this.fail("Unknown length encoding");
    return size;
  }

  /** An unsigned integer of 64 bits in the place of a length. */
  wideSize(): bigint {
    this.#need(1);
    if (this.#window.buffer[this.#position] !== LENGTH_64_BITS) return BigInt(this.size());
    this.#need(9);
    this.#position += 9;
    return this.#window.view.getBigUint64(this.#position - 8);
  }

  /** A count of things that take at least `least` bytes each, which must be there. */
  count(least: number): number {
    const count = this.size();
    if (count * least > this.#remaining - this.#position) this.fail("Unexpected end of file");
    return count;
  }

  /** Fills `out` with a string. */
  string(out: ByteSlice): void {
    const size = this.#sizeOrEncoding();
    if (size >= 0) return this.bytes(size, out);
    switch (-1 - size) {
      case StringEncoding.INT8:
        this.#need(1);
        return out.setInteger(this.#window.view.getInt8(this.#position++));
      case StringEncoding.INT16:
        this.#need(2);
        this.#position += 2;
        return out.setInteger(this.#window.view.getInt16(this.#position - 2, true));
      case StringEncoding.INT32:
        this.#need(4);
        this.#position += 4;
        return out.setInteger(this.#window.view.getInt32(this.#position - 4, true));
      case StringEncoding.LZF:
        return this.#compressed(out);
      default:
        this.fail(`Unknown RDB string encoding type ${-1 - size}`);
    }
  }

  /** Fills `out` with the next `size` bytes. */
  bytes(size: number, out: ByteSlice): void {
    if (size > LONGEST_STRING) this.fail("Invalid string length");
    this.#need(size);
    out.set(this.#window, this.#position, this.#position + size);
    this.#position += size;
  }

  /** A double, 8 bytes little-endian. */
  double(): number {
    this.#need(8);
    this.#position += 8;
    return this.#window.view.getFloat64(this.#position - 8, true);
  }

  /** A float, 4 bytes little-endian. */
  float(): number {
    this.#need(4);
    this.#position += 4;
    return this.#window.view.getFloat32(this.#position - 4, true);
  }

  /** A signed integer of 64 bits, little-endian, to the nearest number. */
  integer64(): number {
    this.#need(8);
    const { view } = this.#window;
    this.#position += 8;
    return view.getInt32(this.#position - 4, true) * TWO_32 + view.getUint32(this.#position - 8, true);
  }

  /** A signed integer of 64 bits, little-endian; a bigint beyond ±(2^53 − 1). */
  exactInteger64(): number | bigint {
    const value = this.integer64();
    return Number.isSafeInteger(value) ? value : this.#window.view.getBigInt64(this.#position - 8, true);
  }

  /** A signed integer of 32 bits, little-endian. */
  integer32(): number {
    this.#need(4);
    this.#position += 4;
    return this.#window.view.getInt32(this.#position - 4, true);
  }

  /** The checksum of all bytes read so far, 8 bytes little-endian; null if it is not computed. */
  checksum(): Uint8Array | null {
    this.#sum();
    return this.#crc?.digest() ?? null;
  }

  /** The 8 bytes of a checksum in the file, which are not part of themselves. */
  storedChecksum(): Uint8Array {
    this.#need(8);
    this.#position += 8;
    return this.#window.buffer.slice(this.#position - 8, this.#position);
  }

  /** Copies a slice into `memory`, where reading on does not touch it; the memory that was used, perhaps a larger one. */
  keep(slice: ByteSlice, memory: ByteBuffer): ByteBuffer {
    const { source, start, end, length } = slice;
    if (length > memory.buffer.length) memory = new ByteBuffer(length * 2);
    copyBytes(source as ByteSource, start, end, memory, 0);
    slice.set(memory, 0, length);
    return memory;
  }

  /** The next string as a byte string. */
  text(out: ByteSlice): string {
    this.string(out);
    if (out.length > LONGEST_TEXT) this.fail("Invalid string length");
    return fromBytes(out.source.buffer, out.start, out.end);
  }

  /** The next string as a key, which is ready to be looked up then. */
  key(out: ByteSlice): string {
    this.string(out);
    if (out.length > LONGEST_TEXT) this.fail("Invalid string length");
    return decodeKey(out.source, out.start, out.end);
  }

  /** A length, or −1 − encoding for a string's special form. */
  #sizeOrEncoding(): number {
    const first = this.byte();
    switch (first >> 6) {
      case LengthForm.BITS_6:
        return first;
      case LengthForm.BITS_14:
        return ((first & 0x3f) << 8) | this.byte();
      case LengthForm.ENCODED:
        return -1 - (first & 0x3f);
    }
    if (first === LENGTH_32_BITS) {
      this.#need(4);
      this.#position += 4;
      return this.#window.view.getUint32(this.#position - 4);
    }
    if (first !== LENGTH_64_BITS) this.fail(`Unknown length encoding ${first}`);
    this.#need(8);
    this.#position += 8;
    const high = this.#window.view.getUint32(this.#position - 8);
    const size = high * TWO_32 + this.#window.view.getUint32(this.#position - 4);
    if (!Number.isSafeInteger(size)) this.fail("Length out of range");
    return size;
  }

  #compressed(out: ByteSlice): void {
    const compressed = this.size();
    const size = this.size();
    // A byte can't stand for more than 264 of them; whoever says so wants our memory.
    if (size > LONGEST_STRING || size > compressed * 264) this.fail("Invalid LZF compressed string");
    this.#need(compressed);
    const kept = this.#inflated?.buffer.length ?? 0;
    if (this.#inflated === null || kept < size || (kept > LARGEST_KEPT && size <= WINDOW_SIZE)) {
      this.#inflated = new ByteBuffer(Math.max(size, INFLATED_SIZE));
    }
    const end = this.#position + compressed;
    const written = lzfDecompress(this.#window.buffer, this.#inflated.buffer, this.#position, end, size);
    if (written !== size) this.fail("Invalid LZF compressed string");
    this.#position += compressed;
    out.set(this.#inflated, 0, size);
  }

  /** Has the next `size` bytes in the window. */
  #need(size: number): void {
    if (this.#position + size > this.#filled) this.#fill(size);
  }

  #fill(size: number): void {
    if (this.#position + size > this.#remaining) {
      this.fail("Unexpected end of file");
    }
    this.#sum();
    const left = this.#filled - this.#position;
    let { buffer } = this.#window;
    if (size > buffer.length || (buffer.length > LARGEST_KEPT && Math.max(size, left) <= WINDOW_SIZE)) {
      const other = new ByteBuffer(size + WINDOW_SIZE);
      other.buffer.set(buffer.subarray(this.#position, this.#filled));
      this.#window = other;
      buffer = other.buffer;
    } else buffer.copyWithin(0, this.#position, this.#filled);
    this.#base += this.#position;
    this.#remaining -= this.#position;
    this.#position = 0;
    this.#summed = 0;
    this.#filled = left;
    while (this.#filled < size) {
      const room = Math.min(buffer.length - this.#filled, this.#remaining - this.#filled);
      const count = this.#input.readSync(buffer.subarray(this.#filled, this.#filled + room));
      if (count === null || count === 0) this.fail("Unexpected end of file");
      this.#filled += count;
    }
  }

  #sum(): void {
    if (this.#crc === null) return;
    this.#crc.update(this.#window.buffer, this.#summed, this.#position);
    this.#summed = this.#position;
  }
}
