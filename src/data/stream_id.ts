/**
 * Stream IDs: two unsigned integers of 64 bits, milliseconds and a sequence number.
 *
 * Neither half fits into a JavaScript number, and a `bigint` costs an allocation for each step. So an ID is four
 * unsigned integers of 32 bits, which is exact for the whole range up to 18446744073709551615-18446744073709551615,
 * compares in one to four steps, and is written and read without any object besides.
 *
 * @module
 */

import { writeByteString } from "../util/byte_string.ts";
import { writeInteger } from "../util/number.ts";

const TWO_32 = 2 ** 32;
const ALL_ONES = 0xffffffff;
/** Below this the upper half leaves the whole within 2^53. */
const SAFE_HIGH = 2 ** 21;
const HYPHEN = 0x2d;

/** Most bytes that {@linkcode StreamId.write} writes. */
export const LONGEST_ID = 41;

/** One ID; it can be changed, so that loops need only one. New ones are 0-0. */
export class StreamId {
  /** Upper and lower 32 bits of the milliseconds, then of the sequence number. */
  msHigh = 0;
  msLow = 0;
  seqHigh = 0;
  seqLow = 0;

  /** Sets the four parts. */
  set(msHigh: number, msLow: number, seqHigh: number, seqLow: number): void {
    this.msHigh = msHigh;
    this.msLow = msLow;
    this.seqHigh = seqHigh;
    this.seqLow = seqLow;
  }

  /** Makes this the same as `other`. */
  copy(other: StreamId): void {
    this.set(other.msHigh, other.msLow, other.seqHigh, other.seqLow);
  }

  /** An ID of its own with the same value. */
  clone(): StreamId {
    const copy = new StreamId();
    copy.copy(this);
    return copy;
  }

  /** Makes this `milliseconds`-0; a safe integer, not negative. */
  setTime(milliseconds: number): void {
    this.set(Math.floor(milliseconds / TWO_32), milliseconds >>> 0, 0, 0);
  }

  /** Sets the milliseconds, an unsigned integer of 64 bits. */
  setMilliseconds(value: bigint): void {
    this.msHigh = Number(value >> 32n);
    this.msLow = Number(value & 0xffffffffn);
  }

  /** Sets the sequence number, an unsigned integer of 64 bits. */
  setSequence(value: bigint): void {
    this.seqHigh = Number(value >> 32n);
    this.seqLow = Number(value & 0xffffffffn);
  }

  /** Makes this 0-0, the ID that no entry has. */
  setZero(): void {
    this.set(0, 0, 0, 0);
  }

  /** Makes this the greatest ID. */
  setGreatest(): void {
    this.set(ALL_ONES, ALL_ONES, ALL_ONES, ALL_ONES);
  }

  get isZero(): boolean {
    return this.msLow === 0 && this.seqLow === 0 && this.msHigh === 0 && this.seqHigh === 0;
  }

  get isGreatest(): boolean {
    return this.msHigh === ALL_ONES && this.msLow === ALL_ONES && this.hasLastSequence;
  }

  /** Whether no ID with the same milliseconds is greater. */
  get hasLastSequence(): boolean {
    return this.seqHigh === ALL_ONES && this.seqLow === ALL_ONES;
  }

  /** Whether the milliseconds are those of `other`. */
  hasTimeOf(other: StreamId): boolean {
    return this.msLow === other.msLow && this.msHigh === other.msHigh;
  }

  /** Negative, 0 or positive as this is less than, equal to or greater than `other`. */
  compare(other: StreamId): number {
    if (this.msHigh !== other.msHigh) return this.msHigh - other.msHigh;
    if (this.msLow !== other.msLow) return this.msLow - other.msLow;
    if (this.seqHigh !== other.seqHigh) return this.seqHigh - other.seqHigh;
    return this.seqLow - other.seqLow;
  }

  /** Makes this the next ID. False if there is none: this is 0-0 then. */
  increment(): boolean {
    if ((this.seqLow = (this.seqLow + 1) >>> 0) !== 0) return true;
    if ((this.seqHigh = (this.seqHigh + 1) >>> 0) !== 0) return true;
    if ((this.msLow = (this.msLow + 1) >>> 0) !== 0) return true;
    return (this.msHigh = (this.msHigh + 1) >>> 0) !== 0;
  }

  /** Makes this the ID before. False if there is none: this is the greatest ID then. */
  decrement(): boolean {
    if ((this.seqLow = (this.seqLow - 1) >>> 0) !== ALL_ONES) return true;
    if ((this.seqHigh = (this.seqHigh - 1) >>> 0) !== ALL_ONES) return true;
    if ((this.msLow = (this.msLow - 1) >>> 0) !== ALL_ONES) return true;
    return (this.msHigh = (this.msHigh - 1) >>> 0) !== ALL_ONES;
  }

  /** Byte `index` (0 to 15) of the ID as 16 bytes, the most significant first. */
  byteAt(index: number): number {
    const part = index < 8
      ? (index < 4 ? this.msHigh : this.msLow)
      : (index < 12 ? this.seqHigh : this.seqLow);
    return (part >>> (24 - 8 * (index & 3))) & 0xff;
  }

  /** Writes `milliseconds-sequence` at `position`; the position behind it. */
  write(buffer: Uint8Array, position: number): number {
    position = writeHalf(buffer, position, this.msHigh, this.msLow);
    buffer[position] = HYPHEN;
    return writeHalf(buffer, position + 1, this.seqHigh, this.seqLow);
  }

  /** `milliseconds-sequence`. */
  toString(): string {
    return `${halfText(this.msHigh, this.msLow)}-${halfText(this.seqHigh, this.seqLow)}`;
  }
}

/** The whole of 64 bits, unsigned. */
export function wholeOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function halfText(high: number, low: number): string {
  return high < SAFE_HIGH ? String(high * TWO_32 + low) : wholeOf(high, low).toString();
}

function writeHalf(buffer: Uint8Array, position: number, high: number, low: number): number {
  if (high < SAFE_HIGH) return writeInteger(buffer, position, high * TWO_32 + low);
  return writeByteString(buffer, position, halfText(high, low));
}
