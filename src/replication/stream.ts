/**
 * The replication stream: all changes as commands, one behind the other, with an ID for the history and an offset in it.
 *
 * A master makes the stream from what its commands propagate; a replica passes on what its master sends, byte for byte,
 * so that ID and offset mean the same on all of them. After a promotion the old ID stays good for what was before
 * ({@linkcode ReplicationStream.secondId}).
 *
 * @module
 */

import type { Propagator } from "../command/dispatch.ts";
import { NO_DATABASE } from "../command/propagation_unit.ts";
import { type CommandFrame, encodeFrame } from "../resp/encode.ts";
import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { Backlog } from "./backlog.ts";

/** The second ID when there is none. */
export const NO_ID = "0".repeat(40);
const INITIAL_SIZE = 16 * 1024;
/** Memory for more bytes is given back. */
const RETAINED_SIZE = 1 << 20;

/** Somebody who gets the stream: a replica that is attached. */
export interface StreamTarget {
  /** Takes the first `size` bytes of `source`, the stream's next; they are valid during the call only. */
  feed(source: ByteSource, size: number): void;
}

/** The stream of this server. */
export class ReplicationStream implements Propagator {
  /** ID of the history, 40 hexadecimal digits: `master_replid`. */
  id: string;
  /** ID of the history before the last promotion, and the offset up to which it holds; -1 if there is none. */
  secondId = NO_ID;
  secondOffset = -1;
  /** Offset of the last byte: `master_repl_offset`. */
  offset = 0;
  /** Null until the first replica asks; without it nothing is fed and the offset stands still. */
  backlog: Backlog | null = null;
  /** True while this server is a replica: the stream is what the master sends, not what commands propagate. */
  relaying = false;
  readonly targets = new Set<StreamTarget>();

  /** Database of the last command in the stream; NO_DATABASE has a SELECT stand before the next. */
  #database = NO_DATABASE;
  /** Fed, but not yet given to backlog and targets. */
  #pending = new ByteBuffer(INITIAL_SIZE);
  #length = 0;
  readonly #flushLater = () => this.flush();

  constructor(id: string) {
    this.id = id;
  }

  /** Begins to keep the stream's end. */
  openBacklog(size: number): void {
    this.backlog ??= new Backlog(size, this.offset);
  }

  /** Keeps the stream's end no longer. The history ends: what comes now nobody knows. `id` is 40 new digits. */
  closeBacklog(id: string): void {
    this.backlog = null;
    this.#length = 0;
    this.restart(id);
  }

  /** Begins a history that has nothing to do with any before. `id` is 40 new digits. */
  restart(id: string): void {
    this.id = id;
    this.secondId = NO_ID;
    this.secondOffset = -1;
  }

  /** Database that the stream is in, as far as is known; a replica begins in database 0. */
  get database(): number {
    return Math.max(0, this.#database);
  }

  /** Whether something was appended that {@linkcode flush} has not given on yet. */
  get dirty(): boolean {
    return this.#length > 0;
  }

  /** A command of this server, as a master. */
  propagate(database: number, frame: CommandFrame): void {
    if (this.relaying || this.backlog === null) return;
    if (database !== this.#database && database !== NO_DATABASE) {
      this.#append(encodeFrame(["SELECT", String(database)]));
      this.#database = database;
    }
    this.#append(frame);
  }

  /**
   * Bytes of the master's stream, as a replica: passed on as they are. They must be whole commands (a transaction from
   * MULTI to EXEC), and have been applied: a replica of this replica is to find what it gets here in the snapshot before.
   * `database` is the one that they end in.
   */
  relay(bytes: Uint8Array, database: number): void {
    const at = this.#extend(bytes.length);
    this.#pending.buffer.set(bytes, at);
    this.#database = database;
    this.flush();
  }

  /**
   * Has a SELECT stand before the next command: a new replica does not know which database the stream is in. Not in a
   * stream that is passed on, where the snapshot tells.
   */
  forgetDatabase(): void {
    if (!this.relaying) this.#database = NO_DATABASE;
  }

  /**
   * Gives everybody what was appended; at the end of a batch, and before anybody reads {@linkcode offset} to begin there.
   * What is appended outside of a batch follows by itself. False if there was nothing.
   */
  flush(): boolean {
    const size = this.#length;
    if (size === 0) return false;
    const pending = this.#pending;
    this.#length = 0;
    this.backlog?.append(pending.buffer.subarray(0, size));
    for (const target of this.targets) target.feed(pending, size);
    if (pending.buffer.length > RETAINED_SIZE) this.#pending = new ByteBuffer(INITIAL_SIZE);
    return true;
  }

  /** Begins another history, which goes on from this one: what a promotion does. `id` is 40 new digits. */
  shiftId(id: string): void {
    this.secondId = this.id;
    this.secondOffset = this.offset + 1;
    this.id = id;
  }

  /** Takes another server's history over, at `offset`, where it is in `database`: after a full resynchronisation. */
  adopt(id: string, offset: number, database: number): void {
    this.restart(id);
    this.offset = offset;
    this.#length = 0;
    this.#database = database;
    if (this.backlog !== null) this.backlog = new Backlog(this.backlog.size, offset);
  }

  #append(frame: CommandFrame): void {
    const { frameStart, frameEnd } = frame;
    const at = this.#extend(frameEnd - frameStart);
    copyBytes(frame, frameStart, frameEnd, this.#pending, at);
  }

  /** Makes the pending bytes so much longer, and answers where what comes is to be put. */
  #extend(size: number): number {
    const at = this.#length;
    const needed = at + size;
    if (needed > this.#pending.buffer.length) this.#grow(needed);
    if (at === 0) queueMicrotask(this.#flushLater);
    this.#length = needed;
    this.offset += size;
    return at;
  }

  #grow(needed: number): void {
    const larger = new ByteBuffer(Math.max(needed, this.#pending.buffer.length * 2));
    larger.buffer.set(this.#pending.buffer.subarray(0, this.#length));
    this.#pending = larger;
  }
}
