/**
 * The count of SRANDMEMBER, HRANDFIELD and ZRANDMEMBER.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import { CommandError, Errors } from "../resp/errors.ts";

const INT64_MIN = -(2n ** 63n);
const MOST_PAIRS = (2n ** 63n - 1n) / 2n;

const OUT_OF_RANGE = new CommandError(
  "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);
const TOO_MANY = new CommandError("ERR value is out of range");
/** Most draws with repetitions: their replies take about a gigabyte at least, and more would stop the server for long. */
const MOST_DRAWS = 2 ** 27;

/**
 * Argument `index` as a count of random elements: so many different ones or, if negative, so many with repetitions.
 * `paired` says that each will be followed by something. Exact up to 2^53.
 */
export function readDrawCount(args: Args, index: number, paired: boolean): number {
  const count = args.clampedInt(index);
  if (!Number.isSafeInteger(count)) checkLarge(args.int64(index), paired);
  return count;
}

/**
 * How many elements a count stands for in a collection of `size` elements, which is not empty. Throws "value is out of
 * range" for more draws than anybody can want.
 */
export function numberOfDraws(count: number, size: number): number {
  if (count < -MOST_DRAWS) throw TOO_MANY;
  return count < 0 ? -count : Math.min(count, size);
}

function checkLarge(count: bigint, paired: boolean): void {
  if (count === INT64_MIN) throw OUT_OF_RANGE;
  if (paired && (count > MOST_PAIRS || count < -MOST_PAIRS)) throw TOO_MANY;
}

/** Says that `option`, an argument behind the count, is there; anything else in its place is a syntax error. */
export function readDrawOption(args: Args, index: number, option: string): boolean {
  if (args.length > index + 1 || (args.length === index + 1 && !args.is(index, option))) throw Errors.SYNTAX;
  return args.length === index + 1;
}
