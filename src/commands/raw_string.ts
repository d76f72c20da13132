/**
 * Storing strings that commands have computed byte by byte: OBJECT ENCODING calls them raw, whatever is in them.
 *
 * @module
 */

import type { Database } from "../keyspace/database.ts";
import { RAW_FLAG } from "../keyspace/entry_arena.ts";
import { LongString } from "../keyspace/value.ts";
import { type ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import type { StringValue } from "./string/value.ts";

/** Stores all of `bytes`, which the caller must not use any more, under `key`, whatever it held. The deadline goes. */
export function overwriteRaw(db: Database, key: string, bytes: ByteBuffer): void {
  const { accessClock } = db.keyspace;
  const old = db.findForWrite(key);
  const clock = old === undefined || !accessClock.frequency ? accessClock.initial() : db.clockOf(old);
  const { length } = bytes.buffer;
  if (!db.arena.canHold(key.length, length)) {
    const value = new LongString(bytes.buffer);
    value.clock = clock;
    return db.set(key, value);
  }
  copyInto(db, db.newString(key, length, RAW_FLAG, clock), bytes, 0, length);
  db.clearExpiry(key);
}

/** Stores `source[start..end)` under `key`, whose string was `old`. The deadline stays. */
export function replaceRaw(
  db: Database,
  key: string,
  old: StringValue | undefined,
  source: ByteSource,
  start: number,
  end: number,
): void {
  const clock = old === undefined ? db.keyspace.accessClock.initial() : db.clockOf(old);
  copyInto(db, db.newString(key, end - start, RAW_FLAG, clock), source, start, end);
}

function copyInto(db: Database, value: StringValue, source: ByteSource, start: number, end: number): void {
  if (typeof value === "number") copyBytes(source, start, end, db.arena.page(value), db.arena.offset(value));
  else value.bytes.set(source.buffer.subarray(start, end));
}
