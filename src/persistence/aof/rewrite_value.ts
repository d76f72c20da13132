/**
 * The commands that make a value anew, as the original's rewrite of the log has them.
 *
 * @module
 */

import { Hash } from "../../data/hash.ts";
import { List } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { NONE } from "../../data/listpack.ts";
import type { Consumer, ConsumerGroup } from "../../data/consumer_group.ts";
import { deliveries, deliveryTime, pendingId } from "../../data/pending_entry.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { Stream } from "../../data/stream.ts";
import { StreamCursor } from "../../data/stream_cursor.ts";
import { StreamId } from "../../data/stream_id.ts";
import type { Database } from "../../keyspace/database.ts";
import { LongString, type StoredObject } from "../../keyspace/value.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import type { CommandWriter } from "./command_writer.ts";

/** Elements of one command. */
export const ELEMENTS_PER_COMMAND = 64;

/** Writes the commands for a string of the arena. */
export function rewriteString(writer: CommandWriter, key: string, database: Database, handle: number): void {
  const { arena } = database;
  const start = arena.offset(handle);
  writer.begin(3);
  writer.texts("SET", key);
  writer.bytes(arena.page(handle), start, start + arena.length(handle));
}

/** Writes the commands for an object; pauses after each command of some length. The object must not change meanwhile. */
export function* rewriteObject(writer: CommandWriter, key: string, value: StoredObject): Generator<void> {
  if (value instanceof List) yield* rewriteList(writer, key, value);
  else if (value instanceof ByteSet) yield* rewriteSet(writer, key, value);
  else if (value instanceof SortedSet) yield* rewriteSortedSet(writer, key, value);
  else if (value instanceof Hash) yield* rewriteHash(writer, key, value);
  else if (value instanceof Stream) yield* rewriteStream(writer, key, value);
  else if (value instanceof LongString) {
    writer.begin(3);
    writer.texts("SET", key);
    writer.array(value.view());
  } else throw new TypeError(`no commands are known for a ${value.typeName}`);
}

/** Begins a command each time that one is full; `width` arguments make an element. */
class Batches {
  readonly #writer: CommandWriter;
  readonly #name: string;
  readonly #key: string;
  readonly #width: number;
  #left: number;
  #room = 0;

  constructor(writer: CommandWriter, name: string, key: string, elements: number, width: number) {
    this.#writer = writer;
    this.#name = name;
    this.#key = key;
    this.#left = elements;
    this.#width = width;
  }

  /** Makes room for the next element. True if the command before is complete and a new one began. */
  next(): boolean {
    const begins = this.#room === 0;
    if (begins) {
      this.#room = Math.min(this.#left, ELEMENTS_PER_COMMAND);
      this.#writer.begin(2 + this.#room * this.#width);
      this.#writer.texts(this.#name, this.#key);
    }
    this.#room--;
    this.#left--;
    return begins;
  }
}

function* rewriteList(writer: CommandWriter, key: string, list: List): Generator<void> {
  const batches = new Batches(writer, "RPUSH", key, list.size, 1);
  const cursor = new ListCursor();
  const element = new ByteSlice();
  for (let more = list.seek(0, cursor); more; more = cursor.next()) {
    if (batches.next()) yield;
    cursor.read(element);
    writer.slice(element);
  }
}

function* rewriteSet(writer: CommandWriter, key: string, set: ByteSet): Generator<void> {
  const batches = new Batches(writer, "SADD", key, set.size, 1);
  const member = new ByteSlice();
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    if (batches.next()) yield;
    set.read(place, member);
    writer.slice(member);
  }
}

function* rewriteSortedSet(writer: CommandWriter, key: string, set: SortedSet): Generator<void> {
  const batches = new Batches(writer, "ZADD", key, set.size, 2);
  const cursor = new SortedSetCursor();
  for (let more = cursor.seek(set, 0); more; more = cursor.next()) {
    if (batches.next()) yield;
    writer.double(cursor.score);
    writer.slice(cursor.member);
  }
}

function* rewriteHash(writer: CommandWriter, key: string, hash: Hash): Generator<void> {
  const batches = new Batches(writer, "HMSET", key, hash.size, 2);
  const piece = new ByteSlice();
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) {
    if (batches.next()) yield;
    hash.readField(place, piece);
    writer.slice(piece);
    hash.readValue(place, piece);
    writer.slice(piece);
  }
}

/**
 * What is deleted and still pending can be claimed only while it is there. So it is added, and deleted again behind the
 * groups; the original's rewrite loses it.
 */
function* rewriteStream(writer: CommandWriter, key: string, stream: Stream): Generator<void> {
  const deleted = yield* deletedAndPending(stream);
  yield* rewriteEntries(writer, key, stream, deleted);
  yield* rewriteStreamState(writer, key, stream, stream.size + deleted.length === 0);
  if (deleted.length === 0) return;
  for (let i = 0; i < deleted.length; i += ELEMENTS_PER_COMMAND) {
    yield;
    const ids = deleted.slice(i, i + ELEMENTS_PER_COMMAND);
    writer.begin(2 + ids.length);
    writer.texts("XDEL", key);
    for (const id of ids) writer.id(id);
  }
  // Again: the deletions have moved the greatest deleted ID.
  rewriteCounters(writer, key, stream);
}

/** The IDs that are pending in any group and not in the stream any more, in order. */
function* deletedAndPending(stream: Stream): Generator<void, StreamId[]> {
  const ids: StreamId[] = [];
  const id = new StreamId();
  for (const group of stream.groups) {
    for (const handle of group.pending.from(new StreamId())) {
      yield;
      pendingId(handle, id);
      if (!stream.has(id)) ids.push(id.clone());
    }
  }
  ids.sort((a, b) => a.compare(b));
  return ids.filter((each, i) => i === 0 || each.compare(ids[i - 1]) !== 0);
}

function rewriteCounters(writer: CommandWriter, key: string, stream: Stream): void {
  writer.begin(7);
  writer.texts("XSETID", key);
  writer.id(stream.lastId);
  writer.texts("ENTRIESADDED", stream.entriesAdded.toString(), "MAXDELETEDID");
  writer.id(stream.maxDeletedId);
}

/** Writes the commands for all that a stream has besides its entries, which must be there already if there are any. */
export function* rewriteStreamState(
  writer: CommandWriter,
  key: string,
  stream: Stream,
  isEmpty: boolean,
): Generator<void> {
  if (isEmpty) {
    // An entry that goes at once: so an empty stream is made.
    writer.begin(7);
    writer.texts("XADD", key, "MAXLEN", "0", "0-1", "x", "y");
  }
  rewriteCounters(writer, key, stream);
  for (const group of stream.groups) {
    writer.begin(7);
    writer.texts("XGROUP", "CREATE", key, group.name);
    writer.id(group.lastId);
    writer.texts("ENTRIESREAD", group.entriesRead.toString());
    for (const consumer of group.consumers) yield* rewriteConsumer(writer, key, group, consumer);
  }
}

/** Writes the entries, and those that were `deleted`, in the order of their IDs. */
function* rewriteEntries(
  writer: CommandWriter,
  key: string,
  stream: Stream,
  deleted: readonly StreamId[],
): Generator<void> {
  let next = 0;
  const cursor = new StreamCursor();
  const greatest = new StreamId();
  greatest.setGreatest();
  const field = new ByteSlice();
  const value = new ByteSlice();
  cursor.start(stream.nodes, new StreamId(), greatest);
  while (cursor.next()) {
    yield;
    for (; next < deleted.length && deleted[next].compare(cursor.id) < 0; next++) {
      addPlaceholder(writer, key, deleted[next]);
      yield;
    }
    writer.begin(3 + 2 * cursor.fieldCount);
    writer.texts("XADD", key);
    writer.id(cursor.id);
    for (let i = cursor.fieldCount; i > 0; i--) {
      cursor.nextField(field, value);
      writer.slice(field);
      writer.slice(value);
    }
  }
  for (; next < deleted.length; next++) {
    addPlaceholder(writer, key, deleted[next]);
    yield;
  }
}

function addPlaceholder(writer: CommandWriter, key: string, id: StreamId): void {
  writer.begin(5);
  writer.texts("XADD", key);
  writer.id(id);
  writer.texts("x", "y");
}

function* rewriteConsumer(
  writer: CommandWriter,
  key: string,
  group: ConsumerGroup,
  consumer: Consumer,
): Generator<void> {
  if (consumer.pending.size === 0) {
    writer.begin(5);
    writer.texts("XGROUP", "CREATECONSUMER", key, group.name, consumer.name);
    return;
  }
  const id = new StreamId();
  for (const handle of consumer.pending.from(new StreamId())) {
    yield;
    pendingId(handle, id);
    writer.begin(12);
    writer.texts("XCLAIM", key, group.name, consumer.name, "0");
    writer.id(id);
    writer.text("TIME");
    writer.integer(deliveryTime(handle));
    writer.texts("RETRYCOUNT", deliveries(handle).toString(), "JUSTID", "FORCE");
  }
}
