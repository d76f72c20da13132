/**
 * Deadlines of keys, exact over the whole range of 64 bits.
 *
 * {@linkcode Database} keeps a deadline as a number, which is exact up to the year 287396. What lies beyond expires
 * never, but commands answer it to the digit; so the exact value of those few is kept beside the database.
 *
 * @module
 */

import { type Key, textOf } from "./key.ts";
import type { Database } from "./database.ts";

/** Milliseconds since the epoch; a bigint only beyond 2^53 − 1. */
export type Deadline = number | bigint;

const INT64_MAX = 2n ** 63n - 1n;
/** Entries of keys that are gone are looked for when this many have been added. */
const PRUNE_AFTER = 1024;

/** Exact deadlines of one database by key. An entry counts only while it agrees with the database's number. */
interface ExactDeadlines {
  readonly byKey: Map<string, bigint>;
  pruneAt: number;
}

const distant = new WeakMap<Database, ExactDeadlines>();

/** The shortest form of a deadline. */
export function toDeadline(milliseconds: bigint): Deadline {
  return milliseconds > BigInt(Number.MAX_SAFE_INTEGER) ? milliseconds : Number(milliseconds);
}

/** Sets the deadline of an existing key. */
export function setDeadline(db: Database, key: Key, deadline: Deadline): void {
  db.setExpiry(key, Number(deadline));
  if (typeof deadline === "bigint") remember(db, textOf(key), deadline);
}

/** The deadline of a key, or `NO_EXPIRY`. */
export function deadlineOf(db: Database, key: Key): Deadline {
  const rounded = db.expiryOf(key);
  if (rounded <= Number.MAX_SAFE_INTEGER) return rounded;
  const exact = distant.get(db)?.byKey.get(textOf(key));
  if (exact !== undefined && Number(exact) === rounded) return exact;
  const value = BigInt(rounded);
  return value > INT64_MAX ? INT64_MAX : value;
}

/** Has `target` keep the exact deadlines of `source`, whose contents it took over. */
export function moveDistantDeadlines(source: Database, target: Database): void {
  const exact = distant.get(source);
  distant.delete(target);
  if (exact !== undefined) distant.set(target, exact);
}

function remember(db: Database, key: string, deadline: bigint): void {
  let exact = distant.get(db);
  if (exact === undefined) distant.set(db, exact = { byKey: new Map(), pruneAt: PRUNE_AFTER });
  exact.byKey.set(key, deadline);
  if (exact.byKey.size < exact.pruneAt) return;
  for (const [known, value] of exact.byKey) {
    if (db.expiryOf(known) !== Number(value)) exact.byKey.delete(known);
  }
  exact.pruneAt = exact.byKey.size + PRUNE_AFTER;
}
