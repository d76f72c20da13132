/** XAUTOCLAIM: takes over pending entries, wherever they are, step by step. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { DELETE, key, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Consumer } from "../../data/consumer_group.ts";
import { deliveries, deliveryTime, pendingId, setDelivery } from "../../data/pending_entry.ts";
import { NO_SLOT } from "../../data/slab_arena.ts";
import { StreamId } from "../../data/stream_id.ts";
import { Errors } from "../../resp/errors.ts";
import { readMinimumIdle } from "./claim.ts";
import { propagateClaim } from "./claims.ts";
import { StreamErrors } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { readStart } from "./ids.ts";
import {
  createConsumer,
  findGroupForWrite,
  type GroupPlace,
  propagateConsumer,
  seeConsumer,
} from "./lookup.ts";
import { replyEntryWith, replyId } from "./replies.ts";

/** Entries looked at for each one that is asked for. */
const ATTEMPTS_PER_ENTRY = 10;
const DEFAULT_COUNT = 100;
/** The original's bound, for which it would need memory for that many IDs. */
const MOST_COUNT = 2n ** 63n / 16n - 1n;

export const xautoclaim = defineCommand({
  name: "XAUTOCLAIM",
  group: "stream",
  since: "6.2.0",
  summary: "Takes over messages that have been pending for long.",
  complexity: "O(1) for a fixed count.",
  syntax: "key group consumer min-idle-time start:string [COUNT count] [JUSTID]",
  flags: WRITE | FAST,
  keys: [key(1, RW | DELETE)],
  tips: ["nondeterministic_output"],
  history: [["7.0.0", "Added the IDs of messages that no longer exist to the reply"]],
  run(ctx, args) {
    const options = readOptions(args);
    const place = findGroupForWrite(ctx, args);
    ctx.suppress();
    const name = args.text(3);
    const known = seeConsumer(ctx, place.group, name);
    const consumer = known ?? createConsumer(ctx, place, name);
    const { claimed, deleted, next } = claimIdle(ctx, place, consumer, options);
    if (known === undefined && claimed.length === 0) propagateConsumer(ctx, place, name);
    const changes = claimed.length + deleted.length;
    if (changes > 0) ctx.db.changed(place.key, StreamEvents.CLAIM, changes);
    const { reply } = ctx;
    reply.arrayHeader(3);
    replyId(reply, next);
    reply.arrayHeader(claimed.length);
    for (const id of claimed) {
      if (options.justId) replyId(reply, id);
      else replyEntryWith(reply, place.stream, id);
    }
    reply.arrayHeader(deleted.length);
    for (const id of deleted) replyId(reply, id);
  },
});

/** What XAUTOCLAIM's arguments behind the consumer say. */
interface AutoclaimOptions {
  readonly minimumIdle: number;
  readonly start: StreamId;
  count: number;
  justId: boolean;
}

function readOptions(args: Args): AutoclaimOptions {
  const options: AutoclaimOptions = {
    minimumIdle: readMinimumIdle(args, StreamErrors.XAUTOCLAIM_IDLE),
    start: new StreamId(),
    count: DEFAULT_COUNT,
    justId: false,
  };
  readStart(args, 5, options.start);
  for (let i = 6; i < args.length; i++) {
    if (args.is(i, "COUNT") && i + 1 < args.length) options.count = readCount(args, ++i);
    else if (args.is(i, "JUSTID")) options.justId = true;
    else throw Errors.SYNTAX;
  }
  return options;
}

function readCount(args: Args, index: number): number {
  let count: bigint;
  try {
    count = args.int64(index);
  } catch (error) {
    throw error === Errors.NOT_INTEGER ? StreamErrors.XAUTOCLAIM_COUNT : error;
  }
  if (count < 1n || count > MOST_COUNT) throw StreamErrors.XAUTOCLAIM_COUNT;
  return Number(count);
}

/** Claims entries that have been idle for long: their IDs, those dropped as they don't exist, and where to go on. */
function claimIdle(
  ctx: CommandContext,
  place: GroupPlace,
  consumer: Consumer,
  { minimumIdle, start, count, justId }: AutoclaimOptions,
): { claimed: StreamId[]; deleted: StreamId[]; next: StreamId } {
  const { stream, group } = place;
  const { now } = ctx.keyspace;
  const claimed: StreamId[] = [];
  const deleted: StreamId[] = [];
  const next = start.clone();
  let handle = group.pending.ceiling(next);
  for (let attempts = count * ATTEMPTS_PER_ENTRY; attempts > 0 && handle !== NO_SLOT; attempts--) {
    if (claimed.length + deleted.length === count) break;
    pendingId(handle, next);
    if (!stream.has(next)) {
      propagateClaim(ctx, place, next, handle);
      group.acknowledge(next);
      deleted.push(next.clone());
    } else if (minimumIdle === 0 || now - deliveryTime(handle) >= minimumIdle) {
      group.assign(handle, next, consumer);
      setDelivery(handle, now, deliveries(handle) + (justId ? 0n : 1n));
      consumer.activeAt = now;
      propagateClaim(ctx, place, next, handle);
      claimed.push(next.clone());
    }
    handle = next.increment() ? group.pending.ceiling(next) : NO_SLOT;
  }
  if (handle === NO_SLOT) next.setZero();
  else pendingId(handle, next);
  return { claimed, deleted, next };
}
