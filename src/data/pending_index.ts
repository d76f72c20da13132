/**
 * Pending entries in the order of their IDs.
 *
 * A sorted array in blocks of at most {@linkcode MOST} handles, a B-tree of two levels: deliveries come at the end and
 * acknowledgements mostly at the front, both of which touch one block.
 *
 * Costs for n entries: find and seek O(log n); add and remove O(log n) and the moving of one block, and of the list of
 * blocks when one is split or becomes empty; walking O(1) an entry.
 *
 * @module
 */

import { comparePending } from "./pending_entry.ts";
import { NO_SLOT } from "./slab_arena.ts";
import type { StreamId } from "./stream_id.ts";

const MOST = 256;
/** Bytes that a handle takes. */
const HANDLE_BYTES = 8;

/** Handles of pending entries (see `pending_entry.ts`), which belong to whoever made them. */
export class PendingIndex {
  #size = 0;
  #blocks: number[][] = [];

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The entry with the least ID, or NO_SLOT. */
  first(): number {
    return this.#size === 0 ? NO_SLOT : this.#blocks[0][0];
  }

  /** The entry with the greatest ID, or NO_SLOT. */
  last(): number {
    return this.#size === 0 ? NO_SLOT : this.#blocks.at(-1)!.at(-1)!;
  }

  /** The entry with this ID, or NO_SLOT. */
  find(id: StreamId): number {
    const handle = this.ceiling(id);
    return handle !== NO_SLOT && comparePending(handle, id) === 0 ? handle : NO_SLOT;
  }

  /** The entry with the least ID that is not less than `id`, or NO_SLOT. */
  ceiling(id: StreamId): number {
    if (this.#size === 0 || comparePending(this.last(), id) < 0) return NO_SLOT;
    const block = this.#blocks[this.#blockFor(id)];
    return block[placeIn(block, id)];
  }

  /** Adds an entry; none may have the ID yet. */
  add(handle: number, id: StreamId): void {
    this.#size++;
    const blocks = this.#blocks;
    const index = Math.min(this.#blockFor(id), blocks.length - 1);
    if (index < 0) {
      blocks.push([handle]);
      return;
    }
    const block = blocks[index];
    const place = placeIn(block, id);
    if (place === block.length && place < MOST) block.push(handle);
    else if (block.length < MOST) block.splice(place, 0, handle);
    else if (place === MOST && index === blocks.length - 1) blocks.push([handle]);
    else {
      const upper = block.splice(MOST / 2);
      blocks.splice(index + 1, 0, upper);
      if (place <= MOST / 2) block.splice(place, 0, handle);
      else upper.splice(place - MOST / 2, 0, handle);
    }
  }

  /** Takes the entry with this ID out; its handle, or NO_SLOT if there is none. */
  remove(id: StreamId): number {
    const index = this.#blockFor(id);
    if (index === this.#blocks.length) return NO_SLOT;
    const block = this.#blocks[index];
    const place = placeIn(block, id);
    const handle = block[place];
    if (comparePending(handle, id) !== 0) return NO_SLOT;
    if (block.length === 1) this.#blocks.splice(index, 1);
    else if (place === 0) block.shift();
    else block.splice(place, 1);
    this.#size--;
    return handle;
  }

  /** The entries from the one with the least ID not less than `id` on. None may be added or removed meanwhile. */
  *from(id: StreamId): IterableIterator<number> {
    if (this.ceiling(id) === NO_SLOT) return;
    let index = this.#blockFor(id);
    let place = placeIn(this.#blocks[index], id);
    for (; index < this.#blocks.length; index++, place = 0) {
      const block = this.#blocks[index];
      for (; place < block.length; place++) yield block[place];
    }
  }

  /** Calls `visit` with each entry in order. None may be added or removed meanwhile. */
  forEach(visit: (handle: number) => void): void {
    for (const block of this.#blocks) for (const handle of block) visit(handle);
  }

  /** Forgets all entries. */
  clear(): void {
    this.#blocks = [];
    this.#size = 0;
  }

  /** Believable size in bytes, without the records. */
  memoryUsage(): number {
    return this.#size * HANDLE_BYTES;
  }

  /** Index of the first block whose last entry is not less than `id`; the number of blocks if there is none. */
  #blockFor(id: StreamId): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const block = blocks[middle];
      if (comparePending(block[block.length - 1], id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Index of the first entry of the block that is not less than `id`, or the block's length. */
function placeIn(block: readonly number[], id: StreamId): number {
  let low = 0;
  let high = block.length;
  // A delivery comes behind all others.
  if (comparePending(block[high - 1], id) < 0) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePending(block[middle], id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
