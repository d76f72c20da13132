/**
 * DEBUG OBJECT: how a value is kept.
 *
 * @module
 */

import type { Database } from "../../keyspace/database.ts";
import type { Value } from "../../keyspace/value.ts";
import { fromBytes } from "../../util/byte_string.ts";
import { lzfCompress } from "../../util/lzf.ts";
import { parseSafeInteger } from "../../util/number.ts";
import { asString, encodingOf, viewOf } from "../string/value.ts";

/** Longest string that a snapshot tries to write as a number. */
const LONGEST_NUMBER = 11;
/** Shortest string that is worth compressing, and what compression has to save at least. */
const COMPRESSED_FROM = 21;
const LEAST_SAVING = 4;

/**
 * The line that describes the value. Redis shows a memory address; here the number in it names the value's place in
 * the arena, or is zero for a value on the heap.
 */
export function describeObject(database: Database, value: Value, compress: boolean): string {
  const { accessClock } = database.keyspace;
  const clock = database.clockOf(value);
  const text = asString(value);
  const idle = accessClock.frequency ? 0 : accessClock.idleSeconds(clock);
  const place = typeof value === "number" ? (value >>> 0).toString(16) : "0";
  const length = savedStringSize(viewOf(database, text), compress);
  return `Value at:0x${place} refcount:1 encoding:${encodingOf(database, text)} serializedlength:${length} ` +
    `lru:${clock} lru_seconds_idle:${idle}`;
}

/** Bytes that a string takes in a snapshot: as a small number, compressed, or as it is with its length before it. */
function savedStringSize(bytes: Uint8Array, compress: boolean): number {
  const length = bytes.length;
  if (length <= LONGEST_NUMBER) {
    const number = parseSafeInteger(fromBytes(bytes));
    if (number >= -(2 ** 7) && number < 2 ** 7) return 2;
    if (number >= -(2 ** 15) && number < 2 ** 15) return 3;
    if (number >= -(2 ** 31) && number < 2 ** 31) return 5;
  }
  if (compress && length >= COMPRESSED_FROM) {
    const compressed = lzfCompress(bytes, new Uint8Array(length - LEAST_SAVING));
    if (compressed > 0) return 1 + prefixSize(compressed) + prefixSize(length) + compressed;
  }
  return prefixSize(length) + length;
}

/** Bytes that a length takes: 6, 14, 32 or 64 bits of it, with the form in the first byte. */
function prefixSize(length: number): number {
  if (length < 1 << 6) return 1;
  if (length < 1 << 14) return 2;
  return length < 2 ** 32 ? 5 : 9;
}
