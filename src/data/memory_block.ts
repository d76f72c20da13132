/**
 * Memory for one small structure, that grows.
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { LARGEST_SLOT, NO_SLOT, SlabArena } from "./slab_arena.ts";

/**
 * Where the elements of all collections lie. A new typed array costs the better part of a microsecond and 300 bytes
 * besides its content, which is more than most small collections hold; a slot costs neither.
 */
export const collectionArena = new SlabArena();

/**
 * A piece of memory: a slot of {@linkcode collectionArena} or, above its largest size, an array of its own. Bytes
 * `offset` to `offset + capacity` of `buffer` and `view` belong to the block. Must be {@linkcode release}d.
 */
export class MemoryBlock implements ByteSource {
  buffer: Uint8Array;
  view: DataView;
  offset = 0;
  capacity = 0;
  #slot = NO_SLOT;

  /** A block of at least `size` bytes, of undefined content. */
  constructor(size: number) {
    this.buffer = NOTHING.buffer;
    this.view = NOTHING.view;
    this.#take(size);
  }

  /**
   * Makes the capacity at least `size` bytes and moves bytes `from` to `to`, counted from the block's beginning, to
   * `at`. `buffer`, `view` and `offset` may be others afterwards.
   */
  resize(size: number, from: number, to: number, at: number): void {
    const { buffer, offset } = this;
    const slot = this.#slot;
    this.#take(size);
    this.buffer.set(buffer.subarray(offset + from, offset + to), this.offset + at);
    if (slot !== NO_SLOT) collectionArena.free(slot);
  }

  /** Gives the memory back. The block must not be used any more. */
  release(): void {
    if (this.#slot !== NO_SLOT) collectionArena.free(this.#slot);
    this.#slot = NO_SLOT;
    this.buffer = NOTHING.buffer;
    this.view = NOTHING.view;
    this.offset = 0;
    this.capacity = 0;
  }

  #take(size: number): void {
    if (size <= LARGEST_SLOT) {
      const slot = collectionArena.allocate(size);
      const page = collectionArena.page(slot);
      this.#slot = slot;
      this.buffer = page.buffer;
      this.view = page.view;
      this.offset = collectionArena.start(slot);
      this.capacity = collectionArena.slotSize(slot);
      return;
    }
    const own = new ByteBuffer(size);
    this.#slot = NO_SLOT;
    this.buffer = own.buffer;
    this.view = own.view;
    this.offset = 0;
    this.capacity = size;
  }
}

const NOTHING = new ByteBuffer(0);
