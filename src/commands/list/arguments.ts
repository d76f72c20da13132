/**
 * Arguments that several list commands have.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { ListEnd } from "../../data/list.ts";
import { Errors } from "../../resp/errors.ts";

/** Argument `index`, which must be LEFT or RIGHT. */
export function endAt(args: Args, index: number): ListEnd {
  if (args.is(index, "LEFT")) return "LEFT";
  if (args.is(index, "RIGHT")) return "RIGHT";
  throw Errors.SYNTAX;
}
