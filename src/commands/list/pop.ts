/** Commands that take elements from an end: LPOP, RPOP, LMPOP. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, key, keynum, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { ListEnd } from "../../data/list.ts";
import { type CommandError, Errors } from "../../resp/errors.ts";
import { type MultiplePop, readMultiplePop } from "../multiple_pop.ts";
import { isPropagating } from "../services.ts";
import { ListErrors } from "./errors.ts";
import { findListForWrite, firstWithList, popOne, popSeveral } from "./value.ts";

export const lpop = defineCommand({
  name: "LPOP",
  group: "list",
  since: "1.0.0",
  summary: "Pops the first elements of a list.",
  complexity: "O(N) with N the number of elements popped.",
  syntax: "key [count]@6.2.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  history: [["6.2.0", "Added the argument `count`"]],
  run(ctx, args) {
    pop(ctx, args, "LEFT", ListErrors.LPOP_ARITY);
  },
});

export const rpop = defineCommand({
  name: "RPOP",
  group: "list",
  since: "1.0.0",
  summary: "Pops the last elements of a list.",
  complexity: "O(N) with N the number of elements popped.",
  syntax: "key [count]@6.2.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  history: [["6.2.0", "Added the argument `count`"]],
  run(ctx, args) {
    pop(ctx, args, "RIGHT", ListErrors.RPOP_ARITY);
  },
});

export const lmpop = defineCommand({
  name: "LMPOP",
  group: "list",
  since: "7.0.0",
  summary: "Pops elements from the first list that has any.",
  complexity: "O(N+M) with N the number of keys and M the number of elements popped.",
  syntax: "numkeys key [key ...] <LEFT | RIGHT>:where [COUNT count]",
  flags: WRITE,
  keys: [keynum(1, RW | ACCESS | DELETE)],
  run(ctx, args) {
    if (!popFromFirst(ctx, args, readListPop(args, 1))) ctx.reply.nullArray();
  },
});

function pop(ctx: CommandContext, args: Args, end: ListEnd, wrongArity: CommandError): void {
  if (args.length > 3) throw wrongArity;
  const hasCount = args.length === 3;
  const count = hasCount ? args.intFrom(2, 0, Errors.NOT_POSITIVE) : 1;
  const key = args.receivedKey(1);
  const list = findListForWrite(ctx.db, key);
  if (!hasCount) {
    if (list === undefined) ctx.reply.nullReply();
    else popOne(ctx, key, list, end);
  } else if (list === undefined) ctx.reply.nullArray();
  else if (count === 0) ctx.reply.arrayHeader(0);
  else popSeveral(ctx, key, list, end, Math.min(count, list.size));
}

/** Reads the arguments of LMPOP and BLMPOP, the number of keys being argument `index`. */
export function readListPop(args: Args, index: number): MultiplePop<ListEnd> {
  return readMultiplePop(args, index, ["LEFT", "RIGHT"]);
}

/** Pops from the first list and replies its key with the elements; false, without a reply, if there is no list. */
export function popFromFirst(ctx: CommandContext, args: Args, request: MultiplePop<ListEnd>): boolean {
  const { firstKey, keyCount, end } = request;
  const index = firstWithList(ctx, args, firstKey, keyCount);
  if (index < 0) return false;
  const key = args.key(index);
  const list = findListForWrite(ctx.db, key)!;
  const count = Math.min(request.count, list.size);
  ctx.reply.arrayHeader(2);
  ctx.reply.bulk(args, args.starts[index], args.ends[index]);
  popSeveral(ctx, key, list, end, count);
  if (isPropagating(ctx)) ctx.rewrite(end === "LEFT" ? "LPOP" : "RPOP", key, String(count));
  return true;
}
