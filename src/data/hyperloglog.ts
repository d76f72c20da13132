/**
 * HyperLogLog: how many different elements were added, from 16,384 registers of six bits, with a standard error of
 * 0.81 %. Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
 * algorithm", 2007; with 64 bits of hash as in Heule, Nunkesser, Hall, "HyperLogLog in practice", 2013.
 *
 * It is a string, byte for byte Redis's: a header of 16 bytes (the magic "HYLL", the encoding, three unused bytes, the
 * cardinality computed last, of 64 bits, whose highest bit says that it is out of date), then the registers, dense or
 * sparse; see `hyperloglog_dense.ts` and `hyperloglog_sparse.ts`.
 *
 * Adding an element is O(1) while dense, O(N) for N opcodes while sparse, which `sparseLimit` bounds.
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import {
  countDense,
  DENSE_BYTES,
  denseRegister,
  packDense,
  raiseByDense,
  setDenseRegister,
} from "./hyperloglog_dense.ts";
import { type Cardinality, estimate } from "./hyperloglog_estimate.ts";
import { INDEX_BITS, registerFor, REGISTERS } from "./hyperloglog_hash.ts";
import {
  countSparse,
  EMPTY_SPARSE,
  mergeRuns,
  raiseBySparse,
  setInRun,
  SPARSE_GROWTH,
  SPARSE_MAX,
  SparseRuns,
} from "./hyperloglog_sparse.ts";

export { type Cardinality, REGISTERS };

const MAGIC = [0x48, 0x59, 0x4c, 0x4c] as const;
const ENCODING = 4;
const CARDINALITY = 8;
const HEADER = 16;
const DENSE = 0;
const SPARSE = 1;
const DENSE_SIZE = HEADER + DENSE_BYTES;
/** In the last byte of the cardinality. */
const OUT_OF_DATE = 0x80;
const WORD = 2 ** 32;

/** Working memory: sparse ones that fit are changed in the first, dense ones are made in the second. */
const sparseMemory = new ByteBuffer(16 * 1024);
const denseMemory = new ByteBuffer(DENSE_SIZE);
const histogram = new Int32Array(64);

/** What setting a register has done. */
export const Outcome = { UNCHANGED: 0, CHANGED: 1, CORRUPT: -1 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/**
 * A HyperLogLog while a command works on it. It begins where its string is stored, and changes that leave the length
 * alone may happen there. Others move it to working memory, of which there is one for all: it has to be stored from
 * there before the next one is worked on.
 */
export class HyperLogLog implements ByteSource {
  /** The string is `buffer[start..end)`. */
  buffer: Uint8Array;
  start: number;
  end: number;
  /** Whether the string is no longer where it was, and has to be stored. */
  moved = false;

  private constructor(buffer: Uint8Array, start: number, end: number) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
  }

  /** The string in `buffer[start..end)`; undefined if its header is not a HyperLogLog's. */
  static open(buffer: Uint8Array, start: number, end: number): HyperLogLog | undefined {
    if (end - start < HEADER) return undefined;
    for (let i = 0; i < MAGIC.length; i++) if (buffer[start + i] !== MAGIC[i]) return undefined;
    const encoding = buffer[start + ENCODING];
    if (encoding > SPARSE || (encoding === DENSE && end - start !== DENSE_SIZE)) return undefined;
    return new HyperLogLog(buffer, start, end);
  }

  /** An empty one, in working memory. */
  static empty(): HyperLogLog {
    const { buffer } = sparseMemory;
    buffer.fill(0, 0, HEADER);
    buffer.set(MAGIC, 0);
    buffer[ENCODING] = SPARSE;
    buffer.set(EMPTY_SPARSE, HEADER);
    const empty = new HyperLogLog(buffer, 0, HEADER + EMPTY_SPARSE.length);
    empty.moved = true;
    return empty;
  }

  /** The same bytes as words. Only a string in working memory, which has to be stored, is asked for them. */
  get view(): DataView {
    const { buffer } = this;
    if (buffer === denseMemory.buffer) return denseMemory.view;
    return buffer === sparseMemory.buffer
      ? sparseMemory.view
      : new DataView(buffer.buffer, buffer.byteOffset);
  }

  get isSparse(): boolean {
    return this.buffer[this.start + ENCODING] === SPARSE;
  }

  /** Adds the element `source[start..end)`. A sparse one becomes dense when it would exceed `sparseLimit` bytes. */
  add(source: ByteSource, start: number, end: number, sparseLimit: number): Outcome {
    const packed = registerFor(source, start, end);
    return this.raise(packed & (REGISTERS - 1), packed >>> INDEX_BITS, sparseLimit);
  }

  /** Raises a register to `value`, unless it is that large already. A sparse one has its cardinality marked. */
  raise(index: number, value: number, sparseLimit: number): Outcome {
    if (this.isSparse) return this.#raiseSparse(index, value, sparseLimit);
    const at = this.start + HEADER;
    if (denseRegister(this.buffer, at, index) >= value) return Outcome.UNCHANGED;
    setDenseRegister(this.buffer, at, index, value);
    return Outcome.CHANGED;
  }

  /** Value of a register of a dense one. */
  register(index: number): number {
    return denseRegister(this.buffer, this.start + HEADER, index);
  }

  /** The runs of a sparse one. */
  runs(): SparseRuns {
    return new SparseRuns(this.buffer, this.start + HEADER, this.end);
  }

  /** Makes a sparse one dense. False, and no change, if it is corrupt. */
  toDense(): boolean {
    if (!this.isSparse) return true;
    const { buffer } = denseMemory;
    const maxima = new Uint8Array(REGISTERS);
    if (!this.raiseTo(maxima)) return false;
    buffer.set(this.buffer.subarray(this.start, this.start + HEADER));
    buffer[ENCODING] = DENSE;
    packDense(buffer, HEADER, maxima);
    this.buffer = buffer;
    this.start = 0;
    this.end = DENSE_SIZE;
    this.moved = true;
    return true;
  }

  /** Raises each of `maxima`, one for each register, to the register's value. False if it is corrupt. */
  raiseTo(maxima: Uint8Array): boolean {
    const at = this.start + HEADER;
    if (this.isSparse) return raiseBySparse(this.buffer, at, this.end, maxima);
    raiseByDense(this.buffer, at, maxima);
    return true;
  }

  /**
   * Raises every register to its value among `maxima`, as {@linkcode raise} would one after the other. Values that are
   * larger here may be found in `maxima` afterwards.
   */
  raiseAll(maxima: Uint8Array, sparseLimit: number): void {
    const own = new Uint8Array(REGISTERS);
    if (this.isSparse) this.raiseTo(own);
    let index = 0;
    // How the runs of a sparse one are cut depends on the order: only what is so already may be left out.
    while (this.isSparse && index < REGISTERS) {
      if (maxima[index] > own[index]) this.raise(index, maxima[index], sparseLimit);
      index++;
    }
    if (index === REGISTERS) return;
    this.raiseTo(maxima);
    packDense(this.buffer, this.start + HEADER, maxima);
  }

  /** Estimates the cardinality from the registers; undefined if it is corrupt. */
  count(): Cardinality | undefined {
    histogram.fill(0);
    const at = this.start + HEADER;
    if (!this.isSparse) countDense(this.buffer, at, histogram);
    else if (!countSparse(this.buffer, at, this.end, histogram)) return undefined;
    return estimate(histogram);
  }

  /** The cardinality computed last; undefined if it is out of date. */
  get cached(): Cardinality | undefined {
    const { buffer } = this;
    const at = this.start + CARDINALITY;
    if ((buffer[at + 7] & OUT_OF_DATE) !== 0) return undefined;
    const low = readWord(buffer, at);
    const high = readWord(buffer, at + 4);
    return high < 2 ** 21 ? high * WORD + low : BigInt(high) << 32n | BigInt(low);
  }

  /** Keeps the cardinality with the string. */
  set cached(value: Cardinality) {
    const { buffer } = this;
    const at = this.start + CARDINALITY;
    if (typeof value === "number") {
      writeWord(buffer, at, value % WORD);
      writeWord(buffer, at + 4, Math.floor(value / WORD));
    } else {
      writeWord(buffer, at, Number(BigInt.asUintN(32, value)));
      writeWord(buffer, at + 4, Number(BigInt.asUintN(32, value >> 32n)));
    }
  }

  /** Marks the cardinality that is kept as out of date. */
  invalidate(): void {
    this.buffer[this.start + CARDINALITY + 7] |= OUT_OF_DATE;
  }

  #raiseSparse(index: number, value: number, sparseLimit: number): Outcome {
    if (value > SPARSE_MAX) return this.#promote(index, value);
    let found = this.runs();
    if (!found.seek(index)) return Outcome.CORRUPT;
    if (found.value >= value) return Outcome.UNCHANGED;
    if (this.#own()) {
      found = this.runs();
      found.seek(index);
    }
    const end = setInRun(this.buffer, found, this.end, index, value, this.start + sparseLimit);
    if (end < 0) return this.#promote(index, value);
    const first = this.start + HEADER;
    this.end = mergeRuns(this.buffer, found.previous < first ? first : found.previous, end);
    this.invalidate();
    return Outcome.CHANGED;
  }

  #promote(index: number, value: number): Outcome {
    return this.toDense() ? this.raise(index, value, 0) : Outcome.CORRUPT;
  }

  /** Moves a sparse one to working memory with room to grow. False if it was there, and has room, already. */
  #own(): boolean {
    const size = this.end - this.start;
    if (this.moved && this.end + SPARSE_GROWTH <= this.buffer.length) return false;
    const needed = size + SPARSE_GROWTH;
    const isLarge = needed > sparseMemory.buffer.length;
    const target = isLarge ? new Uint8Array(needed + sparseMemory.buffer.length) : sparseMemory.buffer;
    target.set(this.buffer.subarray(this.start, this.end));
    this.buffer = target;
    this.start = 0;
    this.end = size;
    this.moved = true;
    return true;
  }
}

/** The cardinality of a set by the values of its registers. */
export function countRegisters(registers: Uint8Array): Cardinality {
  histogram.fill(0);
  for (let i = 0; i < REGISTERS; i++) histogram[registers[i]]++;
  return estimate(histogram);
}

function readWord(buffer: Uint8Array, at: number): number {
  return (buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24)) >>> 0;
}

function writeWord(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = value;
  buffer[at + 1] = value >>> 8;
  buffer[at + 2] = value >>> 16;
  buffer[at + 3] = value >>> 24;
}
