/** XREADGROUP: entries that nobody of a group has read yet, or those pending for a consumer. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { BLOCKING, WRITE } from "../../command/flags.ts";
import { ACCESS, keyword, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Consumer } from "../../data/consumer_group.ts";
import { deliveries, pendingId, setDelivery } from "../../data/pending_entry.ts";
import { StreamId } from "../../data/stream_id.ts";
import { block } from "../blocking.ts";
import { propagateClaim, propagatePosition } from "./claims.ts";
import { noKeyOrGroupToRead, StreamErrors } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { readId } from "./ids.ts";
import { createConsumer, findStream, type GroupPlace, propagateConsumer, seeConsumer } from "./lookup.ts";
import { hasNewer, replyName } from "./read.ts";
import { type ReadOptions, readReadOptions } from "./read_options.ts";
import { GREATEST_ID, LateHeader, replyEntryWith, replyId, replyRange } from "./replies.ts";

const start = new StreamId();
const pending = new StreamId();

export const xreadgroup = defineCommand({
  name: "XREADGROUP",
  group: "stream",
  since: "5.0.0",
  summary: "Returns new or pending messages for a consumer, waiting for some if asked to.",
  complexity:
    "O(M) for each stream with M the messages returned, so O(1) for a fixed count; when blocking, XADD takes O(N) with N the clients waiting.",
  syntax:
    "GROUP (group consumer):group-block [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS (key [key ...] ID:string [ID:string ...])",
  flags: WRITE | BLOCKING,
  keys: [keyword("STREAMS", 4, RO | ACCESS, -1, 2)],
  run(ctx, args) {
    const options = readReadOptions(ctx, args, "xreadgroup");
    const places = readPlaces(ctx, args, options);
    ctx.suppress();
    if (serve(ctx, args, places, options)) return;
    if (options.timeout === null) return ctx.reply.nullArray();
    const keys = places.map((place) => place.key);
    block(ctx, args, { keys, timeout: options.timeout, type: "stream", onMissing: true });
  },
});

/** A group of a stream, and behind which of its consumer's entries to read; null for what nobody has read yet. */
interface ReadPlace extends GroupPlace {
  readonly after: StreamId | null;
}

function readPlaces(ctx: CommandContext, args: Args, options: ReadOptions): ReadPlace[] {
  const name = options.group!;
  const places: ReadPlace[] = [];
  for (let i = 0; i < options.streams; i++) {
    const key = args.key(options.firstKey + i);
    const idIndex = options.firstKey + options.streams + i;
    const stream = findStream(ctx, key);
    const group = stream?.group(name);
    if (stream === undefined || group === undefined) throw noKeyOrGroupToRead(key, name);
    places.push({ key, stream, group, after: readAfter(args, idIndex) });
  }
  return places;
}

function readAfter(args: Args, index: number): StreamId | null {
  if (args.is(index, "$")) throw StreamErrors.XREADGROUP_LAST;
  if (args.is(index, ">")) return null;
  const id = new StreamId();
  readId(args, index, id);
  // The original stands the greatest ID for ">", whichever of the two was given.
  return id.isGreatest ? null : id;
}

/** Replies what there is; false, and nothing, if there is nothing. */
function serve(ctx: CommandContext, args: Args, places: ReadPlace[], options: ReadOptions): boolean {
  let header: LateHeader | null = null;
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    ctx.db.announceChange(place.key);
    const known = seeConsumer(ctx, place.group, options.consumer);
    const consumer = known ?? createConsumer(ctx, place, options.consumer);
    let delivered = 0;
    if (place.after !== null || hasNewer(place.stream, place.group.lastId)) {
      header ??= new LateHeader(ctx.reply, places.length, true);
      replyName(ctx, args, options.firstKey + i);
      if (place.after === null) delivered = deliverNew(ctx, place, consumer, options);
      else deliverAgain(ctx, place, place.after, consumer, options.count);
      count++;
    }
    if (known === undefined && delivered === 0) propagateConsumer(ctx, place, options.consumer);
  }
  header?.set(count);
  return count > 0;
}

/** Replies entries that are new to the group; how many of them are pending now. */
function deliverNew(
  ctx: CommandContext,
  place: ReadPlace,
  consumer: Consumer,
  { count, noAck }: ReadOptions,
): number {
  const { stream, group } = place;
  const { now } = ctx.keyspace;
  start.copy(group.lastId);
  start.increment();
  const delivered = replyRange(ctx.reply, stream, start, GREATEST_ID, count, false, (id) => {
    stream.advance(group, id);
    if (noAck) return;
    const handle = group.deliver(id, consumer, now);
    propagateClaim(ctx, place, id, handle);
  });
  if (!noAck) consumer.activeAt = now;
  propagatePosition(ctx, place);
  ctx.db.changed(place.key, StreamEvents.READ);
  return noAck ? 0 : delivered;
}

/** Replies entries that are pending for the consumer already; those that don't exist any more as ID and null. */
function deliverAgain(
  ctx: CommandContext,
  { key, stream }: ReadPlace,
  after: StreamId,
  consumer: Consumer,
  limit: number,
): void {
  const { reply } = ctx;
  const { now } = ctx.keyspace;
  const available = consumer.pending.size;
  const header = new LateHeader(reply, limit === 0 ? available : Math.min(limit, available));
  start.copy(after);
  start.increment();
  let count = 0;
  for (const handle of consumer.pending.from(start)) {
    if (limit !== 0 && count === limit) break;
    pendingId(handle, pending);
    if (replyEntryWith(reply, stream, pending)) setDelivery(handle, now, deliveries(handle) + 1n);
    else {
      reply.arrayHeader(2);
      replyId(reply, pending);
      reply.nullArray();
    }
    count++;
  }
  header.set(count);
  if (count > 0) ctx.db.changed(key, StreamEvents.READ);
  // The original counts every stream that it replies something about.
  else ctx.keyspace.dirty++;
}
