/** DUMP and RESTORE: values as payloads that another server understands. */

import { Collection } from "../../data/collection.ts";
import type { Args } from "../../command/args.ts";
import { Category } from "../../command/acl_category.ts";
import type { CommandContext } from "../../command/context.ts";
import { ASKING, DENYOOM, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, key, OW, RO, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { EventClass, Events } from "../../keyspace/change.ts";
import { type Deadline, setDeadline, toDeadline } from "../../keyspace/deadline.ts";
import { setAccessClock } from "../../persistence/rdb/file_reader.ts";
import { storeValue } from "../../persistence/rdb/load_value.ts";
import { dumpPayload, isPayload, readPayload } from "../../persistence/rdb/payload.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { isPropagating, services } from "../services.ts";

const BUSY_KEY = new CommandError("BUSYKEY Target key name already exists.");
const WRONG_PAYLOAD = new CommandError("ERR DUMP payload version or checksum are wrong");
const BAD_FORMAT = new CommandError("ERR Bad data format");
const INVALID_TTL = new CommandError("ERR Invalid TTL value, must be >= 0");
const INVALID_IDLE_TIME = new CommandError("ERR Invalid IDLETIME value, must be >= 0");
const INVALID_FREQUENCY = new CommandError("ERR Invalid FREQ value, must be >= 0 and <= 255");

const MOST_FREQUENT = 255;
/** An option that was not given. */
const NONE = -1;
const INT64_RANGE = 64;

const RESTORED = { name: "restore", eventClass: EventClass.GENERIC };

export const dump = defineCommand({
  name: "DUMP",
  group: "generic",
  since: "2.6.0",
  summary: "Returns the value of a key in serialised form.",
  complexity:
    "O(1) to find the key, O(N*M) to serialise N parts of average size M; for a short string O(1*M), that is O(1).",
  syntax: "key",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const value = ctx.db.find(args.receivedKey(1));
    if (value === undefined) return ctx.reply.nullReply();
    const compress = services(ctx).config.get("rdbcompression");
    ctx.reply.bulkBytes(dumpPayload(ctx.db, value, compress));
  },
});

export const restore = defineCommand({
  name: "RESTORE",
  group: "generic",
  since: "2.6.0",
  summary: "Creates a key from its serialised value.",
  complexity:
    "O(1) to create the key, O(N*M) to rebuild N parts of average size M; for a short string O(1*M), that is O(1); O(N*M*log(N)) for sorted sets, where one insertion is O(log(N)).",
  syntax:
    "key ttl serialized-value [REPLACE]@3.0.0 [ABSTTL]@5.0.0 [IDLETIME seconds]@5.0.0 [FREQ frequency]@5.0.0",
  flags: WRITE | DENYOOM,
  keys: [key(1, OW | UPDATE)],
  categories: Category.DANGEROUS,
  history: [["3.0.0", "Added the option `REPLACE`"], ["5.0.0", "Added the option `ABSTTL`"], [
    "5.0.0",
    "Added the options `IDLETIME` and `FREQ`",
  ]],
  run: restoreValue,
});

/** RESTORE from a node that gives a slot away: as if ASKING stood before it. */
export const restoreAsking = defineCommand({
  name: "RESTORE-ASKING",
  group: "server",
  since: "3.0.0",
  summary: "Creates a key while its slot is being migrated.",
  complexity:
    "O(1) to create the key, O(N*M) to rebuild N parts of average size M; for a short string O(1*M), that is O(1); O(N*M*log(N)) for sorted sets, where one insertion is O(log(N)).",
  syntax:
    "key ttl serialized-value [REPLACE]@3.0.0 [ABSTTL]@5.0.0 [IDLETIME seconds]@5.0.0 [FREQ frequency]@5.0.0",
  flags: WRITE | DENYOOM | ASKING,
  keys: [key(1, OW | UPDATE)],
  categories: Category.KEYSPACE | Category.DANGEROUS,
  history: [["3.0.0", "Added the option `REPLACE`"], ["5.0.0", "Added the option `ABSTTL`"], [
    "5.0.0",
    "Added the options `IDLETIME` and `FREQ`",
  ]],
  docFlags: ["syscmd"],
  run: restoreValue,
});

function restoreValue(ctx: CommandContext, args: Args): void {
  const options = readOptions(args);
  const { db } = ctx;
  const key = args.key(1);
  if (!options.replace && db.findForWrite(key) !== undefined) throw BUSY_KEY;
  const ttl = args.int64(2);
  if (ttl < 0n) throw INVALID_TTL;
  const payload = args.bytes(3) as Uint8Array<ArrayBuffer>;
  if (!isPayload(payload)) throw WRONG_PAYLOAD;
  const value = readPayload(payload, ctx.keyspace.limits);
  if (value === null) throw BAD_FORMAT;
  const deadline = ttl === 0n ? null : deadlineFor(ttl, options.absolute, ctx.keyspace.now);
  if (deadline !== null && ctx.keyspace.isOver(deadline)) {
    if (value instanceof Collection) value.release();
    return dropExpired(ctx, key, options.replace);
  }
  if (options.replace) db.delete(key);
  storeValue(db, key, value);
  if (deadline !== null) {
    setDeadline(db, key, deadline);
    if (!options.absolute && isPropagating(ctx)) rewriteAbsolute(ctx, args, deadline);
  }
  setAccessClock(db, key, options.idle, options.frequency);
  db.changed(key, RESTORED);
  ctx.reply.ok();
}

interface RestoreOptions {
  replace: boolean;
  /** The time to live is a deadline. */
  absolute: boolean;
  idle: number;
  frequency: number;
}

function readOptions(args: Args): RestoreOptions {
  const options: RestoreOptions = { replace: false, absolute: false, idle: NONE, frequency: NONE };
  for (let i = 4; i < args.length; i++) {
    const hasOperand = i + 1 < args.length;
    if (args.is(i, "REPLACE")) options.replace = true;
    else if (args.is(i, "ABSTTL")) options.absolute = true;
    else if (args.is(i, "IDLETIME") && hasOperand && options.frequency === NONE) {
      options.idle = args.clampedInt(++i);
      if (options.idle < 0) throw INVALID_IDLE_TIME;
    } else if (args.is(i, "FREQ") && hasOperand && options.idle === NONE) {
      options.frequency = args.clampedInt(++i);
      if (options.frequency < 0 || options.frequency > MOST_FREQUENT) throw INVALID_FREQUENCY;
    } else throw Errors.SYNTAX;
  }
  return options;
}

/** The original lets the sum overflow, which gives a time long past. */
function deadlineFor(ttl: bigint, absolute: boolean, now: number): Deadline {
  return toDeadline(absolute ? ttl : BigInt.asIntN(INT64_RANGE, ttl + BigInt(now)));
}

/** The value's time is over already: nothing is stored, but what it was to replace goes. */
function dropExpired(ctx: CommandContext, key: string, replace: boolean): void {
  const { db } = ctx;
  if (replace && db.delete(key)) {
    if (isPropagating(ctx)) ctx.rewrite("DEL", key);
    db.changed(key, Events.DEL);
  }
  ctx.reply.ok();
}

/** The received command with a deadline in the place of the time to live. */
function rewriteAbsolute(ctx: CommandContext, args: Args, deadline: Deadline): void {
  const options: Uint8Array[] = [];
  for (let i = 3; i < args.length; i++) options.push(args.bytes(i));
  ctx.rewrite(args.bytes(0), args.bytes(1), String(deadline), ...options, "ABSTTL");
}
