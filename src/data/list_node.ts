/**
 * The nodes of a quicklist, and how large they may become.
 *
 * @module
 */

import { Listpack } from "./listpack.ts";
import { LARGEST_SLOT } from "./slab_arena.ts";

/** Sizes in bytes that the limits -1 to -5 stand for. */
const BYTE_LIMITS = [4096, 8192, 16384, 32768, 65536];
/** Where elements are counted, a node of several still takes no more than this. */
const SAFE_BYTES = 8192;
/** Most that an entry takes besides its text, roughly: Redis reckons so, too. */
const ENTRY_OVERHEAD = 8;
/** First room of a node whose size is not known from the limit. */
const FIRST_ROOM = 64;

/** Process-wide settings of the node structure. */
export const nodeSettings = {
  /**
   * From how many bytes on an element gets a node of its own; 0 means when it is longer than a node's limit. It is there
   * for tests: DEBUG QUICKLIST-PACKED-THRESHOLD.
   */
  packedThreshold: 0,
};

/** A link of the chain: elements in a row. */
export class ListNode {
  readonly entries: Listpack;
  previous: ListNode | null = null;
  next: ListNode | null = null;
  /** The node holds one large element and takes no other: RDB's "plain" container. */
  isPlain = false;
  /** Compression was tried and did not pay, and the elements have not changed since. */
  isIncompressible = false;

  constructor(entries: Listpack) {
    this.entries = entries;
  }

  /** The entries or, if they are compressed, a copy that is not and that nobody has to release: for reading. */
  readable(): Listpack {
    if (!this.entries.isCompressed) return this.entries;
    const scratch = newScratch();
    this.entries.expandInto(scratch);
    return scratch;
  }
}

/** A listpack to expand others into. It is larger than a slot, and so left to the garbage collector. */
export function newScratch(): Listpack {
  return new Listpack(LARGEST_SLOT + 1);
}

/** Index of the element at `position`. */
export function indexOf(entries: Listpack, position: number): number {
  let index = 0;
  for (let p = entries.first(); p !== position; p = entries.next(p)) index++;
  return index;
}

/** Bytes of a node under a negative limit of `list-max-listpack-size`. */
function byteLimit(limit: number): number {
  return BYTE_LIMITS[Math.min(-limit, BYTE_LIMITS.length) - 1];
}

/** Whether a node of that many bytes and elements is larger than `limit` (as `list-max-listpack-size`) allows. */
export function exceedsLimit(limit: number, bytes: number, count: number): boolean {
  if (limit < 0) return bytes > byteLimit(limit);
  return bytes > SAFE_BYTES || count > Math.max(limit, 1);
}

/** Whether a loaded list that is one node of this size is to be a listpack. */
export function fitsAsListpack(limit: number, bytes: number, count: number): boolean {
  return limit < 0 ? bytes <= byteLimit(limit) : count <= Math.max(limit, 1);
}

/** Whether a node is so small that a list of it alone becomes a listpack again: at most half of the limit. */
export function isHalfEmpty(limit: number, bytes: number, count: number): boolean {
  return limit < 0 ? bytes <= byteLimit(limit) / 2 : count <= Math.max(limit, 1) >> 1;
}

/** Whether an element of `size` bytes gets a node of its own. */
export function isLarge(limit: number, size: number): boolean {
  const { packedThreshold } = nodeSettings;
  if (packedThreshold !== 0) return size >= packedThreshold;
  return size > (limit < 0 ? byteLimit(limit) : SAFE_BYTES);
}

/** Whether the node takes another element of `size` bytes. */
export function accepts(node: ListNode, limit: number, size: number): boolean {
  const { entries } = node;
  return !node.isPlain && !isLarge(limit, size) &&
    !exceedsLimit(limit, entries.byteLength + size + ENTRY_OVERHEAD, entries.count + 1);
}

/** Whether an element of `oldSize` bytes in the node may give way to one of `size` bytes. */
export function acceptsInstead(node: ListNode, limit: number, oldSize: number, size: number): boolean {
  if (isLarge(limit, size)) return false;
  const { byteLength, count } = node.entries;
  return size <= oldSize || !exceedsLimit(limit, byteLength - oldSize + size + ENTRY_OVERHEAD, count);
}

/** Whether two nodes fit into one. */
export function fitTogether(a: ListNode, b: ListNode, limit: number): boolean {
  if (a.isPlain || b.isPlain) return false;
  const bytes = a.entries.byteLength + b.entries.byteLength;
  return !exceedsLimit(limit, bytes, a.entries.count + b.entries.count);
}

/**
 * A node to be filled, with room as its first element of `size` bytes and the limit suggest: most nodes become full, and
 * then have been moved to a larger block not once.
 */
export function newNode(limit: number, size: number): ListNode {
  const large = isLarge(limit, size);
  const room = large || limit >= 0 ? size + FIRST_ROOM : Math.min(byteLimit(limit), LARGEST_SLOT);
  const node = new ListNode(new Listpack(room));
  node.isPlain = large;
  return node;
}
