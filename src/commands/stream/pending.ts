/** Commands about pending entries: XACK, XPENDING. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { ConsumerGroup } from "../../data/consumer_group.ts";
import { comparePending, deliveries, deliveryTime, pendingId } from "../../data/pending_entry.ts";
import { StreamId } from "../../data/stream_id.ts";
import { Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { StreamEvents } from "./events.ts";
import { readEnd, readId, readStart } from "./ids.ts";
import { findGroup, findStream } from "./lookup.ts";
import { LateHeader, replyId } from "./replies.ts";

const id = new StreamId();

export const xack = defineCommand({
  name: "XACK",
  group: "stream",
  since: "5.0.0",
  summary: "Acknowledges messages of a consumer group.",
  complexity: "O(1) for each message.",
  syntax: "key group ID:string [ID:string ...]",
  flags: WRITE | FAST,
  keys: [key(1, RW | UPDATE)],
  run(ctx, args) {
    const key = args.key(1);
    const group = findStream(ctx, key)?.group(args.text(2));
    if (group === undefined) return ctx.reply.integer(0);
    for (let i = 3; i < args.length; i++) readId(args, i, id);
    ctx.db.announceChange(key);
    let acknowledged = 0;
    for (let i = 3; i < args.length; i++) {
      readId(args, i, id);
      if (group.acknowledge(id)) acknowledged++;
    }
    if (acknowledged > 0) ctx.db.changed(key, StreamEvents.ACKNOWLEDGE, acknowledged);
    ctx.reply.integer(acknowledged);
  },
});

export const xpending = defineCommand({
  name: "XPENDING",
  group: "stream",
  since: "5.0.0",
  summary: "Describes the pending messages of a group.",
  complexity:
    "O(N) with N the messages returned, so O(1) for a fixed count; O(M) with M the messages passed over by `IDLE`. The summary is O(1) for few consumers, otherwise O(N).",
  syntax: "key group [[IDLE min-idle-time:integer]@6.2.0 start:string end:string count [consumer]]:filters",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  history: [["6.2.0", "Added the option `IDLE` and exclusive ranges"]],
  run(ctx, args) {
    if (args.length === 3) return replySummary(ctx.reply, findGroup(ctx, args).group);
    const filter = readFilter(args);
    replyPending(ctx, findGroup(ctx, args).group, filter);
  },
});

/** Which pending entries to reply. */
interface PendingFilter {
  readonly minimumIdle: number;
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly consumer: string | null;
}

function readFilter(args: Args): PendingFilter {
  if (args.length < 6 || args.length > 9) throw Errors.SYNTAX;
  let first = 3;
  let minimumIdle = 0;
  if (args.is(3, "IDLE")) {
    minimumIdle = args.clampedInt(4);
    if (args.length < 8) throw Errors.SYNTAX;
    first = 5;
  }
  const count = Math.max(0, args.clampedInt(first + 2));
  const start = new StreamId();
  const end = new StreamId();
  readStart(args, first, start);
  readEnd(args, first + 1, end);
  const consumer = first + 3 < args.length ? args.text(first + 3) : null;
  return { minimumIdle, start, end, count, consumer };
}

/** How many are pending, the first and the last ID, and how many for each consumer. */
function replySummary(reply: Reply, { consumers, pending }: ConsumerGroup): void {
  reply.arrayHeader(4);
  reply.integer(pending.size);
  if (pending.size === 0) {
    reply.nullReply();
    reply.nullReply();
    reply.nullArray();
    return;
  }
  pendingId(pending.first(), id);
  replyId(reply, id);
  pendingId(pending.last(), id);
  replyId(reply, id);
  const busy = consumers.filter((consumer) => consumer.pending.size > 0);
  reply.arrayHeader(busy.length);
  for (const consumer of busy) {
    reply.arrayHeader(2);
    reply.bulkText(consumer.name);
    reply.bulkInteger(consumer.pending.size);
  }
}

function replyPending(ctx: CommandContext, group: ConsumerGroup, filter: PendingFilter): void {
  const { reply } = ctx;
  const { now } = ctx.keyspace;
  const owner = filter.consumer === null ? group : group.consumer(filter.consumer);
  if (owner === undefined) return reply.arrayHeader(0);
  const header = new LateHeader(reply, Math.min(filter.count, owner.pending.size));
  let count = 0;
  for (const handle of owner.pending.from(filter.start)) {
    if (count === filter.count || comparePending(handle, filter.end) > 0) break;
    const idle = now - deliveryTime(handle);
    if (filter.minimumIdle !== 0 && idle < filter.minimumIdle) continue;
    pendingId(handle, id);
    reply.arrayHeader(4);
    replyId(reply, id);
    reply.bulkText(group.consumerOf(handle).name);
    reply.integer(Math.max(0, idle));
    reply.bigInteger(deliveries(handle));
    count++;
  }
  header.set(count);
}
