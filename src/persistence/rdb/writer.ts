/**
 * The elements of the RDB format, written.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../../util/byte_buffer.ts";
import { writeByteString } from "../../util/byte_string.ts";
import { lzfCompress } from "../../util/lzf.ts";
import { parseSafeInteger, parseSafeIntegerBytes } from "../../util/number.ts";
import { LENGTH_32_BITS, LENGTH_64_BITS, LengthForm, StringEncoding } from "./format.ts";

const INITIAL_SIZE = 4096;
/** Memory larger than this is not kept for reuse. */
const LARGEST_REUSED = 1024 * 1024;
/** Longest string that is tried as an integer, and shortest that is tried to be compressed. */
const LONGEST_INTEGER = 11;
const COMPRESSED_FROM = 21;
/** What compression has to save at least. */
const LEAST_SAVING = 4;
/** A compressed string is announced by at most this many bytes: the form and two lengths. */
const COMPRESSED_HEADER = 19;
const LARGEST_LENGTH = 9;
const TWO_32 = 2 ** 32;

/** Writes into memory that grows. */
export class RdbWriter {
  /** Whether strings are compressed: `rdbcompression`. */
  readonly compress: boolean;
  #memory = new ByteBuffer(INITIAL_SIZE);
  #spare: ByteBuffer | null = null;
  #length = 0;

  constructor(compress: boolean) {
    this.compress = compress;
  }

  /** Bytes written and not taken. */
  get length(): number {
    return this.#length;
  }

  /** A view of what was written, valid until more is. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#memory.buffer.subarray(0, this.#length);
  }

  /** Hands what was written over to the caller and goes on in other memory, which {@linkcode reuse} may have given. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.written();
    this.#memory = this.#spare ?? new ByteBuffer(Math.min(this.#memory.buffer.length, LARGEST_REUSED));
    this.#spare = null;
    this.#length = 0;
    return taken;
  }

  /** Gives back what {@linkcode take} gave, once it is not needed any more. */
  reuse(taken: Uint8Array<ArrayBuffer>): void {
    const size = taken.buffer.byteLength;
    if (size <= LARGEST_REUSED && size > (this.#spare?.buffer.length ?? 0)) {
      this.#spare = new ByteBuffer(new Uint8Array(taken.buffer));
    }
  }

  byte(value: number): void {
    this.#ensure(1);
    this.#memory.buffer[this.#length++] = value;
  }

  /** A length, or an integer that takes the place of one: from 0 to 2^53 − 1. */
  size(value: number): void {
    this.#ensure(LARGEST_LENGTH);
    const { buffer, view } = this.#memory;
    const at = this.#length;
    if (value < 1 << 6) {
      buffer[at] = value;
      this.#length = at + 1;
    } else if (value < 1 << 14) {
      buffer[at] = (LengthForm.BITS_14 << 6) | (value >> 8);
      buffer[at + 1] = value & 0xff;
      this.#length = at + 2;
    } else if (value < TWO_32) {
      buffer[at] = LENGTH_32_BITS;
      view.setUint32(at + 1, value);
      this.#length = at + 5;
    } else {
      buffer[at] = LENGTH_64_BITS;
      view.setUint32(at + 1, Math.floor(value / TWO_32));
      view.setUint32(at + 5, value >>> 0);
      this.#length = at + 9;
    }
  }

  /** The lowest 64 bits of an integer, unsigned, in the place of a length. */
  bigSize(value: bigint): void {
    this.wideSize(Number((value >> 32n) & 0xffffffffn), Number(value & 0xffffffffn));
  }

  /** An unsigned integer of 64 bits in the place of a length, given as its halves. */
  wideSize(high: number, low: number): void {
    if (high === 0) return this.size(low);
    this.#ensure(LARGEST_LENGTH);
    const { buffer, view } = this.#memory;
    buffer[this.#length] = LENGTH_64_BITS;
    view.setUint32(this.#length + 1, high);
    view.setUint32(this.#length + 5, low);
    this.#length += LARGEST_LENGTH;
  }

  /** A string: as a small integer, compressed, or as it is. */
  string(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    if (size <= LONGEST_INTEGER && this.#integer(parseSafeIntegerBytes(source.buffer, start, end))) return;
    if (this.compress && size >= COMPRESSED_FROM && this.#compressed(source, start, end)) return;
    this.size(size);
    this.raw(source, start, end);
  }

  /** A string from a byte string. */
  text(text: string): void {
    const size = text.length;
    if (size <= LONGEST_INTEGER && this.#integer(parseSafeInteger(text))) return;
    const at = this.beginString(size);
    writeByteString(this.#memory.buffer, at, text);
    this.endString(size);
  }

  /**
   * Makes room for a string of `size` bytes that is put together in `memory`: where it begins. Once its bytes are there,
   * {@linkcode endString} is to follow.
   */
  beginString(size: number): number {
    this.#ensure(LARGEST_LENGTH + size);
    return this.#length + lengthSize(size);
  }

  /** Where {@linkcode beginString} has made room. */
  get memory(): ByteSource {
    return this.#memory;
  }

  /** Finishes a string of `size` bytes, compressed if that pays. */
  endString(size: number): void {
    const at = this.#length + lengthSize(size);
    if (this.compress && size >= COMPRESSED_FROM && this.#compressInPlace(at, size)) return;
    this.size(size);
    this.#length += size;
  }

  /** A byte string without a length before it. */
  bytes(text: string): void {
    this.#ensure(text.length);
    this.#length = writeByteString(this.#memory.buffer, this.#length, text);
  }

  /** All that another writer has written. */
  append(other: RdbWriter): void {
    this.raw(other.#memory, 0, other.#length);
  }

  /** Bytes without a length before them. */
  raw(source: ByteSource, start: number, end: number): void {
    this.#ensure(end - start);
    copyBytes(source, start, end, this.#memory, this.#length);
    this.#length += end - start;
  }

  /** A double, 8 bytes little-endian. */
  double(value: number): void {
    this.#ensure(8);
    this.#memory.view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** An unsigned integer of 32 bits, big-endian. */
  bigEndian32(value: number): void {
    this.#ensure(4);
    this.#memory.view.setUint32(this.#length, value);
    this.#length += 4;
  }

  /** An integer of 64 bits, little-endian. */
  bigInteger64(value: bigint): void {
    this.#ensure(8);
    this.#memory.view.setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  /** An integer within ±(2^53 − 1) in 8 bytes, little-endian: milliseconds. */
  integer64(value: number): void {
    this.#ensure(8);
    const { view } = this.#memory;
    view.setUint32(this.#length, value >>> 0, true);
    view.setInt32(this.#length + 4, Math.floor(value / TWO_32), true);
    this.#length += 8;
  }

  /** An integer of 16 bits, little-endian. */
  integer16(value: number): void {
    this.byte(value & 0xff);
    this.byte(value >> 8);
  }

  /** Writes an integer's short form. False if it has none. */
  #integer(value: number): boolean {
    if (!(value >= -(2 ** 31) && value < 2 ** 31)) return false;
    this.#ensure(5);
    const { buffer, view } = this.#memory;
    const at = this.#length;
    if (value >= -(2 ** 7) && value < 2 ** 7) {
      buffer[at] = (LengthForm.ENCODED << 6) | StringEncoding.INT8;
      view.setInt8(at + 1, value);
      this.#length = at + 2;
    } else if (value >= -(2 ** 15) && value < 2 ** 15) {
      buffer[at] = (LengthForm.ENCODED << 6) | StringEncoding.INT16;
      view.setInt16(at + 1, value, true);
      this.#length = at + 3;
    } else {
      buffer[at] = (LengthForm.ENCODED << 6) | StringEncoding.INT32;
      view.setInt32(at + 1, value, true);
      this.#length = at + 5;
    }
    return true;
  }

  /** Writes the string compressed. False if that does not pay. */
  #compressed(source: ByteSource, start: number, end: number): boolean {
    const size = end - start;
    this.#ensure(size + COMPRESSED_HEADER);
    // Compressed where it would stand behind the longest header, and moved up to the one that it has.
    const at = this.#length + COMPRESSED_HEADER;
    const { buffer } = this.#memory;
    const compressed = lzfCompress(source.buffer, buffer, start, end, at, at + size - LEAST_SAVING);
    if (compressed > 0) this.#announce(at, compressed, size);
    return compressed > 0;
  }

  /** Compresses the string that lies at `at` of the memory. False if that does not pay: it is still there then. */
  #compressInPlace(at: number, size: number): boolean {
    this.#ensure(LARGEST_LENGTH + 2 * size);
    const end = at + size;
    const { buffer } = this.#memory;
    const compressed = lzfCompress(buffer, buffer, at, end, end, end + size - LEAST_SAVING);
    if (compressed > 0) this.#announce(end, compressed, size);
    return compressed > 0;
  }

  /** Writes the header of a string that was compressed to `at`, and moves it there. */
  #announce(at: number, compressed: number, size: number): void {
    this.byte((LengthForm.ENCODED << 6) | StringEncoding.LZF);
    this.size(compressed);
    this.size(size);
    this.#memory.buffer.copyWithin(this.#length, at, at + compressed);
    this.#length += compressed;
  }

  #ensure(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#memory.buffer.length) return;
    const larger = new ByteBuffer(Math.max(needed, this.#memory.buffer.length * 2));
    larger.buffer.set(this.#memory.buffer);
    this.#memory = larger;
  }
}

/** Bytes that a length takes. */
function lengthSize(length: number): number {
  if (length < 1 << 6) return 1;
  if (length < 1 << 14) return 2;
  return length < TWO_32 ? 5 : LARGEST_LENGTH;
}
