/** Commands that count: INCR, DECR and their relatives. */

import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { TEXT_FLAG } from "../../keyspace/entry_arena.ts";
import { Events } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Key } from "../../keyspace/key.ts";
import { Errors } from "../../resp/errors.ts";
import { fromBytes } from "../../util/byte_string.ts";
import { addLongDouble, formatLongDouble, type LongDouble, parseLongDouble } from "../../util/float.ts";
import { parseSafeIntegerBytes } from "../../util/number.ts";
import { isPropagating } from "../services.ts";
import {
  findStringForWrite,
  int64Of,
  integerOf,
  storeInteger,
  storeText,
  type StringValue,
  viewOf,
} from "./value.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** No text of this many bytes is a number for INCRBYFLOAT. */
const FLOAT_TEXT_LIMIT = 5 * 1024;

export const incr = defineCommand({
  name: "INCR",
  group: "string",
  since: "1.0.0",
  summary: "Increments the integer of a key by one, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    add(ctx, args.receivedKey(1), 1);
  },
});

export const decr = defineCommand({
  name: "DECR",
  group: "string",
  since: "1.0.0",
  summary: "Decrements the integer of a key by one, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    add(ctx, args.receivedKey(1), -1);
  },
});

export const incrby = defineCommand({
  name: "INCRBY",
  group: "string",
  since: "1.0.0",
  summary: "Increments the integer of a key by a number, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key increment",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const increment = parseSafeIntegerBytes(args.buffer, args.starts[2], args.ends[2]);
    if (Number.isNaN(increment)) addLarge(ctx, args.receivedKey(1), args.int64(2));
    else add(ctx, args.receivedKey(1), increment);
  },
});

export const decrby = defineCommand({
  name: "DECRBY",
  group: "string",
  since: "1.0.0",
  summary: "Decrements the integer of a key by a number, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key decrement",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const decrement = parseSafeIntegerBytes(args.buffer, args.starts[2], args.ends[2]);
    if (!Number.isNaN(decrement)) return add(ctx, args.receivedKey(1), -decrement);
    const large = args.int64(2);
    if (large === INT64_MIN) throw Errors.DECREMENT_OVERFLOW;
    addLarge(ctx, args.receivedKey(1), -large);
  },
});

export const incrbyfloat = defineCommand({
  name: "INCRBYFLOAT",
  group: "string",
  since: "2.6.0",
  summary: "Increments the number of a key by a number, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key increment:double",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const { db } = ctx;
    const key = args.receivedKey(1);
    const old = findStringForWrite(db, key);
    const current = old === undefined ? parseLongDouble("0") : longDoubleOf(db, old);
    const increment = parseLongDouble(args.text(2));
    if (current === undefined || increment === undefined) throw Errors.NOT_FLOAT;
    const sum = addLongDouble(current, increment);
    if (sum === undefined) throw Errors.NAN_OR_INFINITY;
    const text = formatLongDouble(sum);
    storeText(db, key, old, text, TEXT_FLAG);
    // The sum depends on how this machine rounds; its text does not.
    if (isPropagating(ctx)) ctx.rewrite("SET", key, text, "KEEPTTL");
    db.changed(key, Events.INCRBYFLOAT);
    ctx.reply.bulkText(text);
  },
});

function longDoubleOf(db: Database, value: StringValue): LongDouble | undefined {
  const bytes = viewOf(db, value);
  return bytes.length < FLOAT_TEXT_LIMIT ? parseLongDouble(fromBytes(bytes)) : undefined;
}

/** Adds in numbers while they are exact, which is nearly always. */
function add(ctx: CommandContext, key: Key, increment: number): void {
  const { db } = ctx;
  const old = findStringForWrite(db, key);
  const sum = (old === undefined ? 0 : integerOf(db, old)) + increment;
  if (!Number.isSafeInteger(sum)) return addLarge(ctx, key, BigInt(increment));
  storeInteger(db, key, old, sum);
  db.changed(key, Events.INCRBY);
  ctx.reply.integer(sum);
}

function addLarge(ctx: CommandContext, key: Key, increment: bigint): void {
  const { db } = ctx;
  const old = findStringForWrite(db, key);
  const current = old === undefined ? 0n : int64Of(db, old);
  if (current === undefined) throw Errors.NOT_INTEGER;
  const sum = current + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) throw Errors.OVERFLOW;
  storeText(db, key, old, sum.toString());
  db.changed(key, Events.INCRBY);
  ctx.reply.bigInteger(sum);
}
