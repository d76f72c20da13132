/**
 * Entries as an RDB file.
 *
 * @module
 */

import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import { RdbFileWriter } from "../persistence/rdb/file_writer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { escapeForDisplay } from "../util/byte_string.ts";
import { type EntryHead, type EntryReceiver, TransferError } from "./entry.ts";
import { KeySet } from "./key_set.ts";
import type { Output } from "./output.ts";
import type { PieceList } from "./piece_list.ts";
import { ValueBuilder } from "./value_builder.ts";

/** Writes an RDB file. One value at a time is held in memory. */
export class RdbWriterTarget implements EntryReceiver {
  readonly #output: Output;
  readonly #version: number;
  readonly #builder = new ValueBuilder();
  readonly #keys = new KeySet();
  readonly #libraries: string[] = [];
  #file: RdbFileWriter | null = null;
  #database = -1;

  /** `version` is that of the format: 10 or 11. */
  constructor(output: Output, version: number) {
    this.#output = output;
    this.#version = version;
  }

  library(text: string): void {
    if (this.#file !== null) {
      throw new TransferError("an RDB file can't be written: a function library comes behind the first key");
    }
    this.#libraries.push(text);
  }

  begin(head: EntryHead): void {
    if (!this.#keys.add(head.database, head.key)) {
      throw new TransferError(
        `the key ${escapeForDisplay(head.key)} of database ${head.database} comes twice: ` +
          "no server would load such an RDB file",
      );
    }
    this.#builder.begin(head);
  }

  text(text: ByteSlice): void {
    this.#builder.text(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.#builder.field(field, value);
  }

  member(member: ByteSlice, score: number): void {
    this.#builder.member(member, score);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.#builder.streamEntry(id, fields);
  }

  streamState(stream: Stream): void {
    this.#builder.streamState(stream);
  }

  end(): void {
    const entry = this.#builder.finish();
    if (entry !== null) {
      const file = this.#begun();
      const { database } = this.#builder.head;
      if (database !== this.#database) file.select(database, entry.database);
      this.#database = database;
      const steps = file.entryInSteps(entry.database, entry.handle);
      if (steps === null) file.entry(entry.database, entry.handle);
      else while (!steps.next().done) this.#write(file);
      this.#write(file);
    }
    this.#builder.clear();
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    const file = this.#begun();
    file.end();
    this.#write(file);
    await this.#output.commit();
  }

  #begun(): RdbFileWriter {
    return this.#file ??= new RdbFileWriter({
      version: this.#version,
      compress: true,
      checksum: true,
      clocks: null,
      now: Date.now(),
      usedMemory: 0,
      isAofBase: false,
      functions: this.#libraries,
    });
  }

  #write(file: RdbFileWriter): void {
    for (let chunk = file.take(); chunk !== null; chunk = file.take()) {
      this.#output.write(chunk);
      file.reuse(chunk);
    }
  }
}
