/** Commands that return or store ranges: ZRANGE, ZRANGESTORE and the older ones. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, key, OW, RO, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { type RankRange, SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { SortedSetEvents } from "./events.ts";
import { type RangeForm, type RangeRequest, readRange } from "./range_options.ts";
import { ranksOfScores } from "./score_argument.ts";
import { entryForm, findSortedSet, replyEntries, storeResult } from "./value.ts";

const ranks: RankRange = { first: 0, count: 0 };
const cursor = new SortedSetCursor();

const ANY: RangeForm = {};
const SCORES: RangeForm = { by: "score", reversed: false };
const MEMBERS: RangeForm = { by: "member", reversed: false };
const REVERSED_RANKS: RangeForm = { by: "rank", reversed: true };
const REVERSED_SCORES: RangeForm = { by: "score", reversed: true };
const REVERSED_MEMBERS: RangeForm = { by: "member", reversed: true };
const STORED: RangeForm = { stores: true };

export const zrange = defineCommand({
  name: "ZRANGE",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Returns a range of members by rank, score or name.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members returned.",
  syntax:
    "key start:string stop:string [BYSCORE | BYLEX]:sortby@6.2.0 [REV]@6.2.0 [LIMIT (offset count)]@6.2.0 [WITHSCORES]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["6.2.0", "Added the options `REV`, `BYSCORE`, `BYLEX` and `LIMIT`"]],
  run(ctx, args) {
    replyRange(ctx, args, ANY);
  },
});

export const zrangebylex = defineCommand({
  name: "ZRANGEBYLEX",
  group: "sorted_set",
  since: "2.8.9",
  summary: "Returns the members within a lexicographical range.",
  complexity:
    "O(log(N)+M) with N the size of the sorted set and M the members returned, so O(log(N)) for a fixed count.",
  syntax: "key min:string max:string [LIMIT (offset count)]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with `BYLEX`",
  run(ctx, args) {
    replyRange(ctx, args, MEMBERS);
  },
});

export const zrangebyscore = defineCommand({
  name: "ZRANGEBYSCORE",
  group: "sorted_set",
  since: "1.0.5",
  summary: "Returns the members within a range of scores.",
  complexity:
    "O(log(N)+M) with N the size of the sorted set and M the members returned, so O(log(N)) for a fixed count.",
  syntax: "key min max [WITHSCORES]@2.0.0 [LIMIT (offset count)]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["2.0.0", "Added the option `WITHSCORES`"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with `BYSCORE`",
  run(ctx, args) {
    replyRange(ctx, args, SCORES);
  },
});

export const zrevrange = defineCommand({
  name: "ZREVRANGE",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Returns a range of members by rank, highest score first.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members returned.",
  syntax: "key start stop [WITHSCORES]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with `REV`",
  run(ctx, args) {
    replyRange(ctx, args, REVERSED_RANKS);
  },
});

export const zrevrangebylex = defineCommand({
  name: "ZREVRANGEBYLEX",
  group: "sorted_set",
  since: "2.8.9",
  summary: "Returns the members within a lexicographical range in reverse order.",
  complexity:
    "O(log(N)+M) with N the size of the sorted set and M the members returned, so O(log(N)) for a fixed count.",
  syntax: "key max:string min:string [LIMIT (offset count)]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with `REV` and `BYLEX`",
  run(ctx, args) {
    replyRange(ctx, args, REVERSED_MEMBERS);
  },
});

export const zrevrangebyscore = defineCommand({
  name: "ZREVRANGEBYSCORE",
  group: "sorted_set",
  since: "2.2.0",
  summary: "Returns the members within a range of scores, highest first.",
  complexity:
    "O(log(N)+M) with N the size of the sorted set and M the members returned, so O(log(N)) for a fixed count.",
  syntax: "key max min [WITHSCORES] [LIMIT (offset count)]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["2.1.6", "`min` and `max` may be exclusive"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with `REV` and `BYSCORE`",
  run(ctx, args) {
    replyRange(ctx, args, REVERSED_SCORES);
  },
});

export const zrangestore = defineCommand({
  name: "ZRANGESTORE",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Stores a range of members by rank, score or name.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members stored.",
  syntax: "dst src min:string max:string [BYSCORE | BYLEX]:sortby [REV] [LIMIT (offset count)]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), key(2, RO | ACCESS)],
  run(ctx, args) {
    const request = readRange(args, 3, STORED);
    const set = findSortedSet(ctx.db, args.receivedKey(2));
    if (set !== undefined) findRanks(set, request);
    const result = set === undefined ? undefined : copyRange(ctx.keyspace.limits, set, request);
    storeResult(ctx, args.key(1), result, SortedSetEvents.ZRANGESTORE);
  },
});

function replyRange(ctx: CommandContext, args: Args, form: RangeForm): void {
  const request = readRange(args, 2, form);
  const set = findSortedSet(ctx.db, args.receivedKey(1));
  if (set === undefined) return ctx.reply.arrayHeader(0);
  findRanks(set, request);
  const entries = entryForm(ctx.reply, request.withScores);
  replyEntries(ctx.reply, set, ranks.first, ranks.count, request.reversed, entries);
}

/** Finds the ranks of what is asked for: they stand in `ranks`. */
function findRanks(set: SortedSet, request: RangeRequest): void {
  if (request.scores !== null) ranksOfScores(set, request.scores, ranks);
  else if (request.members !== null) set.memberRange(request.members, request.reversed, ranks);
  else return findRanksByRank(set.size, request);
  const { offset, limit, reversed } = request;
  // A negative offset never ends to be counted down.
  const skipped = offset < 0 ? ranks.count : Math.min(offset, ranks.count);
  const left = ranks.count - skipped;
  const count = limit < 0 ? left : Math.min(limit, left);
  ranks.first += reversed ? left - count : skipped;
  ranks.count = count;
}

function findRanksByRank(size: number, { start, stop, reversed }: RangeRequest): void {
  const first = Math.max(0, start < 0 ? start + size : start);
  const last = Math.min(size - 1, stop < 0 ? stop + size : stop);
  ranks.count = Math.max(0, last - first + 1);
  ranks.first = reversed ? size - 1 - last : first;
}

/** The members with the ranks in `ranks`, as a sorted set of their own. */
function copyRange(limits: EncodingLimits, set: SortedSet, request: RangeRequest): SortedSet {
  const { first, count } = ranks;
  const { members, reversed, scores } = request;
  // Redis does not know beforehand how many have such scores; a listpack that grows too large makes 0 of -0.
  const copy = new SortedSet(limits, scores === null && members === null ? count : 0);
  if (count === 0) return copy;
  cursor.seek(set, reversed ? first + count - 1 : first);
  for (let left = count; left > 0; left--) {
    const { member } = cursor;
    copy.insert(member.source, member.start, member.end, cursor.score);
    if (reversed) cursor.previous();
    else cursor.next();
  }
  return copy;
}
