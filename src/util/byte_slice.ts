/**
 * A piece of somebody's bytes.
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "./byte_buffer.ts";
import { fromBytes } from "./byte_string.ts";

/** The longest decimal text of a signed integer of 64 bits. */
const LONGEST_INTEGER = 20;
const ZERO = 0x30;
const MINUS = 0x2d;

/**
 * Where an element's bytes lie: `source[start..end)`. Whoever reads elements makes one of these and has it filled again
 * and again, so that reading allocates nothing. It is valid until its owner changes or the slice is filled again; a
 * number's decimal text lies in memory of the slice's own.
 */
export class ByteSlice {
  source: ByteSource;
  start = 0;
  end = 0;
  readonly #digits = new ByteBuffer(LONGEST_INTEGER);

  constructor() {
    this.source = this.#digits;
  }

  /** Bytes in the slice. */
  get length(): number {
    return this.end - this.start;
  }

  /** Points the slice at `source[start..end)`. */
  set(source: ByteSource, start: number, end: number): void {
    this.source = source;
    this.start = start;
    this.end = end;
  }

  /** Fills the slice with the decimal text of an integer within ±(2^53 − 1). */
  setInteger(value: number): void {
    const { buffer } = this.#digits;
    let rest = Math.abs(value);
    let position = LONGEST_INTEGER;
    do {
      const quotient = Math.floor(rest / 10);
      buffer[--position] = ZERO + (rest - quotient * 10);
      rest = quotient;
    } while (rest !== 0);
    if (value < 0) buffer[--position] = MINUS;
    this.set(this.#digits, position, LONGEST_INTEGER);
  }

  /** Fills the slice with the decimal text of a signed integer of 64 bits. */
  setBigInteger(value: bigint): void {
    const text = value.toString();
    for (let i = 0; i < text.length; i++) this.#digits.buffer[i] = text.charCodeAt(i);
    this.set(this.#digits, 0, text.length);
  }

  /** The bytes as a byte string. */
  text(): string {
    return fromBytes(this.source.buffer, this.start, this.end);
  }

  /** A view of the bytes, valid as long as the slice is. */
  view(): Uint8Array {
    return this.source.buffer.subarray(this.start, this.end);
  }
}

/** Whether two pieces hold the same bytes. */
export function equalPieces(
  a: ByteSource,
  startA: number,
  endA: number,
  b: ByteSource,
  startB: number,
  endB: number,
): boolean {
  const size = endA - startA;
  if (size !== endB - startB) return false;
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    if (a.view.getInt32(startA + i) !== b.view.getInt32(startB + i)) return false;
  }
  for (; i < size; i++) if (a.buffer[startA + i] !== b.buffer[startB + i]) return false;
  return true;
}

/** Orders two pieces as C's memcmp does, the shorter first when it begins the longer: negative, 0 or positive. */
export function comparePieces(
  a: ByteSource,
  startA: number,
  endA: number,
  b: ByteSource,
  startB: number,
  endB: number,
): number {
  const sizeA = endA - startA;
  const sizeB = endB - startB;
  const common = sizeA < sizeB ? sizeA : sizeB;
  let i = 0;
  for (; i + 4 <= common; i += 4) {
    const wordA = a.view.getUint32(startA + i);
    const wordB = b.view.getUint32(startB + i);
    if (wordA !== wordB) return wordA - wordB;
  }
  for (; i < common; i++) {
    const difference = a.buffer[startA + i] - b.buffer[startB + i];
    if (difference !== 0) return difference;
  }
  return sizeA - sizeB;
}
