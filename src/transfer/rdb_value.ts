/**
 * Values in the RDB format, handed on element by element.
 *
 * What is written as one string (the compact encodings) is read by the codec and walked through. What has many parts is
 * handed on as it is read, so that its size does not matter.
 *
 * @module
 */

import { EncodingLimits } from "../data/encoding_limits.ts";
import { type Listpack, NONE } from "../data/listpack.ts";
import type { TypeName } from "../keyspace/value.ts";
import { NodeContainer, ValueType } from "../persistence/rdb/format.ts";
import { readZiplist } from "../persistence/rdb/legacy_ziplist.ts";
import { readListpack } from "../persistence/rdb/load_parts.ts";
import { readTextScore } from "../persistence/rdb/load_sorted_set.ts";
import { visitStream } from "../persistence/rdb/load_stream.ts";
import { loadValue } from "../persistence/rdb/load_value.ts";
import type { RdbReader } from "../persistence/rdb/reader.ts";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import type { EntryHead, EntryReceiver } from "./entry.ts";
import { walkEntries, walkValue } from "./walk_value.ts";

/** Elements between two pauses. */
const STEP = 512;
const LIMITS = new EncodingLimits();

const TYPE_NAMES: ReadonlyMap<number, TypeName> = new Map<number, TypeName>([
  [ValueType.STRING, "string"],
  [ValueType.LIST, "list"],
  [ValueType.LIST_ZIPLIST, "list"],
  [ValueType.LIST_QUICKLIST, "list"],
  [ValueType.LIST_QUICKLIST_2, "list"],
  [ValueType.SET, "set"],
  [ValueType.SET_INTSET, "set"],
  [ValueType.SET_LISTPACK, "set"],
  [ValueType.SORTED_SET, "zset"],
  [ValueType.SORTED_SET_2, "zset"],
  [ValueType.SORTED_SET_ZIPLIST, "zset"],
  [ValueType.SORTED_SET_LISTPACK, "zset"],
  [ValueType.HASH, "hash"],
  [ValueType.HASH_ZIPMAP, "hash"],
  [ValueType.HASH_ZIPLIST, "hash"],
  [ValueType.HASH_LISTPACK, "hash"],
  [ValueType.STREAM_LISTPACKS, "stream"],
  [ValueType.STREAM_LISTPACKS_2, "stream"],
  [ValueType.STREAM_LISTPACKS_3, "stream"],
]);

const piece = new ByteSlice();
const second = new ByteSlice();

/** The type of values of an RDB type; undefined for those of modules and those that nobody knows. */
export function typeNameOfRdb(type: number): TypeName | undefined {
  return TYPE_NAMES.get(type);
}

/**
 * Reads a value of this RDB type and hands it on, between `begin` and `end`, unless it is a collection without elements.
 * Throws `RdbError`.
 */
export function* sendValue(
  reader: RdbReader,
  type: number,
  head: EntryHead,
  receiver: EntryReceiver,
): Generator<void> {
  switch (type) {
    case ValueType.LIST:
    case ValueType.SET:
      return yield* sendCounted(reader, head, receiver, 1, () => sendText(reader, receiver));
    case ValueType.HASH:
      return yield* sendCounted(reader, head, receiver, 2, () => sendField(reader, receiver));
    case ValueType.SORTED_SET:
    case ValueType.SORTED_SET_2:
      return yield* sendCounted(reader, head, receiver, 2, () => sendMember(reader, type, receiver));
    case ValueType.LIST_QUICKLIST:
    case ValueType.LIST_QUICKLIST_2:
      return yield* sendNodes(reader, type, head, receiver);
    case ValueType.STREAM_LISTPACKS_2:
    case ValueType.STREAM_LISTPACKS_3:
      return yield* sendStream(reader, type, head, receiver);
    default:
      return yield* sendWhole(reader, type, head, receiver);
  }
}

/** A value that has to be in memory as a whole. */
function* sendWhole(
  reader: RdbReader,
  type: number,
  head: EntryHead,
  receiver: EntryReceiver,
): Generator<void> {
  const value = loadValue(reader, type, LIMITS);
  if (value === null) return;
  receiver.begin(head);
  if (value instanceof ByteSlice) receiver.text(value);
  else {
    try {
      yield* walkValue(value, receiver);
    } finally {
      value.release();
    }
  }
  receiver.end();
}

function* sendCounted(
  reader: RdbReader,
  head: EntryHead,
  receiver: EntryReceiver,
  least: number,
  sendOne: () => void,
): Generator<void> {
  const count = reader.count(least);
  if (count === 0) return;
  receiver.begin(head);
  for (let left = count; left > 0; left--) {
    sendOne();
    if (left % STEP === 0) yield;
  }
  receiver.end();
}

function sendText(reader: RdbReader, receiver: EntryReceiver): void {
  reader.string(piece);
  receiver.text(piece);
}

/** Where the first of two strings lies while the second is read. */
let memory = new ByteBuffer(1024);

function readKept(reader: RdbReader): void {
  reader.string(piece);
  memory = reader.keep(piece, memory);
}

function sendField(reader: RdbReader, receiver: EntryReceiver): void {
  readKept(reader);
  reader.string(second);
  receiver.field(piece, second);
}

function sendMember(reader: RdbReader, type: number, receiver: EntryReceiver): void {
  readKept(reader);
  const score = type === ValueType.SORTED_SET ? readTextScore(reader) : reader.double();
  if (Number.isNaN(score)) reader.fail("Zset with NAN score detected");
  receiver.member(piece, score);
}

function* sendNodes(
  reader: RdbReader,
  type: number,
  head: EntryHead,
  receiver: EntryReceiver,
): Generator<void> {
  let hasBegun = false;
  for (let left = reader.count(1); left > 0; left--) {
    const container = type === ValueType.LIST_QUICKLIST ? NodeContainer.PACKED : reader.size();
    if (container === NodeContainer.PLAIN) {
      if (!hasBegun) receiver.begin(head);
      hasBegun = true;
      sendText(reader, receiver);
    } else if (container === NodeContainer.PACKED) {
      const entries = type === ValueType.LIST_QUICKLIST ? readZiplist(reader) : readListpack(reader);
      if (!hasBegun && entries.count > 0) {
        receiver.begin(head);
        hasBegun = true;
      }
      sendEntries(entries, receiver);
    } else reader.fail("Quicklist integrity check failed.");
    yield;
  }
  if (hasBegun) receiver.end();
}

function sendEntries(entries: Listpack, receiver: EntryReceiver): void {
  for (let position = entries.first(); position !== NONE; position = entries.next(position)) {
    entries.read(position, piece);
    receiver.text(piece);
  }
  entries.release();
}

function* sendStream(
  reader: RdbReader,
  type: number,
  head: EntryHead,
  receiver: EntryReceiver,
): Generator<void> {
  receiver.begin(head);
  const state = yield* visitStream(reader, type, LIMITS, (entries) => {
    for (const _ of walkEntries(entries, receiver));
  });
  receiver.streamState(state);
  state.release();
  receiver.end();
}
