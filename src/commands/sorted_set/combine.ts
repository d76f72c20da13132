/** Commands that combine sorted sets and return the result: ZUNION, ZINTER, ZDIFF, ZINTERCARD. */

import type { CommandContext } from "../../command/context.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, keynum, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { combine, countCommon, type Operation, readCombination } from "./combination.ts";
import type { Args } from "../../command/args.ts";
import { entryForm, replyEntries } from "./value.ts";

export const zdiff = defineCommand({
  name: "ZDIFF",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Returns the members of a sorted set that are in none of the others.",
  complexity:
    "O(L + (N-K)log(N)) at worst, with L the members of all sets, N the size of the first and K that of the result.",
  syntax: "numkeys key [key ...] [WITHSCORES]",
  flags: READONLY,
  keys: [keynum(1, RO | ACCESS)],
  run(ctx, args) {
    replyCombined(ctx, args, "DIFF");
  },
});

export const zinter = defineCommand({
  name: "ZINTER",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Returns the members that are in all sorted sets.",
  complexity:
    "O(N*K) + O(M*log(M)) at worst, with N the size of the smallest of K sets and M that of the result.",
  syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
  flags: READONLY,
  keys: [keynum(1, RO | ACCESS)],
  run(ctx, args) {
    replyCombined(ctx, args, "INTER");
  },
});

export const zintercard = defineCommand({
  name: "ZINTERCARD",
  group: "sorted_set",
  since: "7.0.0",
  summary: "Counts the members that are in all sorted sets.",
  complexity: "O(N*K) at worst, with N the size of the smallest of K sets.",
  syntax: "numkeys key [key ...] [LIMIT limit]",
  flags: READONLY,
  keys: [keynum(1, RO | ACCESS)],
  run(ctx, args) {
    const combination = readCombination(ctx, args, 1, "INTER", "count");
    ctx.reply.integer(countCommon(combination));
  },
});

export const zunion = defineCommand({
  name: "ZUNION",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Returns the members that are in any of the sorted sets.",
  complexity: "O(N) + O(M*log(M)) with N the members of all sets and M the size of the result.",
  syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
  flags: READONLY,
  keys: [keynum(1, RO | ACCESS)],
  run(ctx, args) {
    replyCombined(ctx, args, "UNION");
  },
});

function replyCombined(ctx: CommandContext, args: Args, operation: Operation): void {
  const combination = readCombination(ctx, args, 1, operation, "reply");
  const result = new SortedSet(ctx.keyspace.limits, combine(combination));
  replyEntries(ctx.reply, result, 0, result.size, false, entryForm(ctx.reply, combination.withScores));
  result.release();
}
