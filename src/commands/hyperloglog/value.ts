/**
 * HyperLogLogs as the strings of keys.
 *
 * @module
 */

import type { CommandContext } from "../../command/context.ts";
import { HyperLogLog } from "../../data/hyperloglog.ts";
import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import { CommandError } from "../../resp/errors.ts";
import { replaceRaw } from "../raw_string.ts";
import { services } from "../services.ts";
import { findString, findStringForWrite, growString, lengthOf, type StringValue } from "../string/value.ts";

const NOT_ONE = new CommandError("WRONGTYPE Key is not a valid HyperLogLog string value.");
/** Its header is in order, but its registers are not. */
export const CORRUPT = new CommandError("INVALIDOBJ Corrupted HLL object detected");

/** Elements were added. */
export const PFADD_EVENT: ChangeEvent = { name: "pfadd", eventClass: EventClass.STRING };
/** The string's bytes have changed, but not what they mean: nobody is notified. */
export const REPRESENTATION_EVENT: ChangeEvent = { name: "", eventClass: EventClass.UNTOLD };

/** A HyperLogLog and the string that it was found in; no string for a new one. */
export interface Found {
  readonly hll: HyperLogLog;
  readonly value: StringValue | undefined;
}

/** Look-up to read; throws WRONGTYPE if the key holds something else. */
export function findHyperLogLog(db: Database, key: string): HyperLogLog | undefined {
  const value = findString(db, key);
  return value === undefined ? undefined : open(db, value);
}

/** Look-up to change; throws WRONGTYPE if the key holds something else. */
export function findHyperLogLogForWrite(db: Database, key: string): Found | undefined {
  const value = findStringForWrite(db, key);
  return value === undefined ? undefined : openForWrite(db, key, value);
}

/** Look-up to read, and perhaps to bring the kept cardinality up to date; throws as the others do. */
export function findHyperLogLogToCount(db: Database, key: string): HyperLogLog | undefined {
  const value = findString(db, key);
  if (value === undefined) return undefined;
  db.announceChange(key);
  return openForWrite(db, key, value).hll;
}

/** Stores it under `key` if it is not where it was found any more. */
export function store(db: Database, key: string, { hll, value }: Found): void {
  if (hll.moved) replaceRaw(db, key, value, hll, hll.start, hll.end);
}

/** The size from which on they are dense, in bytes. */
export function sparseLimitOf(ctx: CommandContext): number {
  return services(ctx).config.get("hll-sparse-max-bytes");
}

function openForWrite(db: Database, key: string, value: StringValue): Found {
  const hll = open(db, value);
  // Whatever becomes of it: as one that may be changed, the string is raw from now on.
  growString(db, key, value, lengthOf(db, value));
  return { hll, value };
}

function open(db: Database, value: StringValue): HyperLogLog {
  let hll: HyperLogLog | undefined;
  if (typeof value !== "number") hll = HyperLogLog.open(value.bytes, 0, value.length);
  else {
    const start = db.arena.offset(value);
    hll = HyperLogLog.open(db.arena.page(value).buffer, start, start + db.arena.length(value));
  }
  if (hll === undefined) throw NOT_ONE;
  return hll;
}
