/**
 * What LMPOP, ZMPOP and their blocking forms have in common.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import { Errors } from "../resp/errors.ts";

/** What such a command is asked for. */
export interface MultiplePop<End extends string> {
  /** Index of the first key among the arguments. */
  readonly firstKey: number;
  readonly keyCount: number;
  readonly end: End;
  /** At least 1. */
  readonly count: number;
}

/** Reads `numkeys key [key ...] <end> [COUNT count]` from argument `index` on; `ends` are the words for the end. */
export function readMultiplePop<End extends string>(
  args: Args,
  index: number,
  ends: readonly End[],
): MultiplePop<End> {
  const keyCount = args.intFrom(index, 1, Errors.NUMKEYS);
  const firstKey = index + 1;
  const where = firstKey + keyCount;
  if (where >= args.length) throw Errors.SYNTAX;
  const end = ends.find((word) => args.is(where, word));
  if (end === undefined) throw Errors.SYNTAX;
  let count = 1;
  for (let i = where + 1; i < args.length; i += 2) {
    const isFirst = i === where + 1;
    if (!isFirst || !args.is(i, "COUNT") || i + 1 === args.length) throw Errors.SYNTAX;
    count = args.intFrom(i + 1, 1, Errors.COUNT_NOT_POSITIVE);
  }
  return { firstKey, keyCount, end, count };
}
