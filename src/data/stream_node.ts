/**
 * Stream nodes: runs of up to some hundred entries, packed.
 *
 * A node is one listpack, byte for byte what Redis keeps and saves (t_stream.c; `DUMP` shows it). It begins with the
 * master entry,
 *
 *     live entries, deleted entries, number of fields, the fields' names, 0
 *
 * whose ID, that of the first entry ever added, and fields the entries behind it refer to. An entry is
 *
 *     flags, milliseconds - master's, sequence - master's, values, number of elements        with SAME_FIELDS, else
 *     flags, milliseconds - master's, sequence - master's, number of fields, fields and values, number of elements
 *
 * where the number of elements does not count itself and lets one walk backwards. A deleted entry is only flagged; a
 * node whose last live entry is deleted goes.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";
import { Listpack, NONE } from "./listpack.ts";
import { StreamId, wholeOf } from "./stream_id.ts";

/** Flags of an entry: it is deleted; its fields are those of the master entry. */
export const DELETED = 1;
export const SAME_FIELDS = 2;

/** Elements of an entry besides fields and values: flags and ID. */
const FIXED_ELEMENTS = 3;
/** Lower bound and limit of the upper half of a difference that a number holds exactly. */
const SAFE_HIGH = 2 ** 21;
const TWO_32 = 2 ** 32;
/** What the objects around the listpack take. */
const OBJECT_BYTES = 120;
/** A full node keeps at most this share of its memory as unused room. */
const SLACK_SHIFT = 4;

/** Several pieces of one source: piece `i` is `starts[i]` to `ends[i]`. The arguments of a command are that. */
export interface Pieces extends ByteSource {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** See the head of this file. */
export class StreamNode {
  /** ID of the first entry that the node got, deleted or not. */
  readonly id = new StreamId();
  /** Positions in it are invalid once an entry was added or deleted. */
  listpack: Listpack;
  /** Entries that are not deleted, entries that are, and fields of the master entry: as in the listpack. */
  live = 0;
  deleted = 0;
  fieldCount = 0;

  private constructor(id: StreamId, listpack: Listpack) {
    this.id.copy(id);
    this.listpack = listpack;
  }

  /**
   * A node whose master entry has the ID and, of `pieces` from `from` on, which are fields and values in turn, the
   * fields. It has no entry yet. `size` is how many bytes to make room for.
   */
  static create(id: StreamId, pieces: Pieces, from: number, pairs: number, size: number): StreamNode {
    const listpack = new Listpack(size);
    listpack.appendInteger(0);
    listpack.appendInteger(0);
    listpack.appendInteger(pairs);
    for (let i = 0; i < pairs; i++) {
      const field = from + 2 * i;
      listpack.append(pieces, pieces.starts[field], pieces.ends[field]);
    }
    listpack.appendInteger(0);
    const node = new StreamNode(id, listpack);
    node.fieldCount = pairs;
    return node;
  }

  /** A node from its listpack, whose content must be valid as far as the master entry goes. */
  static load(id: StreamId, listpack: Listpack): StreamNode {
    const node = new StreamNode(id, listpack);
    let position = listpack.first();
    node.live = listpack.readInteger(position);
    node.deleted = listpack.readInteger(position = listpack.next(position));
    node.fieldCount = listpack.readInteger(listpack.next(position));
    return node;
  }

  /** Adds an entry, whose ID must be greater than all before. Fields and values as in {@linkcode StreamNode.create}. */
  append(id: StreamId, pieces: Pieces, from: number, pairs: number): void {
    const { listpack } = this;
    const same = this.#hasFields(pieces, from, pairs);
    this.#setCounts(this.live + 1, this.deleted);
    listpack.appendInteger(same ? SAME_FIELDS : 0);
    appendDifference(listpack, id.msHigh, id.msLow, this.id.msHigh, this.id.msLow);
    appendDifference(listpack, id.seqHigh, id.seqLow, this.id.seqHigh, this.id.seqLow);
    if (!same) listpack.appendInteger(pairs);
    const { starts, ends } = pieces;
    for (let i = from; i < from + 2 * pairs; i += 2) {
      if (!same) listpack.append(pieces, starts[i], ends[i]);
      listpack.append(pieces, starts[i + 1], ends[i + 1]);
    }
    listpack.appendInteger(FIXED_ELEMENTS + (same ? pairs : 2 * pairs + 1));
  }

  /** Flags the entry at `position` as deleted; no position changes. {@linkcode countDeleted} is to follow. */
  markDeleted(position: number): void {
    const { listpack } = this;
    listpack.replaceInteger(position, listpack.readInteger(position) | DELETED);
  }

  /** Counts entries that were marked as deleted. */
  countDeleted(count: number): void {
    this.#setCounts(this.live - count, this.deleted + count);
  }

  /** Whether the entry at `position` is deleted. */
  isDeleted(position: number): boolean {
    return (this.listpack.readInteger(position) & DELETED) !== 0;
  }

  /** Position of the first field of the master entry. */
  fieldsAt(): number {
    const { listpack } = this;
    return listpack.next(listpack.next(listpack.next(listpack.first())));
  }

  /** Position of the first entry's flags, or NONE. */
  firstEntry(): number {
    const { listpack } = this;
    let position = this.fieldsAt();
    for (let i = 0; i < this.fieldCount; i++) position = listpack.next(position);
    return listpack.next(position);
  }

  /** Position of the last entry's flags, or NONE. */
  lastEntry(): number {
    return this.#entryEndingAt(this.listpack.last());
  }

  /** Position of the flags of the entry before the one at `position`, or NONE. */
  entryBefore(position: number): number {
    return this.#entryEndingAt(this.listpack.previous(position));
  }

  /** Position of the flags of the entry behind the one at `position`, or NONE. */
  entryBehind(position: number): number {
    const { listpack } = this;
    const flags = listpack.readInteger(position);
    for (let i = 0; i < FIXED_ELEMENTS; i++) position = listpack.next(position);
    const hasFields = (flags & SAME_FIELDS) === 0;
    const elements = hasFields ? 2 * listpack.readInteger(position) + 1 : this.fieldCount;
    for (let i = 0; i < elements; i++) position = listpack.next(position);
    return listpack.next(position);
  }

  /** Fills `out` with the ID of the entry at `position`. */
  idAt(position: number, out: StreamId): void {
    const { id, listpack } = this;
    position = listpack.next(position);
    const milliseconds = listpack.readInteger(position);
    // Almost always one number is added to another without a carry.
    const msLow = id.msLow + milliseconds;
    if (msLow >= 0 && msLow < TWO_32) {
      out.msHigh = id.msHigh;
      out.msLow = msLow;
    } else out.setMilliseconds(this.#sum(position, id.msHigh, id.msLow));
    position = listpack.next(position);
    const seqLow = id.seqLow + listpack.readInteger(position);
    if (seqLow >= 0 && seqLow < TWO_32) {
      out.seqHigh = id.seqHigh;
      out.seqLow = seqLow;
    } else out.setSequence(this.#sum(position, id.seqHigh, id.seqLow));
  }

  /** Gives room back that a node which gets no more entries does not need. */
  shrink(): void {
    const { listpack } = this;
    const unused = listpack.memoryUsage() - listpack.byteLength;
    if (unused <= OBJECT_BYTES + (listpack.byteLength >> SLACK_SHIFT)) return;
    this.listpack = listpack.clone();
    listpack.release();
  }

  clone(): StreamNode {
    const copy = new StreamNode(this.id, this.listpack.clone());
    copy.live = this.live;
    copy.deleted = this.deleted;
    copy.fieldCount = this.fieldCount;
    return copy;
  }

  release(): void {
    this.listpack.release();
  }

  /** Believable size in bytes. */
  memoryUsage(): number {
    return this.listpack.memoryUsage() + OBJECT_BYTES;
  }

  #setCounts(live: number, deleted: number): void {
    const { listpack } = this;
    if (live !== this.live) listpack.replaceInteger(listpack.first(), live);
    if (deleted !== this.deleted) listpack.replaceInteger(listpack.next(listpack.first()), deleted);
    this.live = live;
    this.deleted = deleted;
  }

  #hasFields(pieces: Pieces, from: number, pairs: number): boolean {
    if (pairs !== this.fieldCount) return false;
    const { listpack } = this;
    let position = this.fieldsAt();
    for (let i = from; i < from + 2 * pairs; i += 2) {
      if (!listpack.equals(position, pieces, pieces.starts[i], pieces.ends[i])) return false;
      position = listpack.next(position);
    }
    return true;
  }

  /** Position of the flags of the entry whose number of elements is at `position`; NONE for the master entry's 0. */
  #entryEndingAt(position: number): number {
    const { listpack } = this;
    const elements = listpack.readInteger(position);
    if (elements === 0) return NONE;
    for (let i = 0; i < elements; i++) position = listpack.previous(position);
    return position;
  }

  /** The unsigned sum of 64 bits of the difference at `position` and the master's half. */
  #sum(position: number, high: number, low: number): bigint {
    return BigInt.asUintN(64, wholeOf(high, low) + this.listpack.readBigInteger(position)!);
  }
}

/** Appends the signed difference of 64 bits of two unsigned integers. */
function appendDifference(
  listpack: Listpack,
  high: number,
  low: number,
  masterHigh: number,
  masterLow: number,
): void {
  const difference = (high - masterHigh) * TWO_32 + (low - masterLow);
  const distance = high - masterHigh;
  if (distance > -SAFE_HIGH && distance < SAFE_HIGH) return listpack.appendInteger(difference);
  listpack.appendBigInteger(BigInt.asIntN(64, wholeOf(high, low) - wholeOf(masterHigh, masterLow)));
}
