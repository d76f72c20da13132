/**
 * Bytes that are put together.
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";

const INITIAL_SIZE = 1024;

/** Memory that grows as bytes are added, and is used again. */
export class GrowingBytes {
  length = 0;
  #memory = new ByteBuffer(INITIAL_SIZE);

  /** Where the bytes lie, until more are added. */
  get memory(): ByteBuffer {
    return this.#memory;
  }

  clear(): void {
    this.length = 0;
  }

  byte(byte: number): void {
    this.#ensure(1);
    this.#memory.buffer[this.length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#memory.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  #ensure(extra: number): void {
    const size = this.length + extra;
    if (size <= this.#memory.buffer.length) return;
    const larger = new ByteBuffer(size * 2);
    larger.buffer.set(this.#memory.buffer.subarray(0, this.length));
    this.#memory = larger;
  }
}
