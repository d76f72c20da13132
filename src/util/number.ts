/**
 * Strict integer parsing by Redis's `string2ll` rules, and decimal output without strings.
 *
 * Canonical means: an optional `-`, then digits without leading zeros; no `+`, no spaces, no `-0`. So a
 * parsed number printed again gives the same text, which lets integers be stored as numbers.
 */

import { fromBytes } from "./byte_string.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
/** "-9007199254740991" */
const LONGEST_SAFE = 17;
/** "-9223372036854775808" */
const LONGEST_INT64 = 20;
const CANONICAL = /^(?:0|-?[1-9][0-9]*)$/;

/** The ASCII digit pairs "00" to "99", one after the other. */
const PAIRS = new Uint8Array(200);
for (let i = 0; i < 100; i++) {
  PAIRS[2 * i] = ZERO + Math.floor(i / 10);
  PAIRS[2 * i + 1] = ZERO + i % 10;
}

/** A canonical integer within ±(2^53 - 1), or NaN. */
export function parseSafeInteger(text: string): number {
  const length = text.length;
  if (length === 0 || length > LONGEST_SAFE) return NaN;
  const negative = text.charCodeAt(0) === MINUS;
  let i = negative ? 1 : 0;
  if (i === length) return NaN;
  if (text.charCodeAt(i) === ZERO) return length === 1 ? 0 : NaN;
  let value = 0;
  for (; i < length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return NaN;
  return negative ? -value : value;
}

/** {@link parseSafeInteger} of the bytes from `start` up to `end`; allocates nothing. */
export function parseSafeIntegerBytes(buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0 || length > LONGEST_SAFE) return NaN;
  const negative = buf[start] === MINUS;
  let i = negative ? start + 1 : start;
  if (i === end) return NaN;
  if (buf[i] === ZERO) return length === 1 ? 0 : NaN;
  let value = 0;
  for (; i < end; i++) {
    const digit = buf[i] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return NaN;
  return negative ? -value : value;
}

/** A canonical integer in the signed 64-bit range, or undefined. */
export function parseInt64(text: string): bigint | undefined {
  if (text.length > LONGEST_INT64 || !CANONICAL.test(text)) return undefined;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
}

/** {@link parseInt64} of the bytes from `start` up to `end`. */
export function parseInt64Bytes(buf: Uint8Array, start: number, end: number): bigint | undefined {
  if (end - start > LONGEST_INT64) return undefined;
  return parseInt64(fromBytes(buf, start, end));
}

/**
 * A SCAN cursor as an unsigned 64-bit number, or undefined.
 *
 * These are the rules of C's `strtoul`, which Redis 7 uses here: the text ends at a zero byte, nothing at all
 * is zero, signs and leading zeros are fine, a negative number wraps around. A leading space is refused.
 */
export function parseCursor(text: string): bigint | undefined {
  const zeroByte = text.indexOf("\0");
  const digits = zeroByte < 0 ? text : text.slice(0, zeroByte);
  if (digits === "") return 0n;
  if (!/^[+-]?[0-9]+$/.test(digits)) return undefined;
  const negative = digits.charCodeAt(0) === MINUS;
  const magnitude = BigInt(digits.replace(/^[+-]/, ""));
  if (magnitude > UINT64_MAX) return undefined;
  return negative ? BigInt.asUintN(64, -magnitude) : magnitude;
}

/** How many bytes {@link writeInteger} writes for the safe integer `n`. */
export function integerLength(n: number): number {
  const magnitude = n < 0 ? -n : n;
  const sign = n < 0 ? 1 : 0;
  if (magnitude < 1e8) return sign + shortLength(magnitude);
  return sign + 8 + shortLength(Math.floor(magnitude / 1e8));
}

/** Writes the decimal digits of the safe integer `n` at `pos`; the position after them. */
export function writeInteger(buf: Uint8Array, pos: number, n: number): number {
  if (n < 0) {
    buf[pos++] = MINUS;
    n = -n;
  }
  if (n < 1e8) return writeShort(buf, pos, n);
  // Pieces below 2^31 keep the divisions in 32-bit arithmetic; a safe integer has at most 16 digits.
  const high = Math.floor(n / 1e8);
  return writeEight(buf, writeShort(buf, pos, high), n - high * 1e8);
}

/** Digits of an integer from 0 to 99,999,999. */
function shortLength(n: number): number {
  if (n < 1e4) return n < 100 ? (n < 10 ? 1 : 2) : (n < 1000 ? 3 : 4);
  return n < 1e6 ? (n < 1e5 ? 5 : 6) : (n < 1e7 ? 7 : 8);
}

function writeShort(buf: Uint8Array, pos: number, n: number): number {
  if (n < 10) {
    buf[pos] = ZERO + n;
    return pos + 1;
  }
  let rest = n | 0;
  const end = pos + shortLength(rest);
  let at = end;
  while (rest >= 100) {
    const quotient = (rest / 100) | 0;
    writePair(buf, at -= 2, rest - quotient * 100);
    rest = quotient;
  }
  if (rest >= 10) writePair(buf, at - 2, rest);
  else buf[at - 1] = ZERO + rest;
  return end;
}

function writeEight(buf: Uint8Array, pos: number, n: number): number {
  let rest = n | 0;
  for (let at = pos + 6; at >= pos; at -= 2) {
    const quotient = (rest / 100) | 0;
    writePair(buf, at, rest - quotient * 100);
    rest = quotient;
  }
  return pos + 8;
}

function writePair(buf: Uint8Array, pos: number, pair: number): void {
  buf[pos] = PAIRS[2 * pair];
  buf[pos + 1] = PAIRS[2 * pair + 1];
}
