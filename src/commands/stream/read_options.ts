/**
 * The arguments of XREAD and XREADGROUP.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { Errors } from "../../resp/errors.ts";
import { readMillisecondTimeout } from "../blocking.ts";
import { StreamErrors, unbalanced } from "./errors.ts";

/** What stands before the keys. */
export interface ReadOptions {
  readonly name: "xread" | "xreadgroup";
  /** Most entries of each stream; 0: all. */
  count: number;
  /** Milliseconds to wait, 0 for ever; null: not at all. */
  timeout: number | null;
  noAck: boolean;
  group: string | null;
  consumer: string;
  /** Index of the first key, and how many there are; the IDs follow. */
  firstKey: number;
  streams: number;
}

/** Reads the options, up to the keys. */
export function readReadOptions(
  ctx: CommandContext,
  args: Args,
  name: "xread" | "xreadgroup",
): ReadOptions {
  const options: ReadOptions = {
    name,
    count: 0,
    timeout: null,
    noAck: false,
    group: null,
    consumer: "",
    firstKey: 0,
    streams: 0,
  };
  let i = 1;
  while (i < args.length && options.firstKey === 0) i = readOption(ctx, args, i, options);
  if (options.firstKey === 0) throw Errors.SYNTAX;
  if (name === "xreadgroup" && options.group === null) throw StreamErrors.MISSING_GROUP;
  return options;
}

/** Reads the option at `i`; index behind it. */
function readOption(ctx: CommandContext, args: Args, i: number, options: ReadOptions): number {
  const isGroup = options.name === "xreadgroup";
  const left = args.length - i - 1;
  if (args.is(i, "BLOCK") && left >= 1) {
    options.timeout = readMillisecondTimeout(ctx, args, i + 1);
    return i + 2;
  }
  if (args.is(i, "COUNT") && left >= 1) {
    options.count = Math.max(0, args.clampedInt(i + 1));
    return i + 2;
  }
  if (args.is(i, "STREAMS") && left >= 1) {
    if (left % 2 !== 0) throw unbalanced(options.name);
    options.firstKey = i + 1;
    options.streams = left / 2;
    return args.length;
  }
  if (args.is(i, "GROUP") && left >= 2) {
    if (!isGroup) throw StreamErrors.XREAD_GROUP;
    options.group = args.text(i + 1);
    options.consumer = args.text(i + 2);
    return i + 3;
  }
  if (!args.is(i, "NOACK")) throw Errors.SYNTAX;
  if (!isGroup) throw StreamErrors.XREAD_NOACK;
  options.noAck = true;
  return i + 1;
}
