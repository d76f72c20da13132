/**
 * Exact conversion of written numbers to binary floating point of any precision: what C's `strtod` and
 * `strtold` do, in big-integer arithmetic. Slow next to `Number(text)`, and used only where that cannot
 * serve: hexadecimal floats and the 80-bit extended type.
 */

/** The value `mantissa * 2^exponent`. */
export interface BinaryFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/**
 * A binary floating-point type: bits of mantissa, the exponent of its smallest subnormal, and 2^overflow, its
 * limit.
 */
export interface BinaryFormat {
  readonly precision: number;
  readonly smallest: number;
  readonly overflow: number;
}

/** IEEE 754 binary64. */
export const FLOAT64: BinaryFormat = { precision: 53, smallest: -1074, overflow: 1024 };
/** The x87 extended format, `long double` on x86-64. */
export const EXTENDED: BinaryFormat = { precision: 64, smallest: -16445, overflow: 16384 };

/** A number as it was written: `digits * base^exponent`. */
export interface WrittenNumber {
  readonly negative: boolean;
  readonly digits: bigint;
  readonly base: 2 | 10;
  readonly exponent: number;
}

// No two parts of a pattern can take the same digits, so that matching stays linear.
const DECIMAL = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?$/;
const HEXADECIMAL =
  /^([+-]?)0[xX](?:([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?|\.([0-9a-fA-F]+))(?:[pP]([+-]?[0-9]+))?$/;

/** `digits * 10^exponent` of a decimal text such as `-1.5e3`, or undefined. */
export function readDecimal(text: string): WrittenNumber | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fractionAfter = "", fractionAlone = "", exponent = "0"] = match;
  const fraction = fractionAfter + fractionAlone;
  return {
    negative: sign === "-",
    digits: BigInt(whole + fraction),
    base: 10,
    exponent: Number(exponent) - fraction.length,
  };
}

/** `digits * 2^exponent` of a hexadecimal float such as `0x1.8p-3`, or undefined. */
export function readHexadecimal(text: string): WrittenNumber | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fractionAfter = "", fractionAlone = "", exponent = "0"] = match;
  const fraction = fractionAfter + fractionAlone;
  return {
    negative: sign === "-",
    digits: BigInt("0x" + whole + fraction),
    base: 2,
    exponent: Number(exponent) - 4 * fraction.length,
  };
}

/**
 * The nearest value of the format, ties to even; mantissa 0 for zero. Undefined when the number is beyond the
 * format's range, or so small that it would become zero (where the C functions report ERANGE).
 */
export function nearest(number: WrittenNumber, format: BinaryFormat): BinaryFloat | undefined {
  const { negative, digits, base, exponent } = number;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  // Refused before an exponent such as 1e999999999 makes a number of that many digits. Within a digit or two.
  const magnitude = bitLength(digits) + exponent * (base === 10 ? Math.log2(10) : 1);
  if (magnitude > format.overflow + 8 || magnitude < format.smallest - 8) return undefined;
  const power = BigInt(base) ** BigInt(Math.abs(exponent));
  const rounded = exponent >= 0 ? roundRatio(digits * power, 1n, format) : roundRatio(digits, power, format);
  if (rounded === undefined || rounded.mantissa === 0n) return undefined;
  return negative ? { mantissa: -rounded.mantissa, exponent: rounded.exponent } : rounded;
}

/** The positive ratio rounded to the format, ties to even; undefined when it is out of range. */
export function roundRatio(
  numerator: bigint,
  denominator: bigint,
  format: BinaryFormat,
): BinaryFloat | undefined {
  let exponent = bitLength(numerator) - bitLength(denominator) - format.precision;
  exponent = Math.max(exponent, format.smallest);
  // The first estimate may leave one bit too many, never one too few.
  if (bitLength(scale(numerator, -exponent) / scale(denominator, exponent)) > format.precision) exponent++;
  const dividend = scale(numerator, -exponent);
  const divisor = scale(denominator, exponent);
  let mantissa = dividend / divisor;
  const twice = 2n * (dividend - mantissa * divisor);
  if (twice > divisor || (twice === divisor && (mantissa & 1n) === 1n)) mantissa++;
  return bitLength(mantissa) + exponent > format.overflow ? undefined : { mantissa, exponent };
}

function scale(value: bigint, bits: number): bigint {
  return bits > 0 ? value << BigInt(bits) : value;
}

/** Bits of a positive integer; 0 for 0. */
function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return 4 * (hex.length - 1) + 32 - Math.clz32(parseInt(hex[0], 16));
}
