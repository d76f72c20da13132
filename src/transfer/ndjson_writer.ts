/**
 * Entries as NDJSON: an object a line. `docs/import-export.md` has the format.
 *
 * @module
 */

import type { Consumer, ConsumerGroup } from "../data/consumer_group.ts";
import { UNKNOWN_COUNT } from "../data/consumer_group.ts";
import { deliveries, deliveryTime, pendingId } from "../data/pending_entry.ts";
import type { Stream } from "../data/stream.ts";
import { StreamId } from "../data/stream_id.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { toBytes } from "../util/byte_string.ts";
import type { EntryHead, EntryReceiver } from "./entry.ts";
import { JsonText } from "./json_text.ts";
import type { Output } from "./output.ts";
import type { PieceList } from "./piece_list.ts";

const LEAST = new StreamId();

/** Writes NDJSON to an output. */
export class NdjsonWriter implements EntryReceiver {
  readonly #output: Output;
  readonly #json: JsonText;
  readonly #piece = new ByteSlice();
  #isString = false;
  #isStream = false;
  /** Stands before the next element. */
  #separator = "";

  constructor(output: Output) {
    this.#output = output;
    this.#json = new JsonText((bytes) => output.write(bytes));
  }

  library(text: string): void {
    this.#json.ascii('{"library":');
    this.#byteString(text);
    this.#json.ascii("}\n");
  }

  begin({ database, key, type, deadline }: EntryHead): void {
    const json = this.#json;
    this.#isString = type === "string";
    this.#isStream = type === "stream";
    this.#separator = "";
    json.ascii(`{"db":${database},"key":`);
    this.#byteString(key);
    const expireAt = deadline === null ? "null" : integerText(deadline);
    json.ascii(`,"type":"${type}","expireAt":${expireAt},"value":`);
    if (this.#isStream) json.ascii('{"entries":');
    if (!this.#isString) json.ascii("[");
  }

  text(text: ByteSlice): void {
    this.#separate();
    this.#json.bytes(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.#separate();
    this.#json.ascii("[");
    this.#json.bytes(field);
    this.#json.ascii(",");
    this.#json.bytes(value);
    this.#json.ascii("]");
  }

  member(member: ByteSlice, score: number): void {
    this.#separate();
    this.#json.ascii("[");
    this.#json.bytes(member);
    this.#json.ascii(`,${scoreText(score)}]`);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.#separate();
    const json = this.#json;
    json.ascii(`{"id":"${id}","fields":[`);
    for (let i = 0; i < fields.length; i += 2) {
      json.ascii(i === 0 ? "[" : ",[");
      fields.read(i, this.#piece);
      json.bytes(this.#piece);
      json.ascii(",");
      fields.read(i + 1, this.#piece);
      json.bytes(this.#piece);
      json.ascii("]");
    }
    json.ascii("]}");
  }

  streamState({ lastId, maxDeletedId, entriesAdded, groups }: Stream): void {
    this.#json.ascii(
      `],"lastId":"${lastId}","maxDeletedId":"${maxDeletedId}",` +
        `"entriesAdded":${integerText(entriesAdded)},"groups":[`,
    );
    groups.forEach((group, i) => this.#group(group, i === 0 ? "" : ","));
  }

  end(): void {
    this.#json.ascii(this.#isString ? "}\n" : this.#isStream ? "]}}\n" : "]}\n");
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    this.#json.flush();
    await this.#output.commit();
  }

  #separate(): void {
    this.#json.ascii(this.#separator);
    this.#separator = ",";
  }

  #group({ name, lastId, entriesRead, consumers }: ConsumerGroup, separator: string): void {
    const json = this.#json;
    json.ascii(`${separator}{"name":`);
    this.#byteString(name);
    const read = entriesRead === UNKNOWN_COUNT ? "null" : integerText(entriesRead);
    json.ascii(`,"lastId":"${lastId}","entriesRead":${read},"consumers":[`);
    consumers.forEach((consumer, i) => this.#consumer(consumer, i === 0 ? "" : ","));
    json.ascii("]}");
  }

  #consumer({ name, seenAt, activeAt, pending }: Consumer, separator: string): void {
    const json = this.#json;
    json.ascii(`${separator}{"name":`);
    this.#byteString(name);
    json.ascii(`,"seenTime":${seenAt},"activeTime":${activeAt},"pending":[`);
    const id = new StreamId();
    let between = "";
    for (const handle of pending.from(LEAST)) {
      pendingId(handle, id);
      json.ascii(`${between}["${id}",${deliveryTime(handle)},${integerText(deliveries(handle))}]`);
      between = ",";
    }
    json.ascii("]}");
  }

  #byteString(text: string): void {
    this.#piece.set(new ByteBuffer(toBytes(text)), 0, text.length);
    this.#json.bytes(this.#piece);
  }
}

/** An integer as a number or, where a number would lose digits in other programs, as a string. */
function integerText(value: number | bigint): string {
  const isSafe = Number.isSafeInteger(Number(value));
  return isSafe ? String(value) : `"${value}"`;
}

/** A score so that it reads back as the same double; JSON has no infinities. */
function scoreText(score: number): string {
  if (Object.is(score, -0)) return "-0";
  if (score === Infinity) return '"inf"';
  return score === -Infinity ? '"-inf"' : String(score);
}
