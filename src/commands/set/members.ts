/** Commands on the members of one set, or two: SADD, SREM, SMOVE, SCARD, SISMEMBER, SMISMEMBER, SMEMBERS, SSCAN. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, INSERT, key, RO, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { NONE } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { Events } from "../../keyspace/change.ts";
import type { Key } from "../../keyspace/key.ts";
import type { Reply } from "../../resp/reply.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { globMatch } from "../../util/glob.ts";
import { readScanCursor, readScanOptions } from "../scan_options.ts";
import { ofType } from "../typed_value.ts";
import { SetEvents } from "./events.ts";

const member = new ByteSlice();

export const sadd = defineCommand({
  name: "SADD",
  group: "set",
  since: "1.0.0",
  summary: "Adds members to a set, which is created if missing.",
  complexity: "O(1) for each member, so O(N) for N members.",
  syntax: "key member [member ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  history: [["2.4.0", "Takes several members"]],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    const existing = ofType(db.findForWrite(key), ByteSet);
    const set = existing ?? newSet(ctx, args, 2, args.length - 2);
    set.expect(args.length - 2);
    let added = 0;
    for (let i = 2; i < args.length; i++) if (set.add(args, args.starts[i], args.ends[i])) added++;
    if (existing === undefined) db.set(key, set);
    if (added > 0) db.changed(key, SetEvents.SADD, added);
    ctx.reply.integer(added);
  },
});

export const srem = defineCommand({
  name: "SREM",
  group: "set",
  since: "1.0.0",
  summary: "Removes members from a set, and the set once it is empty.",
  complexity: "O(N) with N the number of members to remove.",
  syntax: "key member [member ...]",
  flags: WRITE | FAST,
  keys: [key(1, RW | DELETE)],
  history: [["2.4.0", "Takes several members"]],
  run(ctx, args) {
    const key = args.receivedKey(1);
    const set = ofType(ctx.db.findForWrite(key), ByteSet);
    let removed = 0;
    for (let i = 2; set !== undefined && i < args.length; i++) {
      if (!set.remove(args, args.starts[i], args.ends[i])) continue;
      removed++;
      if (set.size === 0) break;
    }
    if (removed > 0) tellRemoved(ctx, key, set!, removed);
    ctx.reply.integer(removed);
  },
});

export const smove = defineCommand({
  name: "SMOVE",
  group: "set",
  since: "1.0.0",
  summary: "Moves a member from set to set.",
  complexity: "O(1)",
  syntax: "source destination member",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE), key(2, RW | INSERT)],
  run(ctx, args) {
    const { db } = ctx;
    const from = db.findForWrite(args.receivedKey(1));
    const to = db.findForWrite(args.receivedKey(2));
    if (from === undefined) return ctx.reply.integer(0);
    const source = ofType(from, ByteSet)!;
    const destination = ofType(to, ByteSet);
    const start = args.starts[3];
    const end = args.ends[3];
    if (source === destination) return ctx.reply.integer(source.has(args, start, end) ? 1 : 0);
    if (!source.remove(args, start, end)) return ctx.reply.integer(0);
    tellRemoved(ctx, args.key(1), source, 1);
    const target = destination ?? newSet(ctx, args, 3, 1);
    const added = target.add(args, start, end);
    if (destination === undefined) db.set(args.key(2), target);
    if (added) db.changed(args.key(2), SetEvents.SADD);
    ctx.reply.integer(1);
  },
});

export const scard = defineCommand({
  name: "SCARD",
  group: "set",
  since: "1.0.0",
  summary: "Counts the members of a set.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(ofType(ctx.db.find(args.receivedKey(1)), ByteSet)?.size ?? 0);
  },
});

export const sismember = defineCommand({
  name: "SISMEMBER",
  group: "set",
  since: "1.0.0",
  summary: "Tells whether a set has a member.",
  complexity: "O(1)",
  syntax: "key member",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    const set = ofType(ctx.db.find(args.receivedKey(1)), ByteSet);
    ctx.reply.integer(set !== undefined && set.has(args, args.starts[2], args.ends[2]) ? 1 : 0);
  },
});

export const smismember = defineCommand({
  name: "SMISMEMBER",
  group: "set",
  since: "6.2.0",
  summary: "Tells which of several members a set has.",
  complexity: "O(N) with N the number of members asked for.",
  syntax: "key member [member ...]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const set = ofType(ctx.db.find(args.receivedKey(1)), ByteSet);
    ctx.reply.arrayHeader(args.length - 2);
    for (let i = 2; i < args.length; i++) {
      ctx.reply.integer(set !== undefined && set.has(args, args.starts[i], args.ends[i]) ? 1 : 0);
    }
  },
});

export const smembers = defineCommand({
  name: "SMEMBERS",
  group: "set",
  since: "1.0.0",
  summary: "Returns all members of a set.",
  complexity: "O(N) with N the size of the set.",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    const set = ofType(ctx.db.find(args.receivedKey(1)), ByteSet);
    ctx.reply.setHeader(set?.size ?? 0);
    if (set !== undefined) replyMembers(ctx.reply, set);
  },
});

export const sscan = defineCommand({
  name: "SSCAN",
  group: "set",
  since: "2.8.0",
  summary: "Iterates over the members of a set.",
  complexity: "O(1) for each call; O(N) for a full iteration over N members.",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const cursor = readScanCursor(args, 2);
    const { reply } = ctx;
    const set = ofType(ctx.db.find(args.receivedKey(1)), ByteSet);
    // Options are looked at only if there is something to scan.
    const options = set === undefined ? null : readScanOptions(args, 3, false);
    const places: number[] = [];
    let next = 0;
    if (set !== undefined && options !== null) {
      next = set.scan(cursor, options.count, (place) => {
        set.read(place, member);
        if (options.pattern === null || globMatch(options.pattern, member.text())) places.push(place);
      });
    }
    reply.arrayHeader(2);
    reply.bulkInteger(next);
    reply.arrayHeader(places.length);
    for (const place of places) replyMember(reply, set!, place);
  },
});

/** An empty set for `count` members, of which argument `first` is the first. */
function newSet(ctx: CommandContext, args: Args, first: number, count: number): ByteSet {
  return ByteSet.expecting(count, ctx.keyspace.limits, args, args.starts[first], args.ends[first]);
}

/** Tells that so many members were removed, and deletes the set if it is empty. */
function tellRemoved(ctx: CommandContext, key: Key, set: ByteSet, removed: number): void {
  ctx.db.changed(key, SetEvents.SREM, removed);
  if (set.size > 0) return;
  ctx.db.delete(key);
  ctx.db.alsoChanged(key, Events.DEL);
}

/** Replies all members, without a header. */
export function replyMembers(reply: Reply, set: ByteSet): void {
  for (let place = set.first(); place !== NONE; place = set.next(place)) replyMember(reply, set, place);
}

/** Replies the member at `place`. */
export function replyMember(reply: Reply, set: ByteSet, place: number): void {
  set.read(place, member);
  reply.bulk(member.source, member.start, member.end);
}
