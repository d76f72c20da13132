/** Commands that take the first or last members and wait for some if there are none: BZPOPMIN, BZPOPMAX, BZMPOP. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { BLOCKING, FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, keynum, keys, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { SortedSetCursor } from "../../data/sorted_set.ts";
import { block, readTimeout } from "../blocking.ts";
import { isPropagating } from "../services.ts";
import { type End, firstWithSortedSet, popFromFirst, readSortedSetPop, removePopped } from "./pop.ts";
import { findSortedSetForWrite, replyEntry } from "./value.ts";

const cursor = new SortedSetCursor();

export const bzpopmin = defineCommand({
  name: "BZPOPMIN",
  group: "sorted_set",
  since: "5.0.0",
  summary: "Pops the member of lowest score, waiting for one if need be.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key [key ...] timeout",
  flags: WRITE | BLOCKING | FAST,
  keys: [keys(1, -2, 1, RW | ACCESS | DELETE)],
  history: [["6.0.0", "`timeout` may have a fraction"]],
  run(ctx, args) {
    popOrWait(ctx, args, "MIN");
  },
});

export const bzpopmax = defineCommand({
  name: "BZPOPMAX",
  group: "sorted_set",
  since: "5.0.0",
  summary: "Pops the member of highest score, waiting for one if need be.",
  complexity: "O(log(N)) with N the size of the sorted set.",
  syntax: "key [key ...] timeout",
  flags: WRITE | BLOCKING | FAST,
  keys: [keys(1, -2, 1, RW | ACCESS | DELETE)],
  history: [["6.0.0", "`timeout` may have a fraction"]],
  run(ctx, args) {
    popOrWait(ctx, args, "MAX");
  },
});

export const bzmpop = defineCommand({
  name: "BZMPOP",
  group: "sorted_set",
  since: "7.0.0",
  summary: "Pops members by score from the first non-empty sorted set, waiting if need be.",
  complexity:
    "O(K) + O(M*log(N)) with K the number of keys, N the size of the sorted set and M the members popped.",
  syntax: "timeout numkeys key [key ...] <MIN | MAX>:where [COUNT count]",
  flags: WRITE | BLOCKING,
  keys: [keynum(2, RW | ACCESS | DELETE)],
  run(ctx, args) {
    const request = readSortedSetPop(args, 2);
    const timeout = readTimeout(ctx, args, 1);
    if (popFromFirst(ctx, args, request)) return;
    block(ctx, args, { keys: args.keys(request.firstKey, request.keyCount), timeout, type: "zset" });
  },
});

function popOrWait(ctx: CommandContext, args: Args, end: End): void {
  const last = args.length - 1;
  const timeout = readTimeout(ctx, args, last);
  const index = firstWithSortedSet(ctx, args, 1, last - 1);
  if (index < 0) return block(ctx, args, { keys: args.keys(1, last - 1), timeout, type: "zset" });
  const key = args.key(index);
  const set = findSortedSetForWrite(ctx.db, key)!;
  ctx.reply.arrayHeader(3);
  ctx.reply.bulk(args, args.starts[index], args.ends[index]);
  cursor.seek(set, end === "MIN" ? 0 : set.size - 1);
  replyEntry(ctx.reply, cursor, "flat");
  removePopped(ctx, key, set, end, 1);
  if (isPropagating(ctx)) ctx.rewrite(`ZPOP${end}`, key);
}
