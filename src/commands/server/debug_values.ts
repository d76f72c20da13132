/**
 * The subcommands of DEBUG that look into values: OBJECT, HTSTATS-KEY, LISTPACK, QUICKLIST, QUICKLIST-PACKED-THRESHOLD.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { parseMemory } from "../../config/numbers.ts";
import { Hash } from "../../data/hash.ts";
import { List } from "../../data/list.ts";
import { nodeSettings } from "../../data/list_node.ts";
import { Listpack, NONE } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import type { Value } from "../../keyspace/value.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { escapeForDisplay } from "../../util/byte_string.ts";
import { services } from "../services.ts";
import { describeObject } from "./debug_object.ts";
import { valueTableStatistics } from "./debug_tables.ts";

const NO_LISTPACK = new CommandError("ERR Not a listpack encoded object.");
const NO_QUICKLIST = new CommandError("ERR Not a quicklist encoded object.");
const BAD_THRESHOLD = new CommandError(
  "ERR argument must be a memory value bigger than 1 and smaller than 4gb",
);
/** A little below 4 GiB, as an element's size must fit into 32 bits. */
const LARGEST_THRESHOLD = 2n ** 32n - 2n ** 20n;

/** OBJECT key [FAST]: one line about the value. */
export function describe(ctx: CommandContext, args: Args): void {
  const value = requireValue(ctx, args);
  const compress = services(ctx).config.get("rdbcompression");
  const isFast = args.length === 4 && args.is(3, "FAST");
  ctx.reply.simpleString(describeObject(ctx.db, value, compress, isFast));
}

/** HTSTATS-KEY key [FULL]. */
export function keyTableStats(ctx: CommandContext, args: Args): void {
  const isFull = args.length === 4 && args.is(3, "FULL");
  const text = valueTableStatistics(requireValue(ctx, args), isFull);
  if (text === undefined) throw Errors.NO_HASH_TABLE;
  ctx.reply.verbatim("txt", text);
}

/** LISTPACK key: its elements go to the log, as those of Redis go to its standard output. */
export function showListpack(ctx: CommandContext, args: Args): void {
  const listpack = listpackOf(requireValue(ctx, args));
  if (listpack === null) throw NO_LISTPACK;
  showEntries(ctx, listpack);
  ctx.reply.simpleString("Listpack structure printed on stdout");
}

/** QUICKLIST key [1]: the same of a list's nodes; with 1 their elements are shown, too. */
export function showQuicklist(ctx: CommandContext, args: Args): void {
  const value = requireValue(ctx, args);
  if (!(value instanceof List) || value.firstNode === null) throw NO_QUICKLIST;
  const isFull = args.length === 4 && args.text(3) !== "0";
  const { log } = services(ctx);
  let index = 0;
  for (let node = value.firstNode; node !== null; node = node.next!) {
    const { byteLength, count } = node.entries;
    log.notice(`quicklist node ${index++}: ${count} elements, ${byteLength} bytes`);
    if (isFull) showEntries(ctx, node.readable());
  }
  ctx.reply.simpleString("Quicklist structure printed on stdout");
}

/** QUICKLIST-PACKED-THRESHOLD size: elements so large get nodes of their own; 0 is the default again. */
export function setPackedThreshold(ctx: CommandContext, args: Args): void {
  const size = parseMemory(args.text(2));
  if (size === undefined || size > LARGEST_THRESHOLD) throw BAD_THRESHOLD;
  nodeSettings.packedThreshold = Number(size);
  ctx.reply.ok();
}

/** What the key named by argument 2 holds; throws if there is no such key. */
function requireValue(ctx: CommandContext, args: Args): Value {
  const value = ctx.db.peek(args.receivedKey(2));
  if (value === undefined) throw Errors.NO_SUCH_KEY;
  return value;
}

/** The listpack that the value is; null if it is none. */
function listpackOf(value: Value): Listpack | null {
  if (value instanceof List || value instanceof SortedSet) return value.listpack;
  const contents = value instanceof Hash || value instanceof ByteSet ? value.contents : null;
  return contents instanceof Listpack ? contents : null;
}

function showEntries(ctx: CommandContext, listpack: Listpack): void {
  const { log } = services(ctx);
  const element = new ByteSlice();
  log.notice(`listpack: ${listpack.count} elements, ${listpack.byteLength} bytes`);
  for (let position = listpack.first(); position !== NONE; position = listpack.next(position)) {
    listpack.read(position, element);
    log.notice(`listpack element: ${escapeForDisplay(element.text())}`);
  }
}
