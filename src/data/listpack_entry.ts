/**
 * The encoding of one listpack entry.
 *
 * What an entry will look like is first planned, which gives its size, then written: the plan stands in {@linkcode Slot}
 * and holds until the next one is made.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../util/number.ts";

/** Strings longer than this are no integers. */
const LONGEST_INTEGER = 20;
const TWO_32 = 2 ** 32;

/** The planned entry's first bytes: its encoding and, of an integer, all its data. */
export const Slot = {
  bytes: new ByteBuffer(16),
  /** How many of `bytes` count. */
  length: 0,
};

/** Plans an entry for a string, as an integer if it is one; the size of encoding and data. */
export function planText(source: ByteSource, start: number, end: number): number {
  const size = end - start;
  if (size <= LONGEST_INTEGER && size > 0 && source.buffer[start] <= 0x39) {
    const integer = parseSafeIntegerBytes(source.buffer, start, end);
    if (!Number.isNaN(integer)) return planInteger(integer);
    if (size > 15) {
      const large = parseInt64Bytes(source.buffer, start, end);
      if (large !== undefined) return planBigInteger(large);
    }
  }
  const { buffer, view } = Slot.bytes;
  if (size < 64) {
    buffer[0] = 0x80 | size;
    Slot.length = 1;
  } else if (size < 4096) {
    buffer[0] = 0xe0 | (size >> 8);
    buffer[1] = size & 0xff;
    Slot.length = 2;
  } else {
    buffer[0] = 0xf0;
    view.setUint32(1, size, true);
    Slot.length = 5;
  }
  return Slot.length + size;
}

/** Plans an entry for an integer within ±(2^53 − 1); its size. */
export function planInteger(value: number): number {
  const { buffer, view } = Slot.bytes;
  if (value >= 0 && value <= 127) {
    buffer[0] = value;
    return Slot.length = 1;
  }
  if (value >= -4096 && value <= 4095) {
    const bits = value & 0x1fff;
    buffer[0] = 0xc0 | (bits >> 8);
    buffer[1] = bits & 0xff;
    return Slot.length = 2;
  }
  if (value >= -(2 ** 31) && value < 2 ** 31) {
    view.setInt32(1, value, true);
    if (value >= -(2 ** 15) && value < 2 ** 15) Slot.length = 3;
    else Slot.length = value >= -(2 ** 23) && value < 2 ** 23 ? 4 : 5;
    buffer[0] = 0xf1 + Slot.length - 3;
    return Slot.length;
  }
  buffer[0] = 0xf4;
  view.setUint32(1, value >>> 0, true);
  view.setInt32(5, Math.floor(value / TWO_32), true);
  return Slot.length = 9;
}

/** Plans an entry for a signed integer of 64 bits; its size. */
export function planBigInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return planInteger(number);
  Slot.bytes.buffer[0] = 0xf4;
  Slot.bytes.view.setBigInt64(1, value, true);
  return Slot.length = 9;
}

/** Writes what was planned, which for a string is `source[start..end)`, at byte `at`; where it ends. */
export function writePlanned(
  target: ByteSource,
  at: number,
  source: ByteSource,
  start: number,
  end: number,
): number {
  const { bytes, length } = Slot;
  for (let i = 0; i < length; i++) target.buffer[at + i] = bytes.buffer[i];
  const first = bytes.buffer[0];
  const isText = (first >= 0x80 && first < 0xc0) || (first >= 0xe0 && first <= 0xf0);
  if (!isText) return at + length;
  copyBytes(source, start, end, target, at + length);
  return at + length + end - start;
}

/** Bytes that an entry for a string takes altogether. */
export function entrySize(source: ByteSource, start: number, end: number): number {
  const size = planText(source, start, end);
  return size + backLengthSize(size);
}

/** Bytes of the length that stands behind an entry of `size` bytes. */
export function backLengthSize(size: number): number {
  if (size <= 127) return 1;
  if (size < 16383) return 2;
  if (size < 2097151) return 3;
  return size < 268435455 ? 4 : 5;
}

/** Writes the length behind an entry that began at `at` and ends at `end`: seven bits a byte, the lowest last. */
export function writeBackLength(buffer: Uint8Array, end: number, at: number): void {
  const size = end - at;
  if (size <= 127) {
    buffer[end] = size;
    return;
  }
  let rest = size;
  for (let i = backLengthSize(size) - 1; i > 0; i--) {
    buffer[end + i] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  buffer[end] = rest;
}

/** Bytes of the encoding; for integers, which have no data besides, of the whole. */
export function headerBytes(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1;
  if (first < 0xf0) return 2;
  if (first === 0xf0) return 5;
  return first === 0xf4 ? 9 : first - 0xf1 + 3;
}

/** The integer of 13 to 64 bits at byte `at`, rounded if it is not within ±(2^53 − 1). */
export function readIntegerAt({ buffer, view }: ByteSource, at: number): number {
  const first = buffer[at];
  if (first < 0xe0) return (((first & 0x1f) << 8 | buffer[at + 1]) << 19) >> 19;
  switch (first) {
    case 0xf1:
      return view.getInt16(at + 1, true);
    case 0xf2:
      return (view.getUint16(at + 1, true) << 8 | buffer[at + 3] << 24) >> 8;
    case 0xf3:
      return view.getInt32(at + 1, true);
    default:
      return view.getInt32(at + 5, true) * TWO_32 + view.getUint32(at + 1, true);
  }
}
