/** Commands that add elements at an end: LPUSH, RPUSH, LPUSHX, RPUSHX. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { INSERT, key, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { List, type ListEnd } from "../../data/list.ts";
import { ListEvents } from "./events.ts";
import { findListForWrite } from "./value.ts";

export const lpush = defineCommand({
  name: "LPUSH",
  group: "list",
  since: "1.0.0",
  summary: "Puts elements at the head of a list, which is created if missing.",
  complexity: "O(1) for each element, so O(N) for N elements.",
  syntax: "key element [element ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  history: [["2.4.0", "Takes several elements"]],
  run(ctx, args) {
    push(ctx, args, "LEFT", false);
  },
});

export const rpush = defineCommand({
  name: "RPUSH",
  group: "list",
  since: "1.0.0",
  summary: "Puts elements at the tail of a list, which is created if missing.",
  complexity: "O(1) for each element, so O(N) for N elements.",
  syntax: "key element [element ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  history: [["2.4.0", "Takes several elements"]],
  run(ctx, args) {
    push(ctx, args, "RIGHT", false);
  },
});

export const lpushx = defineCommand({
  name: "LPUSHX",
  group: "list",
  since: "2.2.0",
  summary: "Puts elements at the head of a list if it exists.",
  complexity: "O(1) for each element, so O(N) for N elements.",
  syntax: "key element [element ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  history: [["4.0.0", "Takes several elements"]],
  run(ctx, args) {
    push(ctx, args, "LEFT", true);
  },
});

export const rpushx = defineCommand({
  name: "RPUSHX",
  group: "list",
  since: "2.2.0",
  summary: "Puts elements at the tail of a list if it exists.",
  complexity: "O(1) for each element, so O(N) for N elements.",
  syntax: "key element [element ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  history: [["4.0.0", "Takes several elements"]],
  run(ctx, args) {
    push(ctx, args, "RIGHT", true);
  },
});

/** Adds arguments 2 and on to the list of key 1. */
function push(ctx: CommandContext, args: Args, end: ListEnd, mustExist: boolean): void {
  const { db } = ctx;
  const key = args.receivedKey(1);
  const found = findListForWrite(db, key);
  if (found === undefined && mustExist) return ctx.reply.integer(0);
  const list = found ?? new List(ctx.keyspace.limits);
  const { starts, ends, length } = args;
  let bytes = 0;
  for (let i = 2; i < length; i++) bytes += ends[i] - starts[i];
  list.expect(bytes, length - 2);
  for (let i = 2; i < length; i++) list.push(end, args, starts[i], ends[i]);
  if (found === undefined) db.set(key, list);
  db.changed(key, end === "LEFT" ? ListEvents.LPUSH : ListEvents.RPUSH, length - 2);
  ctx.reply.integer(list.size);
}
