/** Commands that look at single members or count: ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZCOUNT, ZLEXCOUNT. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { NO_MEMBER, type RankRange, type SortedSet } from "../../data/sorted_set.ts";
import { CommandError, Errors, wrongArity } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { ranksOfScores, readMemberRange, readScoreRange } from "./score_argument.ts";
import { findSortedSet } from "./value.ts";

const ranks: RankRange = { first: 0, count: 0 };
const ZRANK_ARITY = new CommandError(wrongArity("zrank"));
const ZREVRANK_ARITY = new CommandError(wrongArity("zrevrank"));

export const zcard = defineCommand({
  name: "ZCARD",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Counts the members of a sorted set.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(findSortedSet(ctx.db, args.receivedKey(1))?.size ?? 0);
  },
});

export const zscore = defineCommand({
  name: "ZSCORE",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Returns the score of a member.",
  complexity: "O(1)",
  syntax: "key member",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    replyScore(ctx.reply, findSortedSet(ctx.db, args.receivedKey(1)), args, 2);
  },
});

export const zmscore = defineCommand({
  name: "ZMSCORE",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Returns the scores of several members.",
  complexity: "O(N) with N the number of members.",
  syntax: "key member [member ...]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const set = findSortedSet(ctx.db, args.receivedKey(1));
    ctx.reply.arrayHeader(args.length - 2);
    for (let i = 2; i < args.length; i++) replyScore(ctx.reply, set, args, i);
  },
});

export const zrank = defineCommand({
  name: "ZRANK",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Returns the rank of a member, lowest score first.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key member [WITHSCORE]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  history: [["7.2.0", "Added the option `WITHSCORE`"]],
  run(ctx, args) {
    if (args.length > 4) throw ZRANK_ARITY;
    replyRank(ctx, args, false);
  },
});

export const zrevrank = defineCommand({
  name: "ZREVRANK",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Returns the rank of a member, highest score first.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key member [WITHSCORE]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  history: [["7.2.0", "Added the option `WITHSCORE`"]],
  run(ctx, args) {
    if (args.length > 4) throw ZREVRANK_ARITY;
    replyRank(ctx, args, true);
  },
});

export const zcount = defineCommand({
  name: "ZCOUNT",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Counts the members within a range of scores.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key min max",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const range = readScoreRange(args, 2, 3);
    const set = findSortedSet(ctx.db, args.receivedKey(1));
    if (set === undefined) return ctx.reply.integer(0);
    ranksOfScores(set, range, ranks);
    ctx.reply.integer(ranks.count);
  },
});

export const zlexcount = defineCommand({
  name: "ZLEXCOUNT",
  group: "sorted_set",
  since: "2.8.9",
  summary: "Counts the members within a lexicographical range.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key min:string max:string",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const range = readMemberRange(args, 2, 3);
    const set = findSortedSet(ctx.db, args.receivedKey(1));
    if (set === undefined) return ctx.reply.integer(0);
    set.memberRange(range, false, ranks);
    ctx.reply.integer(ranks.count);
  },
});

function replyScore(reply: Reply, set: SortedSet | undefined, args: Args, index: number): void {
  const score = set === undefined ? NaN : set.score(args, args.starts[index], args.ends[index]);
  if (Number.isNaN(score)) reply.nullReply();
  else reply.double(score);
}

function replyRank(ctx: CommandContext, args: Args, reversed: boolean): void {
  const withScore = args.length === 4;
  if (withScore && !args.is(3, "WITHSCORE")) throw Errors.SYNTAX;
  const { db, reply } = ctx;
  const set = findSortedSet(db, args.receivedKey(1));
  const handle = set === undefined ? NO_MEMBER : set.find(args, args.starts[2], args.ends[2]);
  if (set === undefined || handle === NO_MEMBER) return withScore ? reply.nullArray() : reply.nullReply();
  const rank = set.rankOf(handle);
  if (withScore) reply.arrayHeader(2);
  reply.integer(reversed ? set.size - 1 - rank : rank);
  if (withScore) reply.double(set.scoreOf(handle));
}
