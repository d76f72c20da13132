/** Commands that choose members at random: SPOP and SRANDMEMBER. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, DELETE, key, RO, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { drawAny, drawDistinct } from "../../data/sampling.ts";
import { ByteSet } from "../../data/set.ts";
import { Events } from "../../keyspace/change.ts";
import type { Key } from "../../keyspace/key.ts";
import { Errors } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { parseInt64Bytes } from "../../util/number.ts";
import { numberOfDraws, readDrawCount } from "../draw_count.ts";
import { isPropagating, services } from "../services.ts";
import { ofType } from "../typed_value.ts";
import { SetEvents } from "./events.ts";
import { replyMember, replyMembers } from "./members.ts";

/** Most members of one SREM into which SPOP is rewritten. */
const MOST_REWRITTEN = 1024;

const member = new ByteSlice();

export const spop = defineCommand({
  name: "SPOP",
  group: "set",
  since: "1.0.0",
  summary: "Removes random members from a set and returns them.",
  complexity: "O(1) without a count, otherwise O(N) with N the count.",
  syntax: "key [count]@3.2.0",
  flags: WRITE | FAST,
  keys: [key(1, RW | ACCESS | DELETE)],
  tips: ["nondeterministic_output"],
  history: [["3.2.0", "Added the argument `count`"]],
  run(ctx, args) {
    if (args.length > 3) throw Errors.SYNTAX;
    const count = args.length === 3 ? readPopCount(args) : null;
    const set = ofType(ctx.db.findForWrite(args.receivedKey(1)), ByteSet);
    if (count !== null) popMany(ctx, args.receivedKey(1), set, count);
    else if (set === undefined) ctx.reply.nullReply();
    else popOne(ctx, args.receivedKey(1), set);
  },
});

export const srandmember = defineCommand({
  name: "SRANDMEMBER",
  group: "set",
  since: "1.0.0",
  summary: "Returns random members of a set.",
  complexity: "O(1) without a count, otherwise O(N) with N the count, taken as positive.",
  syntax: "key [count]@2.6.0",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  history: [["2.6.0", "Added the argument `count`"]],
  run(ctx, args) {
    if (args.length > 3) throw Errors.SYNTAX;
    const count = args.length === 3 ? readDrawCount(args, 2, false) : null;
    const { reply, keyspace: { random } } = ctx;
    const set = ofType(ctx.db.find(args.receivedKey(1)), ByteSet);
    if (set === undefined) return count === null ? reply.nullReply() : reply.arrayHeader(0);
    if (count === null) return replyMember(reply, set, set.seek(random.below(set.size)));
    const drawn = numberOfDraws(count, set.size);
    reply.arrayHeader(drawn);
    if (count < 0) drawAny(set, drawn, random, (place) => replyMember(reply, set, place));
    else if (drawn === set.size) replyMembers(reply, set);
    else drawDistinct(set, drawn, random, (place) => replyMember(reply, set, place));
  },
});

/** The count of SPOP. */
function readPopCount(args: Args): number {
  const count = Number(parseInt64Bytes(args.buffer, args.starts[2], args.ends[2]) ?? -1n);
  if (count < 0) throw Errors.NOT_POSITIVE;
  return count;
}

function popOne(ctx: CommandContext, key: Key, set: ByteSet): void {
  const place = set.seek(ctx.keyspace.random.below(set.size));
  set.read(place, member);
  ctx.reply.bulk(member.source, member.start, member.end);
  if (isPropagating(ctx)) ctx.rewrite("SREM", key, member.text());
  set.removeAt(place);
  ctx.db.changed(key, SetEvents.SPOP);
  if (set.size === 0) dropEmpty(ctx, key);
}

function popMany(ctx: CommandContext, key: Key, set: ByteSet | undefined, count: number): void {
  const { reply } = ctx;
  if (set === undefined || count === 0) return reply.setHeader(0);
  if (count >= set.size) return popAll(ctx, key, set);
  const popped: string[] | null = isPropagating(ctx) ? [] : null;
  reply.setHeader(count);
  set.popMany(count, ctx.keyspace.random, (one) => {
    reply.bulk(one.source, one.start, one.end);
    popped?.push(one.text());
  });
  for (let i = 0; popped !== null && i < count; i += MOST_REWRITTEN) {
    ctx.rewrite("SREM", key, ...popped.slice(i, i + MOST_REWRITTEN));
  }
  ctx.db.changed(key, SetEvents.SPOP, count);
}

function popAll(ctx: CommandContext, key: Key, set: ByteSet): void {
  ctx.reply.setHeader(set.size);
  replyMembers(ctx.reply, set);
  if (isPropagating(ctx)) {
    ctx.rewrite(services(ctx).config.get("lazyfree-lazy-server-del") ? "UNLINK" : "DEL", key);
  }
  ctx.db.changed(key, SetEvents.SPOP, set.size);
  dropEmpty(ctx, key);
}

function dropEmpty(ctx: CommandContext, key: Key): void {
  ctx.db.delete(key);
  ctx.db.alsoChanged(key, Events.DEL);
}
