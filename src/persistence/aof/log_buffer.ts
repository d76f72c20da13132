/**
 * Commands on their way into the log.
 *
 * @module
 */

import { NO_DATABASE } from "../../command/propagation_unit.ts";
import type { CommandFrame } from "../../resp/encode.ts";
import { ByteBuffer, copyBytes } from "../../util/byte_buffer.ts";
import { toBytes, writeByteString } from "../../util/byte_string.ts";

const INITIAL_SIZE = 16 * 1024;
/** A larger buffer is given back when it was written. */
const RETAINED_SIZE = 1 << 20;

/** Collects commands, each with the SELECT and the time that it needs before it. It costs a copy of the command. */
export class LogBuffer {
  #memory = new ByteBuffer(INITIAL_SIZE);
  #capacity = INITIAL_SIZE;
  #length = 0;
  /** Database of the last command. */
  #database = NO_DATABASE;
  /** Second of the last annotation. */
  #annotated = 0;

  /** Bytes in the buffer. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** A view of what is there from `start` on, valid until something is added or dropped. */
  from(start: number): Uint8Array {
    return this.#memory.buffer.subarray(start, this.#length);
  }

  /** Adds a command for a database, or for none. */
  add(database: number, frame: CommandFrame): void {
    if (database !== this.#database && database !== NO_DATABASE) this.#select(database);
    const { frameStart, frameEnd } = frame;
    const size = frameEnd - frameStart;
    this.#ensure(size);
    copyBytes(frame, frameStart, frameEnd, this.#memory, this.#length);
    this.#length += size;
  }

  /** Adds a line with the time, seconds since the epoch, unless the last one is as late. */
  addTime(second: number): void {
    if (second <= this.#annotated) return;
    this.#annotated = second;
    this.#addText(annotation(second));
  }

  /** Has a SELECT stand before the next command, whatever its database. */
  forgetDatabase(): void {
    this.#database = NO_DATABASE;
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    if (count < this.#length) this.#memory.buffer.copyWithin(0, count, this.#length);
    this.#length -= count;
    if (this.#length === 0 && this.#capacity > RETAINED_SIZE) {
      this.#memory = new ByteBuffer(INITIAL_SIZE);
      this.#capacity = INITIAL_SIZE;
    }
  }

  #select(database: number): void {
    const digits = String(database);
    this.#addText(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`);
    this.#database = database;
  }

  #addText(text: string): void {
    this.#ensure(text.length);
    this.#length = writeByteString(this.#memory.buffer, this.#length, text);
  }

  #ensure(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#capacity) return;
    const capacity = Math.max(needed, this.#capacity * 2);
    const larger = new ByteBuffer(capacity);
    larger.buffer.set(this.#memory.buffer.subarray(0, this.#length));
    this.#memory = larger;
    this.#capacity = capacity;
  }
}

function annotation(second: number): string {
  return `#TS:${second}\r\n`;
}

/** The line that tells the time, seconds since the epoch. */
export function timestampLine(second: number): Uint8Array<ArrayBuffer> {
  return toBytes(annotation(second));
}
