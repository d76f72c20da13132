/** XREAD: entries behind given IDs of several streams. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { BLOCKING, READONLY } from "../../command/flags.ts";
import { ACCESS, keyword, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import { block, waitState } from "../blocking.ts";
import { StreamErrors } from "./errors.ts";
import { readId } from "./ids.ts";
import { findStream } from "./lookup.ts";
import { type ReadOptions, readReadOptions } from "./read_options.ts";
import { GREATEST_ID, LateHeader, replyRange } from "./replies.ts";

const last = new StreamId();

export const xread = defineCommand({
  name: "XREAD",
  group: "stream",
  since: "5.0.0",
  summary: "Returns messages behind given IDs of streams, waiting for some if asked to.",
  syntax: "[COUNT count] [BLOCK milliseconds] STREAMS (key [key ...] ID:string [ID:string ...])",
  flags: READONLY | BLOCKING,
  keys: [keyword("STREAMS", 1, RO | ACCESS, -1, 2)],
  run(ctx, args) {
    const options = readReadOptions(ctx, args, "xread");
    const places = readPlaces(ctx, args, options);
    if (serve(ctx, args, places, options)) return;
    if (options.timeout === null) return ctx.reply.nullArray();
    block(ctx, args, {
      keys: places.map((place) => place.key),
      timeout: options.timeout,
      type: "stream",
      state: places.map((place) => place.after),
    });
  },
});

/** A stream, if it is there, and the ID behind which to read. */
interface ReadPlace {
  readonly key: string;
  readonly stream: Stream | undefined;
  readonly after: StreamId;
}

/** `$` means the last ID at the time when the command came: one that has waited finds it in its state. */
function readPlaces(
  ctx: CommandContext,
  args: Args,
  { firstKey, streams, timeout }: ReadOptions,
): ReadPlace[] {
  const places: ReadPlace[] = [];
  for (let i = 0; i < streams; i++) {
    const key = args.key(firstKey + i);
    const idIndex = firstKey + streams + i;
    const stream = findStream(ctx, key);
    let after = new StreamId();
    if (args.is(idIndex, "$")) {
      const resolved = timeout === null ? undefined : waitState(ctx) as StreamId[] | undefined;
      if (resolved !== undefined) after = resolved[i];
      else if (stream !== undefined) after.copy(stream.lastId);
    } else if (args.is(idIndex, ">")) throw StreamErrors.XREAD_NEW;
    else readId(args, idIndex, after);
    places.push({ key, stream, after });
  }
  return places;
}

/** Replies what there is; false, and nothing, if there is nothing. */
function serve(ctx: CommandContext, args: Args, places: ReadPlace[], options: ReadOptions): boolean {
  let header: LateHeader | null = null;
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    const { stream, after } = places[i];
    if (stream === undefined || !hasNewer(stream, after)) continue;
    header ??= new LateHeader(ctx.reply, places.length, true);
    replyName(ctx, args, options.firstKey + i);
    last.copy(after);
    last.increment();
    replyRange(ctx.reply, stream, last, GREATEST_ID, options.count);
    count++;
  }
  header?.set(count);
  return count > 0;
}

/** Whether there is an entry with a greater ID. */
export function hasNewer(stream: Stream, id: StreamId): boolean {
  // Mostly the last ID is that of an entry, and asking for it takes no look-up.
  if (stream.size === 0 || stream.lastId.compare(id) <= 0) return false;
  return stream.edge(false, last) && last.compare(id) > 0;
}

/** Begins what is replied of one stream, whose key is argument `index`. */
export function replyName(ctx: CommandContext, args: Args, index: number): void {
  const { reply } = ctx;
  if (!reply.resp3) reply.arrayHeader(2);
  reply.bulk(args, args.starts[index], args.ends[index]);
}
