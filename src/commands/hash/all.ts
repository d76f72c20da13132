/** Commands on all or any fields: HGETALL, HKEYS, HVALS, HSCAN, HRANDFIELD. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Hash } from "../../data/hash.ts";
import { NONE } from "../../data/listpack.ts";
import { drawAny, drawDistinct } from "../../data/sampling.ts";
import type { Reply } from "../../resp/reply.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { globMatch } from "../../util/glob.ts";
import { numberOfDraws, readDrawCount, readDrawOption } from "../draw_count.ts";
import { readScanCursor, readScanOptions } from "../scan_options.ts";
import { ofType } from "../typed_value.ts";

const slice = new ByteSlice();

export const hgetall = defineCommand({
  name: "HGETALL",
  group: "hash",
  since: "2.0.0",
  summary: "Returns all fields and values of a hash.",
  complexity: "O(N) with N the size of the hash.",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    const hash = findHash(ctx, args);
    ctx.reply.mapHeader(hash?.size ?? 0);
    replyAll(ctx.reply, hash, true, true);
  },
});

export const hkeys = defineCommand({
  name: "HKEYS",
  group: "hash",
  since: "2.0.0",
  summary: "Returns all fields of a hash.",
  complexity: "O(N) with N the size of the hash.",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    const hash = findHash(ctx, args);
    ctx.reply.arrayHeader(hash?.size ?? 0);
    replyAll(ctx.reply, hash, true, false);
  },
});

export const hvals = defineCommand({
  name: "HVALS",
  group: "hash",
  since: "2.0.0",
  summary: "Returns all values of a hash.",
  complexity: "O(N) with N the size of the hash.",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output_order"],
  run(ctx, args) {
    const hash = findHash(ctx, args);
    ctx.reply.arrayHeader(hash?.size ?? 0);
    replyAll(ctx.reply, hash, false, true);
  },
});

export const hscan = defineCommand({
  name: "HSCAN",
  group: "hash",
  since: "2.8.0",
  summary: "Iterates over the fields and values of a hash.",
  complexity: "O(1) for each call; O(N) for a full iteration over N fields.",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const cursor = readScanCursor(args, 2);
    const { reply } = ctx;
    const hash = findHash(ctx, args);
    // Options are looked at only if there is something to scan.
    const options = hash === undefined ? null : readScanOptions(args, 3, false);
    const places: number[] = [];
    let next = 0;
    if (hash !== undefined && options !== null) {
      next = hash.scan(cursor, options.count, (place) => {
        hash.readField(place, slice);
        if (options.pattern === null || globMatch(options.pattern, slice.text())) places.push(place);
      });
    }
    reply.arrayHeader(2);
    reply.bulkInteger(next);
    reply.arrayHeader(2 * places.length);
    for (const place of places) {
      replyField(reply, hash!, place);
      replyValue(reply, hash!, place);
    }
  },
});

export const hrandfield = defineCommand({
  name: "HRANDFIELD",
  group: "hash",
  since: "6.2.0",
  summary: "Returns random fields of a hash.",
  complexity: "O(N) with N the number of fields returned.",
  syntax: "key [count [WITHVALUES]]:options",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    if (args.length > 2) return replyFields(ctx, args);
    const hash = findHash(ctx, args);
    if (hash === undefined) return ctx.reply.nullReply();
    replyField(ctx.reply, hash, hash.seek(ctx.keyspace.random.below(hash.size)));
  },
});

/** HRANDFIELD with a count. */
function replyFields(ctx: CommandContext, args: Args): void {
  const count = readDrawCount(args, 2, args.length === 4 && args.is(3, "WITHVALUES"));
  const withValues = readDrawOption(args, 3, "WITHVALUES");
  const { reply, keyspace: { random } } = ctx;
  const hash = findHash(ctx, args);
  if (hash === undefined || count === 0) return reply.arrayHeader(0);
  const drawn = numberOfDraws(count, hash.size);
  if (withValues) reply.pairsHeader(drawn);
  else reply.arrayHeader(drawn);
  const visit = (place: number) => {
    if (withValues) reply.pairHeader();
    replyField(reply, hash, place);
    if (withValues) replyValue(reply, hash, place);
  };
  if (count < 0) drawAny(hash, drawn, random, visit);
  else if (drawn < hash.size) drawDistinct(hash, drawn, random, visit);
  else for (let place = hash.first(); place !== NONE; place = hash.next(place)) visit(place);
}

function findHash(ctx: CommandContext, args: Args): Hash | undefined {
  return ofType(ctx.db.find(args.receivedKey(1)), Hash);
}

function replyAll(reply: Reply, hash: Hash | undefined, fields: boolean, values: boolean): void {
  if (hash === undefined) return;
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) {
    if (fields) replyField(reply, hash, place);
    if (values) replyValue(reply, hash, place);
  }
}

function replyField(reply: Reply, hash: Hash, place: number): void {
  hash.readField(place, slice);
  reply.bulk(slice.source, slice.start, slice.end);
}

function replyValue(reply: Reply, hash: Hash, place: number): void {
  hash.readValue(place, slice);
  reply.bulk(slice.source, slice.start, slice.end);
}
