/**
 * Arguments that several list commands have.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { ListEnd } from "../../data/list.ts";
import { type CommandError, Errors } from "../../resp/errors.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../../util/number.ts";

/** Argument `index`, which must be LEFT or RIGHT. */
export function endAt(args: Args, index: number): ListEnd {
  if (args.is(index, "LEFT")) return "LEFT";
  if (args.is(index, "RIGHT")) return "RIGHT";
  throw Errors.SYNTAX;
}

/**
 * Argument `index` as an integer of 64 bits, brought to a number. Throws `error` if it is none or less than `least`.
 */
export function integerFrom(args: Args, index: number, least: number, error: CommandError): number {
  const start = args.starts[index];
  const end = args.ends[index];
  let value = parseSafeIntegerBytes(args.buffer, start, end);
  if (Number.isNaN(value)) value = Number(parseInt64Bytes(args.buffer, start, end) ?? NaN);
  if (!(value >= least)) throw error;
  return value;
}
