/**
 * Streams, read: all versions, with groups, consumers and what is pending.
 *
 * @module
 */

import { type Consumer, type ConsumerGroup, NEVER, UNKNOWN_COUNT } from "../../data/consumer_group.ts";
import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import type { StreamNode } from "../../data/stream_node.ts";
import { loadStreamNode } from "../../data/stream_node_check.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { ValueType } from "./format.ts";
import { builtInSteps, isPause, readListpack } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

/** Bytes of an ID. */
const ID_SIZE = 16;
/** Nodes between two pauses. */
const STEP_NODES = 16;
/** What a node, a group, a pending entry, a consumer and its reference to a pending entry take at least. */
const LEAST = { node: ID_SIZE + 9, group: 5, pending: ID_SIZE + 9, consumer: 10, reference: ID_SIZE };

const slice = new ByteSlice();
const id = new StreamId();

/** Reads a stream of this type. It may be without entries. */
export function* loadStream(
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
): Generator<void, Stream> {
  const stream = new Stream(limits);
  return yield* builtInSteps(stream, readStream(stream, reader, type));
}

function* readStream(stream: Stream, reader: RdbReader, type: number): Generator<void> {
  const last = new StreamId();
  for (let left = reader.count(LEAST.node); left > 0; left--) {
    const node = readNode(reader, last);
    if (node.live > 0) stream.appendNode(node);
    else node.release();
    if (left % STEP_NODES === 0) yield;
  }
  readState(stream, reader, type, last, stream.size);
  for (let left = reader.count(LEAST.group); left > 0; left--) yield* readGroup(stream, reader, type);
}

/**
 * Reads a stream without holding more than a node of its entries: each node, a stream of its own, goes to `visit` and is
 * given back afterwards. The result has all but the entries, and is the caller's. Not for the oldest type, whose counters
 * follow from the entries.
 */
export function* visitStream(
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
  visit: (entries: Stream) => void,
): Generator<void, Stream> {
  const state = new Stream(limits);
  return yield* builtInSteps(state, visitNodes(state, reader, type, limits, visit));
}

function* visitNodes(
  state: Stream,
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
  visit: (entries: Stream) => void,
): Generator<void> {
  const last = new StreamId();
  let length = 0;
  for (let left = reader.count(LEAST.node); left > 0; left--) {
    const entries = new Stream(limits);
    entries.appendNode(readNode(reader, last));
    try {
      length += entries.size;
      visit(entries);
    } finally {
      entries.release();
    }
    if (left % STEP_NODES === 0) yield;
  }
  readState(state, reader, type, last, length);
  for (let left = reader.count(LEAST.group); left > 0; left--) yield* readGroup(state, reader, type);
}

/** Reads a node, whose entries must come behind `last`; that is its last entry then. */
function readNode(reader: RdbReader, last: StreamId): StreamNode {
  reader.string(slice);
  if (slice.length !== ID_SIZE) reader.fail("Stream node key entry is not the size of a stream ID");
  takeRawId();
  const listpack = readListpack(reader);
  const node = loadStreamNode(id, listpack, last);
  if (node === null) {
    listpack.release();
    reader.fail("Stream listpack integrity check failed.");
  }
  return node;
}

/** Reads what stands behind the entries, of which there were `size`, up to `last`. */
function readState(stream: Stream, reader: RdbReader, type: number, last: StreamId, size: number): void {
  const length = reader.size();
  if (length !== size) reader.fail("Stream length inconsistent with its entries");
  readId(reader, stream.lastId);
  if (stream.lastId.compare(last) < 0) reader.fail("Stream last ID is before its last entry");
  stream.refreshFirstId();
  if (type === ValueType.STREAM_LISTPACKS) {
    stream.entriesAdded = BigInt(length);
    return;
  }
  // The first ID is what the entries say.
  readId(reader, id);
  readId(reader, stream.maxDeletedId);
  stream.entriesAdded = readCount(reader, 0n);
}

function* readGroup(stream: Stream, reader: RdbReader, type: number): Generator<void> {
  const name = reader.text(slice);
  readId(reader, id);
  const entriesRead = type === ValueType.STREAM_LISTPACKS
    ? stream.countUpTo(id)
    : readCount(reader, UNKNOWN_COUNT);
  if (stream.group(name) !== undefined) reader.fail("Duplicated consumer group name");
  const group = stream.addGroup(name, id, entriesRead);
  yield* readPending(group, reader);
  let owned = 0;
  for (let left = reader.count(LEAST.consumer); left > 0; left--) {
    const consumer = readConsumer(group, reader, type);
    yield* readReferences(group, consumer, reader);
    owned += consumer.pending.size;
  }
  if (owned !== group.pending.size) reader.fail("Stream CG PEL entry without consumer");
}

function* readPending(group: ConsumerGroup, reader: RdbReader): Generator<void> {
  for (let left = reader.count(LEAST.pending); left > 0; left--) {
    readRawId(reader);
    const time = readTime(reader, 0);
    const count = readCount(reader, 0n);
    if (!group.addUnowned(id, time, count)) {
      reader.fail("Duplicated global PEL entry loading stream consumer group");
    }
    if (isPause(left)) yield;
  }
}

function readConsumer(group: ConsumerGroup, reader: RdbReader, type: number): Consumer {
  const name = reader.text(slice);
  if (group.consumer(name) !== undefined) reader.fail("Duplicate stream consumer detected.");
  const consumer = group.addConsumer(name, readTime(reader, 0));
  // Older versions knew one time only, which is the best estimate of the other.
  const isKnown = type === ValueType.STREAM_LISTPACKS_3;
  consumer.activeAt = isKnown ? readTime(reader, NEVER) : consumer.seenAt;
  return consumer;
}

function* readReferences(group: ConsumerGroup, consumer: Consumer, reader: RdbReader): Generator<void> {
  for (let left = reader.count(LEAST.reference); left > 0; left--) {
    readRawId(reader);
    if (!group.own(id, consumer)) reader.fail("Consumer entry not found in group global PEL");
    if (isPause(left)) yield;
  }
}

/** Reads a signed count of 64 bits. */
function readCount(reader: RdbReader, least: bigint): bigint {
  const count = BigInt.asIntN(64, reader.wideSize());
  if (count < least) reader.fail("Stream count out of range");
  return count;
}

/** Reads a time in milliseconds. */
function readTime(reader: RdbReader, least: number): number {
  const time = reader.integer64();
  if (time < least || !Number.isSafeInteger(time)) reader.fail("Stream time out of range");
  return time;
}

/** Reads an ID of 16 bytes into `id`. */
function readRawId(reader: RdbReader): void {
  reader.bytes(ID_SIZE, slice);
  takeRawId();
}

function takeRawId(): void {
  const { source: { view }, start } = slice;
  id.set(
    view.getUint32(start),
    view.getUint32(start + 4),
    view.getUint32(start + 8),
    view.getUint32(start + 12),
  );
}

/** Reads an ID that is written as two lengths. */
function readId(reader: RdbReader, out: StreamId): void {
  out.setMilliseconds(reader.wideSize());
  out.setSequence(reader.wideSize());
}
