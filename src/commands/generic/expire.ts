/** Commands that set and remove deadlines: EXPIRE and its relatives, PERSIST. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import { NO_EXPIRY } from "../../keyspace/database.ts";
import { type Deadline, deadlineOf, setDeadline } from "../../keyspace/deadline.ts";
import { CommandError, Errors, invalidExpireTime } from "../../resp/errors.ts";
import { type ExpireForm, ExpireForms, readDeadline } from "../expire_time.ts";
import { isPropagating } from "../services.ts";

const INVALID_EXPIRE_TIME = invalidExpireTime("expire");
const INVALID_EXPIREAT_TIME = invalidExpireTime("expireat");
const INVALID_PEXPIRE_TIME = invalidExpireTime("pexpire");
const INVALID_PEXPIREAT_TIME = invalidExpireTime("pexpireat");

export const expire = defineCommand({
  name: "EXPIRE",
  group: "generic",
  since: "1.0.0",
  summary: "Sets the time to live of a key in seconds.",
  complexity: "O(1)",
  syntax: "key seconds [NX | XX | GT | LT]:condition@7.0.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["7.0.0", "Added the options `NX`, `XX`, `GT` and `LT`"]],
  run(ctx, args) {
    setExpiry(ctx, args, ExpireForms.EX, INVALID_EXPIRE_TIME);
  },
});

export const expireat = defineCommand({
  name: "EXPIREAT",
  group: "generic",
  since: "1.2.0",
  summary: "Sets the expiry of a key as a Unix time in seconds.",
  complexity: "O(1)",
  syntax: "key unix-time-seconds [NX | XX | GT | LT]:condition@7.0.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["7.0.0", "Added the options `NX`, `XX`, `GT` and `LT`"]],
  run(ctx, args) {
    setExpiry(ctx, args, ExpireForms.EXAT, INVALID_EXPIREAT_TIME);
  },
});

export const pexpire = defineCommand({
  name: "PEXPIRE",
  group: "generic",
  since: "2.6.0",
  summary: "Sets the time to live of a key in milliseconds.",
  complexity: "O(1)",
  syntax: "key milliseconds [NX | XX | GT | LT]:condition@7.0.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["7.0.0", "Added the options `NX`, `XX`, `GT` and `LT`"]],
  run(ctx, args) {
    setExpiry(ctx, args, ExpireForms.PX, INVALID_PEXPIRE_TIME);
  },
});

export const pexpireat = defineCommand({
  name: "PEXPIREAT",
  group: "generic",
  since: "2.6.0",
  summary: "Sets the expiry of a key as a Unix time in milliseconds.",
  complexity: "O(1)",
  syntax: "key unix-time-milliseconds [NX | XX | GT | LT]:condition@7.0.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["7.0.0", "Added the options `NX`, `XX`, `GT` and `LT`"]],
  run(ctx, args) {
    setExpiry(ctx, args, ExpireForms.PXAT, INVALID_PEXPIREAT_TIME);
  },
});

export const persist = defineCommand({
  name: "PERSIST",
  group: "generic",
  since: "2.2.0",
  summary: "Removes the expiry of a key.",
  complexity: "O(1)",
  syntax: "key",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    if (db.findForWrite(key) === undefined || !db.clearExpiry(key)) return ctx.reply.integer(0);
    db.changed(key, Events.PERSIST);
    ctx.reply.integer(1);
  },
});

/** Conditions on the present deadline, as bits. */
const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;

function setExpiry(ctx: CommandContext, args: Args, form: ExpireForm, invalid: CommandError): void {
  const conditions = args.length > 3 ? readConditions(args) : 0;
  const { db } = ctx;
  const { now } = ctx.keyspace;
  const deadline = readDeadline(args, 2, form, now, invalid);
  const key = args.receivedKey(1);
  if (db.findForWrite(key) === undefined) return ctx.reply.integer(0);
  if (conditions !== 0 && !holds(conditions, deadlineOf(db, key), deadline)) return ctx.reply.integer(0);
  if (ctx.keyspace.isOver(deadline)) {
    if (isPropagating(ctx)) ctx.rewrite("DEL", key);
    db.delete(key);
    db.changed(key, Events.DEL);
  } else {
    if (isPropagating(ctx) && form !== ExpireForms.PXAT) rewriteAbsolute(ctx, args, deadline);
    setDeadline(db, key, deadline);
    db.changed(key, Events.EXPIRE);
  }
  ctx.reply.integer(1);
}

function readConditions(args: Args): number {
  let conditions = 0;
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "NX")) conditions |= NX;
    else if (args.is(i, "XX")) conditions |= XX;
    else if (args.is(i, "GT")) conditions |= GT;
    else if (args.is(i, "LT")) conditions |= LT;
    else throw new CommandError(`ERR Unsupported option ${args.text(i)}`);
  }
  if ((conditions & NX) !== 0 && conditions !== NX) throw Errors.EXPIRE_NX_CONFLICT;
  if ((conditions & GT) !== 0 && (conditions & LT) !== 0) throw Errors.EXPIRE_GT_LT_CONFLICT;
  return conditions;
}

/** Whether the conditions allow the new deadline. A key without deadline counts as one that lives for ever. */
function holds(conditions: number, current: Deadline, wanted: Deadline): boolean {
  if (current === NO_EXPIRY) return (conditions & (XX | GT)) === 0;
  if ((conditions & NX) !== 0) return false;
  if ((conditions & GT) !== 0 && wanted <= current) return false;
  return (conditions & LT) === 0 || wanted < current;
}

/** The conditions stay: they hold when the command is repeated, as they hold now. */
function rewriteAbsolute(ctx: CommandContext, args: Args, deadline: Deadline): void {
  const options: Uint8Array[] = [];
  for (let i = 3; i < args.length; i++) options.push(args.bytes(i));
  ctx.rewrite("PEXPIREAT", args.bytes(1), String(deadline), ...options);
}
