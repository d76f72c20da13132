/**
 * The 80-bit `long double` arithmetic of INCRBYFLOAT and HINCRBYFLOAT.
 *
 * Redis reads both numbers with `strtold`, adds them in x87 extended precision (64 bits of mantissa, ties to
 * even) and prints `%.17Lf` without trailing zeros; the stored text shows all three roundings, so they are
 * repeated here one by one.
 */

import {
  type BinaryFloat,
  EXTENDED,
  nearest,
  readDecimal,
  readHexadecimal,
  roundRatio,
} from "./binary_float.ts";

/** A finite extended value, `mantissa * 2^exponent` with at most 64 bits of mantissa, or an infinity. */
export type LongDouble = BinaryFloat | "inf" | "-inf";

/** Redis refuses numbers of this many bytes and more. */
const MAX_LENGTH = 5 * 1024;
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

/**
 * Reads a number by the rules of `getLongDoubleFromObject`: decimal, hexadecimal float or infinity; undefined
 * for anything else, for NaN, and for a number outside the type's range.
 */
export function parseLongDouble(text: string): LongDouble | undefined {
  if (text.length >= MAX_LENGTH) return undefined;
  const written = readDecimal(text) ?? readHexadecimal(text);
  if (written !== undefined) return nearest(written, EXTENDED);
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity === null) return undefined;
  return infinity[1] === "-" ? "-inf" : "inf";
}

/** The rounded sum, or undefined when it is NaN or infinite. */
export function addLongDouble(left: LongDouble, right: LongDouble): BinaryFloat | undefined {
  if (typeof left === "string" || typeof right === "string") return undefined;
  const exponent = Math.min(left.exponent, right.exponent);
  const sum = shift(left, exponent) + shift(right, exponent);
  if (sum === 0n) return { mantissa: 0n, exponent: 0 };
  const magnitude = sum < 0n ? -sum : sum;
  const rounded = exponent >= 0
    ? roundRatio(magnitude << BigInt(exponent), 1n, EXTENDED)
    : roundRatio(magnitude, 1n << BigInt(-exponent), EXTENDED);
  if (rounded === undefined) return undefined;
  return sum < 0n ? { mantissa: -rounded.mantissa, exponent: rounded.exponent } : rounded;
}

/** `%.17Lf` without trailing zeros, and "0" for what would be "-0": the text Redis stores and replies. */
export function formatLongDouble(value: BinaryFloat): string {
  const negative = value.mantissa < 0n;
  const magnitude = negative ? -value.mantissa : value.mantissa;
  const scaled = roundShift(magnitude * FRACTION_SCALE, value.exponent);
  const whole = (scaled / FRACTION_SCALE).toString();
  const fraction = (scaled % FRACTION_SCALE).toString().padStart(FRACTION_DIGITS, "0").replace(/0+$/, "");
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return negative && scaled !== 0n ? "-" + text : text;
}

/**
 * The text of `a + b` as INCRBYFLOAT stores it; undefined when one of them is no valid number or the sum is
 * not finite. Where the two failures need different error texts, use the three functions above.
 */
export function addDecimal(a: string, b: string): string | undefined {
  const left = parseLongDouble(a);
  const right = parseLongDouble(b);
  if (left === undefined || right === undefined) return undefined;
  const sum = addLongDouble(left, right);
  return sum === undefined ? undefined : formatLongDouble(sum);
}

function shift(value: BinaryFloat, exponent: number): bigint {
  return value.mantissa << BigInt(value.exponent - exponent);
}

/** `value * 2^bits` as an integer, ties to even. */
function roundShift(value: bigint, bits: number): bigint {
  if (bits >= 0) return value << BigInt(bits);
  const down = BigInt(-bits);
  const quotient = value >> down;
  const rest = value - (quotient << down);
  const half = 1n << (down - 1n);
  const up = rest > half || (rest === half && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}
