/**
 * What the stream brings while replicas are still busy with a snapshot.
 *
 * @module
 */

import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import type { Replica } from "./replica.ts";
import type { StreamTarget } from "./stream.ts";

const FIRST_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 256 * 1024;
/** A replica gets no more while more bytes wait for its socket. */
export const MOST_UNSENT = 256 * 1024;

/** Part of the stream; only the last one has room. */
interface Block {
  readonly memory: ByteBuffer;
  length: number;
}

/** Keeps the stream from one moment on, once for all replicas that will want it. */
export class HeldStream implements StreamTarget {
  /** Bytes kept. */
  size = 0;
  readonly #blocks: Block[] = [];

  feed(source: ByteSource, size: number): void {
    for (let done = 0; done < size;) {
      const block = this.#blockWithRoom();
      const count = Math.min(size - done, block.memory.buffer.length - block.length);
      copyBytes(source, done, done + count, block.memory, block.length);
      block.length += count;
      done += count;
    }
    this.size += size;
  }

  /**
   * Sends all of it to a replica, as its socket takes it. When nothing is left, `join` is called in the same turn: from
   * then on the replica has to get the stream itself. Not if its connection is gone by then.
   */
  async handOver(replica: Replica, join: () => void): Promise<void> {
    const { transport } = replica.client;
    let [index, position] = [0, 0];
    while (!replica.closed) {
      const block = this.#blocks[index];
      if (block === undefined || (position === block.length && index === this.#blocks.length - 1)) {
        return join();
      }
      replica.send(block.memory.buffer.subarray(position, block.length));
      position = block.length;
      if (index < this.#blocks.length - 1) [index, position] = [index + 1, 0];
      if (transport.usage().queuedBytes > MOST_UNSENT) await transport.drained();
    }
  }

  #blockWithRoom(): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.length < last.memory.buffer.length) return last;
    const size = Math.min(FIRST_BLOCK * 2 ** this.#blocks.length, LARGEST_BLOCK);
    const block = { memory: new ByteBuffer(size), length: 0 };
    this.#blocks.push(block);
    return block;
  }
}
