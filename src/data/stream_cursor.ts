/**
 * Walking through a range of a stream.
 *
 * @module
 */

import type { ByteSlice } from "../util/byte_slice.ts";
import { NONE } from "./listpack.ts";
import { StreamId } from "./stream_id.ts";
import { DELETED, SAME_FIELDS, type StreamNode } from "./stream_node.ts";
import type { StreamNodes } from "./stream_nodes.ts";

/**
 * Visits entries in order of their IDs, or in reverse, passing over deleted ones. It reads the nodes as they lie, and
 * is invalid once the stream was changed. One cursor can be started again and again.
 *
 * Costs: start O(log n) for n nodes; the first step reads up to one node, a further one an entry.
 */
export class StreamCursor {
  /** The present entry's ID and its number of fields. */
  readonly id = new StreamId();
  fieldCount = 0;
  /** The present entry's node, that node's index, and the position of the entry's flags in it. */
  node: StreamNode | null = null;
  nodeIndex = 0;
  position = NONE;

  #nodes!: StreamNodes;
  readonly #start = new StreamId();
  readonly #end = new StreamId();
  #reverse = false;
  #flags = 0;
  /** Position of the next element of the entry, and how many are left before the one that counts them. */
  #element = NONE;
  #left = 0;
  /** Position of the next field's name in the master entry. */
  #field = NONE;

  /** Puts the cursor before the entries with IDs from `start` to `end`, both included. */
  start(nodes: StreamNodes, start: StreamId, end: StreamId, reverse = false): void {
    this.#nodes = nodes;
    this.#start.copy(start);
    this.#end.copy(end);
    this.#reverse = reverse;
    this.node = null;
    this.position = NONE;
    this.nodeIndex = reverse ? nodes.floor(end) : Math.max(0, nodes.floor(start));
  }

  /** Steps to the next entry; false if there is none. */
  next(): boolean {
    while (this.#step()) {
      this.node!.idAt(this.position, this.id);
      const { listpack } = this.node!;
      this.#flags = listpack.readInteger(this.position);
      this.#element = listpack.next(listpack.next(listpack.next(this.position)));
      this.#countElements();
      if ((this.#flags & DELETED) !== 0) continue;
      if (this.#reverse) {
        if (this.id.compare(this.#end) > 0) continue;
        return this.id.compare(this.#start) >= 0;
      }
      if (this.id.compare(this.#start) >= 0) return this.id.compare(this.#end) <= 0;
    }
    return false;
  }

  /** Reads the next field and its value; to be called `fieldCount` times at most. */
  nextField(field: ByteSlice, value: ByteSlice): void {
    const { listpack } = this.node!;
    if ((this.#flags & SAME_FIELDS) !== 0) {
      if (this.#field === NONE) this.#field = this.node!.fieldsAt();
      listpack.read(this.#field, field);
      this.#field = listpack.next(this.#field);
      this.#left--;
    } else {
      listpack.read(this.#element, field);
      this.#element = listpack.next(this.#element);
      this.#left -= 2;
    }
    listpack.read(this.#element, value);
    this.#element = listpack.next(this.#element);
  }

  /** Moves to the next entry, deleted or not, whose flags are then at `position`. */
  #step(): boolean {
    if (this.node !== null) {
      this.position = this.#reverse ? this.node.entryBefore(this.position) : this.#entryBehind();
      if (this.position !== NONE) return true;
      this.nodeIndex += this.#reverse ? -1 : 1;
    }
    while (this.nodeIndex >= 0 && this.nodeIndex < this.#nodes.length) {
      const node = this.#nodes.at(this.nodeIndex);
      this.node = node;
      this.position = this.#reverse ? node.lastEntry() : node.firstEntry();
      if (this.position !== NONE) return true;
      this.nodeIndex += this.#reverse ? -1 : 1;
    }
    return false;
  }

  /** Position of the entry behind the present one, of which some elements may have been read. */
  #entryBehind(): number {
    const { listpack } = this.node!;
    let position = this.#element;
    for (let i = this.#left; i > 0; i--) position = listpack.next(position);
    return listpack.next(position);
  }

  #countElements(): void {
    this.#field = NONE;
    if ((this.#flags & SAME_FIELDS) !== 0) {
      this.fieldCount = this.node!.fieldCount;
      this.#left = this.fieldCount;
      return;
    }
    const { listpack } = this.node!;
    this.fieldCount = listpack.readInteger(this.#element);
    this.#element = listpack.next(this.#element);
    this.#left = 2 * this.fieldCount;
  }
}
