/**
 * String values: reading and changing them wherever they lie, in the arena or on the heap.
 *
 * @module
 */

import type { CommandContext } from "../../command/context.ts";
import { RAW_FLAG, TEXT_FLAG } from "../../keyspace/entry_arena.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Key } from "../../keyspace/key.ts";
import { LongString, type Value } from "../../keyspace/value.ts";
import { Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { type ByteSource, copyBytes } from "../../util/byte_buffer.ts";
import { writeByteString } from "../../util/byte_string.ts";
import { integerLength, parseInt64Bytes, parseSafeIntegerBytes, writeInteger } from "../../util/number.ts";
import { services } from "../services.ts";

/** A string: a handle in the database's arena, or a long one. */
export type StringValue = number | LongString;

/** Longest string that OBJECT ENCODING calls embstr. */
const EMBEDDED_LIMIT = 44;
/** "-9223372036854775808" */
const LONGEST_INTEGER = 20;

/** The value, if it is a string; throws WRONGTYPE otherwise. */
export function asString(value: Value): StringValue {
  if (typeof value === "number" || value instanceof LongString) return value;
  throw Errors.WRONG_TYPE;
}

/** Look-up of a string to read; throws WRONGTYPE for another type. */
export function findString(db: Database, key: Key): StringValue | undefined {
  const value = db.find(key);
  return value === undefined ? undefined : asString(value);
}

/** Look-up of a string to change; throws WRONGTYPE for another type. */
export function findStringForWrite(db: Database, key: Key): StringValue | undefined {
  const value = db.findForWrite(key);
  return value === undefined ? undefined : asString(value);
}

/** Length in bytes; 0 for none. */
export function lengthOf(db: Database, value: StringValue | undefined): number {
  if (value === undefined) return 0;
  return typeof value === "number" ? db.arena.length(value) : value.length;
}

/** A view of the bytes, valid until the value changes. */
export function viewOf(db: Database, value: StringValue): Uint8Array {
  return typeof value === "number" ? db.arena.view(value) : value.view();
}

/** Replies the string, or null for none. */
export function replyString(reply: Reply, db: Database, value: StringValue | undefined): void {
  if (value === undefined) return reply.nullReply();
  if (typeof value !== "number") return reply.bulkBytes(value.view());
  const arena = db.arena;
  const start = arena.offset(value);
  reply.bulk(arena.page(value), start, start + arena.length(value));
}

/** The integer that the string holds, or NaN if it holds none within ±(2^53 − 1). */
export function integerOf(db: Database, value: StringValue): number {
  if (typeof value !== "number") return NaN;
  const arena = db.arena;
  const start = arena.offset(value);
  return parseSafeIntegerBytes(arena.page(value).buffer, start, start + arena.length(value));
}

/** The integer of 64 bits that the string holds, or undefined. */
export function int64Of(db: Database, value: StringValue): bigint | undefined {
  if (typeof value !== "number") return undefined;
  const arena = db.arena;
  const start = arena.offset(value);
  return parseInt64Bytes(arena.page(value).buffer, start, start + arena.length(value));
}

/** What OBJECT ENCODING answers for the string. */
export function encodingOf(db: Database, value: StringValue): string {
  if (typeof value !== "number") return value.encoding;
  const flags = db.arena.flags(value);
  const length = db.arena.length(value);
  if ((flags & RAW_FLAG) !== 0 || length > EMBEDDED_LIMIT) return "raw";
  if ((flags & TEXT_FLAG) !== 0 || length > LONGEST_INTEGER) return "embstr";
  return int64Of(db, value) === undefined ? "embstr" : "int";
}

/** Stores the integer under `key`, whose value was `old`; the deadline stays. */
export function storeInteger(db: Database, key: Key, old: StringValue | undefined, value: number): void {
  const length = integerLength(value);
  const { arena } = db;
  // In place, mostly: few counts are longer than the one before, and few of those need a larger slot.
  const isInPlace = typeof old === "number" &&
    ((arena.length(old) === length && arena.flags(old) === 0) ||
      arena.resize(old, length, 0, arena.clock(old)));
  if (isInPlace) {
    writeInteger(arena.page(old).buffer, arena.offset(old), value);
    return;
  }
  const stored = db.newString(key, length, 0, clockFor(db, old));
  if (typeof stored === "number") writeInteger(db.arena.page(stored).buffer, db.arena.offset(stored), value);
  else writeInteger(stored.bytes, 0, value);
}

/**
 * Stores a short byte string under `key`, whose value was `old`; the deadline stays. `flags` are those of the arena:
 * {@linkcode TEXT_FLAG} for a number's text that does not count as an integer.
 */
export function storeText(
  db: Database,
  key: Key,
  old: StringValue | undefined,
  text: string,
  flags = 0,
): void {
  const stored = db.newString(key, text.length, flags, clockFor(db, old));
  if (typeof stored === "number") {
    writeByteString(db.arena.page(stored).buffer, db.arena.offset(stored), text);
  } else writeByteString(stored.bytes, 0, text);
}

/**
 * Makes the string under `key`, whose value was `old`, `length` bytes long and raw, padded with zeros; it must not
 * become shorter. It moves to the heap when it outgrows the arena, where it grows by doubling. The deadline stays.
 */
export function growString(
  db: Database,
  key: Key,
  old: StringValue | undefined,
  length: number,
): StringValue {
  if (old instanceof LongString) {
    old.resize(length);
    return old;
  }
  const used = lengthOf(db, old);
  const { arena } = db;
  const clock = clockFor(db, old);
  if (old !== undefined && arena.resize(old, length, RAW_FLAG, clock)) {
    arena.page(old).buffer.fill(0, arena.offset(old) + used, arena.offset(old) + length);
    return old;
  }
  const before = old === undefined ? NOTHING : arena.view(old).slice();
  const grown = db.newString(key, length, RAW_FLAG, clock);
  const target = viewOf(db, grown);
  target.set(before);
  target.fill(0, used);
  return grown;
}

const NOTHING = new Uint8Array(0);

/** Overwrites the string from offset `at` on with bytes `start` to `end` of `source`; it must be long enough. */
export function writeInto(
  db: Database,
  value: StringValue,
  at: number,
  source: ByteSource,
  start: number,
  end: number,
): void {
  if (typeof value !== "number") return value.bytes.set(source.buffer.subarray(start, end), at);
  copyBytes(source, start, end, db.arena.page(value), db.arena.offset(value) + at);
}

/** Throws if a string of `length` bytes would be longer than `proto-max-bulk-len` allows. */
export function checkStringLength(ctx: CommandContext, length: number): void {
  if (length > services(ctx).config.get("proto-max-bulk-len")) throw Errors.STRING_TOO_LONG;
}

function clockFor(db: Database, old: StringValue | undefined): number {
  return old === undefined ? db.keyspace.accessClock.initial() : db.clockOf(old);
}
