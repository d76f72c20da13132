/**
 * Sorted sets as values of keys: finding them, and what several commands do with them.
 *
 * @module
 */

import type { CommandContext } from "../../command/context.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { type ChangeEvent, Events } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Key } from "../../keyspace/key.ts";
import type { Reply } from "../../resp/reply.ts";
import { ofType } from "../typed_value.ts";

const cursor = new SortedSetCursor();

/** How members and scores are replied: members alone, one after the other, or, in RESP3, as pairs. */
export type EntryForm = "members" | "flat" | "pairs";

/** Look-up of a sorted set to read; throws WRONGTYPE for another type. */
export function findSortedSet(db: Database, key: Key): SortedSet | undefined {
  return ofType(db.find(key), SortedSet);
}

/** Look-up of a sorted set to change; throws WRONGTYPE for another type. */
export function findSortedSetForWrite(db: Database, key: Key): SortedSet | undefined {
  return ofType(db.findForWrite(key), SortedSet);
}

/** Tells that `count` members were taken out of a sorted set; one that has become empty goes. */
export function tellRemoved(db: Database, key: Key, set: SortedSet, event: ChangeEvent, count: number): void {
  db.changed(key, event, count);
  if (set.size > 0) return;
  db.delete(key);
  db.alsoChanged(key, Events.DEL);
}

/** Stores a result under `key`, or deletes the key if there is none, and replies the size. */
export function storeResult(
  ctx: CommandContext,
  key: Key,
  result: SortedSet | undefined,
  event: ChangeEvent,
): void {
  const { db, reply } = ctx;
  if (result !== undefined && result.size > 0) {
    db.set(key, result);
    db.changed(key, event);
    return reply.integer(result.size);
  }
  result?.release();
  if (db.peek(key) !== undefined) {
    db.delete(key);
    db.changed(key, Events.DEL);
  }
  reply.integer(0);
}

/** The form of replies with or without scores. */
export function entryForm(reply: Reply, withScores: boolean): EntryForm {
  if (!withScores) return "members";
  return reply.resp3 ? "pairs" : "flat";
}

/** Replies an array of `count` members from `rank` on, which must be there; the last one first if `reversed`. */
export function replyEntries(
  reply: Reply,
  set: SortedSet,
  rank: number,
  count: number,
  reversed: boolean,
  form: EntryForm,
): void {
  reply.arrayHeader(form === "flat" ? 2 * count : count);
  if (count === 0) return;
  cursor.seek(set, reversed ? rank + count - 1 : rank);
  for (let left = count; left > 0; left--) {
    replyEntry(reply, cursor, form);
    if (reversed) cursor.previous();
    else cursor.next();
  }
}

/** Replies the member where the cursor is. */
export function replyEntry(reply: Reply, cursor: SortedSetCursor, form: EntryForm): void {
  if (form === "pairs") reply.arrayHeader(2);
  const { member } = cursor;
  reply.bulk(member.source, member.start, member.end);
  if (form !== "members") reply.double(cursor.score);
}
