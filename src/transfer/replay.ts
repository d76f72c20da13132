/**
 * A file of commands, sent to a server as it is.
 *
 * @module
 */

import type { RedisConnection } from "../client/mod.ts";
import { LogFormatError, LogReader } from "../persistence/aof/log_reader.ts";
import { Frame } from "../resp/frame.ts";
import { fromBytes } from "../util/byte_string.ts";
import { TransferError } from "./entry.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import type { Input } from "./input.ts";
import { type Note, Pipeline } from "./pipeline.ts";
import type { ProgressBar } from "./progress.ts";

const LARGEST_ARGUMENT = 512 * 1024 * 1024;
/** Commands are sent in pieces of so many bytes. */
const PIECE_SIZE = 64 * 1024;

/**
 * Sends the commands of an input. How many the server refused, of which `onError` is told. Throws
 * {@linkcode TransferError} where the input is no command; those before it were run.
 */
export async function replay(
  input: Input,
  connection: RedisConnection,
  bar: ProgressBar,
  onError: (text: string) => void,
): Promise<number> {
  const pipeline = new Pipeline(connection, onError);
  const reader = new LogReader(input, 0, input.size, LARGEST_ARGUMENT);
  const batch = new Batch(pipeline);
  const frame = new Frame();
  try {
    while (reader.next(frame)) {
      if (!batch.add(frame)) continue;
      await pipeline.drain();
      bar.show({ done: reader.offset, total: totalOf(input), unit: "bytes" });
    }
  } catch (error) {
    if (!(error instanceof LogFormatError)) throw error;
    await finish(pipeline, batch);
    throw new TransferError(`${input.name}, at offset ${error.offset}: this is no command in RESP`);
  } finally {
    bar.clear();
  }
  await finish(pipeline, batch);
  if (reader.left > 0) {
    throw new TransferError(
      `${input.name}: the last ${reader.left} bytes, from offset ${reader.offset} on, are no whole command`,
    );
  }
  return pipeline.errors;
}

async function finish(pipeline: Pipeline, batch: Batch): Promise<void> {
  batch.flush();
  await pipeline.finish();
}

function totalOf({ size }: Input): number {
  return size === Number.MAX_SAFE_INTEGER ? 0 : size;
}

/** Commands that go to the pipeline in one piece. */
class Batch {
  readonly #pipeline: Pipeline;
  readonly #bytes = new GrowingBytes();
  #notes: Note[] = [];

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  /** Adds a command. True if there is something to send now. */
  add(frame: Frame): boolean {
    const { buffer, starts, ends, length, frameStart, frameEnd } = frame;
    const name = fromBytes(buffer, starts[0], ends[0]).toUpperCase();
    if (name === "SELECT" && length === 2) {
      this.flush();
      this.#pipeline.select(fromBytes(buffer, starts[1], ends[1]));
      return true;
    }
    this.#bytes.append(buffer.subarray(frameStart, frameEnd));
    const subject = length > 1 ? fromBytes(buffer, starts[1], Math.min(ends[1], starts[1] + 256)) : name;
    this.#notes.push({ count: 1, subject });
    if (this.#bytes.length < PIECE_SIZE) return false;
    this.flush();
    return true;
  }

  /** Hands what there is to the pipeline. */
  flush(): void {
    const { length, memory } = this.#bytes;
    if (length > 0) this.#pipeline.add(memory.buffer.slice(0, length), this.#notes);
    this.#bytes.clear();
    this.#notes = [];
  }
}
