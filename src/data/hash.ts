/**
 * Hashes: fields with values.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { ABSENT, ByteTable } from "./byte_table.ts";
import { Collection } from "./collection.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { Listpack, NONE } from "./listpack.ts";
import type { Elements } from "./sampling.ts";

/** Most bytes of a listpack. */
const MOST_BYTES = 2 ** 30;
/** What the object itself takes. */
const OBJECT_BYTES = 56;

const fieldSlice = new ByteSlice();
const valueSlice = new ByteSlice();

/**
 * Distinct fields, each with a value. Small hashes are a {@link Listpack} of fields and values in turn, larger ones a
 * {@link ByteTable}; a hash is converted, and never back, when it outgrows the listpack.
 *
 * A field is named by its place: an index, or a position in the listpack. Places hold until the hash is changed. Costs
 * are those of the encoding: O(n) and O(1) for a look-up.
 */
export class Hash extends Collection implements Elements {
  readonly typeName = "hash";
  readonly #limits: EncodingLimits;
  // One of these is there.
  #listpack: Listpack | null = null;
  #table: ByteTable | null = null;

  /** A hash with these contents, by default none. */
  constructor(limits: EncodingLimits, contents: Listpack | ByteTable = new Listpack()) {
    super();
    this.#limits = limits;
    this.#adopt(contents);
  }

  get encoding(): string {
    return this.#listpack !== null ? "listpack" : "hashtable";
  }

  /** What holds fields and values. */
  get contents(): Listpack | ByteTable {
    return this.#listpack ?? this.#table!;
  }

  get size(): number {
    return this.#table !== null ? this.#table.size : this.#listpack!.count >> 1;
  }

  get isWalked(): boolean {
    return this.#listpack !== null;
  }

  /** Place of the field, or {@link NONE}. */
  find(source: ByteSource, start: number, end: number): number {
    if (this.#table !== null) {
      const id = this.#table.find(source, start, end);
      return id === ABSENT ? NONE : this.#table.positionOf(id);
    }
    return this.#listpack!.find(source, start, end, this.#listpack!.first(), 2);
  }

  /** Fills `out` with the value of the field; false if there is no such field. */
  get(source: ByteSource, start: number, end: number, out: ByteSlice): boolean {
    if (this.#table !== null) {
      const id = this.#table.find(source, start, end);
      if (id !== ABSENT) this.#table.value(id, out);
      return id !== ABSENT;
    }
    const place = this.find(source, start, end);
    if (place !== NONE) this.readValue(place, out);
    return place !== NONE;
  }

  /** Tells how many fields are about to be set, so that the hash is converted at once and not half-way. */
  expect(count: number): void {
    if (this.#table === null && count > this.#limits.hashMaxListpackEntries) this.#toTable();
  }

  /** Sets the value of a field; true if the field is new. */
  set(
    source: ByteSource,
    start: number,
    end: number,
    valueSource: ByteSource,
    valueStart: number,
    valueEnd: number,
  ): boolean {
    const listpack = this.#listpack;
    if (listpack !== null && this.#fitsListpack(listpack, end - start, valueEnd - valueStart)) {
      return this.#setInListpack(listpack, source, start, end, valueSource, valueStart, valueEnd);
    }
    const table = this.#table ?? this.#toTable();
    const id = table.addPair(source, start, end, valueSource, valueStart, valueEnd);
    if (id >= 0) return true;
    table.setValue(~id, valueSource, valueStart, valueEnd);
    return false;
  }

  /** Removes a field; false if it was not there. */
  remove(source: ByteSource, start: number, end: number): boolean {
    if (this.#table !== null) {
      const id = this.#table.find(source, start, end);
      if (id === ABSENT) return false;
      this.#table.remove(id);
      this.#table.compact();
      return true;
    }
    const place = this.find(source, start, end);
    if (place === NONE) return false;
    this.#listpack!.remove(this.#listpack!.remove(place));
    return true;
  }

  seek(index: number): number {
    return this.#listpack !== null ? this.#listpack.seek(2 * index) : index;
  }

  first(): number {
    return this.#listpack !== null ? this.#listpack.first() : this.size === 0 ? NONE : 0;
  }

  next(place: number): number {
    if (this.#listpack !== null) return this.#listpack.next(this.#listpack.next(place));
    return place + 1 < this.size ? place + 1 : NONE;
  }

  /** Fills `out` with the field at `place`. */
  readField(place: number, out: ByteSlice): void {
    if (this.#table !== null) this.#table.key(this.#table.idAt(place), out);
    else this.#listpack!.read(place, out);
  }

  /** Fills `out` with the value of the field at `place`. */
  readValue(place: number, out: ByteSlice): void {
    if (this.#table !== null) this.#table.value(this.#table.idAt(place), out);
    else this.#listpack!.read(this.#listpack!.next(place), out);
  }

  /**
   * Visits about `count` fields by their places, from cursor 0 at first: the cursor to go on with, 0 at the end. A
   * listpack is visited at once. `visit` must change nothing.
   */
  scan(cursor: number, count: number, visit: (place: number) => void): number {
    const table = this.#table;
    if (table !== null) return table.scan(cursor, count, (id) => visit(table.positionOf(id)));
    for (let place = this.first(); place !== NONE; place = this.next(place)) visit(place);
    return 0;
  }

  clone(): Hash {
    return new Hash(this.#limits, this.contents.clone());
  }

  release(): void {
    this.contents.release();
  }

  memoryUsage(): number {
    return this.contents.memoryUsage() + OBJECT_BYTES;
  }

  #adopt(contents: Listpack | ByteTable): void {
    this.#listpack = contents instanceof Listpack ? contents : null;
    this.#table = contents instanceof ByteTable ? contents : null;
  }

  /** Whether a field and a value of these sizes may be put into the listpack. */
  #fitsListpack(listpack: Listpack, fieldSize: number, valueSize: number): boolean {
    const { hashMaxListpackValue } = this.#limits;
    return fieldSize <= hashMaxListpackValue && valueSize <= hashMaxListpackValue &&
      listpack.byteLength + fieldSize + valueSize <= MOST_BYTES;
  }

  #setInListpack(
    listpack: Listpack,
    source: ByteSource,
    start: number,
    end: number,
    valueSource: ByteSource,
    valueStart: number,
    valueEnd: number,
  ): boolean {
    const place = listpack.find(source, start, end, listpack.first(), 2);
    if (place === NONE) {
      listpack.append(source, start, end);
      listpack.append(valueSource, valueStart, valueEnd);
    } else listpack.replace(listpack.next(place), valueSource, valueStart, valueEnd);
    if (this.size > this.#limits.hashMaxListpackEntries) this.#toTable();
    return place === NONE;
  }

  #toTable(): ByteTable {
    const listpack = this.#listpack!;
    const table = new ByteTable();
    for (let place = this.first(); place !== NONE; place = this.next(place)) {
      this.readField(place, fieldSlice);
      this.readValue(place, valueSlice);
      table.addPair(
        fieldSlice.source,
        fieldSlice.start,
        fieldSlice.end,
        valueSlice.source,
        valueSlice.start,
        valueSlice.end,
      );
    }
    listpack.release();
    this.#adopt(table);
    return table;
  }
}
