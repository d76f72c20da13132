/**
 * Members of a sorted set as places: their scores are geohashes.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { decodeGeohash, type Position } from "../../data/geohash.ts";
import type { SortedSet } from "../../data/sorted_set.ts";
import { CommandError } from "../../resp/errors.ts";

const NO_SUCH_MEMBER = new CommandError("ERR could not decode requested zset member");

/** Where the member named by argument `index` is; undefined if there is no such member. */
export function positionOf(set: SortedSet, args: Args, index: number): Position | undefined {
  const score = set.score(args, args.starts[index], args.ends[index]);
  return Number.isNaN(score) ? undefined : decodeGeohash(score);
}

/** As {@linkcode positionOf}, but throws if there is no such member. */
export function requirePosition(set: SortedSet, args: Args, index: number): Position {
  const position = positionOf(set, args, index);
  if (position === undefined) throw NO_SUCH_MEMBER;
  return position;
}
