/**
 * The nodes of a {@link ScoreTree}: slots of the arena for collections.
 *
 * A node is a number of entries (score, id), in order, and
 * - in a leaf: the handles of the leaves before and behind it,
 * - in an inner node: for each entry the child that begins with it, and how many members lie below that child.
 *
 * Both kinds keep scores and ids at the same places, so that they are searched alike. Scores lie side by side: a binary
 * search of 64 touches three or four cache lines.
 *
 * @module
 */

import { collectionArena } from "./memory_block.ts";
import { NO_SLOT } from "./slab_arena.ts";

/** Most entries of a node. */
export const NODE_ENTRIES = 64;

const COUNT = 0;
const PREVIOUS = 4;
const NEXT = 8;
export const SCORES = 16;
export const IDS = SCORES + 8 * NODE_ENTRIES;
const CHILDREN = IDS + 4 * NODE_ENTRIES;
const SIZES = CHILDREN + 4 * NODE_ENTRIES;
const LEAF_BYTES = CHILDREN;
const INNER_BYTES = SIZES + 4 * NODE_ENTRIES;

/** An empty leaf. */
export function newLeaf(): number {
  return newNode(LEAF_BYTES);
}

/** An empty inner node. */
export function newInner(): number {
  return newNode(INNER_BYTES);
}

function newNode(size: number): number {
  const node = collectionArena.allocate(size);
  collectionArena.page(node).buffer.fill(
    0,
    collectionArena.start(node),
    collectionArena.start(node) + SCORES,
  );
  return node;
}

function copyNode(node: number): number {
  const size = collectionArena.slotSize(node);
  const copy = collectionArena.allocate(size);
  const from = collectionArena.start(node);
  const bytes = collectionArena.page(node).buffer.subarray(from, from + size);
  collectionArena.page(copy).buffer.set(bytes, collectionArena.start(copy));
  return copy;
}

function getInt(node: number, offset: number): number {
  return collectionArena.page(node).view.getInt32(collectionArena.start(node) + offset, true);
}

function setInt(node: number, offset: number, value: number): void {
  collectionArena.page(node).view.setInt32(collectionArena.start(node) + offset, value, true);
}

/** Number of entries. */
export function countOf(node: number): number {
  return getInt(node, COUNT);
}

/** The leaf before a leaf, or NO_SLOT. */
export function previousLeaf(leaf: number): number {
  return getInt(leaf, PREVIOUS);
}

/** The leaf behind a leaf, or NO_SLOT. */
export function nextLeaf(leaf: number): number {
  return getInt(leaf, NEXT);
}

/** Makes `right` the leaf behind `left`; either may be NO_SLOT. */
export function linkLeaves(left: number, right: number): void {
  if (left !== NO_SLOT) setInt(left, NEXT, right);
  if (right !== NO_SLOT) setInt(right, PREVIOUS, left);
}

export function scoreAt(node: number, index: number): number {
  return collectionArena.page(node).view.getFloat64(
    collectionArena.start(node) + SCORES + 8 * index,
    true,
  );
}

export function idAt(node: number, index: number): number {
  return getInt(node, IDS + 4 * index);
}

export function setEntry(node: number, index: number, score: number, id: number): void {
  const { view } = collectionArena.page(node);
  const start = collectionArena.start(node);
  view.setFloat64(start + SCORES + 8 * index, score, true);
  view.setInt32(start + IDS + 4 * index, id, true);
}

export function childAt(node: number, index: number): number {
  return getInt(node, CHILDREN + 4 * index);
}

/** How many members lie below child `index`. */
export function sizeAt(node: number, index: number): number {
  return getInt(node, SIZES + 4 * index);
}

export function setChild(node: number, index: number, child: number, size: number): void {
  setInt(node, CHILDREN + 4 * index, child);
  setInt(node, SIZES + 4 * index, size);
}

export function addToSize(node: number, index: number, difference: number): void {
  setInt(node, SIZES + 4 * index, sizeAt(node, index) + difference);
}

/** How many members lie below the first `count` children of an inner node. */
export function sizeOfFirst(inner: number, count: number): number {
  const { view } = collectionArena.page(inner);
  const start = collectionArena.start(inner) + SIZES;
  let total = 0;
  for (let i = 0; i < count; i++) total += view.getInt32(start + 4 * i, true);
  return total;
}

/** How many members lie below a node. */
export function sizeOf(node: number, isLeaf: boolean): number {
  const count = countOf(node);
  return isLeaf ? count : sizeOfFirst(node, count);
}

/** Makes room for an entry of undefined content at `index`. */
export function openEntry(node: number, index: number, isLeaf: boolean): void {
  const count = countOf(node);
  moveEntries(node, index, count, node, index + 1, isLeaf);
  setInt(node, COUNT, count + 1);
}

/** Removes entries `from` to `to`. */
export function closeEntries(node: number, from: number, to: number, isLeaf: boolean): void {
  const count = countOf(node);
  moveEntries(node, to, count, node, from, isLeaf);
  setInt(node, COUNT, count - (to - from));
}

/** Moves entries from `from` on to the end of another node, which has room for them. */
export function moveTail(node: number, from: number, target: number, isLeaf: boolean): void {
  const count = countOf(node);
  const used = countOf(target);
  moveEntries(node, from, count, target, used, isLeaf);
  setInt(node, COUNT, from);
  setInt(target, COUNT, used + count - from);
}

/** Inserts a child with `size` members below it. */
export function putChild(inner: number, index: number, child: number, size: number): void {
  openEntry(inner, index, false);
  setEntry(inner, index, scoreAt(child, 0), idAt(child, 0));
  setChild(inner, index, child, size);
}

/** Moves all entries of child `index + 1` to child `index`; the former, now without a place, is to be freed. */
export function mergeChildren(inner: number, index: number, areLeaves: boolean): number {
  const left = childAt(inner, index);
  const right = childAt(inner, index + 1);
  moveTail(right, 0, left, areLeaves);
  if (areLeaves) linkLeaves(left, nextLeaf(right));
  addToSize(inner, index, sizeAt(inner, index + 1));
  closeEntries(inner, index + 1, index + 2, false);
  return right;
}

/**
 * Copies a node and all below it, `height` levels; the copy's handle. Leaves are linked to the one copied before, which
 * `last` holds.
 */
export function copyBelow(node: number, height: number, last: { leaf: number }): number {
  const copy = copyNode(node);
  if (height === 0) {
    linkLeaves(last.leaf, copy);
    last.leaf = copy;
    return copy;
  }
  const count = countOf(copy);
  for (let i = 0; i < count; i++) {
    setChild(copy, i, copyBelow(childAt(copy, i), height - 1, last), sizeAt(copy, i));
  }
  return copy;
}

/** Frees a node and all below it, `height` levels. */
export function freeBelow(node: number, height: number): void {
  if (height > 0) {
    for (let i = countOf(node) - 1; i >= 0; i--) freeBelow(childAt(node, i), height - 1);
  }
  collectionArena.free(node);
}

function moveEntries(
  node: number,
  from: number,
  to: number,
  target: number,
  at: number,
  isLeaf: boolean,
): void {
  if (from === to) return;
  moveColumn(node, SCORES, 8, from, to, target, at);
  moveColumn(node, IDS, 4, from, to, target, at);
  if (isLeaf) return;
  moveColumn(node, CHILDREN, 4, from, to, target, at);
  moveColumn(node, SIZES, 4, from, to, target, at);
}

function moveColumn(
  node: number,
  column: number,
  width: number,
  from: number,
  to: number,
  target: number,
  at: number,
): void {
  const { buffer } = collectionArena.page(node);
  const start = collectionArena.start(node) + column;
  const goal = collectionArena.start(target) + column + width * at;
  const targetBuffer = collectionArena.page(target).buffer;
  if (targetBuffer === buffer) buffer.copyWithin(goal, start + width * from, start + width * to);
  else targetBuffer.set(buffer.subarray(start + width * from, start + width * to), goal);
}
