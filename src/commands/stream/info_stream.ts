/**
 * The replies of XINFO STREAM.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import { type Consumer, type ConsumerGroup, UNKNOWN_COUNT } from "../../data/consumer_group.ts";
import { deliveries, deliveryTime, pendingId } from "../../data/pending_entry.ts";
import type { PendingIndex } from "../../data/pending_index.ts";
import { StreamId } from "../../data/stream_id.ts";
import { radixTreeNodes } from "../../data/stream_nodes.ts";
import type { Stream } from "../../data/stream.ts";
import { CommandError, unknownSubcommandOrArity } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { GREATEST_ID, LEAST_ID, replyId, replyRange } from "./replies.ts";

const DEFAULT_COUNT = 10;
const id = new StreamId();

/** Reads `FULL [COUNT count]`: how many entries to reply, 0 for all. */
export function readFullOptions(args: Args): number {
  const isFull = args.is(3, "FULL") && (args.length === 4 || (args.length === 6 && args.is(4, "COUNT")));
  if (!isFull) throw new CommandError(unknownSubcommandOrArity("XINFO", args.text(1)));
  const count = args.length === 4 ? DEFAULT_COUNT : args.clampedInt(5);
  return count < 0 ? DEFAULT_COUNT : count;
}

/** Replies seven pairs with the figures of the stream itself. */
export function replyStreamFigures(reply: Reply, stream: Stream): void {
  reply.bulkText("length");
  reply.integer(stream.size);
  reply.bulkText("radix-tree-keys");
  reply.integer(stream.nodes.length);
  reply.bulkText("radix-tree-nodes");
  reply.integer(radixTreeNodes(stream.nodes));
  reply.bulkText("last-generated-id");
  replyId(reply, stream.lastId);
  reply.bulkText("max-deleted-entry-id");
  replyId(reply, stream.maxDeletedId);
  reply.bulkText("entries-added");
  reply.bigInteger(BigInt.asIntN(64, stream.entriesAdded));
  reply.bulkText("recorded-first-entry-id");
  replyId(reply, stream.firstId);
}

/** Replies three pairs that tell how far a group has read. */
export function replyGroupFigures(reply: Reply, stream: Stream, group: ConsumerGroup): void {
  reply.bulkText("last-delivered-id");
  replyId(reply, group.lastId);
  reply.bulkText("entries-read");
  if (group.entriesRead === UNKNOWN_COUNT) reply.nullReply();
  else reply.bigInteger(BigInt.asIntN(64, group.entriesRead));
  reply.bulkText("lag");
  const lag = stream.lagOf(group);
  if (lag === null) reply.nullReply();
  else reply.bigInteger(BigInt.asIntN(64, lag));
}

/** Replies everything about the stream, of entries and pending entries up to `limit` (0: all). */
export function replyFull(reply: Reply, stream: Stream, limit: number): void {
  reply.mapHeader(9);
  replyStreamFigures(reply, stream);
  reply.bulkText("entries");
  replyRange(reply, stream, LEAST_ID, GREATEST_ID, limit);
  reply.bulkText("groups");
  reply.arrayHeader(stream.groups.length);
  for (const group of stream.groups) replyGroup(reply, stream, group, limit);
}

function replyGroup(reply: Reply, stream: Stream, group: ConsumerGroup, limit: number): void {
  reply.mapHeader(7);
  reply.bulkText("name");
  reply.bulkText(group.name);
  replyGroupFigures(reply, stream, group);
  reply.bulkText("pel-count");
  reply.integer(group.pending.size);
  reply.bulkText("pending");
  replyPending(reply, group.pending, limit, group);
  reply.bulkText("consumers");
  reply.arrayHeader(group.consumerCount);
  for (const consumer of group.consumers) replyConsumer(reply, consumer, limit);
}

function replyConsumer(reply: Reply, { name, seenAt, activeAt, pending }: Consumer, limit: number): void {
  reply.mapHeader(5);
  reply.bulkText("name");
  reply.bulkText(name);
  reply.bulkText("seen-time");
  reply.integer(seenAt);
  reply.bulkText("active-time");
  reply.integer(activeAt);
  reply.bulkText("pel-count");
  reply.integer(pending.size);
  reply.bulkText("pending");
  replyPending(reply, pending, limit, null);
}

/** Replies pending entries, with their consumers' names if a group is given. */
function replyPending(reply: Reply, pending: PendingIndex, limit: number, group: ConsumerGroup | null): void {
  let left = limit === 0 ? pending.size : Math.min(limit, pending.size);
  reply.arrayHeader(left);
  for (const handle of pending.from(LEAST_ID)) {
    if (left-- === 0) break;
    reply.arrayHeader(group === null ? 3 : 4);
    pendingId(handle, id);
    replyId(reply, id);
    if (group !== null) reply.bulkText(group.consumerOf(handle).name);
    reply.integer(deliveryTime(handle));
    reply.bigInteger(deliveries(handle));
  }
}
