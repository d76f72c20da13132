/**
 * The sparse encoding of a HyperLogLog: a run-length code of its registers, which takes a few bytes while nearly all of
 * them are zero.
 *
 * | opcode              | run                                           |
 * | ------------------- | --------------------------------------------- |
 * | `00xxxxxx`          | ZERO: 1 to 64 zeros                           |
 * | `01xxxxxx yyyyyyyy` | XZERO: 1 to 16,384 zeros                      |
 * | `1vvvvvxx`          | VAL: 1 to 4 registers of the value 1 to 32    |
 *
 * Finding a register, setting it and counting take O(N) for N opcodes. Nothing here trusts the bytes: they may be what
 * somebody stored with SET. An XZERO that is cut off counts as if a zero byte followed.
 *
 * @module
 */

import { REGISTERS } from "./hyperloglog_hash.ts";

/** Largest value that the encoding has a code for. */
export const SPARSE_MAX = 32;
/** Bytes that setting a register can add at most. */
export const SPARSE_GROWTH = 3;
/** One XZERO for all registers: an empty HyperLogLog. */
export const EMPTY_SPARSE: readonly number[] = [0x7f, 0xff];

const XZERO = 0x40;
const VAL = 0x80;
const LONGEST_ZERO = 64;
const LONGEST_VAL = 4;
/** How many opcodes are looked at after a change, to see whether they can be merged. */
const MERGE_SCAN = 5;
/** There is no opcode before the first. */
const NONE = -1;

/** Length of the run of each opcode of one byte; 0 for an XZERO. */
const SHORT_LENGTHS = Uint8Array.from({ length: 256 }, (_, opcode) => {
  if (opcode >= VAL) return lengthOf(opcode);
  return opcode < XZERO ? opcode + 1 : 0;
});

/** The opcodes in `buffer[at..end)`, one by one. */
export class SparseRuns {
  /** Registers of the run. */
  length = 0;
  /** Their value. */
  value = 0;
  /** Whether the run is an XZERO. */
  isLong = false;
  /** Where the opcode stands. */
  at: number;
  /** The register with which the run begins. */
  first = 0;
  /** Where the opcode before stands, or a negative number. */
  previous = NONE;

  readonly #buffer: Uint8Array;
  readonly #end: number;
  #next: number;

  constructor(buffer: Uint8Array, at: number, end: number) {
    this.#buffer = buffer;
    this.#end = end;
    this.#next = at;
    this.at = NONE;
  }

  /** Goes to the next run, at first to the first. False if there is none. */
  next(): boolean {
    const at = this.#next;
    if (at >= this.#end) return false;
    this.previous = this.at;
    this.first += this.length;
    this.at = at;
    const opcode = this.#buffer[at];
    this.isLong = false;
    this.value = 0;
    this.#next = at + 1;
    if (opcode >= VAL) {
      this.value = valueOf(opcode);
      this.length = lengthOf(opcode);
    } else if (opcode < XZERO) this.length = opcode + 1;
    else {
      this.length = longLength(this.#buffer, at, this.#end);
      this.isLong = true;
      this.#next = at + 2;
    }
    return true;
  }

  /** Goes on to the run that has the register. False if there is none. */
  seek(index: number): boolean {
    // PFADD spends its time here: with a table and no fields in the loop it takes a fifth of what `next` would.
    const buffer = this.#buffer;
    const end = this.#end;
    let at = this.#next;
    let first = this.first + this.length;
    let last = this.at;
    while (at < end) {
      const short = SHORT_LENGTHS[buffer[at]];
      const length = short === 0 ? longLength(buffer, at, end) : short;
      if (index < first + length) break;
      first += length;
      last = at;
      at += short === 0 ? 2 : 1;
    }
    this.at = last;
    this.#next = at;
    this.first = first;
    this.length = 0;
    return this.next();
  }
}

/** Adds the number of registers of each value to `histogram`. False if there are not as many as there should be. */
export function countSparse(buffer: Uint8Array, at: number, end: number, histogram: Int32Array): boolean {
  const runs = new SparseRuns(buffer, at, end);
  while (runs.next()) histogram[runs.value] += runs.length;
  return runs.first + runs.length === REGISTERS;
}

/** Raises each of `maxima` to the register's value. False if there are not as many registers as there should be. */
export function raiseBySparse(buffer: Uint8Array, at: number, end: number, maxima: Uint8Array): boolean {
  const runs = new SparseRuns(buffer, at, end);
  while (runs.next()) {
    if (runs.value === 0) continue;
    const last = runs.first + runs.length;
    if (last > REGISTERS) return false;
    for (let i = runs.first; i < last; i++) if (runs.value > maxima[i]) maxima[i] = runs.value;
  }
  return runs.first + runs.length === REGISTERS;
}

/** The codes that stand in the place of one that was split, and how many bytes of them there are. */
const pieces = new Uint8Array(5);
let pieceBytes = 0;

/**
 * Sets register `index` of the run `found` to `value`, which is larger than the run's. Behind `end` there must be room
 * for {@linkcode SPARSE_GROWTH} bytes. The new end; or a negative number and no change if that were beyond `limit`.
 */
export function setInRun(
  buffer: Uint8Array,
  found: SparseRuns,
  end: number,
  index: number,
  value: number,
  limit: number,
): number {
  if (found.length === 1 && !found.isLong) {
    buffer[found.at] = valCode(value, 1);
    return end;
  }
  pieceBytes = 0;
  addRun(found.value, index - found.first);
  addRun(value, 1);
  addRun(found.value, found.first + found.length - 1 - index);
  const replaced = found.isLong ? 2 : 1;
  const growth = pieceBytes - replaced;
  if (growth > 0 && end + growth > limit) return NONE;
  const following = found.at + replaced;
  if (growth !== 0 && following < end) buffer.copyWithin(following + growth, following, end);
  for (let i = 0; i < pieceBytes; i++) buffer[found.at + i] = pieces[i];
  return end + growth;
}

/** Puts VALs of the same value together, among the few opcodes from `at` on. The new end. */
export function mergeRuns(buffer: Uint8Array, at: number, end: number): number {
  for (let scanned = 0; at < end && scanned < MERGE_SCAN; scanned++) {
    const opcode = buffer[at];
    if (opcode < VAL) {
      at += opcode < XZERO ? 1 : 2;
      continue;
    }
    const following = at + 1 < end ? buffer[at + 1] : 0;
    // Equal values have equal upper bits.
    const length = lengthOf(opcode) + lengthOf(following);
    if (opcode >> 2 !== following >> 2 || length > LONGEST_VAL) {
      at++;
      continue;
    }
    buffer[at + 1] = valCode(valueOf(opcode), length);
    buffer.copyWithin(at, at + 1, end);
    end--;
  }
  return end;
}

/** Appends the shortest code for a run; none for an empty one. */
function addRun(value: number, length: number): void {
  if (length === 0) return;
  if (value !== 0) pieces[pieceBytes++] = valCode(value, length);
  else if (length <= LONGEST_ZERO) pieces[pieceBytes++] = length - 1;
  else {
    pieces[pieceBytes++] = XZERO | ((length - 1) >> 8);
    pieces[pieceBytes++] = (length - 1) & 0xff;
  }
}

/** Length of an XZERO. */
function longLength(buffer: Uint8Array, at: number, end: number): number {
  return ((buffer[at] & 0x3f) << 8 | (at + 1 < end ? buffer[at + 1] : 0)) + 1;
}

function valCode(value: number, length: number): number {
  return VAL | ((value - 1) << 2) | (length - 1);
}

function valueOf(opcode: number): number {
  return ((opcode >> 2) & 0x1f) + 1;
}

function lengthOf(opcode: number): number {
  return (opcode & 3) + 1;
}
