/**
 * The arguments of ZRANGE and its relatives.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { MemberRange } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import { SortedSetErrors } from "./errors.ts";
import { readMemberRange, readScoreRange, type ScoreRange } from "./score_argument.ts";

/** What the command's name says already; what it leaves open is told by options. */
export interface RangeForm {
  readonly by?: "rank" | "score" | "member";
  readonly reversed?: boolean;
  /** The result is stored, so that there is no reply with scores. */
  readonly stores?: boolean;
}

/** What is asked for: `scores` or `members` or, if both are null, ranks from `start` to `stop`. */
export interface RangeRequest {
  scores: ScoreRange | null;
  members: MemberRange | null;
  /** Ranks from the end that comes first; negative ones count from the other end. */
  start: number;
  stop: number;
  reversed: boolean;
  withScores: boolean;
  /** How many members are left out; if negative, all. */
  offset: number;
  /** How many are wanted; if negative, all. */
  limit: number;
}

/** One for all commands, as they run one after the other. */
const request: RangeRequest = {
  scores: null,
  members: null,
  start: 0,
  stop: 0,
  reversed: false,
  withScores: false,
  offset: 0,
  limit: -1,
};

/** Reads the range, which begins at argument `first`, and the options behind it. Valid until the next call. */
export function readRange(args: Args, first: number, form: RangeForm): RangeRequest {
  const by = readOptions(args, first + 2, form);
  if (request.limit !== -1 && by === "rank") throw SortedSetErrors.LIMIT_WITHOUT_BY;
  if (request.withScores && by === "member") throw SortedSetErrors.SCORES_WITH_BYLEX;
  request.scores = request.members = null;
  if (by === "rank") {
    request.start = args.clampedInt(first);
    request.stop = args.clampedInt(first + 1);
    return request;
  }
  // The end that comes first is named first.
  const min = request.reversed ? first + 1 : first;
  const max = request.reversed ? first : first + 1;
  if (by === "score") request.scores = readScoreRange(args, min, max);
  else request.members = readMemberRange(args, min, max);
  return request;
}

/** Reads the options from argument `from` on; what the range is by. */
function readOptions(args: Args, from: number, form: RangeForm): "rank" | "score" | "member" {
  let by = form.by;
  let reversed = form.reversed;
  request.withScores = false;
  request.offset = 0;
  request.limit = -1;
  for (let i = from; i < args.length; i++) {
    if (!form.stores && args.is(i, "WITHSCORES")) request.withScores = true;
    else if (args.is(i, "LIMIT") && i + 2 < args.length) {
      request.offset = args.clampedInt(i + 1);
      request.limit = args.clampedInt(i + 2);
      i += 2;
    } else if (reversed === undefined && args.is(i, "REV")) reversed = true;
    else if (by === undefined && args.is(i, "BYLEX")) by = "member";
    else if (by === undefined && args.is(i, "BYSCORE")) by = "score";
    else throw Errors.SYNTAX;
  }
  request.reversed = reversed ?? false;
  return by ?? "rank";
}
