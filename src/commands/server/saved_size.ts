/**
 * How many bytes values take in a snapshot (RDB version 11).
 *
 * @module
 */

import type { ConsumerGroup } from "../../data/consumer_group.ts";
import { ByteTable } from "../../data/byte_table.ts";
import { Hash } from "../../data/hash.ts";
import { List } from "../../data/list.ts";
import type { ListNode } from "../../data/list_node.ts";
import { Listpack, NONE } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { Stream } from "../../data/stream.ts";
import { deliveries } from "../../data/pending_entry.ts";
import type { StreamId } from "../../data/stream_id.ts";
import type { Database } from "../../keyspace/database.ts";
import { LongString, type StoredObject, type Value } from "../../keyspace/value.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";
import { lzfCompress } from "../../util/lzf.ts";
import { parseSafeInteger } from "../../util/number.ts";
import { viewOf } from "../string/value.ts";

/** Longest string that a snapshot tries to write as a number. */
const LONGEST_NUMBER = 11;
/** Shortest string that is worth compressing, and what compression has to save at least. */
const COMPRESSED_FROM = 21;
const LEAST_SAVING = 4;
/** A double, and a time in milliseconds. */
const DOUBLE_SIZE = 8;
const TIME_SIZE = 8;
/** A stream ID as it is. */
const ID_SIZE = 16;

const slice = new ByteSlice();

/** Bytes of the value without type and key; `compress` is the directive `rdbcompression`. */
export function savedSize(database: Database, value: Value, compress: boolean): number {
  if (typeof value === "number" || value instanceof LongString) {
    return savedStringSize(viewOf(database, value), compress);
  }
  return savedCollectionSize(value, compress);
}

function savedCollectionSize(value: StoredObject, compress: boolean): number {
  if (value instanceof List) return savedListSize(value, compress);
  if (value instanceof ByteSet) return savedSetSize(value, compress);
  if (value instanceof SortedSet) return savedSortedSetSize(value, compress);
  if (value instanceof Hash) return savedHashSize(value, compress);
  return value instanceof Stream ? savedStreamSize(value, compress) : 0;
}

function savedListSize(list: List, compress: boolean): number {
  // A list that is one listpack is saved as if it were a list of one node.
  if (list.listpack !== null) return 2 + savedStringSize(list.listpack.toBytes(), compress);
  let nodes = 0;
  let size = 0;
  for (let node = list.firstNode; node !== null; node = node.next) {
    nodes++;
    size += 1 + savedStringSize(nodeContent(node), compress);
  }
  return prefixSize(nodes) + size;
}

/** What is saved of a node: its listpack or, if that is all it holds, its one large element. */
function nodeContent(node: ListNode): Uint8Array {
  if (!node.isPlain) return node.entries.toBytes();
  const entries = node.readable();
  entries.read(entries.first(), slice);
  return slice.view();
}

/** Bytes of the list's nodes uncompressed, and how many nodes there are. */
export function nodeFigures(list: List): { nodes: number; bytes: number } {
  let nodes = 0;
  let bytes = 0;
  for (let node = list.firstNode; node !== null; node = node.next) {
    nodes++;
    bytes += node.isPlain ? nodeContent(node).length : node.entries.byteLength;
  }
  return { nodes, bytes };
}

function savedSetSize(set: ByteSet, compress: boolean): number {
  const { contents } = set;
  if (!(contents instanceof ByteTable)) return savedStringSize(contents.toBytes(), compress);
  let size = prefixSize(set.size);
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, slice);
    size += savedStringSize(slice.view(), compress);
  }
  return size;
}

function savedSortedSetSize(set: SortedSet, compress: boolean): number {
  if (set.listpack !== null) return savedStringSize(set.listpack.toBytes(), compress);
  const cursor = new SortedSetCursor();
  let size = prefixSize(set.size);
  for (let more = cursor.seek(set, 0); more; more = cursor.next()) {
    size += savedStringSize(cursor.member.view(), compress) + DOUBLE_SIZE;
  }
  return size;
}

function savedHashSize(hash: Hash, compress: boolean): number {
  const { contents } = hash;
  if (contents instanceof Listpack) return savedStringSize(contents.toBytes(), compress);
  let size = prefixSize(hash.size);
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) {
    hash.readField(place, slice);
    size += savedStringSize(slice.view(), compress);
    hash.readValue(place, slice);
    size += savedStringSize(slice.view(), compress);
  }
  return size;
}

function savedStreamSize(stream: Stream, compress: boolean): number {
  const { nodes, groups } = stream;
  let size = prefixSize(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    size += 1 + ID_SIZE + savedStringSize(nodes.at(i).listpack.toBytes(), compress);
  }
  size += prefixSize(stream.size) + bigPrefixSize(stream.entriesAdded);
  for (const id of [stream.lastId, stream.firstId, stream.maxDeletedId]) size += savedIdSize(id);
  size += prefixSize(groups.length);
  for (const group of groups) size += savedGroupSize(group, compress);
  return size;
}

function savedGroupSize(group: ConsumerGroup, compress: boolean): number {
  let size = savedTextSize(group.name, compress) + savedIdSize(group.lastId) +
    bigPrefixSize(group.entriesRead);
  size += prefixSize(group.pending.size);
  group.pending.forEach((handle) => size += ID_SIZE + TIME_SIZE + bigPrefixSize(deliveries(handle)));
  size += prefixSize(group.consumerCount);
  for (const { name, pending } of group.consumers) {
    size += savedTextSize(name, compress) + 2 * TIME_SIZE;
    size += prefixSize(pending.size) + pending.size * ID_SIZE;
  }
  return size;
}

function savedTextSize(text: string, compress: boolean): number {
  return savedStringSize(toBytes(text), compress);
}

/** Two integers. */
function savedIdSize({ msHigh, msLow, seqHigh, seqLow }: StreamId): number {
  return prefixSize(msHigh * 2 ** 32 + msLow) + prefixSize(seqHigh * 2 ** 32 + seqLow);
}

/** Bytes that a string takes: as a small number, compressed, or as it is with its length before it. */
function savedStringSize(bytes: Uint8Array, compress: boolean): number {
  const length = bytes.length;
  if (length <= LONGEST_NUMBER) {
    const number = parseSafeInteger(fromBytes(bytes));
    if (number >= -(2 ** 7) && number < 2 ** 7) return 2;
    if (number >= -(2 ** 15) && number < 2 ** 15) return 3;
    if (number >= -(2 ** 31) && number < 2 ** 31) return 5;
  }
  if (compress && length >= COMPRESSED_FROM) {
    const compressed = lzfCompress(bytes, new Uint8Array(length - LEAST_SAVING));
    if (compressed > 0) return 1 + prefixSize(compressed) + prefixSize(length) + compressed;
  }
  return prefixSize(length) + length;
}

/** Bytes that a length takes: 6, 14, 32 or 64 bits of it, with the form in the first byte. */
function prefixSize(length: number): number {
  if (length < 1 << 6) return 1;
  if (length < 1 << 14) return 2;
  return length < 2 ** 32 ? 5 : 9;
}

/** The same for an integer of 64 bits; a negative one is taken as unsigned. */
function bigPrefixSize(value: bigint): number {
  return prefixSize(Number(BigInt.asUintN(64, value)));
}
