/**
 * Walking along a list.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import { type ListNode, newScratch } from "./list_node.ts";
import { type Listpack, NONE } from "./listpack.ts";

/** Larger nodes, which are those of one large element, are not expanded into memory that the cursor keeps. */
const KEPT_SIZE = 65536;

/**
 * A place in a list: a listpack, the node that it belongs to (null if the list is one listpack), and a position there.
 * {@linkcode List.seek} fills it; it holds until the list is changed. Whoever walks keeps one and fills it again and
 * again. What was read from it holds until it goes on.
 */
export class ListCursor {
  node: ListNode | null = null;
  /** The node's entries or, if those are compressed, an expanded copy, in which the positions are the same. */
  entries: Listpack | null = null;
  position = NONE;
  /** Where compressed nodes are expanded, made when the first one comes. */
  #scratch: Listpack | null = null;

  /** Points the cursor at an element. */
  set(node: ListNode | null, entries: Listpack, position: number): void {
    this.node = node;
    this.entries = entries;
    this.position = position;
  }

  /** Goes into a node, not to an element yet. The node's entries, readable. */
  enter(node: ListNode): Listpack {
    let { entries } = node;
    if (entries.isCompressed) entries = this.#expanded(entries);
    this.set(node, entries, NONE);
    return entries;
  }

  /** Whether the cursor is at an element, and not beyond an end. */
  get isValid(): boolean {
    return this.position !== NONE;
  }

  /** Fills `out` with the element. */
  read(out: ByteSlice): void {
    this.entries!.read(this.position, out);
  }

  /** Whether the element is this one. */
  equals(source: ByteSource, start: number, end: number): boolean {
    return this.entries!.equals(this.position, source, start, end);
  }

  /** Goes to the next element. False, and not valid any more, if there is none. */
  next(): boolean {
    const position = this.entries!.next(this.position);
    if (position === NONE) return this.#goTo(this.node?.next, true);
    this.position = position;
    return true;
  }

  /** Goes to the element before. False, and not valid any more, if there is none. */
  previous(): boolean {
    const position = this.entries!.previous(this.position);
    if (position === NONE) return this.#goTo(this.node?.previous, false);
    this.position = position;
    return true;
  }

  #goTo(node: ListNode | null | undefined, atFirst: boolean): boolean {
    if (!node) {
      this.position = NONE;
      return false;
    }
    const entries = this.enter(node);
    this.position = atFirst ? entries.first() : entries.last();
    return true;
  }

  #expanded(entries: Listpack): Listpack {
    const isKept = entries.byteLength <= KEPT_SIZE;
    const scratch = isKept ? this.#scratch ??= newScratch() : newScratch();
    entries.expandInto(scratch);
    return scratch;
  }
}
