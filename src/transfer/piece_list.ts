/**
 * Pieces of bytes one behind the other.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import type { Pieces } from "../data/stream_node.ts";

const MEMORY = 1024;
const PIECES = 16;

/** A list of pieces that is filled, used and filled again: the fields and values of a stream's entry. */
export class PieceList implements Pieces {
  starts = new Int32Array(PIECES);
  ends = new Int32Array(PIECES);
  /** How many pieces there are. */
  length = 0;
  #memory = new ByteBuffer(MEMORY);

  get buffer(): Uint8Array {
    return this.#memory.buffer;
  }

  get view(): DataView {
    return this.#memory.view;
  }

  clear(): void {
    this.length = 0;
  }

  /** Adds a copy of the slice's bytes. */
  add({ source, start, end }: ByteSlice): void {
    const at = this.length === 0 ? 0 : this.ends[this.length - 1];
    this.#ensure(at + end - start);
    copyBytes(source as ByteSource, start, end, this.#memory, at);
    this.starts[this.length] = at;
    this.ends[this.length++] = at + end - start;
  }

  /** Points `out` at a piece, until the list is changed. */
  read(index: number, out: ByteSlice): void {
    out.set(this.#memory, this.starts[index], this.ends[index]);
  }

  #ensure(size: number): void {
    if (this.length === this.starts.length) {
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    if (size <= this.#memory.buffer.length) return;
    const larger = new ByteBuffer(size * 2);
    larger.buffer.set(this.#memory.buffer);
    this.#memory = larger;
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
