/**
 * Commands of a pipeline, decoded some at a time.
 *
 * A look-up among many keys waits for memory, twice. A processor can wait for several such places at once, but not if
 * they are asked for one command after the other. So the hashes of the next commands' keys are computed first, and what
 * the look-ups will read is touched for all of them.
 *
 * @module
 */

import type { Database } from "../keyspace/database.ts";
import { MOST_TOUCHED } from "../keyspace/entry_index.ts";
import { hashBytes } from "../keyspace/key.ts";
import type { Decoder } from "../resp/decoder.ts";
import { Args } from "./args.ts";

/** Commands decoded at a time. */
const DEPTH = 16;
/** Databases with fewer keys are in the processor's caches anyway. */
const FEWEST_KEYS = 4096;

const hashesOfOne = new Int32Array(MOST_TOUCHED);

/** Touches what the look-ups of a command's keys will read: arguments `first`, `first + step` and so on. */
export function touchKeys(database: Database, args: Args, first: number, step: number): void {
  if (database.size < FEWEST_KEYS) return;
  const end = Math.min(args.length, first + MOST_TOUCHED * step);
  let count = 0;
  for (let i = first; i < end; i += step) {
    hashesOfOne[count++] = hashBytes(args, args.starts[i], args.ends[i]);
  }
  database.touch(hashesOfOne, count);
}

/** The next commands of a connection. One serves all connections: nothing stays in it between batches. */
export class LookAhead {
  readonly frames: readonly Args[] = Array.from({ length: DEPTH }, () => new Args());
  readonly #starts = new Int32Array(DEPTH);
  readonly #ends = new Int32Array(DEPTH);
  readonly #hashes = new Int32Array(DEPTH);
  #used = 0;

  /** Decodes up to `most` commands and answers how many; `database` is where their keys will be looked up. */
  fill(decoder: Decoder, database: Database, most = DEPTH): number {
    const { frames } = this;
    let count = 0;
    while (count < most && (count === 0 ? decoder.next(frames[0]) : decoder.nextMultibulk(frames[count]))) {
      frames[count].isHashed = false;
      this.#starts[count] = decoder.frameStart;
      this.#ends[count] = decoder.frameEnd;
      count++;
    }
    if (count > this.#used) this.#used = count;
    if (count > 1 && database.size >= FEWEST_KEYS) this.#touchKeys(database, count);
    return count;
  }

  /** Gives command `index` and all behind it back to the decoder. */
  putBack(decoder: Decoder, index: number): void {
    decoder.rewind(this.#starts[index]);
  }

  /** Gives all commands behind `index` back to the decoder. */
  putBackBehind(decoder: Decoder, index: number): void {
    decoder.rewind(this.#ends[index]);
  }

  /** Gives memory back after commands with very many arguments, or in very large buffers. */
  trim(): void {
    for (let i = 0; i < this.#used; i++) this.frames[i].trim();
    this.#used = 0;
  }

  /** A key is argument 1 as a rule; a command for which it is not loses the few nanoseconds of a hash. */
  #touchKeys(database: Database, count: number): void {
    const hashes = this.#hashes;
    for (let i = 0; i < count; i++) hashes[i] = this.frames[i].length > 1 ? this.frames[i].hashFirst() : 0;
    database.touch(hashes, count);
  }
}
