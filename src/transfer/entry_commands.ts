/**
 * Entries as the commands that make them, as their elements come.
 *
 * @module
 */

import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import type { CommandWriter } from "../persistence/aof/command_writer.ts";
import { ELEMENTS_PER_COMMAND, rewriteStreamState } from "../persistence/aof/rewrite_value.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { formatDouble } from "../util/float.ts";
import type { EntryHead, ValueReceiver } from "./entry.ts";
import { sliceOf } from "./ndjson_value.ts";
import { PieceList } from "./piece_list.ts";

/** A command gets no more elements once it has this many bytes. */
const BYTES_PER_COMMAND = 1024 * 1024;

const NAMES = { list: "RPUSH", set: "SADD", hash: "HSET", zset: "ZADD" } as const;

/** Writes one entry after the other. */
export class EntryCommands implements ValueReceiver {
  /** How many commands were written. */
  count = 0;
  readonly #writer: CommandWriter;
  readonly #pieces = new PieceList();
  readonly #piece = new ByteSlice();
  #head!: EntryHead;
  #hasEntries = false;

  constructor(writer: CommandWriter) {
    this.#writer = writer;
  }

  begin(head: EntryHead): void {
    this.#head = head;
    this.#pieces.clear();
    this.#hasEntries = false;
  }

  text(text: ByteSlice): void {
    if (this.#head.type !== "string") return this.#add(text, 1);
    this.#begin(3);
    this.#writer.texts("SET", this.#head.key);
    this.#writer.slice(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.#pieces.add(field);
    this.#add(value, 2);
  }

  member(member: ByteSlice, score: number): void {
    this.#pieces.add(sliceOf(formatDouble(score)));
    this.#add(member, 2);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.#begin(3 + fields.length);
    this.#writer.texts("XADD", this.#head.key);
    this.#writer.id(id);
    this.#pieceArguments(fields);
    this.#hasEntries = true;
  }

  streamState(stream: Stream): void {
    const isEmpty = !this.#hasEntries;
    for (const _ of rewriteStreamState(this.#writer, this.#head.key, stream, isEmpty));
    this.count += isEmpty ? 2 : 1;
    for (const { consumers } of stream.groups) {
      this.count++;
      for (const { pending } of consumers) this.count += Math.max(1, pending.size);
    }
  }

  end(): void {
    this.#flush();
    const { deadline, key } = this.#head;
    if (deadline === null) return;
    this.#begin(3);
    this.#writer.texts("PEXPIREAT", key, String(deadline));
  }

  /** Writes a command that makes room or says where: `DEL key`, `SELECT 1`. */
  command(...words: readonly string[]): void {
    this.#begin(words.length);
    this.#writer.texts(...words);
  }

  #begin(length: number): void {
    this.#writer.begin(length);
    this.count++;
  }

  /** Adds the last piece of an element of `width` pieces. */
  #add(piece: ByteSlice, width: number): void {
    this.#pieces.add(piece);
    const bytes = this.#pieces.ends[this.#pieces.length - 1];
    if (this.#pieces.length === ELEMENTS_PER_COMMAND * width || bytes >= BYTES_PER_COMMAND) this.#flush();
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const { key, type } = this.#head;
    this.#begin(2 + this.#pieces.length);
    this.#writer.texts(NAMES[type as keyof typeof NAMES], key);
    this.#pieceArguments(this.#pieces);
    this.#pieces.clear();
  }

  #pieceArguments(pieces: PieceList): void {
    for (let i = 0; i < pieces.length; i++) {
      pieces.read(i, this.#piece);
      this.#writer.slice(this.#piece);
    }
  }
}
