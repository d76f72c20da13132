/**
 * Sorted sets: distinct members, each with a score, ordered by score and then by bytes.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { Collection } from "./collection.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { IndexedSortedSet } from "./indexed_sorted_set.ts";
import type { Listpack } from "./listpack.ts";
import { PackedSortedSet } from "./packed_sorted_set.ts";
import {
  type MemberRange,
  NO_MEMBER,
  type OrderPlace,
  type RankRange,
  type SortedSetForm,
} from "./sorted_set_form.ts";

export { type MemberBound, type MemberRange, NO_MEMBER, type RankRange } from "./sorted_set_form.ts";

/** Listpacks don't grow beyond this many bytes. */
const LARGEST_LISTPACK = 2 ** 30;
/** What the objects themselves take. */
const OBJECT_BYTES = 80;

/**
 * A sorted set. Elements are handed in as `(source, start, end)`. Ranks count from 0, the lowest score. Scores are never
 * NaN.
 *
 * - *Handles*: {@linkcode find} gives a member's handle for the calls that follow; it holds until the next change.
 * - *Ranges* are ranks: those of scores from `a` to `b`, both included, begin at `countBelow(a, false)` and end before
 *   `countBelow(b, true)`; {@linkcode memberRange} gives those of a range of bytes.
 * - *Reading*: a {@linkcode SortedSetCursor}, or {@linkcode visitScores}.
 *
 * Costs: O(n) while encoded as a listpack, which small ones are. Otherwise find and score O(1); add, update, remove,
 * rank and the beginning of a range O(log n); each further member of a range O(1).
 */
export class SortedSet extends Collection {
  readonly typeName = "zset";
  readonly #limits: EncodingLimits;
  #form: SortedSetForm;

  /**
   * An empty one, to which about `expected` members of `memberLength` bytes will be added; or one with these contents,
   * which belong to it from now on.
   */
  constructor(limits: EncodingLimits, expected: number | SortedSetForm = 0, memberLength = 0) {
    super();
    this.#limits = limits;
    if (typeof expected !== "number") this.#form = expected;
    else if (expected > limits.zsetMaxListpackEntries || memberLength > limits.zsetMaxListpackValue) {
      this.#form = new IndexedSortedSet();
    } else this.#form = new PackedSortedSet();
  }

  /** One that has the elements of a listpack: member and score in turn, in order, no member twice. */
  static fromListpack(limits: EncodingLimits, listpack: Listpack): SortedSet {
    const set = new SortedSet(limits, new PackedSortedSet(listpack));
    set.expect(set.size);
    return set;
  }

  get encoding(): "listpack" | "skiplist" {
    return this.#form instanceof PackedSortedSet ? "listpack" : "skiplist";
  }

  get size(): number {
    return this.#form.size;
  }

  /** The listpack, if that is the encoding: for saving; not to be changed. */
  get listpack(): Listpack | null {
    return this.#form instanceof PackedSortedSet ? this.#form.listpack : null;
  }

  /** What holds the members at present; for {@linkcode SortedSetCursor}. */
  get form(): SortedSetForm {
    return this.#form;
  }

  /** Says that about `count` members are going to be added: chooses the encoding accordingly. */
  expect(count: number): void {
    if (count > this.#limits.zsetMaxListpackEntries) this.#index();
  }

  /** Changes to the encoding for few members, if the limits allow it. */
  pack(): void {
    if (this.#form instanceof PackedSortedSet || !this.#fitsListpack()) return;
    const packed = new PackedSortedSet();
    this.#moveTo(packed, (member, score) => packed.append(member.source, member.start, member.end, score));
  }

  /** Handle of a member, or {@linkcode NO_MEMBER}. */
  find(source: ByteSource, start: number, end: number): number {
    return this.#form.find(source, start, end);
  }

  /** Score of the member with this handle. */
  scoreOf(handle: number): number {
    return this.#form.scoreOf(handle);
  }

  /** Rank of the member with this handle. */
  rankOf(handle: number): number {
    return this.#form.rankOf(handle);
  }

  /** Score of a member; NaN if it is not there. */
  score(source: ByteSource, start: number, end: number): number {
    const handle = this.#form.find(source, start, end);
    return handle === NO_MEMBER ? NaN : this.#form.scoreOf(handle);
  }

  /** Adds a member or gives it another score. True if it was not there. */
  add(source: ByteSource, start: number, end: number, score: number): boolean {
    const handle = this.#form.find(source, start, end);
    if (handle === NO_MEMBER) {
      this.insert(source, start, end, score);
      return true;
    }
    if (this.#form.scoreOf(handle) !== score) this.#form.update(handle, source, start, end, score);
    return false;
  }

  /** Adds a member that is not there. */
  insert(source: ByteSource, start: number, end: number, score: number): void {
    const form = this.#form;
    if (form instanceof PackedSortedSet) {
      const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
      const length = end - start;
      const isFull = form.size >= zsetMaxListpackEntries || length > zsetMaxListpackValue ||
        form.listpack.byteLength + length > LARGEST_LISTPACK;
      if (isFull) this.#index();
    }
    this.#form.insert(source, start, end, score);
  }

  /** Gives the member with this handle, whose bytes are handed in too, another score. */
  update(handle: number, source: ByteSource, start: number, end: number, score: number): void {
    this.#form.update(handle, source, start, end, score);
  }

  /** Removes a member. False if it was not there. */
  remove(source: ByteSource, start: number, end: number): boolean {
    const handle = this.#form.find(source, start, end);
    if (handle === NO_MEMBER) return false;
    this.#form.remove(handle);
    return true;
  }

  /** Removes `count` members from `rank` on, which must exist. */
  removeRange(rank: number, count: number): void {
    if (count > 0) this.#form.removeRange(rank, count);
  }

  /** How many members have a score below `score` or, with `orEqual`, at most `score`. */
  countBelow(score: number, orEqual: boolean): number {
    return this.#form.countBelow(score, orEqual);
  }

  /**
   * The members in a range of bytes, which makes sense where all scores are the same. Otherwise it is a run of members
   * in the range: the first one or, if `fromEnd`, the last one.
   */
  memberRange(range: MemberRange, fromEnd: boolean, out: RankRange): void {
    this.#form.memberRange(range, fromEnd, out);
  }

  /**
   * Visits the members with scores from `min` to `max`, both included, in order, until `visit` answers false. `member`
   * is valid during the call only; nothing may be changed meanwhile.
   */
  visitScores(
    min: number,
    max: number,
    visit: (member: ByteSlice, score: number) => boolean | void,
  ): void {
    const form = this.#form;
    const rank = form.countBelow(min, false);
    if (rank === form.size) return;
    const place: OrderPlace = { node: 0, index: 0 };
    const member = new ByteSlice();
    form.seek(rank, place);
    do {
      const score = form.scoreAt(place);
      if (score > max) return;
      form.memberAt(place, member);
      if (visit(member, score) === false) return;
    } while (form.next(place));
  }

  /**
   * Visits about `count` members, from cursor 0 at first: the next cursor, 0 at the end. Members that are there from the
   * first call to the last are visited.
   */
  scan(cursor: number, count: number, visit: (member: ByteSlice, score: number) => void): number {
    return this.#form.scan(cursor, count, visit);
  }

  clone(): SortedSet {
    return new SortedSet(this.#limits, this.#form.clone());
  }

  memoryUsage(): number {
    return OBJECT_BYTES + this.#form.memoryUsage();
  }

  release(): void {
    this.#form.release();
  }

  /** Changes to the encoding for many members. */
  #index(): void {
    if (!(this.#form instanceof PackedSortedSet)) return;
    const indexed = new IndexedSortedSet();
    this.#moveTo(indexed, (member, score) => indexed.insert(member.source, member.start, member.end, score));
  }

  #moveTo(form: SortedSetForm, add: (member: ByteSlice, score: number) => void): void {
    const cursor = new SortedSetCursor();
    for (let more = cursor.seek(this, 0); more; more = cursor.next()) add(cursor.member, cursor.score);
    this.#form.release();
    this.#form = form;
  }

  #fitsListpack(): boolean {
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#limits;
    if (this.size > zsetMaxListpackEntries) return false;
    const cursor = new SortedSetCursor();
    let bytes = 0;
    for (let more = cursor.seek(this, 0); more; more = cursor.next()) {
      const { length } = cursor.member;
      if (length > zsetMaxListpackValue) return false;
      bytes += length;
    }
    return bytes <= LARGEST_LISTPACK;
  }
}

/**
 * Walks a sorted set in order, either way, without allocation; made once and used again and again. The set must not be
 * changed between `seek` and the last call.
 */
export class SortedSetCursor {
  readonly #member = new ByteSlice();
  readonly #place: OrderPlace = { node: 0, index: 0 };
  #form!: SortedSetForm;

  /** Goes to the member of this rank. False if there is none. */
  seek(set: SortedSet, rank: number): boolean {
    this.#form = set.form;
    if (rank < 0 || rank >= set.size) return false;
    this.#form.seek(rank, this.#place);
    return true;
  }

  /** Goes to the next member. False, and no place at all, at the end. */
  next(): boolean {
    return this.#form.next(this.#place);
  }

  /** Goes to the member before. False, and no place at all, at the beginning. */
  previous(): boolean {
    return this.#form.previous(this.#place);
  }

  /** The member's bytes, valid until this is asked again. */
  get member(): ByteSlice {
    this.#form.memberAt(this.#place, this.#member);
    return this.#member;
  }

  get score(): number {
    return this.#form.scoreAt(this.#place);
  }
}
