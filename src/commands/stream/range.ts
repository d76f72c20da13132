/** Commands that read by ID: XRANGE, XREVRANGE, XLEN. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { StreamId } from "../../data/stream_id.ts";
import { Errors } from "../../resp/errors.ts";
import { readEnd, readStart } from "./ids.ts";
import { findStream } from "./lookup.ts";
import { replyRange } from "./replies.ts";

const start = new StreamId();
const end = new StreamId();

export const xrange = defineCommand({
  name: "XRANGE",
  group: "stream",
  since: "5.0.0",
  summary: "Returns the messages within a range of IDs.",
  complexity: "O(N) with N the messages returned, so O(1) for a fixed count.",
  syntax: "key start:string end:string [COUNT count]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["6.2.0", "Added exclusive ranges"]],
  run(ctx, args) {
    replyInterval(ctx, args, false);
  },
});

export const xrevrange = defineCommand({
  name: "XREVRANGE",
  group: "stream",
  since: "5.0.0",
  summary: "Returns the messages within a range of IDs in reverse order.",
  complexity: "O(N) with N the messages returned, so O(1) for a fixed count.",
  syntax: "key end:string start:string [COUNT count]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["6.2.0", "Added exclusive ranges"]],
  run(ctx, args) {
    replyInterval(ctx, args, true);
  },
});

export const xlen = defineCommand({
  name: "XLEN",
  group: "stream",
  since: "5.0.0",
  summary: "Counts the messages of a stream.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    ctx.reply.integer(findStream(ctx, args.key(1))?.size ?? 0);
  },
});

function replyInterval(ctx: CommandContext, args: Args, reverse: boolean): void {
  readStart(args, reverse ? 3 : 2, start);
  readEnd(args, reverse ? 2 : 3, end);
  const count = readCount(args);
  const stream = findStream(ctx, args.key(1));
  if (stream === undefined) return ctx.reply.arrayHeader(0);
  if (count === 0) return ctx.reply.nullArray();
  replyRange(ctx.reply, stream, start, end, count ?? 0, reverse);
}

/** The value of COUNT, negative ones as 0; undefined without it. The last one counts. */
function readCount(args: Args): number | undefined {
  let count: number | undefined;
  for (let i = 4; i < args.length; i += 2) {
    if (!args.is(i, "COUNT") || i + 1 >= args.length) throw Errors.SYNTAX;
    count = Math.max(0, args.clampedInt(i + 1));
  }
  return count;
}
