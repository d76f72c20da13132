/**
 * Lists as values of keys: finding them, and what several commands do with them.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { List, type ListEnd } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { Events } from "../../keyspace/change.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Key } from "../../keyspace/key.ts";
import type { Reply } from "../../resp/reply.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { ofType } from "../typed_value.ts";
import { ListEvents } from "./events.ts";

const cursor = new ListCursor();
const element = new ByteSlice();

/** Look-up of a list to read; throws WRONGTYPE for another type. */
export function findList(db: Database, key: Key): List | undefined {
  return ofType(db.find(key), List);
}

/** Look-up of a list to change; throws WRONGTYPE for another type. */
export function findListForWrite(db: Database, key: Key): List | undefined {
  return ofType(db.findForWrite(key), List);
}

/**
 * The first of `count` keys, from argument `from` on, that has a list: its index. -1 if none has. Throws WRONGTYPE for a
 * key of another type before it. The access clocks do not move.
 */
export function firstWithList(ctx: CommandContext, args: Args, from: number, count: number): number {
  for (let i = from; i < from + count; i++) {
    if (ofType(ctx.db.peek(args.receivedKey(i)), List) !== undefined) return i;
  }
  return -1;
}

/** Replies an array of `count` elements from element `start` on, which must be there; the last one first if `reversed`. */
export function replyRange(reply: Reply, list: List, start: number, count: number, reversed = false): void {
  reply.arrayHeader(count);
  if (count === 0) return;
  list.seek(reversed ? start + count - 1 : start, cursor);
  for (let left = count; left > 0; left--) {
    cursor.read(element);
    reply.bulk(element.source, element.start, element.end);
    if (reversed) cursor.previous();
    else cursor.next();
  }
}

/** Replies the element at that end, takes it away and tells so. */
export function popOne(ctx: CommandContext, key: Key, list: List, end: ListEnd): void {
  list.seek(end === "LEFT" ? 0 : -1, cursor);
  cursor.read(element);
  ctx.reply.bulk(element.source, element.start, element.end);
  list.removeEnd(end);
  tellPopped(ctx.db, key, list, end, 1);
}

/** Replies an array of `count` elements from that end, takes them away and tells so; they must be there. */
export function popSeveral(ctx: CommandContext, key: Key, list: List, end: ListEnd, count: number): void {
  const start = end === "LEFT" ? 0 : list.size - count;
  replyRange(ctx.reply, list, start, count, end === "RIGHT");
  list.removeRange(start, count);
  tellPopped(ctx.db, key, list, end, count);
}

/** Tells that `count` elements were taken from that end; a list that has become empty goes. */
export function tellPopped(db: Database, key: Key, list: List, end: ListEnd, count: number): void {
  db.changed(key, end === "LEFT" ? ListEvents.LPOP : ListEvents.RPOP, count);
  if (list.size === 0) deleteEmpty(db, key);
}

/** Deletes a list that has become empty, with the event that follows that of the change itself. */
export function deleteEmpty(db: Database, key: Key): void {
  db.delete(key);
  db.alsoChanged(key, Events.DEL);
}
