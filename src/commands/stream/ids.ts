/**
 * Stream IDs among the arguments.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { StreamId } from "../../data/stream_id.ts";
import { fromBytes } from "../../util/byte_string.ts";
import { parseInt64 } from "../../util/number.ts";
import { StreamErrors } from "./errors.ts";

const ZERO = 0x30;
const HYPHEN = 0x2d;
const PLUS = 0x2b;
const PARENTHESIS = 0x28;
/** So many digits are within 2^53. */
const SAFE_DIGITS = 15;
const LONGEST = 127;
const TWO_32 = 2 ** 32;
const UINT64_MAX = 2n ** 64n - 1n;

/** What an ID says of its sequence number. */
type Sequence = "given" | "missing" | "any";

/** Reads argument `index`, a whole ID or the milliseconds of one with sequence 0. Throws if it is neither. */
export function readId(args: Args, index: number, out: StreamId): void {
  if (!tryReadId(args, index, out)) throw StreamErrors.INVALID_ID;
}

/** As {@linkcode readId}; false if the argument is no ID. */
export function tryReadId(args: Args, index: number, out: StreamId): boolean {
  return isWord(args, args.starts[index], args.ends[index]) ? false : parse(args, index, out, false) !== null;
}

/** As {@linkcode readId}, also `-` and `+` for the least and the greatest ID. */
export function readIdOrEdge(args: Args, index: number, out: StreamId): void {
  if (!readEdge(args, args.starts[index], args.ends[index], out)) readId(args, index, out);
}

/** Reads argument `index` of XADD, where `milliseconds-*` leaves the sequence to the stream: whether it is given. */
export function readNewId(args: Args, index: number, out: StreamId): boolean {
  if (isWord(args, args.starts[index], args.ends[index])) throw StreamErrors.INVALID_ID;
  const sequence = parse(args, index, out, true);
  if (sequence === null) throw StreamErrors.INVALID_ID;
  return sequence !== "any";
}

/** Reads the start of an interval: an ID, `-`, `+`, or `(` and an ID that is not included. */
export function readStart(args: Args, index: number, out: StreamId): void {
  if (readBound(args, index, out, false) && !out.increment()) throw StreamErrors.INVALID_START;
}

/** The same for the end of an interval; milliseconds alone stand for all IDs with them. */
export function readEnd(args: Args, index: number, out: StreamId): void {
  if (readBound(args, index, out, true) && !out.decrement()) throw StreamErrors.INVALID_END;
}

/** Reads a bound of an interval: whether it is not included itself. */
function readBound(args: Args, index: number, out: StreamId, isEnd: boolean): boolean {
  let start = args.starts[index];
  const end = args.ends[index];
  const exclusive = end - start > 1 && args.buffer[start] === PARENTHESIS;
  if (exclusive) start++;
  if (isWord(args, start, end)) {
    if (exclusive) throw StreamErrors.INVALID_ID;
    readEdge(args, start, end, out);
    return false;
  }
  const sequence = parseAt(args.buffer, start, end, out, false);
  if (sequence === null) throw StreamErrors.INVALID_ID;
  if (sequence === "missing" && isEnd) out.setSequence(UINT64_MAX);
  return exclusive;
}

/** Whether the bytes are `-` or `+`. */
function isWord({ buffer }: Args, start: number, end: number): boolean {
  return end - start === 1 && (buffer[start] === HYPHEN || buffer[start] === PLUS);
}

function readEdge(args: Args, start: number, end: number, out: StreamId): boolean {
  if (!isWord(args, start, end)) return false;
  if (args.buffer[start] === HYPHEN) out.setZero();
  else out.setGreatest();
  return true;
}

function parse(args: Args, index: number, out: StreamId, mayBeAny: boolean): Sequence | null {
  return parseAt(args.buffer, args.starts[index], args.ends[index], out, mayBeAny);
}

/** Reads an ID; null if it is none. */
function parseAt(
  buffer: Uint8Array,
  start: number,
  end: number,
  out: StreamId,
  mayBeAny: boolean,
): Sequence | null {
  let hyphen = start;
  while (hyphen < end && buffer[hyphen] !== HYPHEN) hyphen++;
  const milliseconds = digitsAt(buffer, start, hyphen);
  if (Number.isNaN(milliseconds)) return parseSlowly(fromBytes(buffer, start, end), out, mayBeAny);
  const sequence = hyphen === end ? 0 : digitsAt(buffer, hyphen + 1, end);
  if (Number.isNaN(sequence)) return parseSlowly(fromBytes(buffer, start, end), out, mayBeAny);
  out.set(
    Math.floor(milliseconds / TWO_32),
    milliseconds >>> 0,
    Math.floor(sequence / TWO_32),
    sequence >>> 0,
  );
  return hyphen === end ? "missing" : "given";
}

/** The number of a few plain digits, or NaN. */
function digitsAt(buffer: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > SAFE_DIGITS) return NaN;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = buffer[i] - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Everything that the original accepts: it stops at a zero byte and reads numbers by the rules of C. */
function parseSlowly(text: string, out: StreamId, mayBeAny: boolean): Sequence | null {
  if (text.length > LONGEST) return null;
  const zero = text.indexOf("\0");
  const whole = zero < 0 ? text : text.slice(0, zero);
  const hyphen = whole.indexOf("-");
  const milliseconds = parseUnsigned(hyphen < 0 ? whole : whole.slice(0, hyphen));
  if (milliseconds === null) return null;
  out.setMilliseconds(milliseconds);
  out.setSequence(0n);
  if (hyphen < 0) return "missing";
  const rest = whole.slice(hyphen + 1);
  if (mayBeAny && rest === "*") return "any";
  const sequence = parseUnsigned(rest);
  if (sequence === null) return null;
  out.setSequence(sequence);
  return "given";
}

/**
 * An unsigned integer of 64 bits, or null. A number in canonical form must not be negative; any other goes by the rules
 * of `strtoull`, which skips spaces, takes signs and leading zeros, and lets negative numbers wrap around.
 */
function parseUnsigned(text: string): bigint | null {
  const canonical = parseInt64(text);
  if (canonical !== undefined) return canonical < 0n ? null : canonical;
  const match = /^[ \t-\r]*([+-]?)([0-9]+)$/.exec(text);
  if (match === null) return null;
  const magnitude = BigInt(match[2]);
  if (magnitude > UINT64_MAX) return null;
  return match[1] === "-" ? BigInt.asUintN(64, -magnitude) : magnitude;
}
