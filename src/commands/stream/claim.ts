/** XCLAIM: takes over pending entries by their IDs. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Consumer } from "../../data/consumer_group.ts";
import { deliveries, deliveryTime, setDelivery } from "../../data/pending_entry.ts";
import { NO_SLOT } from "../../data/slab_arena.ts";
import { StreamId } from "../../data/stream_id.ts";
import { type CommandError, Errors } from "../../resp/errors.ts";
import { propagateClaim, propagatePosition } from "./claims.ts";
import { StreamErrors, unknownClaimOption } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { readId, tryReadId } from "./ids.ts";
import {
  createConsumer,
  findGroupForWrite,
  type GroupPlace,
  propagateConsumer,
  seeConsumer,
} from "./lookup.ts";
import { LateHeader, replyEntryWith, replyId } from "./replies.ts";

const FIRST_ID = 5;
const id = new StreamId();

export const xclaim = defineCommand({
  name: "XCLAIM",
  group: "stream",
  since: "5.0.0",
  summary: "Takes over pending messages of a consumer group.",
  complexity: "O(log N) with N the pending messages of the group.",
  syntax:
    "key group consumer min-idle-time ID:string [ID:string ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const place = findGroupForWrite(ctx, args);
    const options = readOptions(ctx, args);
    ctx.suppress();
    const movesOn = options.lastId.compare(place.group.lastId) > 0;
    if (movesOn) place.group.lastId.copy(options.lastId);
    const name = args.text(3);
    const known = seeConsumer(ctx, place.group, name);
    const consumer = known ?? createConsumer(ctx, place, name);
    const { claimed, dropped } = claimAll(ctx, args, place, consumer, options);
    if (known === undefined && claimed === 0) propagateConsumer(ctx, place, name);
    if (movesOn && claimed === 0) propagatePosition(ctx, place);
    // What is told of an entry also tells the position, which counts only by itself.
    const changes = claimed + dropped || Number(movesOn);
    if (changes > 0) ctx.db.changed(place.key, StreamEvents.CLAIM, changes);
  },
});

/** What XCLAIM's arguments behind the consumer say. */
interface ClaimOptions {
  /** Milliseconds since the last delivery that an entry must have. */
  readonly minimumIdle: number;
  /** Index behind the last ID. */
  idsEnd: number;
  /** The time to note as that of the delivery. */
  time: number;
  /** The number of deliveries to note; null counts one more. */
  retries: bigint | null;
  force: boolean;
  justId: boolean;
  readonly lastId: StreamId;
}

/** An integer, or the error for something that is none. */
function integerOr(args: Args, index: number, error: CommandError): number {
  try {
    return args.clampedInt(index);
  } catch (reason) {
    throw reason === Errors.NOT_INTEGER ? error : reason;
  }
}

/** The minimum idle time, argument 4 of XCLAIM and XAUTOCLAIM; a negative one is none. */
export function readMinimumIdle(args: Args, error: CommandError): number {
  return Math.max(0, integerOr(args, 4, error));
}

function readOptions(ctx: CommandContext, args: Args): ClaimOptions {
  const { now } = ctx.keyspace;
  const options: ClaimOptions = {
    minimumIdle: readMinimumIdle(args, StreamErrors.XCLAIM_IDLE),
    idsEnd: FIRST_ID,
    time: now,
    retries: null,
    force: false,
    justId: false,
    lastId: new StreamId(),
  };
  while (options.idsEnd < args.length && tryReadId(args, options.idsEnd, id)) options.idsEnd++;
  for (let i = options.idsEnd; i < args.length; i++) {
    if (args.is(i, "FORCE")) options.force = true;
    else if (args.is(i, "JUSTID")) options.justId = true;
    else if (i + 1 < args.length) readOptionWithValue(args, i++, options, now);
    else throw unknownClaimOption(args.text(i));
  }
  // A bogus time of delivery is taken as now, as clients may have computed it by another clock. While a log is replayed
  // the time stands at 0; what is in the log has been checked.
  if (options.time < 0 || (options.time > now && now > 0)) options.time = now;
  return options;
}

function readOptionWithValue(args: Args, i: number, options: ClaimOptions, now: number): void {
  if (args.is(i, "IDLE")) options.time = now - integerOr(args, i + 1, StreamErrors.XCLAIM_OPTION_IDLE);
  else if (args.is(i, "TIME")) options.time = integerOr(args, i + 1, StreamErrors.XCLAIM_OPTION_TIME);
  else if (args.is(i, "RETRYCOUNT")) {
    integerOr(args, i + 1, StreamErrors.XCLAIM_OPTION_RETRYCOUNT);
    const count = args.int64(i + 1);
    options.retries = count < 0n ? null : count;
  } else if (args.is(i, "LASTID")) readId(args, i + 1, options.lastId);
  else throw unknownClaimOption(args.text(i));
}

/** Claims what can be claimed and replies it: how many entries, and how many were dropped, as they don't exist. */
function claimAll(
  ctx: CommandContext,
  args: Args,
  place: GroupPlace,
  consumer: Consumer,
  options: ClaimOptions,
): { claimed: number; dropped: number } {
  const { stream, group } = place;
  const header = new LateHeader(ctx.reply, options.idsEnd - FIRST_ID);
  let claimed = 0;
  let dropped = 0;
  for (let i = FIRST_ID; i < options.idsEnd; i++) {
    readId(args, i, id);
    const handle = group.pending.find(id);
    if (!stream.has(id)) {
      if (handle === NO_SLOT) continue;
      propagateClaim(ctx, place, id, handle);
      group.acknowledge(id);
      dropped++;
    } else if (claim(ctx, place, consumer, handle, options)) claimed++;
  }
  header.set(claimed);
  return { claimed, dropped };
}

/** Claims the entry with the ID `id`, which exists, and replies it. False if it must stay as it is. */
function claim(
  ctx: CommandContext,
  place: GroupPlace,
  consumer: Consumer,
  pending: number,
  { minimumIdle, time, retries, force, justId }: ClaimOptions,
): boolean {
  const { group, stream } = place;
  const { now } = ctx.keyspace;
  if (pending === NO_SLOT && !force) return false;
  const isIdle = pending === NO_SLOT || minimumIdle === 0 || now - deliveryTime(pending) >= minimumIdle;
  if (!isIdle) return false;
  const handle = pending === NO_SLOT ? group.addPending(id, consumer, time, 1n) : pending;
  if (pending !== NO_SLOT) group.assign(handle, id, consumer);
  setDelivery(handle, time, retries ?? deliveries(handle) + (justId ? 0n : 1n));
  consumer.activeAt = now;
  if (justId) replyId(ctx.reply, id);
  else replyEntryWith(ctx.reply, stream, id);
  propagateClaim(ctx, place, id, handle);
  return true;
}
