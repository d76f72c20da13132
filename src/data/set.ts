/**
 * Sets of byte strings.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import type { Random } from "../util/random.ts";
import { ABSENT, ByteTable } from "./byte_table.ts";
import { Collection } from "./collection.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { type Integer, IntSet, parseInteger } from "./int_set.ts";
import { Listpack, NONE } from "./listpack.ts";
import { distinctIndexes, type Elements } from "./sampling.ts";

/** Most integers of an {@link IntSet}, whatever the limits say. */
const MOST_INTEGERS = 2 ** 30;
/** Most bytes of a listpack. */
const MOST_BYTES = 2 ** 30;
/** When so many are taken for each that remains, the remaining ones make a new set. */
const TAKEN_FOR_REBUILDING = 5;
/** What the object itself takes. */
const OBJECT_BYTES = 64;

const element = new ByteSlice();

/**
 * A set of distinct members. Small sets of integers are an {@link IntSet}, other small sets a {@link Listpack}, the rest
 * a {@link ByteTable}; a set is converted, and never back, when it outgrows its encoding.
 *
 * A member is named by its place: an index, or a position in the listpack. Places hold until the set is changed. Costs
 * are those of the encoding: O(log n), O(n) and O(1) for a look-up.
 */
export class ByteSet extends Collection implements Elements {
  readonly typeName = "set";
  readonly #limits: EncodingLimits;
  // One of these is there.
  #integers: IntSet | null = null;
  #listpack: Listpack | null = null;
  #table: ByteTable | null = null;

  /** A set with these contents, by default none in an {@link IntSet}. */
  constructor(limits: EncodingLimits, contents: IntSet | Listpack | ByteTable = new IntSet()) {
    super();
    this.#limits = limits;
    this.#adopt(contents);
  }

  /** An empty set in the encoding that is best for about `count` members, of which this will be the first. */
  static expecting(
    count: number,
    limits: EncodingLimits,
    source: ByteSource,
    start: number,
    end: number,
  ): ByteSet {
    if (count <= limits.setMaxIntsetEntries && parseInteger(source, start, end) !== undefined) {
      return new ByteSet(limits);
    }
    return new ByteSet(limits, count <= limits.setMaxListpackEntries ? new Listpack() : new ByteTable());
  }

  get encoding(): string {
    return this.#integers !== null ? "intset" : this.#listpack !== null ? "listpack" : "hashtable";
  }

  /** What holds the members. */
  get contents(): IntSet | Listpack | ByteTable {
    return this.#integers ?? this.#listpack ?? this.#table!;
  }

  get size(): number {
    if (this.#table !== null) return this.#table.size;
    return this.#integers !== null ? this.#integers.count : this.#listpack!.count;
  }

  get isWalked(): boolean {
    return this.#listpack !== null;
  }

  /** Whether the set has the member. */
  has(source: ByteSource, start: number, end: number): boolean {
    if (this.#table !== null) return this.#table.find(source, start, end) !== ABSENT;
    if (this.#listpack !== null) return this.#findInListpack(this.#listpack, source, start, end) !== NONE;
    const value = parseInteger(source, start, end);
    return value !== undefined && this.#integers!.has(value);
  }

  /** Tells how many members are about to be added, so that the set is converted at once and not half-way. */
  expect(count: number): void {
    const limits = this.#limits;
    const most = this.#integers !== null ? limits.setMaxIntsetEntries : limits.setMaxListpackEntries;
    if (this.#table === null && count > most) this.#toTable();
  }

  /** Adds a member; false if it was there. */
  add(source: ByteSource, start: number, end: number): boolean {
    if (this.#table !== null) return this.#table.add(source, start, end) >= 0;
    if (this.#listpack !== null) return this.#addToListpack(this.#listpack, source, start, end);
    const value = parseInteger(source, start, end);
    if (value !== undefined) return this.#addInteger(this.#integers!, value);
    if (this.#integersFitListpack(this.#integers!, end - start)) {
      this.#toListpack().append(source, start, end);
    } else this.#toTable().add(source, start, end);
    return true;
  }

  /** Removes a member; false if it was not there. */
  remove(source: ByteSource, start: number, end: number): boolean {
    if (this.#table !== null) {
      const id = this.#table.find(source, start, end);
      if (id === ABSENT) return false;
      this.#removeFromTable(this.#table, id);
      return true;
    }
    if (this.#listpack !== null) {
      const place = this.#findInListpack(this.#listpack, source, start, end);
      if (place !== NONE) this.#listpack.remove(place);
      return place !== NONE;
    }
    const value = parseInteger(source, start, end);
    return value !== undefined && this.#integers!.remove(value);
  }

  seek(index: number): number {
    return this.#listpack !== null ? this.#listpack.seek(index) : index;
  }

  first(): number {
    return this.#listpack !== null ? this.#listpack.first() : this.size === 0 ? NONE : 0;
  }

  next(place: number): number {
    if (this.#listpack !== null) return this.#listpack.next(place);
    return place + 1 < this.size ? place + 1 : NONE;
  }

  /** Fills `out` with the member at `place`. */
  read(place: number, out: ByteSlice): void {
    if (this.#table !== null) this.#table.key(this.#table.idAt(place), out);
    else if (this.#listpack !== null) this.#listpack.read(place, out);
    else this.#integers!.read(place, out);
  }

  /** Removes the member at `place`. */
  removeAt(place: number): void {
    if (this.#table !== null) this.#removeFromTable(this.#table, this.#table.idAt(place));
    else if (this.#listpack !== null) this.#listpack.remove(place);
    else this.#integers!.removeAt(place);
  }

  /**
   * Visits about `count` members by their places, from cursor 0 at first: the cursor to go on with, 0 at the end. Small
   * encodings are visited at once. `visit` must change nothing.
   */
  scan(cursor: number, count: number, visit: (place: number) => void): number {
    const table = this.#table;
    if (table !== null) return table.scan(cursor, count, (id) => visit(table.positionOf(id)));
    for (let place = this.first(); place !== NONE; place = this.next(place)) visit(place);
    return 0;
  }

  /**
   * Removes `count` random members, fewer than there are, and shows each to `visit` before. A table of which little
   * remains is built anew, beginning as a listpack.
   */
  popMany(count: number, random: Random, visit: (member: ByteSlice) => void): void {
    const remaining = this.size - count;
    if (this.#table !== null && remaining * TAKEN_FOR_REBUILDING <= count) {
      return this.#rebuildWith(distinctIndexes(this.size, remaining, random), visit);
    }
    const indexes = distinctIndexes(this.size, count, random);
    // From behind: what is removed changes no index before it.
    for (let i = count - 1; i >= 0; i--) {
      const place = this.seek(indexes[i]);
      this.read(place, element);
      visit(element);
      this.removeAt(place);
    }
  }

  /** Makes an {@link IntSet} of a set whose members are all integers, unless they are too many. */
  packIntegers(): void {
    if (this.#integers !== null || this.size > this.#mostIntegers) return;
    const integers = new IntSet();
    for (let place = this.first(); place !== NONE; place = this.next(place)) {
      this.read(place, element);
      integers.add(parseInteger(element.source, element.start, element.end)!);
    }
    this.contents.release();
    this.#adopt(integers);
  }

  clone(): ByteSet {
    return new ByteSet(this.#limits, this.contents.clone());
  }

  release(): void {
    this.contents.release();
  }

  memoryUsage(): number {
    return this.contents.memoryUsage() + OBJECT_BYTES;
  }

  get #mostIntegers(): number {
    return Math.min(this.#limits.setMaxIntsetEntries, MOST_INTEGERS);
  }

  #adopt(contents: IntSet | Listpack | ByteTable): void {
    this.#integers = contents instanceof IntSet ? contents : null;
    this.#listpack = contents instanceof Listpack ? contents : null;
    this.#table = contents instanceof ByteTable ? contents : null;
  }

  #findInListpack(listpack: Listpack, source: ByteSource, start: number, end: number): number {
    return listpack.find(source, start, end, listpack.first(), 1);
  }

  #addToListpack(listpack: Listpack, source: ByteSource, start: number, end: number): boolean {
    if (this.#findInListpack(listpack, source, start, end) !== NONE) return false;
    const size = end - start;
    const { setMaxListpackEntries, setMaxListpackValue } = this.#limits;
    const fits = listpack.count < setMaxListpackEntries && size <= setMaxListpackValue &&
      listpack.byteLength + size <= MOST_BYTES;
    if (fits) listpack.append(source, start, end);
    else this.#toTable().add(source, start, end);
    return true;
  }

  #addInteger(integers: IntSet, value: Integer): boolean {
    if (!integers.add(value)) return false;
    if (integers.count > this.#mostIntegers) this.#toTable();
    return true;
  }

  /** Whether the integers and one more member of `size` bytes may be in a listpack. */
  #integersFitListpack(integers: IntSet, size: number): boolean {
    const { setMaxListpackEntries, setMaxListpackValue } = this.#limits;
    if (integers.count >= setMaxListpackEntries || size > setMaxListpackValue) return false;
    if (integers.count === 0) return true;
    const longest = Math.max(String(integers.at(0)).length, String(integers.at(integers.count - 1)).length);
    return longest <= setMaxListpackValue && integers.count * longest + size <= MOST_BYTES;
  }

  #toListpack(): Listpack {
    const integers = this.#integers!;
    const listpack = new Listpack();
    for (let i = 0; i < integers.count; i++) {
      const value = integers.at(i);
      if (typeof value === "number") listpack.appendInteger(value);
      else listpack.appendBigInteger(value);
    }
    integers.release();
    this.#adopt(listpack);
    return listpack;
  }

  #toTable(): ByteTable {
    const table = new ByteTable();
    for (let place = this.first(); place !== NONE; place = this.next(place)) {
      this.read(place, element);
      table.add(element.source, element.start, element.end);
    }
    this.contents.release();
    this.#adopt(table);
    return table;
  }

  #removeFromTable(table: ByteTable, id: number): void {
    table.remove(id);
    table.compact();
  }

  /** Keeps the members at these positions of the table, which ascend, in a new set, and shows the others. */
  #rebuildWith(kept: Int32Array, visit: (member: ByteSlice) => void): void {
    const table = this.#table!;
    this.#adopt(new Listpack());
    let next = 0;
    for (let position = 0; position < table.size; position++) {
      table.key(table.idAt(position), element);
      if (position !== kept[next]) visit(element);
      else {
        next++;
        this.add(element.source, element.start, element.end);
      }
    }
    table.release();
  }
}
