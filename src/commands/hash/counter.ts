/** Commands that count in a field: HINCRBY and HINCRBYFLOAT. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, FAST, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Hash } from "../../data/hash.ts";
import type { ChangeEvent } from "../../keyspace/change.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { toBytes } from "../../util/byte_string.ts";
import { addLongDouble, formatLongDouble, parseLongDouble } from "../../util/float.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../../util/number.ts";
import { isPropagating } from "../services.ts";
import { ofType } from "../typed_value.ts";
import { HashEvents } from "./events.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

const NOT_INTEGER = new CommandError("ERR hash value is not an integer");
const NOT_FLOAT = new CommandError("ERR hash value is not a float");
const NOT_FINITE = new CommandError("ERR value is NaN or Infinity");

const value = new ByteSlice();

export const hincrby = defineCommand({
  name: "HINCRBY",
  group: "hash",
  since: "2.0.0",
  summary: "Increments the integer in a field of a hash, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key field increment",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const increment = parseSafeIntegerBytes(args.buffer, args.starts[3], args.ends[3]);
    const large = Number.isNaN(increment) ? args.int64(3) : null;
    const hash = ofType(ctx.db.findForWrite(args.receivedKey(1)), Hash);
    const exists = hash !== undefined && hash.get(args, args.starts[2], args.ends[2], value);
    // In numbers while they are exact, which is nearly always.
    const sum = increment + (exists ? parseSafeIntegerBytes(value.source.buffer, value.start, value.end) : 0);
    if (!Number.isSafeInteger(sum)) return addLarge(ctx, args, hash, exists, large ?? BigInt(increment));
    value.setInteger(sum);
    setValue(ctx, args, hash, HashEvents.HINCRBY);
    ctx.reply.integer(sum);
  },
});

export const hincrbyfloat = defineCommand({
  name: "HINCRBYFLOAT",
  group: "hash",
  since: "2.6.0",
  summary: "Increments the number in a field of a hash, from 0 if missing.",
  complexity: "O(1)",
  syntax: "key field increment:double",
  flags: WRITE | DENYOOM | FAST,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const increment = parseLongDouble(args.text(3));
    if (increment === undefined) throw Errors.NOT_FLOAT;
    if (typeof increment === "string") throw NOT_FINITE;
    const hash = ofType(ctx.db.findForWrite(args.receivedKey(1)), Hash);
    const exists = hash !== undefined && hash.get(args, args.starts[2], args.ends[2], value);
    const current = parseLongDouble(exists ? value.text() : "0");
    if (current === undefined) throw NOT_FLOAT;
    const sum = addLongDouble(current, increment);
    if (sum === undefined) throw Errors.NAN_OR_INFINITY;
    const text = formatLongDouble(sum);
    value.set(new ByteBuffer(toBytes(text)), 0, text.length);
    setValue(ctx, args, hash, HashEvents.HINCRBYFLOAT);
    // The sum depends on how this machine rounds; its text does not.
    if (isPropagating(ctx)) ctx.rewrite("HSET", args.key(1), args.text(2), text);
    ctx.reply.bulkText(text);
  },
});

function addLarge(
  ctx: CommandContext,
  args: Args,
  hash: Hash | undefined,
  exists: boolean,
  increment: bigint,
): void {
  const current = exists ? parseInt64Bytes(value.source.buffer, value.start, value.end) : 0n;
  if (current === undefined) throw NOT_INTEGER;
  const sum = current + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) throw Errors.OVERFLOW;
  value.setBigInteger(sum);
  setValue(ctx, args, hash, HashEvents.HINCRBY);
  ctx.reply.bigInteger(sum);
}

/** Sets the field that argument 2 names to `value`. */
function setValue(ctx: CommandContext, args: Args, existing: Hash | undefined, event: ChangeEvent): void {
  const key = args.receivedKey(1);
  const hash = existing ?? new Hash(ctx.keyspace.limits);
  hash.set(args, args.starts[2], args.ends[2], value.source, value.start, value.end);
  if (existing === undefined) ctx.db.set(key, hash);
  ctx.db.changed(key, event);
}
