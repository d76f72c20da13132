/**
 * The nodes of a stream in the order of their IDs.
 *
 * An array with a head that moves: a new node goes to the end, trimming takes nodes from the front. Redis has a radix
 * tree in this place, which {@linkcode radixTreeNodes} tells the size of.
 *
 * Costs: find O(log n), push and shift O(1) amortised, removal from the middle O(n) in pointers moved, one pointer for
 * a hundred entries.
 *
 * @module
 */

import type { StreamId } from "./stream_id.ts";
import type { StreamNode } from "./stream_node.ts";

/** The empty front of the array is given back from this length on, once it is half of the array. */
const COMPACTED_FROM = 32;
/** Bytes of an ID as the radix tree's key. */
const KEY_SIZE = 16;

/** Nodes by index, from 0. An index holds until a node is removed. */
export class StreamNodes {
  #nodes: (StreamNode | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#nodes.length - this.#head;
  }

  /** The node at `index`, which must be below `length`. */
  at(index: number): StreamNode {
    return this.#nodes[this.#head + index]!;
  }

  /** The last node, or undefined. */
  last(): StreamNode | undefined {
    return this.length === 0 ? undefined : this.#nodes[this.#nodes.length - 1];
  }

  /** Index of the last node whose ID is not greater than `id`, or -1. */
  floor(id: StreamId): number {
    const nodes = this.#nodes;
    let low = this.#head;
    let high = nodes.length;
    // Reading near the end is the most frequent use.
    if (high > low && nodes[high - 1]!.id.compare(id) <= 0) return high - 1 - low;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nodes[middle]!.id.compare(id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1 - this.#head;
  }

  /** Adds a node, whose ID must be greater than all others. */
  push(node: StreamNode): void {
    this.#nodes.push(node);
  }

  /** Takes the node at `index` out. */
  remove(index: number): void {
    if (index > 0) {
      this.#nodes.splice(this.#head + index, 1);
      return;
    }
    this.#nodes[this.#head++] = undefined;
    if (this.#head === this.#nodes.length) this.clear();
    else if (this.#head >= COMPACTED_FROM && this.#head * 2 >= this.#nodes.length) {
      this.#nodes = this.#nodes.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Forgets all nodes. */
  clear(): void {
    this.#nodes = [];
    this.#head = 0;
  }
}

/**
 * How many nodes Redis's radix tree would have with the IDs of these nodes as keys: one for each key's end, one for
 * each branching, and one for each run of bytes that do not branch. Costs O(n).
 */
export function radixTreeNodes(nodes: StreamNodes): number {
  return nodes.length === 0 ? 1 : subtreeNodes(nodes, 0, nodes.length, 0);
}

/** Nodes of the tree below the first `depth` bytes, which the keys `from` to `to` share. */
function subtreeNodes(nodes: StreamNodes, from: number, to: number, depth: number): number {
  const branch = to - from === 1 ? KEY_SIZE : commonPrefix(nodes.at(from).id, nodes.at(to - 1).id);
  let count = branch > depth ? 2 : 1;
  if (branch === KEY_SIZE) return count;
  for (let start = from; start < to;) {
    const byte = nodes.at(start).id.byteAt(branch);
    let end = start + 1;
    while (end < to && nodes.at(end).id.byteAt(branch) === byte) end++;
    count += subtreeNodes(nodes, start, end, branch + 1);
    start = end;
  }
  return count;
}

/** How many bytes two different IDs have in common at their beginning. */
function commonPrefix(a: StreamId, b: StreamId): number {
  let length = 0;
  while (a.byteAt(length) === b.byteAt(length)) length++;
  return length;
}
