/**
 * DEBUG. Its subcommands are no subcommands to COMMAND INFO, so this file has a table of its own.
 *
 * @module
 */

import process from "node:process";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, LOADING, NOSCRIPT, PROTECTED, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { rdbSettings } from "../../persistence/rdb/settings.ts";
import { CommandError, Errors, unknownSubcommandOrArity } from "../../resp/errors.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { byteStringToUtf8, writeByteString } from "../../util/byte_string.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";
import { rewriteConfigFile } from "./config_file.ts";
import { datasetDigest, valueDigest } from "./dataset_digest.ts";
import { DEBUG_HELP } from "./debug_help.ts";
import { writeProtocolExample } from "./debug_protocol.ts";
import { reload, reloadAppendOnlyFile } from "./reload.ts";
import { tableStatistics } from "./debug_tables.ts";
import { describe, keyTableStats, setPackedThreshold, showListpack, showQuicklist } from "./debug_values.ts";

export const debug = defineCommand({
  name: "DEBUG",
  group: "server",
  since: "1.0.0",
  summary: "Groups commands for debugging the server.",
  complexity: "Depends on the subcommand.",
  flags: ADMIN | NOSCRIPT | LOADING | STALE | PROTECTED,
  docFlags: ["syscmd"],
  arity: -2,
  run(ctx, args) {
    const found = SUBCOMMANDS.get(args.lower(1));
    if (found === undefined || args.length < found.minimum || args.length > found.maximum) {
      throw new CommandError(unknownSubcommandOrArity("DEBUG", args.text(1)));
    }
    found.run(ctx, args);
  },
});

interface DebugSubcommand {
  /** Number of arguments, those of `DEBUG name` included. */
  readonly minimum: number;
  readonly maximum: number;
  run(ctx: CommandContext, args: Args): void;
}

const ANY = Number.MAX_SAFE_INTEGER;

function subcommand(
  minimum: number,
  maximum: number,
  run: (ctx: CommandContext, args: Args) => void,
): DebugSubcommand {
  return { minimum, maximum, run };
}

const SUBCOMMANDS: ReadonlyMap<string, DebugSubcommand> = new Map([
  ["config-rewrite-force-all", subcommand(2, 2, rewriteEverything)],
  ["digest", subcommand(2, 2, (ctx) => ctx.reply.simpleString(datasetDigest(ctx.keyspace)))],
  ["digest-value", subcommand(2, ANY, digestValues)],
  ["error", subcommand(3, 3, (ctx, args) => ctx.reply.error(args.text(2)))],
  ["help", subcommand(2, 2, (ctx) => writeHelp(ctx.reply, "DEBUG", DEBUG_HELP))],
  ["htstats", subcommand(3, 4, tableStats)],
  ["htstats-key", subcommand(3, 4, keyTableStats)],
  ["listpack", subcommand(3, 3, showListpack)],
  ["loadaof", subcommand(2, 2, loadLog)],
  ["log", subcommand(3, 3, log)],
  ["object", subcommand(3, 4, describe)],
  ["pause-cron", subcommand(3, 3, pauseCron)],
  ["populate", subcommand(3, 5, populate)],
  ["protocol", subcommand(3, 3, (ctx, args) => writeProtocolExample(ctx.reply, args.text(2)))],
  ["quicklist", subcommand(3, 4, showQuicklist)],
  ["quicklist-packed-threshold", subcommand(3, 3, setPackedThreshold)],
  ["reload", subcommand(2, 5, reloadSnapshot)],
  ["replybuffer", subcommand(3, 4, replyBuffer)],
  ["segfault", subcommand(2, 2, crash)],
  ["set-active-expire", subcommand(3, 3, setActiveExpire)],
  ["set-skip-checksum-validation", subcommand(3, 3, setSkipChecksums)],
  ["sleep", subcommand(3, 3, sleep)],
]);

function loadLog(ctx: CommandContext): void {
  reloadAppendOnlyFile(services(ctx));
  ctx.reply.ok();
}

function reloadSnapshot(ctx: CommandContext, args: Args): void {
  const options = { save: true, flush: true, merge: false };
  for (let i = 2; i < args.length; i++) {
    if (args.is(i, "MERGE")) options.merge = true;
    else if (args.is(i, "NOFLUSH")) options.flush = false;
    else if (args.is(i, "NOSAVE")) options.save = false;
    else throw new CommandError("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
  }
  reload(services(ctx), options);
  ctx.reply.ok();
}

function rewriteEverything(ctx: CommandContext): void {
  const { config } = services(ctx);
  const failure = config.file === null
    ? "no config file"
    : rewriteConfigFile(config, config.file, { forceAll: true });
  if (failure !== null) throw new CommandError(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${failure}`);
  ctx.reply.ok();
}

function digestValues(ctx: CommandContext, args: Args): void {
  ctx.reply.arrayHeader(args.length - 2);
  for (let i = 2; i < args.length; i++) ctx.reply.simpleString(valueDigest(ctx.db, args.key(i)));
}

function tableStats(ctx: CommandContext, args: Args): void {
  const index = args.clampedInt(2);
  if (index < 0 || index >= ctx.keyspace.databaseCount) throw Errors.DATABASE_OUT_OF_RANGE;
  const isFull = args.length === 4 && args.is(3, "FULL");
  ctx.reply.verbatim("txt", tableStatistics(ctx.keyspace.database(index), isFull));
}

function log(ctx: CommandContext, args: Args): void {
  services(ctx).log.warning(`DEBUG LOG: ${byteStringToUtf8(args.text(2))}`);
  ctx.reply.ok();
}

/** The leading digits of the argument, as C's atoi reads them; 0 without any. */
function looseInteger(args: Args, index: number): number {
  return Number(/^\s*[+-]?\d+/.exec(args.text(index))?.[0] ?? 0);
}

function pauseCron(ctx: CommandContext, args: Args): void {
  services(ctx).cron.paused = looseInteger(args, 2) !== 0;
  ctx.reply.ok();
}

function setSkipChecksums(ctx: CommandContext, args: Args): void {
  rdbSettings.skipChecksums = looseInteger(args, 2) !== 0;
  ctx.reply.ok();
}

function setActiveExpire(ctx: CommandContext, args: Args): void {
  ctx.keyspace.activeExpire = looseInteger(args, 2) !== 0;
  ctx.reply.ok();
}

/** Bytes for `value:` and any index. */
const LONGEST_POPULATED = 32;

/** As in Redis, keys that are there already stay, and nobody is told of the new ones. */
function populate(ctx: CommandContext, args: Args): void {
  const count = naturalNumber(args, 2);
  const prefix = args.length > 3 ? args.text(3) : "key";
  const size = args.length > 4 ? naturalNumber(args, 4) : 0;
  const { db } = ctx;
  // One buffer serves all values: none of the texts is shorter than the one before, so none of that one is left.
  const memory = new ByteBuffer(size === 0 ? LONGEST_POPULATED : size);
  for (let i = 0; i < count; i++) {
    const key = `${prefix}:${i}`;
    if (db.peek(key) !== undefined) continue;
    const text = `value:${i}`;
    const end = writeByteString(memory.buffer, 0, size === 0 ? text : text.slice(0, size));
    db.setBytes(key, memory, 0, size === 0 ? end : size);
  }
  ctx.reply.ok();
}

/** Argument `index` as a number of at least 0. */
function naturalNumber(args: Args, index: number): number {
  let value: number;
  try {
    value = args.int(index);
  } catch {
    throw Errors.NOT_POSITIVE;
  }
  if (value < 0) throw Errors.NOT_POSITIVE;
  return value;
}

/** Reply buffers are shared by all clients and have no peak that could be reset: the settings are only checked. */
function replyBuffer(ctx: CommandContext, args: Args): void {
  const isPeak = args.length === 4 && args.is(2, "PEAK-RESET-TIME");
  const isResizing = args.length === 4 && args.is(2, "RESIZING");
  if (!isPeak && !isResizing) throw new CommandError(unknownSubcommandOrArity("DEBUG", args.text(1)));
  if (isPeak && !args.is(3, "NEVER") && !args.is(3, "RESET")) args.int(3);
  ctx.reply.ok();
}

/** SIGSEGV on the systems that Redis runs on. */
const SEGMENTATION_FAULT = 11;

/** Leaves the report that operators look for, and dies without any cleaning up. */
function crash(ctx: CommandContext): void {
  const { log } = services(ctx);
  log.warning("=== REDIS BUG REPORT START: Cut & paste starting from here ===");
  log.warning(`mini-redis crashed by signal: ${SEGMENTATION_FAULT}, asked for by DEBUG SEGFAULT`);
  log.warning("=== REDIS BUG REPORT END. ===");
  process.abort();
}

/** Blocks the whole server, as the real one does. */
function sleep(ctx: CommandContext, args: Args): void {
  const { clock } = services(ctx);
  const seconds = Number.parseFloat(args.text(2));
  const until = clock.monotonic() + (Number.isFinite(seconds) ? seconds * 1000 : 0);
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let left = until - clock.monotonic(); left > 0; left = until - clock.monotonic()) {
    Atomics.wait(never, 0, 0, left);
  }
  ctx.keyspace.setTime(clock.now());
  ctx.reply.ok();
}
