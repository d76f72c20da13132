/**
 * Walking along a list.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";
import type { ListNode } from "./list_node.ts";
import { type Listpack, NONE } from "./listpack.ts";

/**
 * A place in a list: a listpack, the node that it belongs to (null if the list is one listpack), and a position there.
 * {@linkcode List.seek} fills it; it holds until the list is changed. Whoever walks keeps one and fills it again and
 * again.
 */
export class ListCursor {
  node: ListNode | null = null;
  entries: Listpack | null = null;
  position = NONE;

  /** Points the cursor at an element. */
  set(node: ListNode | null, entries: Listpack, position: number): void {
    this.node = node;
    this.entries = entries;
    this.position = position;
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
    if (position === NONE) return this.#enter(this.node?.next, true);
    this.position = position;
    return true;
  }

  /** Goes to the element before. False, and not valid any more, if there is none. */
  previous(): boolean {
    const position = this.entries!.previous(this.position);
    if (position === NONE) return this.#enter(this.node?.previous, false);
    this.position = position;
    return true;
  }

  #enter(node: ListNode | null | undefined, atFirst: boolean): boolean {
    if (!node) {
      this.position = NONE;
      return false;
    }
    const { entries } = node;
    this.set(node, entries, atFirst ? entries.first() : entries.last());
    return true;
  }
}
