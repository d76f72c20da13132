/** Commands that combine sorted sets and store the result: ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, WRITE } from "../../command/flags.ts";
import { ACCESS, key, keynum, OW, RO, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import type { ChangeEvent } from "../../keyspace/change.ts";
import { combine, type Operation, readCombination } from "./combination.ts";
import { SortedSetEvents } from "./events.ts";
import { storeResult } from "./value.ts";

export const zdiffstore = defineCommand({
  name: "ZDIFFSTORE",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Stores the members of a sorted set that are in none of the others.",
  complexity:
    "O(L + (N-K)log(N)) at worst, with L the members of all sets, N the size of the first and K that of the result.",
  syntax: "destination numkeys key [key ...]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), keynum(2, RO | ACCESS)],
  run(ctx, args) {
    storeCombined(ctx, args, "DIFF", SortedSetEvents.ZDIFFSTORE);
  },
});

export const zinterstore = defineCommand({
  name: "ZINTERSTORE",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Stores the members that are in all sorted sets.",
  complexity:
    "O(N*K) + O(M*log(M)) at worst, with N the size of the smallest of K sets and M that of the result.",
  syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), keynum(2, RO | ACCESS)],
  run(ctx, args) {
    storeCombined(ctx, args, "INTER", SortedSetEvents.ZINTERSTORE);
  },
});

export const zunionstore = defineCommand({
  name: "ZUNIONSTORE",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Stores the members that are in any of the sorted sets.",
  complexity: "O(N) + O(M log(M)) with N the members of all sets and M the size of the result.",
  syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), keynum(2, RO | ACCESS)],
  run(ctx, args) {
    storeCombined(ctx, args, "UNION", SortedSetEvents.ZUNIONSTORE);
  },
});

function storeCombined(ctx: CommandContext, args: Args, operation: Operation, event: ChangeEvent): void {
  const combination = readCombination(ctx, args, 2, operation, "store");
  const result = new SortedSet(ctx.keyspace.limits, combine(combination));
  result.pack();
  storeResult(ctx, args.key(1), result, event);
}
