/**
 * Lists: sequences of byte strings.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { Collection } from "./collection.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { ListCursor } from "./list_cursor.ts";
import { exceedsLimit, fitsAsListpack, indexOf, type ListNode } from "./list_node.ts";
import { Listpack, NONE } from "./listpack.ts";
import { Quicklist } from "./quicklist.ts";

/** What the object around the elements takes. */
const LIST_BYTES = 80;

/** For looking into nodes before they are changed. */
const reader = new ListCursor();

/** An end of a list, as in the arguments of LMOVE: LEFT is the head. */
export type ListEnd = "LEFT" | "RIGHT";

/**
 * A list, in Redis 7.2's encodings: one {@linkcode Listpack} up to `list-max-listpack-size`, a {@linkcode Quicklist}
 * beyond. A quicklist becomes a listpack again when what is left fits half of the limit, so that a list about as long as
 * the limit does not go to and fro.
 *
 * Costs: those of {@linkcode Quicklist}; a listpack is as one node of it. Indices count from 0.
 */
export class List extends Collection {
  readonly typeName = "list";
  readonly #limits: EncodingLimits;
  #content: Listpack | Quicklist;

  /** A list with this content, by default none. */
  constructor(limits: EncodingLimits, content: Listpack | Quicklist = new Listpack()) {
    super();
    this.#limits = limits;
    this.#content = content;
  }

  /** A list that was loaded as nodes: a listpack if it is one node which the limit allows to be one. */
  static fromNodes(limits: EncodingLimits, nodes: Quicklist): List {
    const { head } = nodes;
    if (head === null || head !== nodes.tail || head.isPlain) return new List(limits, nodes);
    const { byteLength, count } = head.entries;
    const fits = fitsAsListpack(limits.listMaxListpackSize, byteLength, count);
    return new List(limits, fits ? head.entries : nodes);
  }

  get encoding(): string {
    return this.#content instanceof Listpack ? "listpack" : "quicklist";
  }

  get size(): number {
    const content = this.#content;
    return content instanceof Listpack ? content.count : content.size;
  }

  /**
   * To be called before elements are added: `bytes` is the sum of their sizes. The list becomes a quicklist if they are
   * too much for a listpack.
   */
  expect(bytes: number, count: number): void {
    const content = this.#content;
    if (!(content instanceof Listpack)) return;
    const limit = this.#limits.listMaxListpackSize;
    if (!exceedsLimit(limit, content.byteLength + bytes, content.count + count)) return;
    const quicklist = new Quicklist(this.#limits);
    if (content.count > 0) quicklist.appendNode(content);
    else content.release();
    this.#content = quicklist;
  }

  /** Adds an element at an end; {@linkcode expect} must have been told. */
  push(end: ListEnd, source: ByteSource, from: number, to: number): void {
    const content = this.#content;
    if (content instanceof Listpack) {
      if (end === "LEFT") content.prepend(source, from, to);
      else content.append(source, from, to);
    } else if (end === "LEFT") content.pushHead(source, from, to);
    else content.pushTail(source, from, to);
  }

  /** Points the cursor at element `index`, counted from the end if negative. False if there is none. */
  seek(index: number, cursor: ListCursor): boolean {
    const content = this.#content;
    if (content instanceof Listpack) {
      cursor.set(null, content, content.seek(index));
      return cursor.isValid;
    }
    if (index < 0) index += content.size;
    if (index < 0 || index >= content.size) {
      cursor.position = NONE;
      return false;
    }
    const node = content.nodeAt(index);
    cursor.position = cursor.enter(node).seek(content.offset);
    return true;
  }

  /** Removes the element at an end; the list must not be empty. */
  removeEnd(end: ListEnd): void {
    const content = this.#content;
    if (content instanceof Listpack) {
      content.remove(end === "LEFT" ? content.first() : content.last());
      return;
    }
    const node = (end === "LEFT" ? content.head : content.tail)!;
    content.remove(node, end === "LEFT" ? node.entries.first() : node.entries.last());
    this.#shrink();
  }

  /** Removes `count` elements from element `index` on; they must be there. */
  removeRange(index: number, count: number): void {
    this.#content.removeRange(index, count);
    this.#shrink();
  }

  /** Replaces the element at the cursor, which is not valid any more then; {@linkcode expect} must have been told. */
  replace(cursor: ListCursor, source: ByteSource, start: number, end: number): void {
    const content = this.#content;
    if (content instanceof Listpack) content.replace(cursor.position, source, start, end);
    else content.replace(cursor.node!, cursor.position, source, start, end);
    cursor.position = NONE;
    this.#shrink();
  }

  /**
   * Inserts an element before or behind the one at the cursor, which is not valid any more then; {@linkcode expect}
   * must have been told.
   */
  insert(cursor: ListCursor, behind: boolean, source: ByteSource, start: number, end: number): void {
    const content = this.#content;
    const { node, position } = cursor;
    if (content instanceof Listpack) {
      content.insertBefore(behind ? content.next(position) : position, source, start, end);
    } else {
      const index = indexOf(cursor.entries!, position);
      content.insert(node!, behind ? index + 1 : index, source, start, end);
    }
    cursor.position = NONE;
  }

  /** Points the cursor at the first element that is equal to this one. False if there is none. */
  find(source: ByteSource, start: number, end: number, cursor: ListCursor): boolean {
    const content = this.#content;
    if (content instanceof Listpack) {
      cursor.set(null, content, content.find(source, start, end, content.first(), 1));
      return cursor.isValid;
    }
    for (let node = content.head; node !== null; node = node.next) {
      const entries = cursor.enter(node);
      cursor.position = entries.find(source, start, end, entries.first(), 1);
      if (cursor.isValid) return true;
    }
    return false;
  }

  /** Removes the first `count` elements that are equal to this one; how many there were. */
  removeFirst(source: ByteSource, start: number, end: number, count: number): number {
    const content = this.#content;
    if (content instanceof Listpack) return removeForward(content, null, source, start, end, count);
    let removed = 0;
    let node = content.head;
    while (node !== null && removed < count) {
      const { next }: ListNode = node;
      removed += removeForward(content, node, source, start, end, count - removed);
      node = next;
    }
    if (removed > 0) this.#shrink();
    return removed;
  }

  /** Removes the last `count` elements that are equal to this one; how many there were. */
  removeLast(source: ByteSource, start: number, end: number, count: number): number {
    const content = this.#content;
    if (content instanceof Listpack) return removeBackward(content, null, source, start, end, count);
    let removed = 0;
    let node = content.tail;
    while (node !== null && removed < count) {
      const { previous }: ListNode = node;
      removed += removeBackward(content, node, source, start, end, count - removed);
      node = previous;
    }
    if (removed > 0) this.#shrink();
    return removed;
  }

  /** First node of a quicklist, from which `next` leads to the others; null if the list is one listpack. */
  get firstNode(): ListNode | null {
    return this.#content instanceof Listpack ? null : this.#content.head;
  }

  /** Nodes of a quicklist; 1 if the list is one listpack. */
  get nodeCount(): number {
    return this.#content instanceof Listpack ? 1 : this.#content.nodeCount;
  }

  /** How many nodes at each end of a quicklist are not compressed; 0 is all. */
  get compressDepth(): number {
    return this.#content instanceof Listpack ? 0 : this.#content.compressDepth;
  }

  /** The one listpack that the list is; null if it is a quicklist. */
  get listpack(): Listpack | null {
    return this.#content instanceof Listpack ? this.#content : null;
  }

  clone(): List {
    return new List(this.#limits, this.#content.clone());
  }

  memoryUsage(): number {
    return LIST_BYTES + this.#content.memoryUsage();
  }

  release(): void {
    this.#content.release();
  }

  /** After a removal: a quicklist that has become small enough becomes a listpack. */
  #shrink(): void {
    const content = this.#content;
    if (content instanceof Quicklist && content.fitsListpack) this.#content = content.head!.entries;
  }
}

/** Removes up to `count` equal elements of a listpack or of one node of a quicklist, from the first on; how many. */
function removeForward(
  content: Listpack | Quicklist,
  node: ListNode | null,
  source: ByteSource,
  start: number,
  end: number,
  count: number,
): number {
  let entries = readableOf(content, node);
  let position = entries.find(source, start, end, entries.first(), 1);
  if (position === NONE) return 0;
  entries = openedOf(content, node);
  let removed = 0;
  while (position !== NONE) {
    position = removeAt(content, node, position);
    if (++removed === count) break;
    position = entries.find(source, start, end, position, 1);
  }
  if (content instanceof Quicklist) content.settle();
  return removed;
}

/** As {@linkcode removeForward}, from the last one on. */
function removeBackward(
  content: Listpack | Quicklist,
  node: ListNode | null,
  source: ByteSource,
  start: number,
  end: number,
  count: number,
): number {
  let entries = readableOf(content, node);
  let position = findLast(entries, source, start, end, entries.last());
  if (position === NONE) return 0;
  entries = openedOf(content, node);
  let removed = 0;
  while (position !== NONE) {
    const following = removeAt(content, node, position);
    if (++removed === count) break;
    const before = following === NONE ? entries.last() : entries.previous(following);
    position = findLast(entries, source, start, end, before);
  }
  if (content instanceof Quicklist) content.settle();
  return removed;
}

/** Position of the nearest equal element from `position` backwards, or NONE. */
function findLast(
  entries: Listpack,
  source: ByteSource,
  start: number,
  end: number,
  position: number,
): number {
  while (position !== NONE && !entries.equals(position, source, start, end)) {
    position = entries.previous(position);
  }
  return position;
}

/** The entries as they can be read. */
function readableOf(content: Listpack | Quicklist, node: ListNode | null): Listpack {
  return content instanceof Listpack ? content : reader.enter(node!);
}

/** The entries as they can be changed, with the same positions. */
function openedOf(content: Listpack | Quicklist, node: ListNode | null): Listpack {
  if (content instanceof Listpack) return content;
  content.open(node!);
  return node!.entries;
}

function removeAt(content: Listpack | Quicklist, node: ListNode | null, position: number): number {
  return content instanceof Listpack ? content.remove(position) : content.remove(node!, position);
}
