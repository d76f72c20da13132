/** Commands that read strings: GET, MGET, STRLEN, GETRANGE, and GETDEL and GETEX, which read and then act. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, key, keys, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { touchKeys } from "../../command/look_ahead.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import { type Deadline, setDeadline } from "../../keyspace/deadline.ts";
import type { Key } from "../../keyspace/key.ts";
import { LongString } from "../../keyspace/value.ts";
import { Errors, invalidExpireTime } from "../../resp/errors.ts";
import { type ExpireForm, expireFormAt, readFutureDeadline } from "../expire_time.ts";
import { isPropagating } from "../services.ts";
import { findString, lengthOf, replyString } from "./value.ts";

const INVALID_GETEX_TIME = invalidExpireTime("getex");

export const get = defineCommand({
  name: "GET",
  group: "string",
  since: "1.0.0",
  summary: "Returns the string of a key.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    replyString(ctx.reply, ctx.db, findString(ctx.db, args.receivedKey(1)));
  },
});

export const mget = defineCommand({
  name: "MGET",
  group: "string",
  since: "1.0.0",
  summary: "Returns the strings of several keys.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key [key ...]",
  flags: READONLY | FAST,
  keys: [keys(1, -1, 1, RO | ACCESS)],
  tips: ["request_policy:multi_shard"],
  run(ctx, args) {
    const { db, reply } = ctx;
    reply.arrayHeader(args.length - 1);
    touchKeys(db, args, 1, 1);
    for (let i = 1; i < args.length; i++) {
      const value = db.find(args.receivedKey(i));
      if (typeof value === "number" || value instanceof LongString) replyString(reply, db, value);
      else reply.nullReply();
    }
  },
});

export const strlen = defineCommand({
  name: "STRLEN",
  group: "string",
  since: "2.2.0",
  summary: "Returns the length of a string.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(lengthOf(ctx.db, findString(ctx.db, args.receivedKey(1))));
  },
});

export const getrange = defineCommand({
  name: "GETRANGE",
  group: "string",
  since: "2.4.0",
  summary: "Returns a part of a string.",
  complexity: "O(N) or O(1) for short parts; N is the length of the part.",
  syntax: "key start end",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run: replyRange,
});

export const substr = defineCommand({
  name: "SUBSTR",
  group: "string",
  since: "1.0.0",
  summary: "Returns a part of a string.",
  complexity: "O(N) or O(1) for short parts; N is the length of the part.",
  syntax: "key start end",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  docFlags: ["deprecated"],
  deprecatedSince: "2.0.0",
  replacedBy: "`GETRANGE`",
  run: replyRange,
});

export const getdel = defineCommand({
  name: "GETDEL",
  group: "string",
  since: "6.2.0",
  summary: "Returns the string of a key and deletes the key.",
  complexity: "O(1)",
  syntax: "key",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    const value = findString(db, key);
    replyString(ctx.reply, db, value);
    if (value === undefined) return;
    if (isPropagating(ctx)) ctx.rewrite("DEL", key);
    db.delete(key);
    db.changed(key, Events.DEL);
  },
});

export const getex = defineCommand({
  name: "GETEX",
  group: "string",
  since: "6.2.0",
  summary: "Returns the string of a key and sets or removes its expiry.",
  complexity: "O(1)",
  syntax:
    "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]:expiration",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const option = readGetexOption(args);
    const { db } = ctx;
    const key = args.receivedKey(1);
    const value = findString(db, key);
    if (value === undefined) return ctx.reply.nullReply();
    if (option === null || option === "persist") {
      replyString(ctx.reply, db, value);
      if (option === "persist") removeExpiry(ctx, key);
      return;
    }
    const now = ctx.keyspace.now;
    const deadline = readFutureDeadline(args, args.length - 1, option, now, INVALID_GETEX_TIME);
    replyString(ctx.reply, db, value);
    applyDeadline(ctx, key, deadline);
  },
});

/** The option of GETEX, whose time is the last argument: repeated ones are allowed, the last counts. */
function readGetexOption(args: Args): ExpireForm | "persist" | null {
  let option: ExpireForm | "persist" | null = null;
  for (let i = 2; i < args.length; i++) {
    const form = expireFormAt(args, i);
    if (form !== null && i + 1 < args.length && (option === null || option === form)) {
      option = form;
      i++;
    } else if (args.is(i, "PERSIST") && (option === null || option === "persist")) option = "persist";
    else throw Errors.SYNTAX;
  }
  return option;
}

function removeExpiry(ctx: CommandContext, key: Key): void {
  if (!ctx.db.clearExpiry(key)) return;
  if (isPropagating(ctx)) ctx.rewrite("PERSIST", key);
  ctx.db.changed(key, Events.PERSIST);
}

/** Sets the deadline; the key goes at once if it is past. */
function applyDeadline(ctx: CommandContext, key: Key, deadline: Deadline): void {
  const { db } = ctx;
  if (ctx.keyspace.isOver(deadline)) {
    if (isPropagating(ctx)) ctx.rewrite("DEL", key);
    db.delete(key);
    return db.changed(key, Events.DEL);
  }
  if (isPropagating(ctx)) ctx.rewrite("PEXPIREAT", key, String(deadline));
  setDeadline(db, key, deadline);
  db.changed(key, Events.EXPIRE);
}

function replyRange(ctx: CommandContext, args: Args): void {
  let start = args.clampedInt(2);
  let end = args.clampedInt(3);
  const { db, reply } = ctx;
  const value = findString(db, args.receivedKey(1));
  const length = lengthOf(db, value);
  if (value === undefined || (start < 0 && end < 0 && start > end)) return reply.bulkText("");
  if (start < 0) start = Math.max(0, start + length);
  if (end < 0) end = Math.max(0, end + length);
  end = Math.min(end, length - 1);
  if (start > end) return reply.bulkText("");
  if (typeof value !== "number") return reply.bulkBytes(value.bytes.subarray(start, end + 1));
  const first = db.arena.offset(value);
  reply.bulk(db.arena.page(value), first + start, first + end + 1);
}
