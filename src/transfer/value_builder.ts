/**
 * Values put together from their elements, where a whole one is needed: for RDB files and payloads.
 *
 * @module
 */

import type { Collection } from "../data/collection.ts";
import type { ConsumerGroup } from "../data/consumer_group.ts";
import { Hash } from "../data/hash.ts";
import { List } from "../data/list.ts";
import { deliveries, deliveryTime, pendingId } from "../data/pending_entry.ts";
import { ByteSet } from "../data/set.ts";
import { SortedSet } from "../data/sorted_set.ts";
import { Stream } from "../data/stream.ts";
import { StreamId } from "../data/stream_id.ts";
import { Database } from "../keyspace/database.ts";
import { setDeadline } from "../keyspace/deadline.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { Random } from "../util/random.ts";
import type { EntryHead, ValueReceiver } from "./entry.ts";
import type { PieceList } from "./piece_list.ts";

const LEAST = new StreamId();

/** Puts one entry together at a time, in a database of its own. */
export class ValueBuilder implements ValueReceiver {
  /** Bytes that the elements have brought. */
  size = 0;
  readonly #keyspace = new Keyspace(1, new Random(0));
  /** With as few shards as can be: it holds one entry, which has to be found. */
  readonly #database = new Database(this.#keyspace, 0, 2);
  #head!: EntryHead;
  #value: Collection | null = null;
  /** Whether the entry is in the database already: a string is as soon as its text is known. */
  #isStored = false;

  get head(): EntryHead {
    return this.#head;
  }

  /** The value so far, if it is a collection. */
  get collection(): Collection | null {
    return this.#value;
  }

  begin(head: EntryHead): void {
    this.clear();
    this.#head = head;
    this.#value = this.#create(head);
  }

  text(text: ByteSlice): void {
    const { source, start, end } = text;
    const value = this.#value;
    this.size += text.length;
    if (value instanceof List) {
      value.expect(text.length, 1);
      value.push("RIGHT", source, start, end);
    } else if (value instanceof ByteSet) value.add(source, start, end);
    else {
      this.#database.setBytes(this.#head.key, source, start, end);
      this.#isStored = true;
    }
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.size += field.length + value.length;
    (this.#value as Hash).set(field.source, field.start, field.end, value.source, value.start, value.end);
  }

  member(member: ByteSlice, score: number): void {
    this.size += member.length + 8;
    (this.#value as SortedSet).add(member.source, member.start, member.end, score);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.size += fields.ends[fields.length - 1];
    (this.#value as Stream).append(id, fields, 0, fields.length / 2);
  }

  /** Copies what a stream has besides its entries. */
  streamState(state: Stream): void {
    const stream = this.#value as Stream;
    stream.lastId.copy(state.lastId);
    stream.maxDeletedId.copy(state.maxDeletedId);
    stream.entriesAdded = state.entriesAdded;
    for (const group of state.groups) copyGroup(group, stream);
  }

  /**
   * The entry in a database, deadline included, valid until {@linkcode clear}. Null for a collection without elements,
   * which no database holds.
   */
  finish(): { database: Database; handle: number } | null {
    const database = this.#database;
    const { key, deadline, type } = this.#head;
    const value = this.#value;
    if (value !== null && value.size === 0 && type !== "stream") return null;
    if (value !== null) {
      database.set(key, value);
      this.#isStored = true;
      this.#value = null;
    }
    if (deadline !== null) setDeadline(database, key, deadline);
    for (const handle of database.entries()) return { database, handle };
    return null;
  }

  /** Drops the entry. */
  clear(): void {
    this.#value?.release();
    this.#value = null;
    if (this.#isStored) this.#database.delete(this.#head.key);
    this.#isStored = false;
    this.size = 0;
  }

  #create({ type }: EntryHead): Collection | null {
    const { limits } = this.#keyspace;
    switch (type) {
      case "list":
        return new List(limits);
      case "set":
        return new ByteSet(limits);
      case "hash":
        return new Hash(limits);
      case "zset":
        return new SortedSet(limits);
      case "stream":
        return new Stream(limits);
      case "string":
        return null;
    }
  }
}

function copyGroup(group: ConsumerGroup, stream: Stream): void {
  const copy = stream.addGroup(group.name, group.lastId, group.entriesRead);
  const id = new StreamId();
  for (const consumer of group.consumers) {
    const twin = copy.addConsumer(consumer.name, consumer.seenAt);
    twin.activeAt = consumer.activeAt;
    for (const handle of consumer.pending.from(LEAST)) {
      pendingId(handle, id);
      copy.addPending(id, twin, deliveryTime(handle), deliveries(handle));
    }
  }
}
