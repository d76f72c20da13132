/** Commands that take elements from an end and wait for some if there are none: BLPOP, BRPOP, BLMPOP. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { BLOCKING, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, keynum, keys, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { ListEnd } from "../../data/list.ts";
import { block, readTimeout } from "../blocking.ts";
import { isPropagating } from "../services.ts";
import { popFromFirst, readListPop } from "./pop.ts";
import { findListForWrite, firstWithList, popOne } from "./value.ts";

export const blpop = defineCommand({
  name: "BLPOP",
  group: "list",
  since: "2.0.0",
  summary: "Pops the first element of the first non-empty list, waiting if need be.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key [key ...] timeout",
  flags: WRITE | BLOCKING,
  keys: [keys(1, -2, 1, RW | ACCESS | DELETE)],
  history: [["6.0.0", "`timeout` may have a fraction"]],
  run(ctx, args) {
    popOrWait(ctx, args, "LEFT");
  },
});

export const brpop = defineCommand({
  name: "BRPOP",
  group: "list",
  since: "2.0.0",
  summary: "Pops the last element of the first non-empty list, waiting if need be.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key [key ...] timeout",
  flags: WRITE | BLOCKING,
  keys: [keys(1, -2, 1, RW | ACCESS | DELETE)],
  history: [["6.0.0", "`timeout` may have a fraction"]],
  run(ctx, args) {
    popOrWait(ctx, args, "RIGHT");
  },
});

export const blmpop = defineCommand({
  name: "BLMPOP",
  group: "list",
  since: "7.0.0",
  summary: "Pops elements from the first list that has any, waiting if need be.",
  complexity: "O(N+M) with N the number of keys and M the number of elements popped.",
  syntax: "timeout numkeys key [key ...] <LEFT | RIGHT>:where [COUNT count]",
  flags: WRITE | BLOCKING,
  keys: [keynum(2, RW | ACCESS | DELETE)],
  run(ctx, args) {
    const request = readListPop(args, 2);
    const timeout = readTimeout(ctx, args, 1);
    if (popFromFirst(ctx, args, request)) return;
    waitForList(ctx, args, timeout, request.firstKey, request.keyCount);
  },
});

function popOrWait(ctx: CommandContext, args: Args, end: ListEnd): void {
  const last = args.length - 1;
  const timeout = readTimeout(ctx, args, last);
  const index = firstWithList(ctx, args, 1, last - 1);
  if (index < 0) return waitForList(ctx, args, timeout, 1, last - 1);
  const key = args.key(index);
  ctx.reply.arrayHeader(2);
  ctx.reply.bulk(args, args.starts[index], args.ends[index]);
  popOne(ctx, key, findListForWrite(ctx.db, key)!, end);
  if (isPropagating(ctx)) ctx.rewrite(end === "LEFT" ? "LPOP" : "RPOP", key);
}

function waitForList(ctx: CommandContext, args: Args, timeout: number, from: number, count: number): void {
  block(ctx, args, { keys: args.keys(from, count), timeout, type: "list" });
}
