/**
 * Compressed nodes of a quicklist: all but those near its ends.
 *
 * @module
 */

import type { ListNode } from "./list_node.ts";

/** Redis keeps the depth in 16 bits. */
const LARGEST_DEPTH = 65535;

/**
 * What a quicklist with a `list-compress-depth` other than 0 keeps besides its chain. Between two operations the first
 * and last `depth` nodes are as they are without compression, and every other one is compressed, unless that saves too
 * little. An operation tells which nodes it is about to change or has added or removed, and at its end has the
 * compression settle that.
 *
 * Costs: an operation that adds or removes nodes, or changes one in the middle, walks `depth` nodes from both ends, as
 * in Redis; each changed node in the middle is expanded and compressed once. Operations on the first and last nodes that
 * neither add nor remove one don't come here.
 */
export class ListCompression {
  readonly depth: number;
  /** Nodes that were expanded, changed or added, and are to be compressed unless they are near an end. */
  readonly #touched: ListNode[] = [];
  #added = 0;
  #isChainChanged = false;
  #savedBytes = 0;

  /** `depth` is at least 1. */
  constructor(depth: number) {
    this.depth = Math.min(depth, LARGEST_DEPTH);
  }

  /** By how much the nodes are smaller than the sum of their `byteLength`. */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  /** To be told before the elements of a node that may be in the middle are changed: they are expanded. */
  open(node: ListNode): void {
    this.#expand(node);
    this.#touched.push(node);
  }

  /** To be told after a node was put into the chain. */
  added(node: ListNode): void {
    this.#savedBytes += savingOf(node);
    this.#touched.push(node);
    this.#added++;
    this.#isChainChanged = true;
  }

  /** To be told before a node that was taken out of the chain is released. */
  removed(node: ListNode): void {
    this.#savedBytes -= savingOf(node);
    this.#isChainChanged = true;
  }

  /** Compresses what is in the middle and expands what is near an end, where an operation has changed it. */
  settle(head: ListNode | null, tail: ListNode | null, nodeCount: number): void {
    if (this.#isChainChanged) this.#settleEnds(head, tail, nodeCount);
    for (const node of this.#touched) {
      // One without elements has been removed meanwhile.
      if (node.entries.count > 0 && isInner(node, this.depth)) this.#compress(node);
    }
    this.forget();
  }

  /** Takes the chain as settled. */
  forget(): void {
    this.#touched.length = 0;
    this.#added = 0;
    this.#isChainChanged = false;
  }

  #settleEnds(head: ListNode | null, tail: ListNode | null, nodeCount: number): void {
    let front = head;
    let back = tail;
    for (let left = this.depth; left > 0 && front !== null && back !== null; left--) {
      this.#expand(front);
      this.#expand(back);
      front = front.next;
      back = back.previous;
    }
    // As many nodes as were added may have been pushed away from either end.
    for (let left = Math.min(this.#added, nodeCount - 2 * this.depth); left > 0; left--) {
      this.#compress(front!);
      this.#compress(back!);
      front = front!.next;
      back = back!.previous;
    }
  }

  #compress(node: ListNode): void {
    const { entries } = node;
    if (node.isIncompressible || entries.isCompressed) return;
    if (entries.compress()) this.#savedBytes += savingOf(node);
    else node.isIncompressible = true;
  }

  #expand(node: ListNode): void {
    // It is about to change, or may be changed at any time without a word.
    node.isIncompressible = false;
    if (!node.entries.isCompressed) return;
    const saving = savingOf(node);
    node.entries.expand();
    this.#savedBytes -= saving;
  }
}

function savingOf({ entries }: ListNode): number {
  return entries.byteLength - entries.storedLength;
}

/** Whether at least `depth` nodes come before the node, and as many behind it. */
function isInner(node: ListNode, depth: number): boolean {
  let { previous, next } = node;
  for (let left = depth; left > 1 && previous !== null && next !== null; left--) {
    previous = previous.previous;
    next = next.next;
  }
  return previous !== null && next !== null;
}
