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
const TOO_MANY_PAIRS = new CommandError("ERR value is out of range");

/**
 * Argument `index` as a count of random elements: so many different ones or, if negative, so many with repetitions.
 * `paired` says that each will be followed by something. Exact up to 2^53.
 */
export function readDrawCount(args: Args, index: number, paired: boolean): number {
  const count = args.clampedInt(index);
  if (!Number.isSafeInteger(count)) checkLarge(args.int64(index), paired);
  return count;
}

function checkLarge(count: bigint, paired: boolean): void {
  if (count === INT64_MIN) throw OUT_OF_RANGE;
  if (paired && (count > MOST_PAIRS || count < -MOST_PAIRS)) throw TOO_MANY_PAIRS;
}

/** Says that `option`, an argument behind the count, is there; anything else in its place is a syntax error. */
export function readDrawOption(args: Args, index: number, option: string): boolean {
  if (args.length > index + 1 || (args.length === index + 1 && !args.is(index, option))) throw Errors.SYNTAX;
  return args.length === index + 1;
}
