/**
 * Streams: logs of entries with ascending IDs.
 *
 * Entries lie in nodes of up to some thousand bytes ({@linkcode StreamNode}), each a listpack as Redis keeps it, found
 * by binary search over their first IDs. `stream-node-max-bytes` and `stream-node-max-entries` say when a node is full,
 * by the original's rule, so that trimming by whole nodes removes what it removes there.
 *
 * Costs for n nodes: append O(1) amortised; look-up, deletion and the start of a range O(log n) and the reading of one
 * node; trimming O(1) a node, and an entry of the last one when it is exact.
 *
 * @module
 */

import type { EncodingLimits } from "./encoding_limits.ts";
import { Collection } from "./collection.ts";
import { ConsumerGroup, UNKNOWN_COUNT } from "./consumer_group.ts";
import { NONE } from "./listpack.ts";
import { StreamCursor } from "./stream_cursor.ts";
import { StreamId } from "./stream_id.ts";
import { type Pieces, StreamNode } from "./stream_node.ts";
import { StreamNodes } from "./stream_nodes.ts";

/** A node is never larger than this, and neither is an entry: the original's limit. */
export const LARGEST_NODE = 2 ** 30;
/** Room that the node behind a full one gets at once, at most. */
const MOST_RESERVED = 4096;
/** Room that the first node gets. */
const FIRST_RESERVED = 48;
const OBJECT_BYTES = 500;

/** How much to trim: whole nodes only if `approximate`, and then at most `limit` entries (0: any number). */
export interface TrimScope {
  readonly approximate: boolean;
  readonly limit: number;
}

/** Entries, and what consumer groups have read of them. */
export class Stream extends Collection {
  readonly typeName = "stream";
  readonly encoding = "stream";
  readonly nodes = new StreamNodes();
  /** The last ID that was given out; the first ID of what is there, or 0-0; the greatest ID that XDEL deleted. */
  readonly lastId = new StreamId();
  readonly firstId = new StreamId();
  readonly maxDeletedId = new StreamId();

  readonly #limits: EncodingLimits;
  #length = 0;
  /** How many entries were ever added: a part that somebody set, and those added since. */
  #addedBefore = 0n;
  #addedSince = 0;
  /** Memory of all nodes but the last. */
  #fullNodeBytes = 0;
  readonly #groups = new Map<string, ConsumerGroup>();
  #groupsInOrder: readonly ConsumerGroup[] | null = null;

  constructor(limits: EncodingLimits) {
    super();
    this.#limits = limits;
  }

  /** Entries that are not deleted. */
  get size(): number {
    return this.#length;
  }

  /** Entries ever added, as far as XSETID did not say otherwise: an integer of 64 bits. */
  get entriesAdded(): bigint {
    return this.#addedBefore + BigInt(this.#addedSince);
  }

  set entriesAdded(value: bigint) {
    this.#addedBefore = value;
    this.#addedSince = 0;
  }

  /** The consumer groups in the order of their names' bytes. */
  get groups(): readonly ConsumerGroup[] {
    return this.#groupsInOrder ??= [...this.#groups.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The group of this name, or undefined. */
  group(name: string): ConsumerGroup | undefined {
    return this.#groups.get(name);
  }

  /** Adds a group, whose name must be new. */
  addGroup(name: string, lastId: StreamId, entriesRead: bigint): ConsumerGroup {
    const group = new ConsumerGroup(name, lastId, entriesRead);
    this.#groups.set(name, group);
    this.#groupsInOrder = null;
    return group;
  }

  /** Deletes a group with all that is pending in it. */
  deleteGroup(group: ConsumerGroup): void {
    this.#groups.delete(group.name);
    this.#groupsInOrder = null;
    group.release();
  }

  /**
   * Adds an entry, whose ID must be greater than `lastId`. Of `pieces`, from `from` on, there are `pairs` fields and
   * values in turn.
   */
  append(id: StreamId, pieces: Pieces, from: number, pairs: number): void {
    let node = this.nodes.last();
    if (node === undefined || this.#isFull(node, pieces, from, pairs)) {
      node = this.#addNode(id, pieces, from, pairs);
    }
    node.append(id, pieces, from, pairs);
    this.lastId.copy(id);
    if (this.#length++ === 0) this.firstId.copy(id);
    this.#addedSince++;
  }

  /** Adds a node that was loaded or copied and belongs to the stream from now on. Its entries must come behind all others. */
  appendNode(node: StreamNode): void {
    this.#fullNodeBytes += this.nodes.last()?.memoryUsage() ?? 0;
    this.nodes.push(node);
    this.#length += node.live;
  }

  /** Fills `out` with the ID of the first or the last entry that is not deleted; false if there is none. */
  edge(first: boolean, out: StreamId): boolean {
    cursor.start(this.nodes, LEAST, GREATEST, !first);
    if (!cursor.next()) return false;
    out.copy(cursor.id);
    return true;
  }

  /** Whether there is an entry with this ID. */
  has(id: StreamId): boolean {
    cursor.start(this.nodes, id, id);
    return cursor.next();
  }

  /** Deletes an entry. False if there is none with this ID. {@linkcode refreshFirstId} is to follow. */
  delete(id: StreamId): boolean {
    cursor.start(this.nodes, id, id);
    if (!cursor.next()) return false;
    const node = cursor.node!;
    if (node.live === 1) this.#removeNode(cursor.nodeIndex);
    else {
      node.markDeleted(cursor.position);
      this.#countDeleted(cursor.nodeIndex, 1);
    }
    this.#length--;
    if (id.compare(this.maxDeletedId) > 0) this.maxDeletedId.copy(id);
    return true;
  }

  /** Makes `firstId` right after entries were deleted. */
  refreshFirstId(): void {
    if (!this.edge(true, this.firstId)) this.firstId.setZero();
  }

  /** Removes the first entries until there are `length` left. How many were removed. */
  trimToLength(length: number, scope: TrimScope): number {
    const isDone = () => this.#length <= length;
    let removed = this.#trimNodes(scope, (node) => this.#length - node.live >= length, isDone);
    if (!scope.approximate && !isDone()) removed += this.#trimFirstNode(isDone);
    if (removed > 0) this.refreshFirstId();
    return removed;
  }

  /** Removes the entries with IDs below `id`. How many were removed. */
  trimBefore(id: StreamId, scope: TrimScope): number {
    const isBelow = (node: StreamNode) => {
      node.idAt(node.lastEntry(), scratch);
      return scratch.compare(id) < 0;
    };
    let removed = this.#trimNodes(scope, isBelow, () => false);
    if (!scope.approximate) {
      removed += this.#trimFirstNode((node, position) => {
        node.idAt(position, scratch);
        return scratch.compare(id) >= 0;
      });
    }
    if (removed > 0) this.refreshFirstId();
    return removed;
  }

  /** Whether entries may have been deleted between others: then one can't count by what was ever added. */
  get #hasGaps(): boolean {
    return !this.maxDeletedId.isZero && this.maxDeletedId.compare(this.firstId) >= 0;
  }

  /** Whether an entry with an ID from `start` on may have been deleted from the middle. */
  hasTombstonesFrom(start: StreamId): boolean {
    return this.#length > 0 && this.#hasGaps && start.compare(this.maxDeletedId) <= 0;
  }

  /** How many entries were added up to the one with this ID, or {@linkcode UNKNOWN_COUNT}. */
  countUpTo(id: StreamId): bigint {
    const added = this.entriesAdded;
    if (added === 0n) return 0n;
    const toLast = id.compare(this.lastId);
    if (this.#length === 0 && toLast <= 0) return added;
    if (toLast === 0) return added;
    if (toLast > 0) return UNKNOWN_COUNT;
    const toFirst = id.compare(this.firstId);
    if (this.#hasGaps || toFirst > 0) return UNKNOWN_COUNT;
    return added - BigInt(this.#length) + (toFirst === 0 ? 1n : 0n);
  }

  /** How many entries the group has yet to read; null if that can't be told. */
  lagOf(group: ConsumerGroup): bigint | null {
    const added = this.entriesAdded;
    if (added === 0n) return 0n;
    const isKnown = group.entriesRead !== UNKNOWN_COUNT && !this.hasTombstonesFrom(group.lastId);
    const read = isKnown ? group.entriesRead : this.countUpTo(group.lastId);
    return read === UNKNOWN_COUNT ? null : added - read;
  }

  /** Moves the group on to an entry that it is given. */
  advance(group: ConsumerGroup, id: StreamId): void {
    if (group.entriesRead !== UNKNOWN_COUNT && !this.hasTombstonesFrom(id)) group.entriesRead++;
    else if (this.#addedSince > 0 || this.#addedBefore > 0n) group.entriesRead = this.countUpTo(id);
    group.lastId.copy(id);
  }

  clone(): Stream {
    const copy = new Stream(this.#limits);
    for (let i = 0; i < this.nodes.length; i++) copy.appendNode(this.nodes.at(i).clone());
    copy.lastId.copy(this.lastId);
    copy.firstId.copy(this.firstId);
    copy.maxDeletedId.copy(this.maxDeletedId);
    copy.entriesAdded = this.entriesAdded;
    for (const [name, group] of this.#groups) copy.#groups.set(name, group.clone());
    return copy;
  }

  memoryUsage(): number {
    let bytes = OBJECT_BYTES + this.#fullNodeBytes + (this.nodes.last()?.memoryUsage() ?? 0);
    for (const group of this.#groups.values()) bytes += group.memoryUsage();
    return bytes;
  }

  release(): void {
    for (let i = 0; i < this.nodes.length; i++) this.nodes.at(i).release();
    this.nodes.clear();
    for (const group of this.#groups.values()) group.release();
    this.#groups.clear();
    this.#groupsInOrder = null;
  }

  /** Whether an entry with these fields and values must begin a node of its own. */
  #isFull(node: StreamNode, pieces: Pieces, from: number, pairs: number): boolean {
    const { streamNodeMaxBytes, streamNodeMaxEntries } = this.#limits;
    const mostBytes = streamNodeMaxBytes === 0 ? LARGEST_NODE : Math.min(streamNodeMaxBytes, LARGEST_NODE);
    let bytes = node.listpack.byteLength;
    for (let i = from; i < from + 2 * pairs; i++) bytes += pieces.ends[i] - pieces.starts[i];
    if (bytes >= mostBytes) return true;
    return streamNodeMaxEntries > 0 && node.live + node.deleted >= streamNodeMaxEntries;
  }

  #addNode(id: StreamId, pieces: Pieces, from: number, pairs: number): StreamNode {
    const full = this.nodes.last();
    let room = FIRST_RESERVED;
    if (full !== undefined) {
      full.shrink();
      this.#fullNodeBytes += full.memoryUsage();
      room = Math.min(full.listpack.byteLength, MOST_RESERVED);
    }
    const node = StreamNode.create(id, pieces, from, pairs, room);
    this.nodes.push(node);
    return node;
  }

  #removeNode(index: number): void {
    const node = this.nodes.at(index);
    const isLast = index === this.nodes.length - 1;
    if (!isLast) this.#fullNodeBytes -= node.memoryUsage();
    node.release();
    this.nodes.remove(index);
    // The one before is the last again, which is not counted with the full ones.
    if (isLast) this.#fullNodeBytes -= this.nodes.last()?.memoryUsage() ?? 0;
  }

  /** Removes whole nodes from the front while `fits`, until `isDone` or the limit is reached. */
  #trimNodes({ limit }: TrimScope, fits: (node: StreamNode) => boolean, isDone: () => boolean): number {
    let removed = 0;
    while (this.nodes.length > 0 && !isDone()) {
      const node = this.nodes.at(0);
      if ((limit > 0 && removed + node.live > limit) || !fits(node)) break;
      this.#length -= node.live;
      removed += node.live;
      this.#removeNode(0);
    }
    return removed;
  }

  /** Deletes the entries of the first node that come before the one for which `isKept`. How many were removed. */
  #trimFirstNode(isKept: (node: StreamNode, position: number) => boolean): number {
    if (this.nodes.length === 0) return 0;
    const node = this.nodes.at(0);
    let removed = 0;
    let position = node.firstEntry();
    for (; position !== NONE && !isKept(node, position); position = node.entryBehind(position)) {
      if (node.isDeleted(position)) continue;
      node.markDeleted(position);
      this.#length--;
      removed++;
    }
    this.#countDeleted(0, removed);
    return removed;
  }

  /** Counts entries of the node at `index` that were marked as deleted. */
  #countDeleted(index: number, count: number): void {
    const node = this.nodes.at(index);
    const before = node.memoryUsage();
    node.countDeleted(count);
    if (index < this.nodes.length - 1) this.#fullNodeBytes += node.memoryUsage() - before;
  }
}

const cursor = new StreamCursor();
const scratch = new StreamId();
const LEAST = new StreamId();
const GREATEST = new StreamId();
GREATEST.setGreatest();
