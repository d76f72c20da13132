/**
 * The options of XADD and XTRIM, and trimming by them.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { StreamId } from "../../data/stream_id.ts";
import type { Stream } from "../../data/stream.ts";
import { Errors } from "../../resp/errors.ts";
import { StreamErrors } from "./errors.ts";
import { readId, readNewId } from "./ids.ts";

/** Trimming by `~` without LIMIT removes at most so many full nodes, and entries within these bounds. */
const MOST_NODES = 100;
const LIMIT_WITHOUT_NODES = 10_000;
const MOST_LIMIT = 1_000_000;

/** How to trim, and for XADD where the ID is. */
export class AddOptions {
  strategy: "MAXLEN" | "MINID" | null = null;
  approximate = false;
  maximum = 0;
  readonly minimum = new StreamId();
  /** Most entries to remove; 0 is no limit. */
  limit = 0;
  /** Indices of the threshold and of LIMIT, if given. */
  thresholdIndex = 0;
  limitIndex = 0;
  /** Don't make a stream. */
  existing = false;
  /** Index of the ID; who makes it; and the ID as far as it is given. */
  idIndex = 0;
  idSource: "given" | "time given" | "stream" = "stream";
  readonly id = new StreamId();
}

/** Reads the options of XADD, up to the ID. */
export function readAddOptions(ctx: CommandContext, args: Args): AddOptions {
  const options = new AddOptions();
  let i = 2;
  for (; i < args.length && !args.is(i, "*"); i++) {
    const next = readTrimOption(args, i, options);
    if (next !== i) i = next;
    else if (args.is(i, "NOMKSTREAM")) options.existing = true;
    else {
      options.idSource = readNewId(args, i, options.id) ? "given" : "time given";
      break;
    }
  }
  options.idIndex = i;
  setLimit(ctx, options);
  return options;
}

/** Reads the options of XTRIM. */
export function readTrimOptions(ctx: CommandContext, args: Args): AddOptions {
  const options = new AddOptions();
  for (let i = 2; i < args.length; i++) {
    const next = readTrimOption(args, i, options);
    if (next === i) throw Errors.SYNTAX;
    i = next;
  }
  if (options.strategy === null && options.limit === 0) throw StreamErrors.NO_STRATEGY;
  setLimit(ctx, options);
  return options;
}

/** Trims; how many entries were removed. */
export function trim(stream: Stream, options: AddOptions): number {
  if (options.strategy === "MAXLEN") return stream.trimToLength(options.maximum, options);
  return stream.trimBefore(options.minimum, options);
}

/**
 * The command as others are to repeat it: without `~` and LIMIT, which would not remove the same there, but with what
 * is left now as threshold; and with the ID that the stream has given out, if any.
 */
export function rewriteExact(
  ctx: CommandContext,
  args: Args,
  stream: Stream,
  options: AddOptions,
  id: StreamId | null,
): void {
  const words: (string | Uint8Array)[] = [];
  for (let i = 0; i < args.length; i++) {
    if (i === options.limitIndex && i > 0) i++;
    else if (i === options.idIndex && id !== null) words.push(id.toString());
    else if (!options.approximate) words.push(args.bytes(i));
    else if (i === options.thresholdIndex - 1) words.push("=");
    else if (i === options.thresholdIndex) words.push(thresholdLeft(stream, options));
    else words.push(args.bytes(i));
  }
  ctx.rewrite(...words);
}

function thresholdLeft(stream: Stream, options: AddOptions): string {
  return options.strategy === "MAXLEN" ? String(stream.size) : stream.firstId.toString();
}

/** Reads the option at `i`, if it is one about trimming: index of its last argument, or `i` if it is not. */
function readTrimOption(args: Args, i: number, options: AddOptions): number {
  if (i + 1 >= args.length) return i;
  if (args.is(i, "MAXLEN")) return readThreshold(args, i, options, "MAXLEN");
  if (args.is(i, "MINID")) return readThreshold(args, i, options, "MINID");
  if (!args.is(i, "LIMIT")) return i;
  options.limit = args.clampedInt(i + 1);
  if (options.limit < 0) throw StreamErrors.NEGATIVE_LIMIT;
  options.limitIndex = i;
  return i + 1;
}

function readThreshold(args: Args, i: number, options: AddOptions, strategy: "MAXLEN" | "MINID"): number {
  if (options.strategy !== null) throw StreamErrors.TWO_STRATEGIES;
  const hasOperator = i + 2 < args.length && (args.is(i + 1, "~") || args.is(i + 1, "="));
  options.approximate = hasOperator && args.is(i + 1, "~");
  const index = hasOperator ? i + 2 : i + 1;
  if (strategy === "MAXLEN") {
    options.maximum = args.clampedInt(index);
    if (options.maximum < 0) throw StreamErrors.NEGATIVE_MAXLEN;
  } else readId(args, index, options.minimum);
  options.strategy = strategy;
  options.thresholdIndex = index;
  return index;
}

function setLimit(ctx: CommandContext, options: AddOptions): void {
  if (options.limit > 0 && options.strategy === null) throw StreamErrors.LIMIT_ALONE;
  if (options.limitIndex > 0) {
    if (!options.approximate) throw StreamErrors.LIMIT_EXACT;
    return;
  }
  if (!options.approximate) return;
  const entries = MOST_NODES * ctx.keyspace.limits.streamNodeMaxEntries;
  options.limit = entries <= 0 ? LIMIT_WITHOUT_NODES : Math.min(entries, MOST_LIMIT);
}
