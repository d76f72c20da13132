/** Commands that move an element from list to list: LMOVE, RPOPLPUSH, BLMOVE, BRPOPLPUSH. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { BLOCKING, DENYOOM, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, INSERT, key, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { List, type ListEnd } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { ByteBuffer, copyBytes } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { block, mayWait, readTimeout } from "../blocking.ts";
import { isPropagating } from "../services.ts";
import { endAt } from "./arguments.ts";
import { ListEvents } from "./events.ts";
import { findListForWrite, tellPopped } from "./value.ts";

/** Elements up to this size pass through a buffer that is kept. */
const KEPT_SIZE = 4096;

const cursor = new ListCursor();
const element = new ByteSlice();
const kept = new ByteBuffer(KEPT_SIZE);

export const lmove = defineCommand({
  name: "LMOVE",
  group: "list",
  since: "6.2.0",
  summary: "Moves an element from list to list.",
  complexity: "O(1)",
  syntax: "source destination <LEFT | RIGHT>:wherefrom <LEFT | RIGHT>:whereto",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | DELETE), key(2, RW | INSERT)],
  run(ctx, args) {
    if (!move(ctx, args, endAt(args, 3), endAt(args, 4))) ctx.reply.nullReply();
  },
});

export const rpoplpush = defineCommand({
  name: "RPOPLPUSH",
  group: "list",
  since: "1.2.0",
  summary: "Moves the last element of a list to the head of another.",
  complexity: "O(1)",
  syntax: "source destination",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | DELETE), key(2, RW | INSERT)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`LMOVE` with `RIGHT` and `LEFT`",
  run(ctx, args) {
    if (!move(ctx, args, "RIGHT", "LEFT")) ctx.reply.nullReply();
  },
});

export const blmove = defineCommand({
  name: "BLMOVE",
  group: "list",
  since: "6.2.0",
  summary: "Moves an element from list to list, waiting for one if need be.",
  complexity: "O(1)",
  syntax: "source destination <LEFT | RIGHT>:wherefrom <LEFT | RIGHT>:whereto timeout",
  flags: WRITE | DENYOOM | BLOCKING,
  keys: [key(1, RW | ACCESS | DELETE), key(2, RW | INSERT)],
  run(ctx, args) {
    const from = endAt(args, 3);
    const to = endAt(args, 4);
    const timeout = readTimeout(ctx, args, 5);
    if (!move(ctx, args, from, to)) return waitForSource(ctx, args, timeout);
    if (isPropagating(ctx)) ctx.rewrite("LMOVE", args.key(1), args.key(2), args.text(3), args.text(4));
  },
});

export const brpoplpush = defineCommand({
  name: "BRPOPLPUSH",
  group: "list",
  since: "2.2.0",
  summary: "Moves the last element of a list to the head of another, waiting if need be.",
  complexity: "O(1)",
  syntax: "source destination timeout",
  flags: WRITE | DENYOOM | BLOCKING,
  keys: [key(1, RW | ACCESS | DELETE), key(2, RW | INSERT)],
  history: [["6.0.0", "`timeout` may have a fraction"]],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`BLMOVE` with `RIGHT` and `LEFT`",
  run(ctx, args) {
    const timeout = readTimeout(ctx, args, 3);
    if (!move(ctx, args, "RIGHT", "LEFT")) return waitForSource(ctx, args, timeout);
    if (isPropagating(ctx)) ctx.rewrite("RPOPLPUSH", args.key(1), args.key(2));
  },
});

function waitForSource(ctx: CommandContext, args: Args, timeout: number): void {
  // Unlike the other commands, and unlike the reply at a timeout: no array.
  if (!mayWait(ctx)) return ctx.reply.nullReply();
  block(ctx, args, { keys: [args.key(1)], timeout, type: "list" });
}

/** Moves an element from key 1 to key 2 and replies it; false, without a reply, if there is no list at key 1. */
function move(ctx: CommandContext, args: Args, from: ListEnd, to: ListEnd): boolean {
  const { db } = ctx;
  const sourceKey = args.key(1);
  const key = args.key(2);
  const source = findListForWrite(db, sourceKey);
  if (source === undefined) return false;
  const found = findListForWrite(db, key);
  const target = found ?? new List(ctx.keyspace.limits);
  source.seek(from === "LEFT" ? 0 : -1, cursor);
  cursor.read(element);
  ctx.reply.bulk(element.source, element.start, element.end);
  // Within one list the element must go before it comes again: a list must not be handed its own bytes.
  if (source === target) copyAndRemove(source, from);
  target.expect(element.length, 1);
  target.push(to, element.source, element.start, element.end);
  if (source !== target) source.removeEnd(from);
  if (found === undefined) db.set(key, target);
  // The move counts once, with the element that is gone.
  db.changed(key, to === "LEFT" ? ListEvents.LPUSH : ListEvents.RPUSH, 0);
  tellPopped(db, sourceKey, source, from, 1);
  return true;
}

/** Removes the element at that end, which `element` has, and leaves a copy of its bytes in `element`. */
function copyAndRemove(list: List, end: ListEnd): void {
  const size = element.length;
  const copy = size <= KEPT_SIZE ? kept : new ByteBuffer(size);
  copyBytes(element.source, element.start, element.end, copy, 0);
  element.set(copy, 0, size);
  list.removeEnd(end);
}
