/**
 * What the two forms of a sorted set have in common.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import type { ByteSlice } from "../util/byte_slice.ts";

/** What a look-up answers for a member that is not there. */
export const NO_MEMBER = -1;

/** A member's place in the order; what it means is the form's business. Valid until the sorted set changes. */
export interface OrderPlace {
  node: number;
  index: number;
}

/** An interval of members, bytes as C's memcmp orders them. Null is no limit to that side. */
export interface MemberRange {
  readonly min: MemberBound | null;
  readonly max: MemberBound | null;
  /** True for a range that contains nothing whatever the members are. */
  readonly isEmpty: boolean;
}

/** An end of a {@linkcode MemberRange}. */
export interface MemberBound {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
  readonly isExclusive: boolean;
}

/** Consecutive ranks. */
export interface RankRange {
  first: number;
  count: number;
}

/** Members with scores, in order. A *handle* names a member until the next change. */
export interface SortedSetForm {
  readonly size: number;
  /** Handle of a member, or {@linkcode NO_MEMBER}. */
  find(source: ByteSource, start: number, end: number): number;
  scoreOf(handle: number): number;
  rankOf(handle: number): number;
  /** Adds a member that is not there. */
  insert(source: ByteSource, start: number, end: number, score: number): void;
  /** Gives a member, whose bytes are handed in too, another score. */
  update(handle: number, source: ByteSource, start: number, end: number, score: number): void;
  remove(handle: number): void;
  removeRange(rank: number, count: number): void;
  /** How many members have a score below `score` or, with `orEqual`, at most `score`. */
  countBelow(score: number, orEqual: boolean): number;
  /**
   * The members in a range of bytes, which makes sense where all scores are the same. Otherwise it is a run of members
   * in the range: the first one or, if `fromEnd`, the last one.
   */
  memberRange(range: MemberRange, fromEnd: boolean, out: RankRange): void;
  /** Points `place` at the member of this rank, which must exist. */
  seek(rank: number, place: OrderPlace): void;
  /** Moves `place` to the next member; false at the end. */
  next(place: OrderPlace): boolean;
  /** Moves `place` to the member before; false at the beginning. */
  previous(place: OrderPlace): boolean;
  /** Fills `out` with the member's bytes. */
  memberAt(place: OrderPlace, out: ByteSlice): void;
  scoreAt(place: OrderPlace): number;
  /** Visits about `count` members, from cursor 0 at first, with SCAN's guarantee: the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (member: ByteSlice, score: number) => void): number;
  clone(): SortedSetForm;
  memoryUsage(): number;
  release(): void;
}
