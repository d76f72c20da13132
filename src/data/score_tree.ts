/**
 * The order of a large sorted set: a counted B+ tree.
 *
 * A B+ tree (Bayer and McCreight 1972, Comer 1979) whose inner nodes also say how many members lie below each child,
 * which makes it an order-statistic tree (Cormen et al., "Introduction to Algorithms"). Redis uses a skip list with
 * spans for this; a step of a skip list is a cache miss, of which a search makes some twenty at a million members,
 * while here three or four nodes are searched, and neighbours in the order are neighbours in memory.
 *
 * Members are known by id; their bytes are looked at only where scores are equal. Entries are ordered by score, then
 * bytes. An inner node repeats the first entry of each child.
 *
 * Costs: insert, remove, rank, boundary of a range, seek O(log n); next and previous O(1); removal of a range
 * O(log n + m). Memory: 12 bytes for each member, in nodes that are full if members come in ascending order and at
 * least 37 % full on average otherwise.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { collectionArena } from "./memory_block.ts";
import { type MemberKeys, ScoreProbe } from "./score_probe.ts";
import {
  addToSize,
  childAt,
  closeEntries,
  copyBelow,
  countOf,
  freeBelow,
  idAt,
  linkLeaves,
  mergeChildren,
  moveTail,
  newInner,
  newLeaf,
  nextLeaf,
  NODE_ENTRIES,
  openEntry,
  previousLeaf,
  putChild,
  scoreAt,
  setChild,
  setEntry,
  sizeAt,
  sizeOf,
  sizeOfFirst,
} from "./score_tree_node.ts";
import { NO_SLOT } from "./slab_arena.ts";

/** A place in the tree, valid until the tree changes. */
export interface TreePlace {
  node: number;
  index: number;
}

/** What a released tree refers to. */
const NO_KEYS: MemberKeys = { key() {} };
/** Two nodes are merged when they have at most this many entries together. */
const MERGED_ENTRIES = NODE_ENTRIES * 3 / 4;
/** Two billion members need eight levels at worst. */
const MOST_LEVELS = 16;

/** The inner nodes of the last descent, and which child was taken in each. Shared by all trees. */
const pathNodes = new Int32Array(MOST_LEVELS);
const pathIndexes = new Int32Array(MOST_LEVELS);

/** What the last descent looked for. Shared by all trees. */
const probe = new ScoreProbe();
const neighbour: TreePlace = { node: NO_SLOT, index: 0 };
/** Rank of the first entry of the leaf that {@linkcode ScoreTree} last descended to by rank. */
let rankOfLeaf = 0;

/** Members ordered by score and bytes. */
export class ScoreTree {
  #keys: MemberKeys;
  #root = newLeaf();
  /** Levels of inner nodes. */
  #height = 0;
  #size = 0;
  #nodeBytes = collectionArena.slotSize(this.#root);

  constructor(keys: MemberKeys) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a member that is not there. Its bytes must be known by now. */
  insert(id: number, score: number): void {
    probe.behindEntry(this.#keys, id, score);
    const leaf = this.#descend();
    const index = probe.countBefore(this.#keys, leaf);
    this.#insertAt(leaf, index, id, score);
  }

  /** Removes a member, whose bytes must still be known. */
  remove(id: number, score: number): void {
    probe.behindEntry(this.#keys, id, score);
    const leaf = this.#descend();
    this.#removeFrom(leaf, probe.countBefore(this.#keys, leaf) - 1, 1);
  }

  /** Gives a member another score; in place if that leaves the order as it is. */
  update(id: number, oldScore: number, score: number): void {
    probe.behindEntry(this.#keys, id, oldScore);
    const leaf = this.#descend();
    const index = probe.countBefore(this.#keys, leaf) - 1;
    probe.score = score;
    if (this.#fitsAt(leaf, index)) {
      setEntry(leaf, index, score, id);
      if (index === 0) this.#setFirst(this.#height, score, id);
      return;
    }
    this.#removeFrom(leaf, index, 1);
    this.insert(id, score);
  }

  /** How many members come before this one. */
  rankOf(id: number, score: number): number {
    probe.behindEntry(this.#keys, id, score);
    return this.#rankOfProbe() - 1;
  }

  /** How many members have a score below `score` or, with `orEqual`, at most `score`. */
  countBelow(score: number, orEqual: boolean): number {
    probe.atScore(score, orEqual);
    return this.#rankOfProbe();
  }

  /** How many members come before these bytes or, with `orEqual`, equal them; right if all scores are the same. */
  countBefore(source: ByteSource, start: number, end: number, orEqual: boolean): number {
    probe.atMember(source, start, end, orEqual);
    return this.#rankOfProbe();
  }

  /** Points `place` at the member of this rank, which must exist. */
  seek(rank: number, place: TreePlace): void {
    place.node = this.#descendTo(rank);
    place.index = rank - rankOfLeaf;
  }

  /** Moves `place` to the next member. False at the end. */
  next(place: TreePlace): boolean {
    if (++place.index < countOf(place.node)) return true;
    place.node = nextLeaf(place.node);
    place.index = 0;
    return place.node !== NO_SLOT;
  }

  /** Moves `place` to the member before. False at the beginning. */
  previous(place: TreePlace): boolean {
    if (--place.index >= 0) return true;
    place.node = previousLeaf(place.node);
    if (place.node === NO_SLOT) return false;
    place.index = countOf(place.node) - 1;
    return true;
  }

  /** Removes `count` members from `rank` on, which must exist; they go from `keys` too. */
  removeRange(rank: number, count: number, keys: { remove(id: number): void }): void {
    while (count > 0) {
      const leaf = this.#descendTo(rank);
      const index = rank - rankOfLeaf;
      const part = Math.min(count, countOf(leaf) - index);
      for (let i = index; i < index + part; i++) keys.remove(idAt(leaf, i));
      this.#removeFrom(leaf, index, part);
      count -= part;
    }
  }

  /** A copy for a copy of the members with the same ids. */
  clone(keys: MemberKeys): ScoreTree {
    const copy = new ScoreTree(keys);
    freeBelow(copy.#root, 0);
    copy.#root = copyBelow(this.#root, this.#height, { leaf: NO_SLOT });
    copy.#height = this.#height;
    copy.#size = this.#size;
    copy.#nodeBytes = this.#nodeBytes;
    return copy;
  }

  /** Gives the memory back. The tree must not be used any more. */
  release(): void {
    freeBelow(this.#root, this.#height);
    this.#root = NO_SLOT;
    this.#keys = NO_KEYS;
  }

  /** Bytes of all nodes. */
  memoryUsage(): number {
    return this.#nodeBytes;
  }

  /** The leaf where the probe belongs; the path to it is noted. */
  #descend(): number {
    let node = this.#root;
    for (let level = 0; level < this.#height; level++) {
      const index = Math.max(0, probe.countBefore(this.#keys, node) - 1);
      pathNodes[level] = node;
      pathIndexes[level] = index;
      node = childAt(node, index);
    }
    return node;
  }

  /** The leaf with the member of this rank; the path is noted, and the rank of the leaf's first entry. */
  #descendTo(rank: number): number {
    let node = this.#root;
    rankOfLeaf = 0;
    for (let level = 0; level < this.#height; level++) {
      let index = 0;
      for (let size = sizeAt(node, 0); rankOfLeaf + size <= rank; size = sizeAt(node, ++index)) {
        rankOfLeaf += size;
      }
      pathNodes[level] = node;
      pathIndexes[level] = index;
      node = childAt(node, index);
    }
    return node;
  }

  /** How many members come before the probe. */
  #rankOfProbe(): number {
    let rank = probe.countBefore(this.#keys, this.#descend());
    for (let level = 0; level < this.#height; level++) {
      rank += sizeOfFirst(pathNodes[level], pathIndexes[level]);
    }
    return rank;
  }

  /** Whether the probe, with its new score, may stand where its entry stands. */
  #fitsAt(leaf: number, index: number): boolean {
    neighbour.node = leaf;
    neighbour.index = index;
    if (this.previous(neighbour) && !this.#isPlaceBefore(neighbour)) return false;
    neighbour.node = leaf;
    neighbour.index = index;
    return !this.next(neighbour) || !this.#isPlaceBefore(neighbour);
  }

  #isPlaceBefore({ node, index }: TreePlace): boolean {
    return probe.isBehind(this.#keys, scoreAt(node, index), idAt(node, index));
  }

  #insertAt(leaf: number, index: number, id: number, score: number): void {
    this.#size++;
    this.#addToPath(1);
    if (index === 0) this.#setFirst(this.#height, score, id);
    if (countOf(leaf) < NODE_ENTRIES) {
      openEntry(leaf, index, true);
      setEntry(leaf, index, score, id);
    } else {
      const isLast = index === NODE_ENTRIES && nextLeaf(leaf) === NO_SLOT;
      const right = this.#split(leaf, isLast ? index : NODE_ENTRIES >> 1, true);
      linkLeaves(right, nextLeaf(leaf));
      linkLeaves(leaf, right);
      const left = countOf(leaf);
      const target = index > left || isLast ? right : leaf;
      const at = target === leaf ? index : index - left;
      openEntry(target, at, true);
      setEntry(target, at, score, id);
      this.#linkSplit(this.#height, leaf, countOf(leaf), right, countOf(right));
    }
  }

  /** Moves the entries from `from` on to a new node. */
  #split(node: number, from: number, isLeaf: boolean): number {
    const right = isLeaf ? newLeaf() : newInner();
    this.#nodeBytes += collectionArena.slotSize(right);
    moveTail(node, from, right, isLeaf);
    return right;
  }

  /** Tells the level above that a node was split. The path leads to `left`, and may be changed. */
  #linkSplit(level: number, left: number, leftSize: number, right: number, rightSize: number): void {
    if (level === 0) return this.#growRoot(left, leftSize, right, rightSize);
    let parent = pathNodes[level - 1];
    let index = pathIndexes[level - 1];
    setChild(parent, index, left, leftSize);
    index++;
    if (countOf(parent) < NODE_ENTRIES) return putChild(parent, index, right, rightSize);
    const upper = parent;
    // Members that come in ascending order leave full nodes behind.
    const from = index === NODE_ENTRIES ? index - 1 : NODE_ENTRIES >> 1;
    const added = this.#split(upper, from, false);
    if (index > from) {
      parent = added;
      index -= from;
    }
    putChild(parent, index, right, rightSize);
    this.#linkSplit(level - 1, upper, sizeOf(upper, false), added, sizeOf(added, false));
  }

  #growRoot(left: number, leftSize: number, right: number, rightSize: number): void {
    const root = newInner();
    this.#nodeBytes += collectionArena.slotSize(root);
    putChild(root, 0, left, leftSize);
    putChild(root, 1, right, rightSize);
    this.#root = root;
    this.#height++;
  }

  /** Removes entries of a leaf that the path leads to. */
  #removeFrom(leaf: number, index: number, count: number): void {
    this.#size -= count;
    this.#addToPath(-count);
    closeEntries(leaf, index, index + count, true);
    const left = countOf(leaf);
    if (index === 0 && left > 0) this.#setFirst(this.#height, scoreAt(leaf, 0), idAt(leaf, 0));
    if (left <= NODE_ENTRIES >> 1) this.#shrink(this.#height, leaf);
  }

  /** Merges a node that has lost entries with a neighbour if the two have little, drops it if it is empty. */
  #shrink(level: number, node: number): void {
    if (level === 0) return this.#shrinkRoot();
    const parent = pathNodes[level - 1];
    const index = pathIndexes[level - 1];
    const isLeaf = level === this.#height;
    const room = MERGED_ENTRIES - countOf(node);
    if (room === MERGED_ENTRIES) {
      if (isLeaf) linkLeaves(previousLeaf(node), nextLeaf(node));
      closeEntries(parent, index, index + 1, false);
      if (index === 0 && countOf(parent) > 0) this.#setFirst(level - 1, scoreAt(parent, 0), idAt(parent, 0));
      this.#free(node);
    } else if (index + 1 < countOf(parent) && countOf(childAt(parent, index + 1)) <= room) {
      this.#free(mergeChildren(parent, index, isLeaf));
    } else if (index > 0 && countOf(childAt(parent, index - 1)) <= room) {
      this.#free(mergeChildren(parent, index - 1, isLeaf));
    } else return;
    this.#shrink(level - 1, parent);
  }

  /** Drops roots that lead to one child only, or to none. */
  #shrinkRoot(): void {
    while (this.#height > 0 && countOf(this.#root) === 1) {
      const root = this.#root;
      this.#root = childAt(root, 0);
      this.#height--;
      this.#free(root);
    }
    if (this.#height === 0 || countOf(this.#root) > 0) return;
    this.#free(this.#root);
    this.#height = 0;
    this.#root = newLeaf();
    this.#nodeBytes += collectionArena.slotSize(this.#root);
  }

  #free(node: number): void {
    this.#nodeBytes -= collectionArena.slotSize(node);
    collectionArena.free(node);
  }

  /** Adds to the number of members below each child on the path. */
  #addToPath(difference: number): void {
    for (let level = 0; level < this.#height; level++) {
      addToSize(pathNodes[level], pathIndexes[level], difference);
    }
  }

  /** Tells the levels above `level` that the node which the path leads to there begins with another entry. */
  #setFirst(level: number, score: number, id: number): void {
    while (level-- > 0) {
      setEntry(pathNodes[level], pathIndexes[level], score, id);
      if (pathIndexes[level] !== 0) return;
    }
  }
}
