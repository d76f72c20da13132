/**
 * Fixtures in the format of `mini-redis dump --format ndjson`, which `docs/import-export.md` describes.
 *
 * @module
 */

import { Args } from "../command/args.ts";
import type { Stream } from "../data/stream.ts";
import type { StreamId } from "../data/stream_id.ts";
import { CommandWriter } from "../persistence/aof/command_writer.ts";
import { Decoder } from "../resp/decoder.ts";
import type { EntryHead, EntryReceiver } from "../transfer/entry.ts";
import { EntryCommands } from "../transfer/entry_commands.ts";
import { NdjsonSource, type TextInput } from "../transfer/ndjson_source.ts";
import type { PieceList } from "../transfer/piece_list.ts";
import type { ByteSlice } from "../util/byte_slice.ts";

/** Runs a command, given in RESP. */
type Run = (frame: Uint8Array) => Promise<unknown>;

/**
 * Stores what the lines say, by commands that begin in database 0.
 *
 * @returns how many keys
 * @throws {Error} that names the line and the column if the text is wrong
 */
export async function loadLines(text: string, run: Run): Promise<number> {
  const source = new NdjsonSource(inputOf(text));
  const target = new CommandTarget(run);
  try {
    for (const _ of source.send(target)) await target.drain();
    await target.finish();
  } finally {
    source.close();
  }
  return target.keys;
}

/** Makes commands of entries, and has them run. */
class CommandTarget implements EntryReceiver {
  /** How many were stored. */
  keys = 0;
  readonly #run: Run;
  readonly #writer = new CommandWriter();
  readonly #commands = new EntryCommands(this.#writer);
  #database = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  library(text: string): void {
    this.#commands.command("FUNCTION", "LOAD", "REPLACE", text);
  }

  begin(head: EntryHead): void {
    if (head.database !== this.#database) this.#commands.command("SELECT", String(head.database));
    this.#database = head.database;
    this.#commands.command("DEL", head.key);
    this.#commands.begin(head);
  }

  text(text: ByteSlice): void {
    this.#commands.text(text);
  }

  field(field: ByteSlice, value: ByteSlice): void {
    this.#commands.field(field, value);
  }

  member(member: ByteSlice, score: number): void {
    this.#commands.member(member, score);
  }

  streamEntry(id: StreamId, fields: PieceList): void {
    this.#commands.streamEntry(id, fields);
  }

  streamState(stream: Stream): void {
    this.#commands.streamState(stream);
  }

  end(): void {
    this.#commands.end();
    this.keys++;
  }

  async drain(): Promise<void> {
    const bytes = this.#writer.take(true);
    if (bytes !== null) { for (const frame of framesOf(bytes)) await this.#run(frame); }
  }

  async finish(): Promise<void> {
    await this.drain();
  }
}

/** Cuts bytes into the commands that they are. */
function* framesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  const decoder = new Decoder({ maxBulkSize: Number.MAX_SAFE_INTEGER });
  decoder.push(bytes);
  const args = new Args();
  while (decoder.next(args)) yield args.buffer.slice(args.frameStart, args.frameEnd);
}

/** The text as what a source reads from. */
function inputOf(text: string): TextInput {
  const bytes = new TextEncoder().encode(text);
  let offset = 0;
  return {
    name: "the text",
    size: bytes.length,
    readSync(target: Uint8Array): number | null {
      const count = Math.min(target.length, bytes.length - offset);
      target.set(bytes.subarray(offset, offset + count));
      offset += count;
      return count === 0 ? null : count;
    },
    close() {},
  };
}
