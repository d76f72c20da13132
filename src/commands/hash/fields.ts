/** Commands on named fields: HSET, HMSET, HSETNX, HGET, HMGET, HDEL, HEXISTS, HLEN, HSTRLEN. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, INSERT, key, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Hash } from "../../data/hash.ts";
import { Events } from "../../keyspace/change.ts";
import { CommandError, wrongArity } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { ofType } from "../typed_value.ts";
import { HashEvents } from "./events.ts";

const HSET_ARITY = new CommandError(wrongArity("hset"));
const HMSET_ARITY = new CommandError(wrongArity("hmset"));

const value = new ByteSlice();

export const hset = defineCommand({
  name: "HSET",
  group: "hash",
  since: "2.0.0",
  summary: "Sets fields of a hash.",
  complexity: "O(1) for each pair, so O(N) for N pairs.",
  syntax: "key field value [field value ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | UPDATE)],
  history: [["4.0.0", "Takes several pairs"]],
  run(ctx, args) {
    if (args.length % 2 === 1) throw HSET_ARITY;
    ctx.reply.integer(setPairs(ctx, args));
  },
});

export const hmset = defineCommand({
  name: "HMSET",
  group: "hash",
  since: "2.0.0",
  summary: "Sets several fields of a hash.",
  complexity: "O(N) with N the number of fields.",
  syntax: "key field value [field value ...]",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | UPDATE)],
  docFlags: ["deprecated"],
  deprecatedSince: "4.0.0",
  replacedBy: "`HSET` with several pairs",
  run(ctx, args) {
    if (args.length % 2 === 1) throw HMSET_ARITY;
    setPairs(ctx, args);
    ctx.reply.ok();
  },
});

export const hsetnx = defineCommand({
  name: "HSETNX",
  group: "hash",
  since: "2.0.0",
  summary: "Sets a field of a hash unless it exists.",
  complexity: "O(1)",
  syntax: "key field value",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | INSERT)],
  run(ctx, args) {
    const hash = ofType(ctx.db.findForWrite(args.receivedKey(1)), Hash);
    const exists = hash !== undefined && hash.find(args, args.starts[2], args.ends[2]) >= 0;
    if (!exists) setPairs(ctx, args);
    ctx.reply.integer(exists ? 0 : 1);
  },
});

export const hget = defineCommand({
  name: "HGET",
  group: "hash",
  since: "2.0.0",
  summary: "Returns the value of a field of a hash.",
  complexity: "O(1)",
  syntax: "key field",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    replyValue(ctx, args, ofType(ctx.db.find(args.receivedKey(1)), Hash), 2);
  },
});

export const hmget = defineCommand({
  name: "HMGET",
  group: "hash",
  since: "2.0.0",
  summary: "Returns the values of several fields of a hash.",
  complexity: "O(N) with N the number of fields.",
  syntax: "key field [field ...]",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const hash = ofType(ctx.db.find(args.receivedKey(1)), Hash);
    ctx.reply.arrayHeader(args.length - 2);
    for (let i = 2; i < args.length; i++) replyValue(ctx, args, hash, i);
  },
});

export const hdel = defineCommand({
  name: "HDEL",
  group: "hash",
  since: "2.0.0",
  summary: "Deletes fields of a hash, and the hash once it is empty.",
  complexity: "O(N) with N the number of fields.",
  syntax: "key field [field ...]",
  flags: WRITE | FAST,
  keys: [key(1, RW | DELETE)],
  history: [["2.4.0", "Takes several fields"]],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    const hash = ofType(db.findForWrite(key), Hash);
    let deleted = 0;
    for (let i = 2; hash !== undefined && i < args.length; i++) {
      if (!hash.remove(args, args.starts[i], args.ends[i])) continue;
      deleted++;
      if (hash.size === 0) break;
    }
    if (deleted > 0) {
      db.changed(key, HashEvents.HDEL, deleted);
      if (hash!.size === 0) {
        db.delete(key);
        db.alsoChanged(key, Events.DEL);
      }
    }
    ctx.reply.integer(deleted);
  },
});

export const hexists = defineCommand({
  name: "HEXISTS",
  group: "hash",
  since: "2.0.0",
  summary: "Tells whether a field of a hash exists.",
  complexity: "O(1)",
  syntax: "key field",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    const hash = ofType(ctx.db.find(args.receivedKey(1)), Hash);
    ctx.reply.integer(hash !== undefined && hash.find(args, args.starts[2], args.ends[2]) >= 0 ? 1 : 0);
  },
});

export const hlen = defineCommand({
  name: "HLEN",
  group: "hash",
  since: "2.0.0",
  summary: "Counts the fields of a hash.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(ofType(ctx.db.find(args.receivedKey(1)), Hash)?.size ?? 0);
  },
});

export const hstrlen = defineCommand({
  name: "HSTRLEN",
  group: "hash",
  since: "3.2.0",
  summary: "Returns the length of the value of a field.",
  complexity: "O(1)",
  syntax: "key field",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    const hash = ofType(ctx.db.find(args.receivedKey(1)), Hash);
    const exists = hash !== undefined && hash.get(args, args.starts[2], args.ends[2], value);
    ctx.reply.integer(exists ? value.length : 0);
  },
});

/** Sets the fields and values from argument 2 on; how many fields are new. */
function setPairs(ctx: CommandContext, args: Args): number {
  const { db } = ctx;
  const key = args.receivedKey(1);
  const { starts, ends } = args;
  const existing = ofType(db.findForWrite(key), Hash);
  const hash = existing ?? new Hash(ctx.keyspace.limits);
  hash.expect((args.length - 2) >> 1);
  let added = 0;
  for (let i = 2; i < args.length; i += 2) {
    if (hash.set(args, starts[i], ends[i], args, starts[i + 1], ends[i + 1])) added++;
  }
  if (existing === undefined) db.set(key, hash);
  db.changed(key, HashEvents.HSET, (args.length - 2) >> 1);
  return added;
}

/** Replies the value of the field that argument `index` names, or null. */
function replyValue(ctx: CommandContext, args: Args, hash: Hash | undefined, index: number): void {
  if (hash === undefined || !hash.get(args, args.starts[index], args.ends[index], value)) {
    return ctx.reply.nullReply();
  }
  ctx.reply.bulk(value.source, value.start, value.end);
}
