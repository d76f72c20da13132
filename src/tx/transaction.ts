/**
 * The queue of one open transaction.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import type { CommandRecord } from "../command/registry.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";

const INITIAL_SIZE = 256;
const POINTER_SIZE = 8;
const NO_BYTES = new ByteBuffer(0);

/**
 * Commands between MULTI and EXEC. All their frames lie one behind the other in one piece of memory, so that queueing
 * a command costs a copy and no object.
 */
export class Transaction {
  /** A command was refused while queueing: EXEC will abort. */
  failed = false;
  /** The flags of all queued commands together. */
  flags = 0;
  /** The flags that every queued command has. */
  commonFlags = ~0;
  /** Length of all queued arguments together, with a pointer's size for each as Redis counts it: multi-mem. */
  argumentBytes = 0;

  readonly #records: CommandRecord[] = [];
  #memory = NO_BYTES;
  #used = 0;
  /** For each command: start and end of its frame, then start and end of each argument. */
  readonly #boundaries: number[] = [];
  /** For each command: where its boundaries begin. */
  readonly #offsets: number[] = [0];

  /** How many commands are queued. */
  get length(): number {
    return this.#records.length;
  }

  /** Bytes that the queue takes. */
  get memory(): number {
    return this.#memory.buffer.length + 8 * (this.#boundaries.length + 2 * this.#records.length);
  }

  /** Queues a copy of the command. */
  add(record: CommandRecord, args: Args): void {
    const start = this.#reserve(args.frameEnd - args.frameStart);
    this.#memory.buffer.set(args.buffer.subarray(args.frameStart, args.frameEnd), start);
    const shift = start - args.frameStart;
    const boundaries = this.#boundaries;
    boundaries.push(start, this.#used);
    for (let i = 0; i < args.length; i++) {
      boundaries.push(args.starts[i] + shift, args.ends[i] + shift);
      this.argumentBytes += args.size(i) + POINTER_SIZE;
    }
    this.#offsets.push(boundaries.length);
    this.#records.push(record);
    this.flags |= record.flags;
    this.commonFlags &= record.flags;
  }

  /** Points `args` at the queued command `index`; its record. */
  load(index: number, args: Args): CommandRecord {
    const boundaries = this.#boundaries;
    const end = this.#offsets[index + 1];
    let at = this.#offsets[index];
    args.buffer = this.#memory.buffer;
    args.view = this.#memory.view;
    args.frameStart = boundaries[at++];
    args.frameEnd = boundaries[at++];
    args.length = (end - at) / 2;
    while (args.starts.length < args.length) args.grow(args.starts.length);
    for (let i = 0; at < end; i++) {
      args.starts[i] = boundaries[at++];
      args.ends[i] = boundaries[at++];
    }
    return this.#records[index];
  }

  /** Makes room for `size` more bytes; where they begin. */
  #reserve(size: number): number {
    const start = this.#used;
    this.#used += size;
    if (this.#used > this.#memory.buffer.length) {
      const grown = new ByteBuffer(Math.max(this.#used, this.#memory.buffer.length * 2, INITIAL_SIZE));
      grown.buffer.set(this.#memory.buffer.subarray(0, start));
      this.#memory = grown;
    }
    return start;
  }
}
