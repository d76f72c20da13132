/** Commands that give values another place: RENAME, RENAMENX, COPY, MOVE. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, INSERT, key, OW, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import { type Database, type DetachedValue, NO_EXPIRY } from "../../keyspace/database.ts";
import { type Deadline, deadlineOf, setDeadline } from "../../keyspace/deadline.ts";
import { Errors } from "../../resp/errors.ts";

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

export const rename = defineCommand({
  name: "RENAME",
  group: "generic",
  since: "1.0.0",
  summary: "Renames a key, replacing the new one.",
  complexity: "O(1)",
  syntax: "key newkey",
  flags: WRITE,
  keys: [key(1, RW | ACCESS | DELETE), key(2, OW | UPDATE)],
  run(ctx, args) {
    const source = args.key(1);
    const destination = args.key(2);
    if (ctx.db.findForWrite(source) === undefined) throw Errors.NO_SUCH_KEY;
    if (source !== destination) {
      ctx.db.findForWrite(destination);
      renameKey(ctx.db, source, destination);
    }
    ctx.reply.ok();
  },
});

export const renamenx = defineCommand({
  name: "RENAMENX",
  group: "generic",
  since: "1.0.0",
  summary: "Renames a key unless the new one exists.",
  complexity: "O(1)",
  syntax: "key newkey",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE), key(2, OW | INSERT)],
  history: [["3.2.0", "Equal names are no longer an error"]],
  run(ctx, args) {
    const source = args.key(1);
    const destination = args.key(2);
    if (ctx.db.findForWrite(source) === undefined) throw Errors.NO_SUCH_KEY;
    if (source === destination || ctx.db.findForWrite(destination) !== undefined) return ctx.reply.integer(0);
    renameKey(ctx.db, source, destination);
    ctx.reply.integer(1);
  },
});

export const copy = defineCommand({
  name: "COPY",
  group: "generic",
  since: "6.2.0",
  summary: "Copies the value of a key to another key.",
  complexity: "O(N) for collections with N elements, O(1) for strings.",
  syntax: "source destination [DB destination-db] [REPLACE]",
  flags: WRITE | DENYOOM,
  keys: [key(1, RO | ACCESS), key(2, OW | UPDATE)],
  run(ctx, args) {
    const { target, replace } = readCopyOptions(ctx, args);
    const source = args.key(1);
    const destination = args.key(2);
    if (target === ctx.db && source === destination) throw Errors.SAME_OBJECT;
    const value = ctx.db.find(source);
    if (value === undefined) return ctx.reply.integer(0);
    const taken = target.findForWrite(destination) !== undefined;
    if (taken && !replace) return ctx.reply.integer(0);
    const clock = ctx.keyspace.accessClock.initial();
    place(target, destination, { ...ctx.db.copyOf(value), clock }, deadlineOf(ctx.db, source));
    target.changed(destination, Events.COPY_TO);
    ctx.reply.integer(1);
  },
});

export const move = defineCommand({
  name: "MOVE",
  group: "generic",
  since: "1.0.0",
  summary: "Moves a key to another database.",
  complexity: "O(1)",
  syntax: "key db",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const { db } = ctx;
    if (ctx.keyspace.bySlot) throw Errors.MOVE_IN_CLUSTER;
    const target = readDatabase(ctx, args, 2);
    if (target === db) throw Errors.SAME_OBJECT;
    const key = args.key(1);
    if (db.findForWrite(key) === undefined || target.findForWrite(key) !== undefined) {
      return ctx.reply.integer(0);
    }
    const deadline = deadlineOf(db, key);
    place(target, key, db.take(key)!, deadline);
    db.changed(key, Events.MOVE_FROM);
    target.alsoChanged(key, Events.MOVE_TO);
    ctx.reply.integer(1);
  },
});

/** The database that argument `index` names. */
function readDatabase(ctx: CommandContext, args: Args, index: number): Database {
  const number = args.clampedInt(index);
  if (number < INT_MIN || number > INT_MAX) throw Errors.INT_OUT_OF_RANGE;
  if (number < 0 || number >= ctx.keyspace.databaseCount) throw Errors.DB_INDEX_OUT_OF_RANGE;
  return ctx.keyspace.database(number);
}

function readCopyOptions(ctx: CommandContext, args: Args): { target: Database; replace: boolean } {
  let target = ctx.db;
  let replace = false;
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "REPLACE")) replace = true;
    else if (args.is(i, "DB") && i + 1 < args.length) target = readDatabase(ctx, args, ++i);
    else throw Errors.SYNTAX;
  }
  if (ctx.keyspace.bySlot && target.index !== 0) throw Errors.COPY_IN_CLUSTER;
  return { target, replace };
}

/** Moves the value with its deadline; what `destination` held is gone. */
function renameKey(db: Database, source: string, destination: string): void {
  const deadline = deadlineOf(db, source);
  const value = db.take(source)!;
  place(db, destination, value, deadline);
  db.changed(source, Events.RENAME_FROM);
  db.alsoChanged(destination, Events.RENAME_TO);
}

/** Stores the value as that of a new key: an old one of that name is dropped first. */
function place(db: Database, key: string, value: DetachedValue, deadline: Deadline): void {
  db.put(key, value);
  if (deadline !== NO_EXPIRY) setDeadline(db, key, deadline);
}
