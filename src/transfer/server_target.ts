/**
 * A running server as the target.
 *
 * Keys go as payloads of RESTORE, which makes each at once and as it was. A value too large to be held as a whole goes as
 * the commands that make it, and so does everything for servers before Redis 7.0, whose payloads have other encodings.
 *
 * @module
 */

import { type RedisConnection, ReplyError } from "../client/mod.ts";
import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import { CommandWriter } from "../persistence/aof/command_writer.ts";
import { dumpPayload } from "../persistence/rdb/payload.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { type EntryHead, type EntryReceiver, TransferError } from "./entry.ts";
import { EntryCommands } from "./entry_commands.ts";
import type { PieceList } from "./piece_list.ts";
import { type Note, Pipeline } from "./pipeline.ts";
import { ValueBuilder } from "./value_builder.ts";
import { walkEntries, walkValue } from "./walk_value.ts";

/** From this size on, in bytes of its elements, a collection is not held any more. */
const LARGEST_HELD = 8 * 1024 * 1024;

/** How a server is filled. */
export interface ServerTargetOptions {
  /** RDB version of payloads; null to send commands only. */
  readonly version: number | null;
  /** Keys that are there already are replaced. Else each is an error, and stays as it is. */
  readonly replace: boolean;
  /** There are no keys in the server. */
  readonly isEmpty: boolean;
}

/** What becomes of the entry at hand. */
type Mode = "payload" | "commands" | "skipped";

/** Fills a server over one connection. */
export class ServerTarget implements EntryReceiver {
  readonly #connection: RedisConnection;
  readonly #options: ServerTargetOptions;
  readonly #pipeline: Pipeline;
  readonly #builder = new ValueBuilder();
  readonly #writer = new CommandWriter();
  readonly #commands = new EntryCommands(this.#writer);
  #notes: Note[] = [];
  #mode: Mode = "payload";
  #isOpen = false;
  #database = 0;
  #head!: EntryHead;

  /** The connection has database 0 selected. Errors about keys go to `onError`, with a line about each. */
  constructor(connection: RedisConnection, options: ServerTargetOptions, onError: (text: string) => void) {
    this.#connection = connection;
    this.#options = options;
    this.#pipeline = new Pipeline(connection, onError);
  }

  /** Keys that could not be made. */
  get errors(): number {
    return this.#pipeline.errors;
  }

  library(text: string): void {
    const words = this.#options.replace ? ["FUNCTION", "LOAD", "REPLACE", text] : ["FUNCTION", "LOAD", text];
    this.#commands.command(...words);
    this.#note("a function library");
  }

  begin(head: EntryHead): void {
    this.#head = head;
    this.#isOpen = true;
    if (head.database !== this.#database) {
      this.#flush();
      this.#pipeline.select(String(head.database));
    }
    this.#database = head.database;
    this.#builder.begin(head);
    this.#mode = "payload";
    if (this.#options.version === null) this.#toCommands();
  }

  text(text: ByteSlice): void {
    if (this.#mode === "payload") this.#builder.text(text);
    else if (this.#mode === "commands") this.#commands.text(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    if (this.#mode === "payload") this.#builder.field(field, value);
    else if (this.#mode === "commands") this.#commands.field(field, value);
  }

  member(member: ByteSlice, score: number): void {
    if (this.#mode === "payload") this.#builder.member(member, score);
    else if (this.#mode === "commands") this.#commands.member(member, score);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    if (this.#mode === "payload") this.#builder.streamEntry(id, fields);
    else if (this.#mode === "commands") this.#commands.streamEntry(id, fields);
  }

  streamState(stream: Stream): void {
    if (this.#mode === "payload") this.#builder.streamState(stream);
    else if (this.#mode === "commands") this.#commands.streamState(stream);
  }

  end(): void {
    this.#isOpen = false;
    if (this.#mode === "payload") this.#restore();
    else if (this.#mode === "commands") this.#commands.end();
    this.#note(this.#head.key);
    this.#builder.clear();
  }

  async drain(): Promise<void> {
    if (this.#isOpen && this.#mode === "payload" && this.#builder.size > LARGEST_HELD) {
      await this.#giveUpPayload();
    }
    if (this.#isOpen) this.#note(this.#head.key);
    this.#flush();
    await this.#pipeline.drain();
  }

  async finish(): Promise<void> {
    this.#flush();
    await this.#pipeline.finish();
  }

  /** What was written since the last note is about `subject`. */
  #note(subject: string): void {
    if (this.#commands.count > 0) this.#notes.push({ count: this.#commands.count, subject });
    this.#commands.count = 0;
  }

  /** Hands what was written to the pipeline. */
  #flush(): void {
    const bytes = this.#writer.take(true);
    if (bytes !== null) this.#pipeline.add(bytes, this.#notes);
    this.#notes = [];
  }

  #restore(): void {
    const entry = this.#builder.finish();
    if (entry === null) return;
    const { key, deadline } = this.#head;
    const { database, handle } = entry;
    const payload = dumpPayload(database, database.valueOf(handle), false, this.#options.version!);
    // 0 would say that the key does not expire.
    const ttl = deadline === null ? "0" : String(deadline < 1 ? 1 : deadline);
    const options = this.#options.replace ? ["ABSTTL", "REPLACE"] : ["ABSTTL"];
    this.#commands.count++;
    this.#writer.begin(4 + options.length);
    this.#writer.texts("RESTORE", key, ttl);
    this.#writer.array(payload);
    this.#writer.texts(...options);
  }

  /** From now on the elements go as commands. What the key held goes first. */
  #toCommands(): void {
    this.#mode = "commands";
    this.#commands.begin(this.#head);
    if (!this.#options.isEmpty) this.#commands.command("DEL", this.#head.key);
  }

  /** The value has become too large to be held: what there is of it goes as commands, and so will the rest. */
  async #giveUpPayload(): Promise<void> {
    const value = this.#builder.collection;
    if (value === null) return;
    const { isEmpty, replace } = this.#options;
    if (!isEmpty && !replace && await this.#exists()) {
      this.#mode = "skipped";
      this.#pipeline.fail(this.#head.key, "BUSYKEY Target key name already exists.");
    } else {
      this.#toCommands();
      const steps = this.#head.type === "stream"
        ? walkEntries(value as Stream, this.#commands)
        : walkValue(value, this.#commands);
      for (const _ of steps);
    }
    this.#builder.clear();
  }

  async #exists(): Promise<boolean> {
    this.#flush();
    await this.#pipeline.finish();
    const reply = await this.#connection.call("EXISTS", this.#head.key);
    if (reply instanceof ReplyError) {
      throw new TransferError(`the server answers to EXISTS: ${reply.message}`);
    }
    return reply === 1;
  }
}
