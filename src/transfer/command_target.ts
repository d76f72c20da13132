/**
 * Entries as a file of commands: what `redis-cli --pipe` takes.
 *
 * @module
 */

import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import { CommandWriter } from "../persistence/aof/command_writer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import type { EntryHead, EntryReceiver } from "./entry.ts";
import { EntryCommands } from "./entry_commands.ts";
import type { Output } from "./output.ts";
import type { PieceList } from "./piece_list.ts";

/** Writes commands to an output. */
export class CommandTarget implements EntryReceiver {
  readonly #output: Output;
  readonly #writer = new CommandWriter();
  readonly #commands = new EntryCommands(this.#writer);
  #database = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  library(text: string): void {
    this.#commands.command("FUNCTION", "LOAD", text);
  }

  begin(head: EntryHead): void {
    if (head.database !== this.#database) this.#commands.command("SELECT", String(head.database));
    this.#database = head.database;
    this.#commands.begin(head);
  }

  text(text: ByteSlice): void {
    this.#commands.text(text);
    this.#write(false);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.#commands.field(field, value);
    this.#write(false);
  }

  member(member: ByteSlice, score: number): void {
    this.#commands.member(member, score);
    this.#write(false);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.#commands.streamEntry(id, fields);
    this.#write(false);
  }

  streamState(stream: Stream): void {
    this.#commands.streamState(stream);
  }

  end(): void {
    this.#commands.end();
    this.#write(false);
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    this.#write(true);
    await this.#output.commit();
  }

  #write(all: boolean): void {
    const bytes = this.#writer.take(all);
    if (bytes !== null) this.#output.write(bytes);
  }
}
