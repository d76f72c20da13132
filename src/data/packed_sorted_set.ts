/**
 * A small sorted set: member, score, member, score, … in a listpack, in order.
 *
 * This is Redis's layout to the byte. Scores that are integers are stored as such (so that -0 becomes 0), others as the
 * text that Redis replies. Costs: everything O(n).
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice, comparePieces } from "../util/byte_slice.ts";
import { writeByteString } from "../util/byte_string.ts";
import { formatDouble } from "../util/float.ts";
import { Listpack, NONE } from "./listpack.ts";
import {
  type MemberBound,
  type MemberRange,
  NO_MEMBER,
  type OrderPlace,
  type RankRange,
  type SortedSetForm,
} from "./sorted_set_form.ts";

/** No score has a longer text. */
const SCORE_TEXT = new ByteBuffer(40);
const slice = new ByteSlice();

/** Handles are positions of members in the listpack. */
export class PackedSortedSet implements SortedSetForm {
  /** To be read only, for saving. */
  readonly listpack: Listpack;

  constructor(listpack = new Listpack()) {
    this.listpack = listpack;
  }

  get size(): number {
    return this.listpack.count >> 1;
  }

  find(source: ByteSource, start: number, end: number): number {
    const position = this.listpack.find(source, start, end, this.listpack.first(), 2);
    return position === NONE ? NO_MEMBER : position;
  }

  scoreOf(handle: number): number {
    const { listpack } = this;
    const position = listpack.next(handle);
    const integer = listpack.readInteger(position);
    if (!Number.isNaN(integer)) return integer;
    listpack.read(position, slice);
    return readScore(slice.text());
  }

  rankOf(handle: number): number {
    let rank = 0;
    for (let position = this.listpack.first(); position !== handle; position = this.#after(position)) rank++;
    return rank;
  }

  insert(source: ByteSource, start: number, end: number, score: number): void {
    const { listpack } = this;
    let position = listpack.first();
    while (position !== NONE && this.#compare(position, score, source, start, end) < 0) {
      position = this.#after(position);
    }
    const inserted = listpack.insertBefore(position, source, start, end);
    this.#insertScore(listpack.next(inserted), score);
  }

  /** Adds a member that comes behind all others. */
  append(source: ByteSource, start: number, end: number, score: number): void {
    this.listpack.append(source, start, end);
    this.#insertScore(NONE, score);
  }

  update(handle: number, source: ByteSource, start: number, end: number, score: number): void {
    const { listpack } = this;
    const before = listpack.previous(handle);
    const after = this.#after(handle);
    const stays =
      (before === NONE || this.#compare(listpack.previous(before), score, source, start, end) < 0) &&
      (after === NONE || this.#compare(after, score, source, start, end) > 0);
    if (!stays) {
      this.remove(handle);
      return this.insert(source, start, end, score);
    }
    const position = listpack.next(handle);
    if (Number.isSafeInteger(score)) listpack.replaceInteger(position, score);
    else listpack.replace(position, SCORE_TEXT, 0, writeScore(score));
  }

  remove(handle: number): void {
    this.listpack.remove(this.listpack.remove(handle));
  }

  removeRange(rank: number, count: number): void {
    this.listpack.removeRange(2 * rank, 2 * count);
  }

  countBelow(score: number, orEqual: boolean): number {
    let count = 0;
    for (let position = this.listpack.first(); position !== NONE; position = this.#after(position)) {
      const there = this.scoreOf(position);
      if (orEqual ? there > score : there >= score) break;
      count++;
    }
    return count;
  }

  memberRange(range: MemberRange, fromEnd: boolean, out: RankRange): void {
    const { listpack } = this;
    out.first = out.count = 0;
    if (range.isEmpty || listpack.count === 0) return;
    if (!this.#isAbove(listpack.seek(-2), range.min) || !this.#isBelow(listpack.first(), range.max)) return;
    if (fromEnd) return this.#lastRun(range, out);
    let position = listpack.first();
    for (; position !== NONE && !this.#isAbove(position, range.min); out.first++) {
      position = this.#after(position);
    }
    for (; position !== NONE && this.#isBelow(position, range.max); out.count++) {
      position = this.#after(position);
    }
  }

  seek(rank: number, place: OrderPlace): void {
    place.index = this.listpack.seek(2 * rank);
  }

  next(place: OrderPlace): boolean {
    place.index = this.#after(place.index);
    return place.index !== NONE;
  }

  previous(place: OrderPlace): boolean {
    place.index = this.#before(place.index);
    return place.index !== NONE;
  }

  memberAt(place: OrderPlace, out: ByteSlice): void {
    this.listpack.read(place.index, out);
  }

  scoreAt(place: OrderPlace): number {
    return this.scoreOf(place.index);
  }

  /** All at once, whatever the cursor. */
  scan(_cursor: number, _count: number, visit: (member: ByteSlice, score: number) => void): number {
    const member = new ByteSlice();
    for (let position = this.listpack.first(); position !== NONE; position = this.#after(position)) {
      this.listpack.read(position, member);
      visit(member, this.scoreOf(position));
    }
    return 0;
  }

  clone(): PackedSortedSet {
    return new PackedSortedSet(this.listpack.clone());
  }

  memoryUsage(): number {
    return this.listpack.memoryUsage();
  }

  release(): void {
    this.listpack.release();
  }

  /** Position of the member behind the one at `position`, or NONE. */
  #after(position: number): number {
    return this.listpack.next(this.listpack.next(position));
  }

  /** Position of the member before the one at `position`, or NONE. */
  #before(position: number): number {
    const score = this.listpack.previous(position);
    return score === NONE ? NONE : this.listpack.previous(score);
  }

  /** Orders the member at `position` and one that has this score and these bytes. */
  #compare(position: number, score: number, source: ByteSource, start: number, end: number): number {
    const there = this.scoreOf(position);
    return there === score ? this.#compareBytes(position, source, start, end) : there < score ? -1 : 1;
  }

  #compareBytes(position: number, source: ByteSource, start: number, end: number): number {
    this.listpack.read(position, slice);
    return comparePieces(slice.source, slice.start, slice.end, source, start, end);
  }

  #isAbove(position: number, min: MemberBound | null): boolean {
    if (min === null) return true;
    const difference = this.#compareBytes(position, min.source, min.start, min.end);
    return min.isExclusive ? difference > 0 : difference >= 0;
  }

  #isBelow(position: number, max: MemberBound | null): boolean {
    if (max === null) return true;
    const difference = this.#compareBytes(position, max.source, max.start, max.end);
    return max.isExclusive ? difference < 0 : difference <= 0;
  }

  #lastRun(range: MemberRange, out: RankRange): void {
    let position = this.listpack.seek(-2);
    let behind = this.size;
    for (; position !== NONE && !this.#isBelow(position, range.max); behind--) {
      position = this.#before(position);
    }
    for (; position !== NONE && this.#isAbove(position, range.min); out.count++) {
      position = this.#before(position);
    }
    out.first = behind - out.count;
  }

  #insertScore(position: number, score: number): void {
    const { listpack } = this;
    if (Number.isSafeInteger(score)) listpack.insertIntegerBefore(position, score);
    else listpack.insertBefore(position, SCORE_TEXT, 0, writeScore(score));
  }
}

/** Writes the score's text to SCORE_TEXT; its length. */
function writeScore(score: number): number {
  return writeByteString(SCORE_TEXT.buffer, 0, formatDouble(score));
}

/** Reads a score's text as {@linkcode writeScore} writes it. */
function readScore(text: string): number {
  if (text === "inf") return Infinity;
  return text === "-inf" ? -Infinity : Number(text);
}
