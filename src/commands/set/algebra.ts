/** Commands on several sets: SINTER, SUNION, SDIFF, their storing forms, and SINTERCARD. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, key, keynum, keys, OW, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { difference, intersect, intersection, union } from "../../data/set_algebra.ts";
import { ByteSet } from "../../data/set.ts";
import { type ChangeEvent, Events } from "../../keyspace/change.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { Reply } from "../../resp/reply.ts";
import { ofType } from "../typed_value.ts";
import { SetEvents } from "./events.ts";
import { replyMembers } from "./members.ts";

const TOO_MANY_KEYS = new CommandError("ERR Number of keys can't be greater than number of args");

/** Where SINTER's members are written, as their number comes first and is known last. */
const found = new Reply();

export const sdiff = defineCommand({
  name: "SDIFF",
  group: "set",
  since: "1.0.0",
  summary: "Returns the members of a set that are in none of the others.",
  complexity: "O(N) with N the number of members of all sets.",
  syntax: "key [key ...]",
  flags: READONLY,
  keys: [keys(1, -1, 1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    replySet(ctx, difference(findSets(ctx, args, 1, args.length), ctx.keyspace.limits));
  },
});

export const sdiffstore = defineCommand({
  name: "SDIFFSTORE",
  group: "set",
  since: "1.0.0",
  summary: "Stores the members of a set that are in none of the others.",
  complexity: "O(N) with N the number of members of all sets.",
  syntax: "destination key [key ...]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), keys(2, -1, 1, RO | ACCESS)],
  run(ctx, args) {
    const result = difference(findSets(ctx, args, 2, args.length), ctx.keyspace.limits);
    store(ctx, args.key(1), result, SetEvents.SDIFFSTORE);
  },
});

export const sinter = defineCommand({
  name: "SINTER",
  group: "set",
  since: "1.0.0",
  summary: "Returns the members that are in all sets.",
  complexity: "O(N*M) at worst, with N the size of the smallest set and M the number of sets.",
  syntax: "key [key ...]",
  flags: READONLY,
  keys: [keys(1, -1, 1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    let count = 0;
    // Nothing of one that failed for want of memory may be left.
    found.truncate(0);
    intersect(findSets(ctx, args, 1, args.length), ({ source, start, end }) => {
      found.bulk(source, start, end);
      count++;
      return true;
    });
    ctx.reply.setHeader(count);
    ctx.reply.raw(found.written.buffer, 0, found.length);
    found.truncate(0);
    found.trim();
  },
});

export const sintercard = defineCommand({
  name: "SINTERCARD",
  group: "set",
  since: "7.0.0",
  summary: "Counts the members that are in all sets.",
  complexity: "O(N*M) at worst, with N the size of the smallest set and M the number of sets.",
  syntax: "numkeys key [key ...] [LIMIT limit]",
  flags: READONLY,
  keys: [keynum(1, RO | ACCESS)],
  run(ctx, args) {
    const keyCount = args.intFrom(1, 1, Errors.NUMKEYS);
    if (keyCount > args.length - 2) throw TOO_MANY_KEYS;
    let limit = 0;
    for (let i = 2 + keyCount; i < args.length; i += 2) {
      if (!args.is(i, "LIMIT") || i + 1 === args.length) throw Errors.SYNTAX;
      limit = args.intFrom(i + 1, 0, Errors.LIMIT_NEGATIVE);
    }
    let count = 0;
    intersect(findSets(ctx, args, 2, 2 + keyCount), () => ++count !== limit);
    ctx.reply.integer(count);
  },
});

export const sinterstore = defineCommand({
  name: "SINTERSTORE",
  group: "set",
  since: "1.0.0",
  summary: "Stores the members that are in all sets.",
  complexity: "O(N*M) at worst, with N the size of the smallest set and M the number of sets.",
  syntax: "destination key [key ...]",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | UPDATE), keys(2, -1, 1, RO | ACCESS)],
  run(ctx, args) {
    const result = intersection(findSets(ctx, args, 2, args.length), ctx.keyspace.limits);
    store(ctx, args.key(1), result, SetEvents.SINTERSTORE);
  },
});

export const sunion = defineCommand({
  name: "SUNION",
  group: "set",
  since: "1.0.0",
  summary: "Returns the members that are in any of the sets.",
  complexity: "O(N) with N the number of members of all sets.",
  syntax: "key [key ...]",
  flags: READONLY,
  keys: [keys(1, -1, 1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    replySet(ctx, union(findSets(ctx, args, 1, args.length), ctx.keyspace.limits));
  },
});

export const sunionstore = defineCommand({
  name: "SUNIONSTORE",
  group: "set",
  since: "1.0.0",
  summary: "Stores the members that are in any of the sets.",
  complexity: "O(N) with N the number of members of all sets.",
  syntax: "destination key [key ...]",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE), keys(2, -1, 1, RO | ACCESS)],
  run(ctx, args) {
    const result = union(findSets(ctx, args, 2, args.length), ctx.keyspace.limits);
    store(ctx, args.key(1), result, SetEvents.SUNIONSTORE);
  },
});

/** The sets of arguments `from` up to `to`. All are looked up before anything is done. */
function findSets(ctx: CommandContext, args: Args, from: number, to: number): (ByteSet | undefined)[] {
  const sets: (ByteSet | undefined)[] = [];
  for (let i = from; i < to; i++) sets.push(ofType(ctx.db.find(args.receivedKey(i)), ByteSet));
  return sets;
}

function replySet(ctx: CommandContext, set: ByteSet): void {
  ctx.reply.setHeader(set.size);
  replyMembers(ctx.reply, set);
  set.release();
}

/** Stores the set in the place of whatever is there, or deletes that if the set is empty. */
function store(ctx: CommandContext, key: string, set: ByteSet, event: ChangeEvent): void {
  const { db, reply } = ctx;
  const { size } = set;
  if (size > 0) {
    db.expireIfDue(key);
    db.set(key, set);
    db.changed(key, event);
  } else {
    set.release();
    if (db.delete(key)) db.changed(key, Events.DEL);
  }
  reply.integer(size);
}
