/** Commands on one bit: GETBIT and SETBIT. */

import { DENYOOM, FAST, READONLY, WRITE } from "../../command/flags.ts";
import { ACCESS, key, RO, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Database } from "../../keyspace/database.ts";
import { CommandError } from "../../resp/errors.ts";
import { parseSafeIntegerBytes } from "../../util/number.ts";
import { findString, findStringForWrite, growString, lengthOf, type StringValue } from "../string/value.ts";
import { readBitOffset, SETBIT_EVENT } from "./string_bits.ts";

const BIT_VALUE = new CommandError("ERR bit is not an integer or out of range");

export const getbit = defineCommand({
  name: "GETBIT",
  group: "bitmap",
  since: "2.2.0",
  summary: "Returns one bit of a string.",
  complexity: "O(1)",
  syntax: "key offset",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const offset = readBitOffset(ctx, args, 2);
    const { db } = ctx;
    const value = findString(db, args.receivedKey(1));
    const byte = Math.floor(offset / 8);
    if (value === undefined || byte >= lengthOf(db, value)) return ctx.reply.integer(0);
    ctx.reply.integer((bufferOf(db, value)[firstOf(db, value) + byte] >>> (7 - offset % 8)) & 1);
  },
});

export const setbit = defineCommand({
  name: "SETBIT",
  group: "bitmap",
  since: "2.2.0",
  summary: "Sets or clears one bit of a string, which is created if missing.",
  complexity: "O(1)",
  syntax: "key offset value:integer",
  flags: WRITE | DENYOOM,
  keys: [key(1, RW | ACCESS | UPDATE)],
  run(ctx, args) {
    const offset = readBitOffset(ctx, args, 2);
    const bit = parseSafeIntegerBytes(args.buffer, args.starts[3], args.ends[3]);
    if (bit !== 0 && bit !== 1) throw BIT_VALUE;
    const { db } = ctx;
    const key = args.key(1);
    const value = findStringForWrite(db, key);
    const used = lengthOf(db, value);
    const byte = Math.floor(offset / 8);
    const string = growString(db, key, value, Math.max(used, byte + 1));
    const buffer = bufferOf(db, string);
    const at = firstOf(db, string) + byte;
    const shift = 7 - offset % 8;
    const old = (buffer[at] >>> shift) & 1;
    if (old !== bit) buffer[at] ^= 1 << shift;
    // A bit that was so before changes nothing, unless the string has become longer.
    if (old !== bit || byte >= used) db.changed(key, SETBIT_EVENT);
    ctx.reply.integer(old);
  },
});

/** What the string's bytes lie in. */
function bufferOf(db: Database, value: StringValue): Uint8Array {
  return typeof value === "number" ? db.arena.page(value).buffer : value.bytes;
}

/** Offset of the string's first byte there. */
function firstOf(db: Database, value: StringValue): number {
  return typeof value === "number" ? db.arena.offset(value) : 0;
}
