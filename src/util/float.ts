/**
 * Redis's double-precision numbers: strict reading as `getDoubleFromObject` does, writing as `d2string` does.
 */

import { FLOAT64, nearest, readHexadecimal } from "./binary_float.ts";

export {
  addDecimal,
  addLongDouble,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
} from "./long_double.ts";

// No two parts of the pattern can take the same digits, so that matching stays linear.
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
/** A written number that is zero, whatever its exponent. */
const WRITTEN_ZERO = /^[+-]?[0.]+(?:[eE]|$)/;
const INFINITY = /^[+-]?inf(?:inity)?$/i;
/** Integers up to this size are printed whole: C's `LLONG_MAX / 2` as a double. */
const LARGEST_PLAIN_INTEGER = 2 ** 62;

/**
 * Reads a double by the rules of C's `strtod` as Redis limits them: the whole text, no spaces, not empty, not
 * NaN; decimal, hexadecimal (`0x1.8p3`) and infinities in any case. Undefined for everything else, and for a
 * number that overflows or becomes zero though it was not written as zero.
 */
export function parseFloat64(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (value === 0) return WRITTEN_ZERO.test(text) ? value : undefined;
    return value === Infinity || value === -Infinity ? undefined : value;
  }
  if (INFINITY.test(text)) return text.charCodeAt(0) === 0x2d ? -Infinity : Infinity;
  return parseHexadecimal(text);
}

function parseHexadecimal(text: string): number | undefined {
  const written = readHexadecimal(text);
  if (written === undefined) return undefined;
  const value = nearest(written, FLOAT64);
  if (value === undefined) return undefined;
  if (value.mantissa === 0n) return written.negative ? -0 : 0;
  return Number(value.mantissa) * 2 ** value.exponent;
}

/**
 * The text of a double as Redis 7.2 replies and stores it: `inf`, `-inf`, `nan`, `-0`; integers up to 2^62
 * with all their digits; otherwise the shortest digits that read back as the same number, laid out as
 * `fpconv_dtoa` does (plain from 0.001 up to 10^4 or with at most six decimals, else like `1.5e+25`).
 *
 * `fpconv_dtoa` (Grisu2) misses the shortest digits for about one double in a thousand; those are not
 * imitated.
 */
export function formatDouble(x: number): string {
  if (Number.isSafeInteger(x)) return Object.is(x, -0) ? "-0" : String(x);
  if (x !== x) return "nan";
  if (x === Infinity) return "inf";
  if (x === -Infinity) return "-inf";
  const magnitude = Math.abs(x);
  if (magnitude >= 1e-3 && magnitude < 1e4) return String(x);
  if (magnitude >= 1e-6 && magnitude < 1e21) {
    // Here JavaScript writes no exponent, and with up to six decimals neither does Redis.
    const plain = String(x);
    const point = plain.indexOf(".");
    if (point >= 0 && plain.length - point <= 7) return plain;
  }
  if (Number.isInteger(x) && magnitude <= LARGEST_PLAIN_INTEGER) return BigInt(x).toString();
  const text = layOut(magnitude);
  return x < 0 ? "-" + text : text;
}

/** The layout of large integers and of all that needs an exponent, from the shortest digits. */
function layOut(magnitude: number): string {
  const [significand, power] = magnitude.toExponential().split("e");
  const digits = significand.replace(".", "");
  const exponent = Number(power);
  const lastDigit = exponent - digits.length + 1;
  if (lastDigit >= 0 && lastDigit < 8) return digits + "0".repeat(lastDigit);
  return `${significand}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}
