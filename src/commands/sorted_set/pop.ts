/** Commands that take the first or last members: ZPOPMIN, ZPOPMAX, ZMPOP. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, key, keynum, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import { Errors } from "../../resp/errors.ts";
import { type MultiplePop, readMultiplePop } from "../multiple_pop.ts";
import { isPropagating } from "../services.ts";
import { ofType } from "../typed_value.ts";
import { SortedSetEvents } from "./events.ts";
import { type EntryForm, findSortedSetForWrite, replyEntries, tellRemoved } from "./value.ts";
import type { Key } from "../../keyspace/key.ts";

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
    if (!popFromFirst(ctx, args, readSortedSetPop(args, 1))) ctx.reply.nullArray();
  },
});

function pop(ctx: CommandContext, args: Args, end: End): void {
  if (args.length > 3) throw Errors.SYNTAX;
  const hasCount = args.length === 3;
  const count = hasCount ? args.intFrom(2, 0, Errors.NOT_POSITIVE) : 1;
  const key = args.receivedKey(1);
  const set = findSortedSetForWrite(ctx.db, key);
  if (set === undefined || count === 0) return ctx.reply.arrayHeader(0);
  const form = hasCount && ctx.reply.resp3 ? "pairs" : "flat";
  popSeveral(ctx, key, set, end, Math.min(count, set.size), form);
}

/** Replies an array of `count` members from that end, which must be there, takes them away and tells so. */
export function popSeveral(
  ctx: CommandContext,
  key: Key,
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
  key: Key,
  set: SortedSet,
  end: End,
  count: number,
): void {
  set.removeRange(end === "MIN" ? 0 : set.size - count, count);
  tellRemoved(ctx.db, key, set, end === "MIN" ? SortedSetEvents.ZPOPMIN : SortedSetEvents.ZPOPMAX, count);
}

/** Reads the arguments of ZMPOP and BZMPOP, the number of keys being argument `index`. */
export function readSortedSetPop(args: Args, index: number): MultiplePop<End> {
  return readMultiplePop(args, index, ["MIN", "MAX"]);
}

/** Replies the key and members of the first key that has any, and takes them away. False if there is none. */
export function popFromFirst(ctx: CommandContext, args: Args, request: MultiplePop<End>): boolean {
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
    if (ofType(ctx.db.peek(args.receivedKey(i)), SortedSet) !== undefined) return i;
  }
  return -1;
}
