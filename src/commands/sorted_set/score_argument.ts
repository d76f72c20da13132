/**
 * Scores, and ranges of scores and members, as arguments.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { MemberBound, MemberRange, RankRange, SortedSet } from "../../data/sorted_set.ts";
import { FLOAT64, nearest, readHexadecimal } from "../../util/binary_float.ts";
import { comparePieces } from "../../util/byte_slice.ts";
import { parseSafeIntegerBytes } from "../../util/number.ts";
import { SortedSetErrors } from "./errors.ts";

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const LEFT_BRACKET = 0x5b;
const LEFT_PARENTHESIS = 0x28;
/** Decimals of up to so many digits are a quotient of two exact doubles, so that one division rounds correctly. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const INFINITY = /^[+-]?inf(?:inity)?$/i;

/** Argument `index` as a score; throws "value is not a valid float". Short numbers are read without allocation. */
export function readScore(args: Args, index: number): number {
  const value = readShortDecimal(args.buffer, args.starts[index], args.ends[index]);
  return Number.isNaN(value) ? args.float(index) : value;
}

/** Digits with a point or without, and a sign perhaps; NaN for everything else, and for more than 15 digits. */
function readShortDecimal(buffer: Uint8Array, start: number, end: number): number {
  const isNegative = buffer[start] === MINUS;
  let digits = 0;
  let decimals = 0;
  let mantissa = 0;
  let hasPoint = false;
  for (let i = isNegative ? start + 1 : start; i < end; i++) {
    const digit = buffer[i] - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (hasPoint) decimals++;
    } else if (buffer[i] === POINT && !hasPoint) hasPoint = true;
    else return NaN;
  }
  if (digits === 0 || digits > EXACT_DIGITS) return NaN;
  const value = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals];
  return isNegative ? -value : value;
}

/** Scores from `min` to `max`. */
export interface ScoreRange {
  min: number;
  max: number;
  minExclusive: boolean;
  maxExclusive: boolean;
}

/** The range that arguments `minIndex` and `maxIndex` give; throws "min or max is not a float". */
export function readScoreRange(args: Args, minIndex: number, maxIndex: number): ScoreRange {
  const minExclusive = isExclusive(args, minIndex);
  const maxExclusive = isExclusive(args, maxIndex);
  const min = readBound(args, minIndex, minExclusive);
  const max = readBound(args, maxIndex, maxExclusive);
  return { min, max, minExclusive, maxExclusive };
}

/** The ranks of the members with scores in the range. */
export function ranksOfScores(set: SortedSet, range: ScoreRange, out: RankRange): void {
  out.first = set.countBelow(range.min, range.minExclusive);
  out.count = Math.max(0, set.countBelow(range.max, !range.maxExclusive) - out.first);
}

function isExclusive(args: Args, index: number): boolean {
  return args.ends[index] > args.starts[index] && args.buffer[args.starts[index]] === LEFT_PARENTHESIS;
}

function readBound(args: Args, index: number, exclusive: boolean): number {
  const start = args.starts[index] + (exclusive ? 1 : 0);
  const integer = parseSafeIntegerBytes(args.buffer, start, args.ends[index]);
  if (!Number.isNaN(integer)) return integer;
  const value = parseAsC(exclusive ? args.text(index).slice(1) : args.text(index));
  if (Number.isNaN(value)) throw SortedSetErrors.NOT_SCORE_RANGE;
  return value;
}

/**
 * A number as C's `strtod` reads it, to the end of the text: laxer than scores are. Space may precede it, nothing at all
 * is 0, the text ends at a zero byte, and what is too large or too small is infinite or 0. NaN if it is no number.
 */
function parseAsC(text: string): number {
  const zeroByte = text.indexOf("\0");
  if (zeroByte >= 0) text = text.slice(0, zeroByte);
  if (text === "") return 0;
  text = text.replace(/^[ \t-\r]+/, "");
  if (DECIMAL.test(text)) return Number(text);
  if (INFINITY.test(text)) return text.charCodeAt(0) === MINUS ? -Infinity : Infinity;
  const written = readHexadecimal(text);
  if (written === undefined) return NaN;
  const value = nearest(written, FLOAT64);
  const sign = written.negative ? -1 : 1;
  if (value !== undefined) return Number(value.mantissa) * 2 ** value.exponent;
  return written.exponent > 0 ? sign * Infinity : sign * 0;
}

/** The range of members that arguments `minIndex` and `maxIndex` give; throws "min or max not valid string range item". */
export function readMemberRange(args: Args, minIndex: number, maxIndex: number): MemberRange {
  const min = readMemberBound(args, minIndex);
  const max = readMemberBound(args, maxIndex);
  // Nothing comes before the least or behind the greatest member that could be.
  const isEmpty = min === GREATEST || max === LEAST || (typeof min === "object" && typeof max === "object" &&
    isEmptyInterval(min, max));
  return { min: typeof min === "object" ? min : null, max: typeof max === "object" ? max : null, isEmpty };
}

const LEAST = "least";
const GREATEST = "greatest";

function readMemberBound(args: Args, index: number): MemberBound | typeof LEAST | typeof GREATEST {
  const { buffer } = args;
  const start = args.starts[index];
  const end = args.ends[index];
  const first = end > start ? buffer[start] : 0;
  if (first === LEFT_PARENTHESIS || first === LEFT_BRACKET) {
    return { source: args, start: start + 1, end, isExclusive: first === LEFT_PARENTHESIS };
  }
  const isAlone = end === start + 1 || buffer[start + 1] === 0;
  if (isAlone && first === PLUS) return GREATEST;
  if (isAlone && first === MINUS) return LEAST;
  throw SortedSetErrors.NOT_MEMBER_RANGE;
}

function isEmptyInterval(min: MemberBound, max: MemberBound): boolean {
  const order = comparePieces(min.source, min.start, min.end, max.source, max.start, max.end);
  return order > 0 || (order === 0 && (min.isExclusive || max.isExclusive));
}
