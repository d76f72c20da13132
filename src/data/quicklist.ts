/**
 * Quicklist: a doubly linked list whose nodes are listpacks.
 *
 * The structure is Redis's (Matt Stancliff, "Redis Quicklist", 2014), an unrolled linked list. A node takes elements up
 * to `list-max-listpack-size`; a larger element has a node of its own. A node that is full is split where an element is
 * inserted in its middle, and nodes around a split are merged if they fit together. With a
 * `list-compress-depth` the nodes away from the ends are kept compressed, and reading leaves them so.
 *
 * Costs, with n the number of nodes and m the elements of one: push and pop at both ends O(1); look-up by index O(n + m)
 * from the nearer end, by whole nodes; insert and remove there O(m), whatever n is.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { ListCompression } from "./list_compression.ts";
import {
  accepts,
  acceptsInstead,
  fitTogether,
  indexOf,
  isHalfEmpty,
  isLarge,
  ListNode,
  newNode,
} from "./list_node.ts";
import { type Listpack, NONE } from "./listpack.ts";

/** What a node takes besides its bytes: the objects, and room that is not in use. */
const NODE_BYTES = 250;

const element = new ByteSlice();

/** Elements in a chain of nodes. Positions are those of the node's listpack; if that is compressed, of it expanded. */
export class Quicklist {
  readonly #limits: EncodingLimits;
  /** Null if no node is ever compressed. */
  readonly #compression: ListCompression | null;
  #head: ListNode | null = null;
  #tail: ListNode | null = null;
  #size = 0;
  #nodeCount = 0;
  /** Sum of the nodes' `byteLength`, which is that before compression. */
  #bytes = 0;
  /** Where {@linkcode nodeAt} has found the element within its node. */
  #offset = 0;

  /** The depth of compression is settled now: a change of the limits does not reach it. */
  constructor(limits: EncodingLimits, compressDepth = limits.listCompressDepth) {
    this.#limits = limits;
    this.#compression = compressDepth === 0 ? null : new ListCompression(compressDepth);
  }

  /** Number of elements. */
  get size(): number {
    return this.#size;
  }

  get nodeCount(): number {
    return this.#nodeCount;
  }

  /** How many nodes at each end are not compressed; 0 is all. */
  get compressDepth(): number {
    return this.#compression === null ? 0 : this.#compression.depth;
  }

  get head(): ListNode | null {
    return this.#head;
  }

  get tail(): ListNode | null {
    return this.#tail;
  }

  /** Index within its node of the element that {@linkcode nodeAt} has found. */
  get offset(): number {
    return this.#offset;
  }

  get #limit(): number {
    return this.#limits.listMaxListpackSize;
  }

  /**
   * Makes an existing listpack the last node; `isPlain` as {@linkcode ListNode.isPlain}. It belongs to the quicklist from
   * now on.
   */
  appendNode(entries: Listpack, isPlain = false): void {
    this.#size += entries.count;
    this.#link(new ListNode(entries), this.#tail).isPlain = isPlain;
    this.settle();
  }

  /** Adds an element before all others. */
  pushHead(source: ByteSource, start: number, end: number): void {
    let node = this.#head;
    if (node === null || !accepts(node, this.#limit, end - start)) {
      node = this.#link(newNode(this.#limit, end - start), null);
      this.settle();
    }
    const before = node.entries.byteLength;
    node.entries.prepend(source, start, end);
    this.#count(node, before, 1);
  }

  /** Adds an element behind all others. */
  pushTail(source: ByteSource, start: number, end: number): void {
    let node = this.#tail;
    if (node === null || !accepts(node, this.#limit, end - start)) {
      node = this.#link(newNode(this.#limit, end - start), this.#tail);
      this.settle();
    }
    const before = node.entries.byteLength;
    node.entries.append(source, start, end);
    this.#count(node, before, 1);
  }

  /** The node with element `index`, which must be within 0 and `size` - 1; {@linkcode offset} is its index there. */
  nodeAt(index: number): ListNode {
    if (index < this.#size >> 1) {
      let node = this.#head!;
      for (let count = node.entries.count; index >= count; count = node.entries.count) {
        index -= count;
        node = node.next!;
      }
      this.#offset = index;
      return node;
    }
    let node = this.#tail!;
    let first = this.#size - node.entries.count;
    while (first > index) {
      node = node.previous!;
      first -= node.entries.count;
    }
    this.#offset = index - first;
    return node;
  }

  /** Expands the node, whose elements are about to be changed; {@linkcode settle} must follow. */
  open(node: ListNode): void {
    this.#compression?.open(node);
  }

  /** Compresses again what was opened. To be called at the end of each operation that has opened or linked nodes. */
  settle(): void {
    this.#compression?.settle(this.#head, this.#tail, this.#nodeCount);
  }

  /** Puts another element in the place of the one at `position` of `node`. */
  replace(node: ListNode, position: number, source: ByteSource, start: number, end: number): void {
    this.open(node);
    const { entries } = node;
    const before = entries.byteLength;
    const size = end - start;
    const isAlone = entries.count === 1;
    entries.read(position, element);
    if (isAlone || acceptsInstead(node, this.#limit, element.length, size)) {
      entries.replace(position, source, start, end);
      if (isAlone) node.isPlain = isLarge(this.#limit, size);
      this.#count(node, before, 0);
      return this.settle();
    }
    const index = indexOf(entries, position);
    this.remove(node, position);
    this.insert(node, index, source, start, end);
  }

  /** Inserts an element as element `index` (up to the count of elements) of `node`, or beside the node if it is full. */
  insert(node: ListNode, index: number, source: ByteSource, start: number, end: number): void {
    const limit = this.#limit;
    const size = end - start;
    if (accepts(node, limit, size)) {
      this.#insertInto(node, index, source, start, end);
      return this.settle();
    }
    const isSplit = index > 0 && index < node.entries.count;
    if (isSplit) this.#split(node, index);
    // The place is now between two nodes, one of which may be missing.
    const left = index === 0 ? node.previous : node;
    const right = index === 0 ? node : node.next;
    if (right !== null && (isSplit || index !== 0) && accepts(right, limit, size)) {
      this.#insertInto(right, 0, source, start, end);
    } else if (left !== null && (isSplit || index === 0) && accepts(left, limit, size)) {
      this.#insertInto(left, left.entries.count, source, start, end);
    } else this.#insertInto(this.#link(newNode(limit, size), left), 0, source, start, end);
    if (isSplit) this.#mergeAround(node);
    this.settle();
  }

  /**
   * Removes the element at `position` of `node`, the first or last one or an {@linkcode open} one: where the next one of
   * the node is, or NONE. An empty node goes.
   */
  remove(node: ListNode, position: number): number {
    const before = node.entries.byteLength;
    const following = node.entries.remove(position);
    this.#count(node, before, -1);
    if (node.entries.count === 0) {
      this.#unlink(node);
      this.settle();
    }
    return following;
  }

  /** Removes `count` elements from element `index` on; they must be there. */
  removeRange(index: number, count: number): void {
    if (count <= 0) return;
    let node: ListNode | null = this.nodeAt(index);
    let offset = this.#offset;
    for (let left = count; left > 0 && node !== null;) {
      const { next, entries }: ListNode = node;
      const removed = Math.min(left, entries.count - offset);
      if (removed === entries.count) {
        this.#unlink(node);
        this.#size -= removed;
      } else {
        this.open(node);
        const before = entries.byteLength;
        entries.removeRange(offset, removed);
        this.#count(node, before, -removed);
      }
      left -= removed;
      offset = 0;
      node = next;
    }
    this.settle();
  }

  /** Whether all elements are in one node that is small enough for a list to be that listpack again. */
  get fitsListpack(): boolean {
    const node = this.#head;
    if (node === null || node !== this.#tail || node.isPlain) return false;
    return isHalfEmpty(this.#limit, node.entries.byteLength, node.entries.count);
  }

  clone(): Quicklist {
    const copy = new Quicklist(this.#limits, this.compressDepth);
    for (let node = this.#head; node !== null; node = node.next) {
      const copied = copy.#link(new ListNode(node.entries.clone()), copy.#tail);
      copied.isPlain = node.isPlain;
      copied.isIncompressible = node.isIncompressible;
    }
    copy.#size = this.#size;
    copy.#compression?.forget();
    return copy;
  }

  release(): void {
    for (let node = this.#head; node !== null; node = node.next) {
      this.#compression?.removed(node);
      node.entries.release();
    }
    this.#head = this.#tail = null;
    this.#size = this.#nodeCount = this.#bytes = 0;
  }

  /** Believable size in bytes; O(1). */
  memoryUsage(): number {
    const saved = this.#compression === null ? 0 : this.#compression.savedBytes;
    return this.#bytes - saved + this.#nodeCount * NODE_BYTES;
  }

  /** Notes that a node of `before` bytes has changed, by that many elements. */
  #count(node: ListNode, before: number, elements: number): void {
    this.#bytes += node.entries.byteLength - before;
    this.#size += elements;
  }

  #insertInto(node: ListNode, index: number, source: ByteSource, start: number, end: number): void {
    this.open(node);
    const { entries } = node;
    const before = entries.byteLength;
    const position = index === entries.count ? NONE : entries.seek(index);
    entries.insertBefore(position, source, start, end);
    this.#count(node, before, 1);
  }

  /** Puts a node behind `previous`, or at the head if that is null. Its elements do not count yet. */
  #link(node: ListNode, previous: ListNode | null): ListNode {
    const next = previous === null ? this.#head : previous.next;
    node.previous = previous;
    node.next = next;
    if (previous === null) this.#head = node;
    else previous.next = node;
    if (next === null) this.#tail = node;
    else next.previous = node;
    this.#nodeCount++;
    this.#bytes += node.entries.byteLength;
    this.#compression?.added(node);
    return node;
  }

  /** Takes a node out and frees it. Its elements still count. */
  #unlink(node: ListNode): void {
    const { previous, next, entries } = node;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    this.#nodeCount--;
    this.#bytes -= entries.byteLength;
    this.#compression?.removed(node);
    entries.release();
  }

  /** Leaves the first `index` elements in the node and moves the others to a new one behind it. */
  #split(node: ListNode, index: number): void {
    this.open(node);
    const { entries } = node;
    const before = entries.byteLength;
    const right = entries.clone();
    right.removeRange(0, index);
    entries.removeRange(index, right.count);
    this.#count(node, before, 0);
    this.#link(new ListNode(right), node);
  }

  /** Merges the nodes around a place where one was split, as far as they fit together. */
  #mergeAround(node: ListNode): void {
    if (node.previous !== null) this.#merge(node.previous.previous, node.previous);
    if (node.next !== null) this.#merge(node.next, node.next.next);
    const center = this.#merge(node.previous, node) ?? node;
    this.#merge(center, center.next);
  }

  /** Moves the elements of the shorter of two neighbours to the other, if it can take them; the one that stays. */
  #merge(left: ListNode | null, right: ListNode | null): ListNode | null {
    if (left === null || right === null || !fitTogether(left, right, this.#limit)) return null;
    const isLeftShorter = left.entries.count < right.entries.count;
    const [from, to] = isLeftShorter ? [left, right] : [right, left];
    this.open(from);
    this.open(to);
    const before = to.entries.byteLength;
    moveEntries(from.entries, to.entries, isLeftShorter);
    this.#count(to, before, 0);
    this.#unlink(from);
    return to;
  }
}

/** Adds all elements of `from` before or behind those of `to`, in order. */
function moveEntries(from: Listpack, to: Listpack, before: boolean): void {
  if (before) {
    for (let p = from.last(); p !== NONE; p = from.previous(p)) {
      from.read(p, element);
      to.prepend(element.source, element.start, element.end);
    }
    return;
  }
  for (let p = from.first(); p !== NONE; p = from.next(p)) {
    from.read(p, element);
    to.append(element.source, element.start, element.end);
  }
}
