/**
 * Streams in NDJSON, read.
 *
 * @module
 */

import { type Consumer, type ConsumerGroup, NEVER, UNKNOWN_COUNT } from "../data/consumer_group.ts";
import { EncodingLimits } from "../data/encoding_limits.ts";
import { NO_SLOT } from "../data/slab_arena.ts";
import { Stream } from "../data/stream.ts";
import { StreamId } from "../data/stream_id.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import type { EntryReceiver } from "./entry.ts";
import type { JsonReader } from "./json_reader.ts";
import { ELEMENTS_PER_STEP } from "./ndjson_value.ts";
import { PieceList } from "./piece_list.ts";
import { parseStreamId } from "./stream_id_text.ts";

const INT64_MAX = 2n ** 63n - 1n;
const MOST_MILLISECONDS = BigInt(Number.MAX_SAFE_INTEGER);
const LIMITS = new EncodingLimits();

/** Reads streams, one after the other. */
export class NdjsonStreamReader {
  /** Everything but the entries. */
  #state = new Stream(LIMITS);
  readonly #pieces = new PieceList();
  readonly #piece = new ByteSlice();
  readonly #id = new StreamId();
  /** The entry before. */
  readonly #last = new StreamId();
  #count = 0n;

  /** Reads a stream and hands it on. */
  *read(json: JsonReader, receiver: EntryReceiver): Generator<void> {
    this.release();
    this.#state = new Stream(LIMITS);
    this.#last.setZero();
    this.#count = 0n;
    const seen = new Set<string>();
    for (let more = json.open("{"); more; more = json.more("{")) {
      const name = json.name();
      if (seen.has(name)) json.fail(`"${name}" is given twice`);
      seen.add(name);
      if (name === "entries") yield* this.#entries(json, receiver);
      else yield* this.#stateField(json, name);
    }
    this.#complete(json, seen);
    receiver.streamState(this.#state);
  }

  /** Gives memory back. */
  release(): void {
    this.#state.release();
  }

  /** What was not said follows from the entries. */
  #complete(json: JsonReader, seen: ReadonlySet<string>): void {
    const state = this.#state;
    if (!seen.has("lastId")) state.lastId.copy(this.#last);
    if (!seen.has("entriesAdded")) state.entriesAdded = this.#count;
    if (state.lastId.compare(this.#last) < 0) json.fail('"lastId" comes before the last entry');
    if (state.lastId.compare(state.maxDeletedId) < 0) json.fail('"lastId" comes before "maxDeletedId"');
    if (state.entriesAdded < this.#count) json.fail('"entriesAdded" is less than the number of entries');
  }

  *#entries(json: JsonReader, receiver: EntryReceiver): Generator<void> {
    for (let more = json.open("["); more; more = json.more("[")) {
      this.#entry(json);
      receiver.streamEntry(this.#id, this.#pieces);
      if (Number(++this.#count) % ELEMENTS_PER_STEP === 0) yield;
    }
  }

  #entry(json: JsonReader): void {
    let hasId = false;
    this.#pieces.clear();
    for (let more = json.open("{"); more; more = json.more("{")) {
      const name = json.name();
      if (name === "id" && !hasId) {
        readId(json, this.#id);
        hasId = true;
      } else if (name === "fields" && this.#pieces.length === 0) this.#fields(json);
      else json.fail('expected "id" and "fields", each once, in an entry of a stream');
    }
    if (!hasId || this.#pieces.length === 0) json.fail('an entry of a stream needs "id" and "fields"');
    if (this.#id.compare(this.#last) <= 0) {
      json.fail("the ID of an entry has to be greater than the one before");
    }
    this.#last.copy(this.#id);
  }

  #fields(json: JsonReader): void {
    const opening = json.isNext("{") ? "{" : "[";
    for (let more = json.open(opening); more; more = json.more(opening)) {
      if (opening === "{") json.string(this.#piece);
      else if (json.open("[")) json.bytes(this.#piece);
      else json.fail("expected a pair here");
      this.#pieces.add(this.#piece);
      json.take(opening === "{" ? ":" : ",");
      json.bytes(this.#piece);
      this.#pieces.add(this.#piece);
      if (opening === "[" && json.more("[")) json.fail("expected the end of a pair here");
    }
  }

  *#stateField(json: JsonReader, name: string): Generator<void> {
    const state = this.#state;
    switch (name) {
      case "lastId":
        return readId(json, state.lastId);
      case "maxDeletedId":
        return readId(json, state.maxDeletedId);
      case "entriesAdded":
        state.entriesAdded = json.integer(0n, INT64_MAX);
        return;
      case "groups":
        for (let more = json.open("["); more; more = json.more("[")) yield* this.#group(json);
        return;
      default:
        json.fail('expected "entries", "lastId", "maxDeletedId", "entriesAdded" or "groups" in a stream');
    }
  }

  /** The name has to come first, and the consumers last. */
  *#group(json: JsonReader): Generator<void> {
    if (!json.open("{") || json.name() !== "name") json.fail('a group begins with "name"');
    const name = json.byteString();
    if (this.#state.group(name) !== undefined) json.fail("a group of this name was there before");
    this.#id.setZero();
    const group = this.#state.addGroup(name, this.#id, UNKNOWN_COUNT);
    while (json.more("{")) {
      const field = json.name();
      if (field === "lastId") readId(json, group.lastId);
      else if (field === "entriesRead") {
        group.entriesRead = json.tryNull() ? UNKNOWN_COUNT : json.integer(0n, INT64_MAX);
      } else if (field === "consumers") {
        for (let more = json.open("["); more; more = json.more("[")) yield* this.#consumer(json, group);
      } else json.fail('expected "name", "lastId", "entriesRead" or "consumers" in a group');
    }
  }

  *#consumer(json: JsonReader, group: ConsumerGroup): Generator<void> {
    if (!json.open("{") || json.name() !== "name") json.fail('a consumer begins with "name"');
    const name = json.byteString();
    if (group.consumer(name) !== undefined) json.fail("a consumer of this name was there before");
    const consumer = group.addConsumer(name, Date.now());
    while (json.more("{")) {
      const field = json.name();
      if (field === "seenTime") consumer.seenAt = Number(json.integer(0n, MOST_MILLISECONDS));
      else if (field === "activeTime") {
        consumer.activeAt = Number(json.integer(BigInt(NEVER), MOST_MILLISECONDS));
      } else if (field === "pending") yield* this.#pending(json, group, consumer);
      else json.fail('expected "name", "seenTime", "activeTime" or "pending" in a consumer');
    }
  }

  /** Reads `[[id, time, deliveries], …]`. */
  *#pending(json: JsonReader, group: ConsumerGroup, consumer: Consumer): Generator<void> {
    let count = 0;
    for (let more = json.open("["); more; more = json.more("[")) {
      if (!json.open("[")) json.fail("expected ID, time and deliveries here");
      readId(json, this.#id);
      json.take(",");
      const time = Number(json.integer(0n, MOST_MILLISECONDS));
      json.take(",");
      const deliveries = json.integer(0n, INT64_MAX);
      if (json.more("[")) json.fail("expected the end of ID, time and deliveries here");
      if (group.pending.find(this.#id) !== NO_SLOT) json.fail("this ID is pending already in this group");
      group.addPending(this.#id, consumer, time, deliveries);
      if (++count % ELEMENTS_PER_STEP === 0) yield;
    }
  }
}

function readId(json: JsonReader, out: StreamId): void {
  if (!parseStreamId(json.byteString(), out)) {
    json.fail("expected the ID of a stream's entry, like 5-1, before here");
  }
}
