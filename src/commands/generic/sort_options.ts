/**
 * The arguments of SORT and SORT_RO.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { Errors } from "../../resp/errors.ts";
import { SortPattern } from "./sort_pattern.ts";

/** What to sort by, how much of it is wanted, and what to do with it. */
export class SortRequest {
  /** What to sort by instead of the elements themselves. A constant pattern means not to sort. */
  by: SortPattern | null = null;
  isSorted = true;
  descending = false;
  /** Whether to compare bytes, not numbers. */
  alphabetic = false;
  offset = 0;
  /** Negative: as many as there are. */
  count = -1;
  /** What is answered for each element; if empty, the element. */
  readonly get: SortPattern[] = [];
  /** Where the result goes instead of the reply. */
  storeKey: string | undefined;
}

/**
 * Reads all options; an option that comes again takes the place of the one before. In a cluster (`bySlot`) the keys that
 * patterns stand for could be at other nodes, so there are none.
 */
export function readSortRequest(args: Args, canStore: boolean, bySlot: boolean): SortRequest {
  const request = new SortRequest();
  for (let i = 2; i < args.length;) {
    i += readOption(args, i, args.length - i - 1, request, canStore);
    if (!bySlot) continue;
    if (request.by !== null && !request.by.isConstant) throw Errors.SORT_BY_IN_CLUSTER;
    if (request.get.length > 0) throw Errors.SORT_GET_IN_CLUSTER;
  }
  return request;
}

/** Reads the option at `index`, which `left` arguments follow; how many arguments it took. */
function readOption(
  args: Args,
  index: number,
  left: number,
  request: SortRequest,
  canStore: boolean,
): number {
  if (args.is(index, "ASC") || args.is(index, "DESC")) {
    request.descending = args.is(index, "DESC");
    return 1;
  }
  if (args.is(index, "ALPHA")) {
    request.alphabetic = true;
    return 1;
  }
  if (args.is(index, "LIMIT") && left >= 2) {
    request.offset = args.clampedInt(index + 1);
    request.count = args.clampedInt(index + 2);
    return 3;
  }
  if (canStore && args.is(index, "STORE") && left >= 1) request.storeKey = args.key(index + 1);
  else if (args.is(index, "BY") && left >= 1) {
    request.by = new SortPattern(args.text(index + 1));
    // Once a pattern was constant, a later one does not bring sorting back.
    if (request.by.isConstant) request.isSorted = false;
  } else if (args.is(index, "GET") && left >= 1) request.get.push(new SortPattern(args.text(index + 1)));
  else throw Errors.SYNTAX;
  return 2;
}
