/**
 * A large sorted set: a hash table from members to scores, and a tree of the members in order.
 *
 * A member's score lies right behind its bytes in the table, so that ZSCORE has both in one cache line, and once more in
 * the tree, which is searched by it.
 *
 * Costs: find and score O(1); insert, update, remove, rank, seek O(log n); removal of a range O(log n + m).
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { ABSENT, ByteTable } from "./byte_table.ts";
import { ScoreTree } from "./score_tree.ts";
import { idAt, scoreAt } from "./score_tree_node.ts";
import {
  type MemberRange,
  NO_MEMBER,
  type OrderPlace,
  type RankRange,
  type SortedSetForm,
} from "./sorted_set_form.ts";

const SCORE_SIZE = 8;
const scoreBytes = new ByteBuffer(SCORE_SIZE);
const slice = new ByteSlice();

const RELEASED = new ByteTable();

/** Handles are the members' ids in the table. */
export class IndexedSortedSet implements SortedSetForm {
  #table: ByteTable;
  readonly #tree: ScoreTree;

  constructor(table = new ByteTable(), tree = new ScoreTree(table)) {
    this.#table = table;
    this.#tree = tree;
  }

  get size(): number {
    return this.#table.size;
  }

  find(source: ByteSource, start: number, end: number): number {
    const id = this.#table.find(source, start, end);
    return id === ABSENT ? NO_MEMBER : id;
  }

  scoreOf(handle: number): number {
    this.#table.value(handle, slice);
    return slice.source.view.getFloat64(slice.start, true);
  }

  rankOf(handle: number): number {
    return this.#tree.rankOf(handle, this.scoreOf(handle));
  }

  insert(source: ByteSource, start: number, end: number, score: number): void {
    this.#tree.insert(this.collect(source, start, end, score), score);
  }

  /** As {@linkcode insert}, for a member that may be there: then nothing changes, and the answer is false. */
  insertNew(source: ByteSource, start: number, end: number, score: number): boolean {
    const id = this.collect(source, start, end, score);
    if (id >= 0) this.#tree.insert(id, score);
    return id >= 0;
  }

  update(handle: number, _source: ByteSource, _start: number, _end: number, score: number): void {
    const old = this.scoreOf(handle);
    this.setCollected(handle, score);
    this.#tree.update(handle, old, score);
  }

  remove(handle: number): void {
    this.#tree.remove(handle, this.scoreOf(handle));
    this.#table.remove(handle);
  }

  removeRange(rank: number, count: number): void {
    this.#tree.removeRange(rank, count, this.#table);
  }

  countBelow(score: number, orEqual: boolean): number {
    return this.#tree.countBelow(score, orEqual);
  }

  memberRange({ isEmpty, min, max }: MemberRange, _fromEnd: boolean, out: RankRange): void {
    out.first = out.count = 0;
    if (isEmpty) return;
    if (min !== null) out.first = this.#tree.countBefore(min.source, min.start, min.end, min.isExclusive);
    const end = max === null
      ? this.size
      : this.#tree.countBefore(max.source, max.start, max.end, !max.isExclusive);
    out.count = Math.max(0, end - out.first);
  }

  seek(rank: number, place: OrderPlace): void {
    this.#tree.seek(rank, place);
  }

  next(place: OrderPlace): boolean {
    return this.#tree.next(place);
  }

  previous(place: OrderPlace): boolean {
    return this.#tree.previous(place);
  }

  memberAt(place: OrderPlace, out: ByteSlice): void {
    this.#table.key(idAt(place.node, place.index), out);
  }

  scoreAt(place: OrderPlace): number {
    return scoreAt(place.node, place.index);
  }

  scan(cursor: number, count: number, visit: (member: ByteSlice, score: number) => void): number {
    const member = new ByteSlice();
    return this.#table.scan(cursor, count, (id) => {
      this.#table.key(id, member);
      visit(member, this.scoreOf(id));
    });
  }

  /**
   * Adds a member that is not there, without a place in the order: for results whose scores are not final yet. Nothing
   * but {@linkcode find}, `scoreOf` and {@linkcode setCollected} works until {@linkcode order} is called. The handle.
   */
  collect(source: ByteSource, start: number, end: number, score: number): number {
    scoreBytes.view.setFloat64(0, score, true);
    return this.#table.addPair(source, start, end, scoreBytes, 0, SCORE_SIZE);
  }

  /** Gives a collected member another score. */
  setCollected(handle: number, score: number): void {
    this.#table.value(handle, slice);
    slice.source.view.setFloat64(slice.start, score, true);
  }

  /** Puts all collected members in order. */
  order(): void {
    const table = this.#table;
    for (let position = 0; position < table.size; position++) {
      const id = table.idAt(position);
      this.#tree.insert(id, this.scoreOf(id));
    }
  }

  /** How the members lie in the table: see {@linkcode ByteTable.homes}. */
  homes(): Int32Array[] {
    return this.#table.homes();
  }

  clone(): IndexedSortedSet {
    const table = this.#table.clone();
    return new IndexedSortedSet(table, this.#tree.clone(table));
  }

  memoryUsage(): number {
    return this.#table.memoryUsage() + this.#tree.memoryUsage();
  }

  release(): void {
    this.#tree.release();
    this.#table.release();
    // A cursor may still refer to this object, but not keep the table's arrays alive.
    this.#table = RELEASED;
  }
}
