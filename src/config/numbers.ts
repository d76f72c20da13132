/** Redis's ways of reading the numbers of its configuration: strict integers, memory sizes, octal modes. */

const UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n * 1000n,
  mb: 1024n * 1024n,
  g: 1000n * 1000n * 1000n,
  gb: 1024n * 1024n * 1024n,
};
const UINT64_MAX = 2n ** 64n - 1n;
const LONGEST_NUMBER = 127;

/** A canonical decimal integer (no plus, no leading zero, no blanks) in the signed 64-bit range. */
export function parseInteger64(text: string): bigint | undefined {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/**
 * A memory size: digits and a unit in any case (`k` is 1000, `kb` 1024, and so on). As in Redis the digits
 * saturate at 2^64-1 and the product wraps, and no digits at all are 0.
 */
export function parseMemory(text: string): bigint | undefined {
  const parts = /^([0-9]*)([a-zA-Z]*)$/.exec(text);
  if (parts === null || parts[1].length > LONGEST_NUMBER) return undefined;
  const unit = parts[2].toLowerCase();
  if (!Object.hasOwn(UNITS, unit)) return undefined;
  const digits = BigInt(parts[1]);
  return BigInt.asUintN(64, (digits > UINT64_MAX ? UINT64_MAX : digits) * UNITS[unit]);
}

/** The number as C's strtoll reads a whole argument: leading blanks and a sign are fine, no digits are 0. */
export function parseLoose(text: string, base: 8 | 10 = 10): bigint | undefined {
  if (text === "") return 0n;
  const pattern = base === 8 ? /^[ \t\n\v\f\r]*([+-]?)([0-7]+)$/ : /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/;
  const parts = pattern.exec(text);
  if (parts === null || parts[2].length > LONGEST_NUMBER) return undefined;
  const magnitude = BigInt(base === 8 ? "0o" + parts[2] : parts[2]);
  return parts[1] === "-" ? -magnitude : magnitude;
}

/** The shortest way to write a size for a configuration file: `1gb`, `64mb`, `16kb` or plain bytes. */
export function formatMemory(bytes: bigint): string {
  for (const unit of ["gb", "mb", "kb"]) {
    if (bytes > 0n && bytes % UNITS[unit] === 0n) return `${bytes / UNITS[unit]}${unit}`;
  }
  return bytes.toString();
}
