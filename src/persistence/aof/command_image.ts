/**
 * An image of the data as commands: a base for `aof-use-rdb-preamble no`.
 *
 * @module
 */

import { Collection } from "../../data/collection.ts";
import { type Database, NO_EXPIRY } from "../../keyspace/database.ts";
import { deadlineOf } from "../../keyspace/deadline.ts";
import type { ImageWriter } from "../snapshot.ts";
import { CommandWriter } from "./command_writer.ts";
import { timestampLine } from "./log_buffer.ts";
import { ELEMENTS_PER_COMMAND, rewriteObject, rewriteString } from "./rewrite_value.ts";

/** A collection with more elements is written in steps. */
const LARGE = 16 * ELEMENTS_PER_COMMAND;
/** Commands of one step. */
const COMMANDS_PER_STEP = 16;

/** Writes entries as the commands that make them. */
export class CommandImageWriter implements ImageWriter {
  readonly #file = new CommandWriter();
  /** What is written while an entry is being written in steps, and comes behind it. */
  #aside: CommandWriter | null = null;
  #ended = false;

  /**
   * `second`, seconds since the epoch, is noted at the beginning unless null. `libraries` are the texts of the function
   * libraries, byte strings.
   */
  constructor(second: number | null = null, libraries: Iterable<string> = []) {
    if (second !== null) this.#file.raw(timestampLine(second));
    for (const library of libraries) {
      this.#file.begin(3);
      this.#file.texts("FUNCTION", "LOAD", library);
    }
  }

  select(index: number): void {
    const writer = this.#writer;
    writer.begin(2);
    writer.text("SELECT");
    writer.integer(index);
  }

  entry(database: Database, handle: number): void {
    const writer = this.#writer;
    const value = database.valueOf(handle);
    const key = database.keyOf(handle);
    if (typeof value === "number") rewriteString(writer, key, database, handle);
    else {
      const commands = rewriteObject(writer, key, value);
      while (!commands.next().done);
    }
    writeDeadline(writer, database, handle, key);
  }

  entryInSteps(database: Database, handle: number): Iterator<void> | null {
    const value = database.valueOf(handle);
    if (this.#aside !== null || !(value instanceof Collection) || value.size <= LARGE) return null;
    this.#aside = new CommandWriter();
    return this.#steps(database, handle, value);
  }

  end(): void {
    this.#ended = true;
  }

  take(): Uint8Array<ArrayBuffer> | null {
    return this.#file.take(this.#ended);
  }

  get #writer(): CommandWriter {
    return this.#aside ?? this.#file;
  }

  *#steps(database: Database, handle: number, value: Collection): Generator<void> {
    const key = database.keyOf(handle);
    let count = 0;
    for (const _ of rewriteObject(this.#file, key, value)) {
      if (++count % COMMANDS_PER_STEP === 0) yield;
    }
    writeDeadline(this.#file, database, handle, key);
    this.#file.append(this.#aside!);
    this.#aside = null;
  }
}

function writeDeadline(writer: CommandWriter, database: Database, handle: number, key: string): void {
  const deadline = database.deadlineOf(handle);
  if (deadline === NO_EXPIRY) return;
  writer.begin(3);
  writer.texts("PEXPIREAT", key);
  // One beyond the safe integers is exact elsewhere.
  writer.text(String(Number.isSafeInteger(deadline) ? deadline : deadlineOf(database, key)));
}
