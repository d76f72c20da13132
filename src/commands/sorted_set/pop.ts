/** Commands that take the first or last members: ZPOPMIN, ZPOPMAX, ZMPOP. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, key, keynum, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import { isPropagating } from "../services.ts";
import { ofType } from "../typed_value.ts";
import { SortedSetErrors } from "./errors.ts";
import { SortedSetEvents } from "./events.ts";
import { type EntryForm, findSortedSetForWrite, integerFrom, replyEntries, tellRemoved } from "./value.ts";

/** Which end: the lowest or the highest scores. */
export type End = "MIN" | "MAX";

export const zpopmin = defineCommand({
  name: "ZPOPMIN",
  group: "sorted_set",
  since: "5.0.0",
  summary: "Pops the members of lowest score.",
  complexity: "O(log(N)*M) with N the size of the sorted set and M the members popped.",
  syntax: "key [count]",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  run(ctx, args) {
    pop(ctx, args, "MIN");
  },
});

export const zpopmax = defineCommand({
  name: "ZPOPMAX",
  group: "sorted_set",
  since: "5.0.0",
  summary: "Pops the members of highest score.",
  complexity: "O(log(N)*M) with N the size of the sorted set and M the members popped.",
  syntax: "key [count]",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  run(ctx, args) {
    pop(ctx, args, "MAX");
  },
});

export const zmpop = defineCommand({
  name: "ZMPOP",
  group: "sorted_set",
  since: "7.0.0",
  summary: "Pops members by score from the first sorted set that has any.",
  complexity:
    "O(K) + O(M*log(N)) with K the number of keys, N the size of the sorted set and M the members popped.",
  syntax: "numkeys key [key ...] <MIN | MAX>:where [COUNT count]",
  flags: WRITE,
  keys: [keynum(1, RW | ACCESS | DELETE)],
  run(ctx, args) {
    if (!popFromFirst(ctx, args, readMultiplePop(args, 1))) ctx.reply.nullArray();
  },
});

function pop(ctx: CommandContext, args: Args, end: End): void {
  if (args.length > 3) throw Errors.SYNTAX;
  const hasCount = args.length === 3;
  const count = hasCount ? integerFrom(args, 2, 0, Errors.NOT_POSITIVE) : 1;
  const key = args.key(1);
  const set = findSortedSetForWrite(ctx.db, key);
  if (set === undefined || count === 0) return ctx.reply.arrayHeader(0);
  const form = hasCount && ctx.reply.resp3 ? "pairs" : "flat";
  popSeveral(ctx, key, set, end, Math.min(count, set.size), form);
}

/** Replies an array of `count` members from that end, which must be there, takes them away and tells so. */
export function popSeveral(
  ctx: CommandContext,
  key: string,
  set: SortedSet,
  end: End,
  count: number,
  form: EntryForm,
): void {
  const rank = end === "MIN" ? 0 : set.size - count;
  replyEntries(ctx.reply, set, rank, count, end === "MAX", form);
  removePopped(ctx, key, set, end, count);
}

/** Takes `count` members from that end away and tells so. */
export function removePopped(
  ctx: CommandContext,
  key: string,
  set: SortedSet,
  end: End,
  count: number,
): void {
  set.removeRange(end === "MIN" ? 0 : set.size - count, count);
  tellRemoved(ctx.db, key, set, end === "MIN" ? SortedSetEvents.ZPOPMIN : SortedSetEvents.ZPOPMAX);
}

/** The arguments of ZMPOP. */
export interface MultiplePop {
  readonly firstKey: number;
  readonly keyCount: number;
  readonly end: End;
  readonly count: number;
}

/** Reads the arguments of ZMPOP and BZMPOP, the number of keys being argument `index`. */
export function readMultiplePop(args: Args, index: number): MultiplePop {
  const keyCount = integerFrom(args, index, 1, SortedSetErrors.NUMKEYS);
  const firstKey = index + 1;
  const endIndex = firstKey + keyCount;
  if (endIndex >= args.length) throw Errors.SYNTAX;
  const end = args.is(endIndex, "MIN") ? "MIN" : args.is(endIndex, "MAX") ? "MAX" : undefined;
  if (end === undefined) throw Errors.SYNTAX;
  let count = 0;
  for (let i = endIndex + 1; i < args.length; i += 2) {
    if (count !== 0 || i + 1 === args.length || !args.is(i, "COUNT")) throw Errors.SYNTAX;
    count = integerFrom(args, i + 1, 1, SortedSetErrors.COUNT_NOT_POSITIVE);
  }
  return { firstKey, keyCount, end, count: count === 0 ? 1 : count };
}

/** Replies the key and members of the first key that has any, and takes them away. False if there is none. */
export function popFromFirst(ctx: CommandContext, args: Args, request: MultiplePop): boolean {
  const index = firstWithSortedSet(ctx, args, request.firstKey, request.keyCount);
  if (index < 0) return false;
  const key = args.key(index);
  const set = findSortedSetForWrite(ctx.db, key)!;
  const count = Math.min(request.count, set.size);
  ctx.reply.arrayHeader(2);
  ctx.reply.bulk(args, args.starts[index], args.ends[index]);
  popSeveral(ctx, key, set, request.end, count, "pairs");
  if (isPropagating(ctx)) ctx.rewrite(`ZPOP${request.end}`, key, String(count));
  return true;
}

/**
 * The first of `count` keys, from argument `from` on, that has a sorted set: its index. -1 if none has. Throws WRONGTYPE
 * for a key of another type before it. The access clocks do not move.
 */
export function firstWithSortedSet(ctx: CommandContext, args: Args, from: number, count: number): number {
  for (let i = from; i < from + count; i++) {
    if (ofType(ctx.db.peek(args.key(i)), SortedSet) !== undefined) return i;
  }
  return -1;
}
