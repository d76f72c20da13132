/**
 * Values in the RDB format, written.
 *
 * Each type goes out in the encoding that it has: compact ones as one string with Redis's bytes, the others element by
 * element.
 *
 * @module
 */

import { Hash } from "../../data/hash.ts";
import { IntSet } from "../../data/int_set.ts";
import { List } from "../../data/list.ts";
import type { ListNode } from "../../data/list_node.ts";
import { Listpack } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { Stream } from "../../data/stream.ts";
import type { Database } from "../../keyspace/database.ts";
import { LongString, type Value } from "../../keyspace/value.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { NodeContainer, RDB_VERSION, ValueType } from "./format.ts";
import { saveStream } from "./save_stream.ts";
import { Pace, writePacked, writeText } from "./save_steps.ts";
import type { RdbWriter } from "./writer.ts";

/** From how many elements or bytes on a value is written in steps. */
const MANY_ELEMENTS = 512;
const MANY_BYTES = 64 * 1024;

/** The RDB type of a value in a file of this version. */
export function valueType(value: Value, version: number): number {
  if (typeof value === "number" || value instanceof LongString) return ValueType.STRING;
  if (value instanceof List) return ValueType.LIST_QUICKLIST_2;
  if (value instanceof ByteSet) return setType(value, version);
  if (value instanceof Hash) {
    return value.contents instanceof Listpack ? ValueType.HASH_LISTPACK : ValueType.HASH;
  }
  if (value instanceof SortedSet) {
    return value.listpack !== null ? ValueType.SORTED_SET_LISTPACK : ValueType.SORTED_SET_2;
  }
  return version >= RDB_VERSION ? ValueType.STREAM_LISTPACKS_3 : ValueType.STREAM_LISTPACKS_2;
}

function setType({ contents }: ByteSet, version: number): number {
  if (contents instanceof IntSet) return ValueType.SET_INTSET;
  // Redis 7.0 knows no compact sets but those of integers.
  return contents instanceof Listpack && version >= RDB_VERSION ? ValueType.SET_LISTPACK : ValueType.SET;
}

/** Whether a value is worth {@linkcode saveInSteps}. O(1). */
export function isLargeValue(value: Value): boolean {
  if (typeof value === "number") return false;
  if (value instanceof LongString) return value.length > MANY_BYTES;
  const { size } = value as unknown as { size: number };
  return size > MANY_ELEMENTS || value.memoryUsage() > MANY_BYTES;
}

/** Writes a value, without its type, as a file of this version has it. */
export function saveValue(writer: RdbWriter, database: Database, value: Value, version: number): void {
  if (typeof value === "number") return saveShortString(writer, database, value);
  const steps = save(writer, value, version, new Pace(false));
  while (!steps.next().done);
}

/** As {@linkcode saveValue}, in steps of less than a millisecond; the value must not change before the last one. */
export function saveInSteps(
  writer: RdbWriter,
  database: Database,
  value: Value,
  version: number,
): Generator<void> {
  if (typeof value !== "number") return save(writer, value, version, new Pace(true));
  saveShortString(writer, database, value);
  return nothing();
}

function* nothing(): Generator<void> {}

function saveShortString(writer: RdbWriter, { arena }: Database, handle: number): void {
  const start = arena.offset(handle);
  writer.string(arena.page(handle), start, start + arena.length(handle));
}

function* save(
  writer: RdbWriter,
  value: Exclude<Value, number>,
  version: number,
  pace: Pace,
): Generator<void> {
  if (value instanceof LongString) {
    const memory = new ByteBuffer(value.bytes as Uint8Array<ArrayBuffer>);
    yield* writeText(writer, memory, 0, value.length, pace);
  } else if (value instanceof List) yield* saveList(writer, value, pace);
  else if (value instanceof ByteSet) yield* saveSet(writer, value, version, pace);
  else if (value instanceof Hash) yield* saveHash(writer, value, pace);
  else if (value instanceof SortedSet) yield* saveSortedSet(writer, value, pace);
  else yield* saveStream(writer, value as Stream, version, pace);
}

function* saveList(writer: RdbWriter, list: List, pace: Pace): Generator<void> {
  writer.size(list.nodeCount);
  if (list.listpack !== null) {
    writer.size(NodeContainer.PACKED);
    return writePacked(writer, list.listpack);
  }
  for (let node = list.firstNode; node !== null; node = node.next) {
    if (node.isPlain) yield* savePlainNode(writer, node, pace);
    else {
      writer.size(NodeContainer.PACKED);
      writePacked(writer, node.entries);
      if (pace.isOver(node.entries.byteLength)) yield;
    }
  }
}

function* savePlainNode(writer: RdbWriter, node: ListNode, pace: Pace): Generator<void> {
  const entries = node.readable();
  const element = new ByteSlice();
  entries.read(entries.first(), element);
  writer.size(NodeContainer.PLAIN);
  yield* writeText(writer, element.source, element.start, element.end, pace);
}

function* saveSet(writer: RdbWriter, set: ByteSet, version: number, pace: Pace): Generator<void> {
  const { contents } = set;
  if (setType(set, version) !== ValueType.SET) return writePacked(writer, contents as IntSet | Listpack);
  const member = new ByteSlice();
  writer.size(set.size);
  for (let place = set.first(), left = set.size; left > 0; left--, place = set.next(place)) {
    set.read(place, member);
    if (pace.isLong(member.length)) yield* writeText(writer, member.source, member.start, member.end, pace);
    else writer.string(member.source, member.start, member.end);
    if (pace.isOver(member.length)) yield;
  }
}

function* saveHash(writer: RdbWriter, hash: Hash, pace: Pace): Generator<void> {
  const { contents } = hash;
  if (contents instanceof Listpack) return writePacked(writer, contents);
  const piece = new ByteSlice();
  writer.size(contents.size);
  for (let position = 0; position < contents.size; position++) {
    const id = contents.idAt(position);
    contents.key(id, piece);
    if (pace.isLong(piece.length)) yield* writeText(writer, piece.source, piece.start, piece.end, pace);
    else writer.string(piece.source, piece.start, piece.end);
    const fieldSize = piece.length;
    contents.value(id, piece);
    if (pace.isLong(piece.length)) yield* writeText(writer, piece.source, piece.start, piece.end, pace);
    else writer.string(piece.source, piece.start, piece.end);
    if (pace.isOver(fieldSize + piece.length)) yield;
  }
}

/** From the highest score down, so that whoever loads it inserts at the front each time. */
function* saveSortedSet(writer: RdbWriter, set: SortedSet, pace: Pace): Generator<void> {
  if (set.listpack !== null) return writePacked(writer, set.listpack);
  const cursor = new SortedSetCursor();
  writer.size(set.size);
  cursor.seek(set, set.size - 1);
  do {
    const { member } = cursor;
    if (pace.isLong(member.length)) yield* writeText(writer, member.source, member.start, member.end, pace);
    else writer.string(member.source, member.start, member.end);
    writer.double(cursor.score);
    if (pace.isOver(member.length)) yield;
  } while (cursor.previous());
}
