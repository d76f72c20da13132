/**
 * Whether bytes are a listpack.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import {
  backLengthSize,
  headerBytes,
  planBigInteger,
  planInteger,
  planText,
  readIntegerAt,
  Slot,
} from "./listpack_entry.ts";

/** Total size and count that a stored listpack begins with, and its last byte. */
export const HEADER_SIZE = 6;
export const END_BYTE = 0xff;
/** The count in the header of a listpack that has more elements. */
export const COUNT_UNKNOWN = 0xffff;

/** Longest string that could be an integer. */
const LONGEST_INTEGER = 20;

/** What the walk through a stored listpack has found. */
export interface ListpackCheck {
  /** Number of elements; -1 if the bytes are none of a listpack. */
  count: number;
  /** Whether every element has the one encoding that this server writes. */
  canonical: boolean;
}

/** Walks through the stored listpack `source[start..end)`, header and end byte included, and fills `found`. */
export function checkListpack(source: ByteSource, start: number, end: number, found: ListpackCheck): void {
  found.count = -1;
  found.canonical = true;
  const size = end - start;
  if (size < HEADER_SIZE + 1 || source.view.getUint32(start, true) !== size) return;
  const last = end - 1;
  if (source.buffer[last] !== END_BYTE) return;
  let count = 0;
  for (let at = start + HEADER_SIZE; at < last; count++) {
    const content = contentSize(source, at, last);
    const behind = at + content + backLengthSize(content);
    if (behind > last || !hasBackLength(source.buffer, behind, content)) return;
    found.canonical &&= isCanonical(source, at, content);
    at = behind;
  }
  const announced = source.view.getUint16(start + 4, true);
  if (announced === COUNT_UNKNOWN || announced === count) found.count = count;
}

/** Bytes of encoding and data of the entry at `at`; more than there can be if it is damaged or does not end by `last`. */
export function contentSize({ buffer, view }: ByteSource, at: number, last: number): number {
  const first = buffer[at];
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 0x3f);
  if (first < 0xe0) return 2;
  if (first < 0xf0) return at + 2 > last ? Infinity : 2 + (((first & 0x0f) << 8) | buffer[at + 1]);
  if (first === 0xf0) return at + 5 > last ? Infinity : 5 + view.getUint32(at + 1, true);
  return first <= 0xf4 ? headerBytes(first) : Infinity;
}

/** Whether the entry whose encoding begins with this byte is a string. */
export function isText(first: number): boolean {
  return (first >= 0x80 && first < 0xc0) || (first >= 0xe0 && first <= 0xf0);
}

/** Whether the length that ends before `behind` is `size`: seven bits a byte, the lowest last. */
function hasBackLength(buffer: Uint8Array, behind: number, size: number): boolean {
  let rest = size;
  let at = behind - 1;
  for (let left = backLengthSize(size); left > 1; left--) {
    if (buffer[at--] !== ((rest & 127) | 128)) return false;
    rest = Math.floor(rest / 128);
  }
  return buffer[at] === rest;
}

/** Whether this server would write the entry, with `size` bytes of encoding and data, in the same way. */
function isCanonical(source: ByteSource, at: number, size: number): boolean {
  const first = source.buffer[at];
  if (first < 0x80) return true;
  if (!isText(first)) {
    const value = readIntegerAt(source, at);
    if (!Number.isSafeInteger(value)) return planBigInteger(source.view.getBigInt64(at + 1, true)) === size;
    return planInteger(value) === size;
  }
  const header = headerBytes(first);
  const length = size - header;
  if (header === 2) return length >= 64;
  if (header === 5) return length >= 4096;
  return length > LONGEST_INTEGER ||
    (planText(source, at + 1, at + size) === size && Slot.bytes.buffer[0] === first);
}
