/**
 * Entries of streams as replies.
 *
 * @module
 */

import { StreamCursor } from "../../data/stream_cursor.ts";
import { LONGEST_ID, StreamId } from "../../data/stream_id.ts";
import type { Stream } from "../../data/stream.ts";
import type { Reply } from "../../resp/reply.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";

/** The least and the greatest ID. Not to be changed. */
export const LEAST_ID = new StreamId();
export const GREATEST_ID = new StreamId();
GREATEST_ID.setGreatest();

const idText = new ByteBuffer(LONGEST_ID);
const field = new ByteSlice();
const value = new ByteSlice();
const cursor = new StreamCursor();

/** Replies an ID. */
export function replyId(reply: Reply, id: StreamId): void {
  reply.bulk(idText, 0, id.write(idText.buffer, 0));
}

/** Replies the entry that the cursor is at: its ID, and its fields and values. */
export function replyEntry(reply: Reply, at: StreamCursor): void {
  const { id, fieldCount } = at;
  reply.arrayHeader(2);
  replyId(reply, id);
  reply.arrayHeader(2 * fieldCount);
  for (let i = 0; i < fieldCount; i++) {
    at.nextField(field, value);
    reply.bulk(field.source, field.start, field.end);
    reply.bulk(value.source, value.start, value.end);
  }
}

/** Replies the entry with this ID; false, and nothing, if there is none. */
export function replyEntryWith(reply: Reply, stream: Stream, id: StreamId): boolean {
  cursor.start(stream.nodes, id, id);
  if (!cursor.next()) return false;
  replyEntry(reply, cursor);
  return true;
}

/** Replies the first or the last entry, or null if there is none. */
export function replyEdge(reply: Reply, stream: Stream, last: boolean): void {
  cursor.start(stream.nodes, LEAST_ID, GREATEST_ID, last);
  if (cursor.next()) replyEntry(reply, cursor);
  else reply.nullReply();
}

/**
 * Replies an array of the entries from `start` to `end`, at most `limit` (0: all), the last ones first if `reverse`.
 * `visit` is called with the ID of each.
 */
export function replyRange(
  reply: Reply,
  stream: Stream,
  start: StreamId,
  end: StreamId,
  limit: number,
  reverse = false,
  visit: ((id: StreamId) => void) | null = null,
): number {
  const expected = limit === 0 ? stream.size : Math.min(limit, stream.size);
  const header = new LateHeader(reply, expected);
  let count = 0;
  cursor.start(stream.nodes, start, end, reverse);
  while ((limit === 0 || count < limit) && cursor.next()) {
    visit?.(cursor.id);
    replyEntry(reply, cursor);
    count++;
  }
  header.set(count);
  return count;
}

/** What is copied at once when a header turns out to have another length; more takes memory of its own. */
const moved = new ByteBuffer(64 * 1024);

/**
 * The header of an array of which one only knows in the end how many elements it has. It is written with the number
 * that is expected, and put right if that was wrong.
 */
export class LateHeader {
  readonly #reply: Reply;
  readonly #expected: number;
  readonly #asMap: boolean;
  readonly #start: number;
  readonly #body: number;

  /** Writes the header of `expected` elements or, with `asMap`, of a map of as many pairs in RESP3. */
  constructor(reply: Reply, expected: number, asMap = false) {
    this.#reply = reply;
    this.#expected = expected;
    this.#asMap = asMap && reply.resp3;
    this.#start = reply.length;
    this.#write(expected);
    this.#body = reply.length;
  }

  /** Says how many elements there are. */
  set(count: number): void {
    if (count === this.#expected) return;
    const reply = this.#reply;
    const size = reply.length - this.#body;
    const target = size <= moved.buffer.length ? moved.buffer : new Uint8Array(size);
    target.set(reply.written.buffer.subarray(this.#body, reply.length));
    reply.truncate(this.#start);
    this.#write(count);
    reply.raw(target, 0, size);
  }

  #write(count: number): void {
    if (this.#asMap) this.#reply.mapHeader(count);
    else this.#reply.arrayHeader(count);
  }
}
