/** Commands that set whole strings: SET and its older relatives, MSET and MSETNX. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ARGUMENT_BOUND, DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { setKeys } from "../../command/get_keys.ts";
import { ACCESS, INSERT, key, keys, OW, RW, UPDATE, VARIABLE_FLAGS } from "../../command/key_spec.ts";
import { touchKeys } from "../../command/look_ahead.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import { type Deadline, setDeadline } from "../../keyspace/deadline.ts";
import type { Key } from "../../keyspace/key.ts";
import { CommandError, Errors, invalidExpireTime, wrongArity } from "../../resp/errors.ts";
import { type ExpireForm, expireFormAt, ExpireForms, readFutureDeadline } from "../expire_time.ts";
import { isPropagating } from "../services.ts";
import { findString, replyString } from "./value.ts";

const INVALID_SET_TIME = invalidExpireTime("set");
const INVALID_SETEX_TIME = invalidExpireTime("setex");
const INVALID_PSETEX_TIME = invalidExpireTime("psetex");
const MSET_ARITY = new CommandError(wrongArity("mset"));
const MSETNX_ARITY = new CommandError(wrongArity("msetnx"));

export const set = defineCommand({
  name: "SET",
  group: "string",
  since: "1.0.0",
  summary: "Sets the string of a key, whatever it held.",
  complexity: "O(1)",
  syntax:
    "key value [NX | XX]:condition@2.6.12 [GET]@6.2.0 [EX seconds@2.6.12 | PX milliseconds@2.6.12 | EXAT unix-time-seconds@6.2.0 | PXAT unix-time-milliseconds@6.2.0 | KEEPTTL@6.0.0]:expiration",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | UPDATE | VARIABLE_FLAGS)],
  getKeys: setKeys,
  history: [
    ["2.6.12", "Added the options `EX`, `PX`, `NX` and `XX`"],
    ["6.0.0", "Added the option `KEEPTTL`"],
    ["6.2.0", "Added the options `GET`, `EXAT` and `PXAT`"],
    ["7.0.0", "`NX` and `GET` may be combined"],
  ],
  run(ctx, args) {
    if (args.length === 3) {
      storeArgument(ctx, args.receivedKey(1), args, 2);
      ctx.reply.ok();
    } else setWithOptions(ctx, args);
  },
});

export const setnx = defineCommand({
  name: "SETNX",
  group: "string",
  since: "1.0.0",
  summary: "Sets the string of a key unless it exists.",
  complexity: "O(1)",
  syntax: "key value",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, OW | INSERT)],
  docFlags: ["deprecated"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with `NX`",
  run(ctx, args) {
    const key = args.receivedKey(1);
    if (ctx.db.findForWrite(key) !== undefined) return ctx.reply.integer(0);
    storeArgument(ctx, key, args, 2);
    ctx.reply.integer(1);
  },
});

export const setex = defineCommand({
  name: "SETEX",
  group: "string",
  since: "2.0.0",
  summary: "Sets the string of a key with a time to live in seconds.",
  complexity: "O(1)",
  syntax: "key seconds value",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE)],
  docFlags: ["deprecated"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with `EX`",
  run(ctx, args) {
    setExpiring(ctx, args, ExpireForms.EX, INVALID_SETEX_TIME);
  },
});

export const psetex = defineCommand({
  name: "PSETEX",
  group: "string",
  since: "2.6.0",
  summary: "Sets the string of a key with a time to live in milliseconds.",
  complexity: "O(1)",
  syntax: "key milliseconds value",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE)],
  docFlags: ["deprecated"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with `PX`",
  run(ctx, args) {
    setExpiring(ctx, args, ExpireForms.PX, INVALID_PSETEX_TIME);
  },
});

export const getset = defineCommand({
  name: "GETSET",
  group: "string",
  since: "1.0.0",
  summary: "Sets the string of a key and returns the old one.",
  complexity: "O(1)",
  syntax: "key value",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  docFlags: ["deprecated"],
  deprecatedSince: "6.2.0",
  replacedBy: "`SET` with `GET`",
  run(ctx, args) {
    const key = args.receivedKey(1);
    replyString(ctx.reply, ctx.db, findString(ctx.db, key));
    storeArgument(ctx, key, args, 2);
    if (isPropagating(ctx)) ctx.rewrite("SET", key, args.bytes(2));
  },
});

export const mset = defineCommand({
  name: "MSET",
  group: "string",
  since: "1.0.1",
  summary: "Sets the strings of several keys.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key value [key value ...]",
  flags: WRITE | DENYOOM | ARGUMENT_BOUND,
  keys: [keys(1, -1, 2, OW | UPDATE)],
  tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
  run(ctx, args) {
    if (args.length % 2 === 0) throw MSET_ARITY;
    touchKeys(ctx.db, args, 1, 2);
    for (let i = 1; i < args.length; i += 2) storeArgument(ctx, args.receivedKey(i), args, i + 1);
    ctx.reply.ok();
  },
});

export const msetnx = defineCommand({
  name: "MSETNX",
  group: "string",
  since: "1.0.1",
  summary: "Sets the strings of several keys unless one of them exists.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key value [key value ...]",
  flags: WRITE | DENYOOM | ARGUMENT_BOUND,
  keys: [keys(1, -1, 2, OW | INSERT)],
  run(ctx, args) {
    if (args.length % 2 === 0) throw MSETNX_ARITY;
    for (let i = 1; i < args.length; i += 2) {
      if (ctx.db.findForWrite(args.receivedKey(i)) !== undefined) return ctx.reply.integer(0);
    }
    for (let i = 1; i < args.length; i += 2) storeArgument(ctx, args.receivedKey(i), args, i + 1);
    ctx.reply.integer(1);
  },
});

/** Stores argument `index` as the string of `key`, without a deadline, and tells so. */
function storeArgument(ctx: CommandContext, key: Key, args: Args, index: number): void {
  const { db } = ctx;
  // Writing is a use, which only a frequency has to be told.
  if (ctx.keyspace.accessClock.frequency) db.findForWrite(key);
  else db.expireIfDue(key);
  db.setBytes(key, args, args.starts[index], args.ends[index]);
  db.changed(key, Events.SET);
}

/** What the options of SET say. */
interface SetOptions {
  condition: "NX" | "XX" | null;
  get: boolean;
  keepExpiry: boolean;
  form: ExpireForm | null;
  /** Index of the argument with the time, if `form` is not null. */
  timeIndex: number;
}

/** Reads the options of SET; conflicts are syntax errors, harmless repetitions are not, as in the original. */
function readSetOptions(args: Args): SetOptions {
  const options: SetOptions = { condition: null, get: false, keepExpiry: false, form: null, timeIndex: 0 };
  for (let i = 3; i < args.length; i++) {
    const form = expireFormAt(args, i);
    if (args.is(i, "NX") && options.condition !== "XX") options.condition = "NX";
    else if (args.is(i, "XX") && options.condition !== "NX") options.condition = "XX";
    else if (args.is(i, "GET")) options.get = true;
    else if (args.is(i, "KEEPTTL") && options.form === null) options.keepExpiry = true;
    else if (form !== null && i + 1 < args.length && mayExpire(options, form)) {
      options.form = form;
      options.timeIndex = ++i;
    } else throw Errors.SYNTAX;
  }
  return options;
}

function mayExpire(options: SetOptions, form: ExpireForm): boolean {
  return !options.keepExpiry && (options.form === null || options.form === form);
}

function setWithOptions(ctx: CommandContext, args: Args): void {
  const { condition, get, keepExpiry, form, timeIndex } = readSetOptions(args);
  const { db, reply } = ctx;
  const deadline = form === null
    ? null
    : readFutureDeadline(args, timeIndex, form, ctx.keyspace.now, INVALID_SET_TIME);
  const key = args.receivedKey(1);
  const old = get ? findString(db, key) : undefined;
  const exists = db.findForWrite(key) !== undefined;
  if (get) replyString(reply, db, old);
  if (condition !== null && exists === (condition === "NX")) {
    if (!get) reply.nullReply();
    return;
  }
  store(ctx, args, 2, deadline, keepExpiry);
  // PXAT is absolute already; GET asks for a reply that nobody who repeats the command waits for.
  if (isPropagating(ctx)) {
    if (deadline !== null && form !== ExpireForms.PXAT) rewriteAbsolute(ctx, args, 2, deadline);
    else if (deadline === null && get) ctx.rewrite(...withoutGet(args));
  }
  if (!get) reply.ok();
}

function setExpiring(ctx: CommandContext, args: Args, form: ExpireForm, invalid: CommandError): void {
  const deadline = readFutureDeadline(args, 2, form, ctx.keyspace.now, invalid);
  ctx.db.findForWrite(args.receivedKey(1));
  store(ctx, args, 3, deadline, false);
  if (isPropagating(ctx)) rewriteAbsolute(ctx, args, 3, deadline);
  ctx.reply.ok();
}

/** Stores argument `index` under the key of argument 1, with a deadline unless that is null. */
function store(
  ctx: CommandContext,
  args: Args,
  index: number,
  deadline: Deadline | null,
  keepExpiry: boolean,
): void {
  const { db } = ctx;
  const key = args.receivedKey(1);
  db.setBytes(key, args, args.starts[index], args.ends[index], keepExpiry || deadline !== null);
  if (deadline !== null) setDeadline(db, key, deadline);
  db.changed(key, Events.SET);
  if (deadline !== null) db.alsoChanged(key, Events.EXPIRE);
}

function rewriteAbsolute(ctx: CommandContext, args: Args, index: number, deadline: Deadline): void {
  ctx.rewrite("SET", args.bytes(1), args.bytes(index), "PXAT", String(deadline));
}

function withoutGet(args: Args): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < args.length; i++) if (i < 3 || !args.is(i, "GET")) parts.push(args.bytes(i));
  return parts;
}
