/**
 * Commands in RESP, written into memory that grows.
 *
 * @module
 */

import { LONGEST_ID, type StreamId } from "../../data/stream_id.ts";
import { ByteBuffer, type ByteSource, copyBytes } from "../../util/byte_buffer.ts";
import type { ByteSlice } from "../../util/byte_slice.ts";
import { writeByteString } from "../../util/byte_string.ts";
import { formatDouble } from "../../util/float.ts";
import { integerLength, writeInteger } from "../../util/number.ts";

/** From this size on what was written is worth writing to a file. */
const CHUNK_SIZE = 256 * 1024;
/** `$` or `*`, digits and the line's end. */
const LONGEST_HEADER = 20;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;

/** Writes arrays of bulk strings, piece by piece. */
export class CommandWriter {
  #memory = new ByteBuffer(CHUNK_SIZE);
  #length = 0;
  readonly #id = new ByteBuffer(LONGEST_ID);

  /** Bytes written and not taken. */
  get length(): number {
    return this.#length;
  }

  /** What was written if it is worth it, or if `all` is wanted: the caller's from now on. Else null. */
  take(all: boolean): Uint8Array<ArrayBuffer> | null {
    if (this.#length === 0 || (this.#length < CHUNK_SIZE && !all)) return null;
    const taken = this.#memory.buffer.subarray(0, this.#length);
    this.#memory = new ByteBuffer(CHUNK_SIZE + CHUNK_SIZE / 4);
    this.#length = 0;
    return taken;
  }

  /** Puts what another writer holds behind, and empties that. */
  append(other: CommandWriter): void {
    this.raw(other.#memory.buffer.subarray(0, other.#length));
    other.#length = 0;
  }

  /** Begins a command of `count` arguments, which must follow. */
  begin(count: number): void {
    this.#header(ASTERISK, count);
  }

  /** An argument from bytes. */
  bytes(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    this.#header(DOLLAR, size);
    this.#ensure(size + 2);
    copyBytes(source, start, end, this.#memory, this.#length);
    this.#length += size;
    this.#lineEnd();
  }

  /** An argument from a slice. */
  slice({ source, start, end }: ByteSlice): void {
    this.bytes(source, start, end);
  }

  /** An argument from an array. */
  array(bytes: Uint8Array): void {
    this.#header(DOLLAR, bytes.length);
    this.#ensure(bytes.length + 2);
    this.#memory.buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#lineEnd();
  }

  /** Arguments from byte strings. */
  texts(...texts: readonly string[]): void {
    for (const text of texts) this.text(text);
  }

  /** An argument from a byte string. */
  text(text: string): void {
    this.#header(DOLLAR, text.length);
    this.#ensure(text.length + 2);
    this.#length = writeByteString(this.#memory.buffer, this.#length, text);
    this.#lineEnd();
  }

  /** An argument from a safe integer. */
  integer(value: number): void {
    this.#header(DOLLAR, integerLength(value));
    this.#ensure(LONGEST_HEADER);
    this.#length = writeInteger(this.#memory.buffer, this.#length, value);
    this.#lineEnd();
  }

  /** An argument from a double, exactly. */
  double(value: number): void {
    this.text(formatDouble(value));
  }

  /** An argument from a stream's ID. */
  id(id: StreamId): void {
    this.bytes(this.#id, 0, id.write(this.#id.buffer, 0));
  }

  /** Bytes that are no argument. */
  raw(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#memory.buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #header(mark: number, value: number): void {
    this.#ensure(LONGEST_HEADER);
    this.#memory.buffer[this.#length] = mark;
    this.#length = writeInteger(this.#memory.buffer, this.#length + 1, value);
    this.#lineEnd();
  }

  #lineEnd(): void {
    const { buffer } = this.#memory;
    buffer[this.#length] = CR;
    buffer[this.#length + 1] = LF;
    this.#length += 2;
  }

  #ensure(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#memory.buffer.length) return;
    const larger = new ByteBuffer(Math.max(needed, this.#memory.buffer.length * 2));
    larger.buffer.set(this.#memory.buffer.subarray(0, this.#length));
    this.#memory = larger;
  }
}
