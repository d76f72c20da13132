/**
 * Streams in the RDB format, written.
 *
 * @module
 */

import type { Consumer, ConsumerGroup } from "../../data/consumer_group.ts";
import { deliveries, deliveryTime, pendingId } from "../../data/pending_entry.ts";
import type { PendingIndex } from "../../data/pending_index.ts";
import type { Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import { RDB_VERSION } from "./format.ts";
import { type Pace, writePacked } from "./save_steps.ts";
import type { RdbWriter } from "./writer.ts";

const LEAST = new StreamId();
/** Bytes of an ID as the key of a node. */
const KEY_SIZE = 16;

/** Writes a stream with its groups; before version 11 without the times when consumers were active. */
export function* saveStream(writer: RdbWriter, stream: Stream, version: number, pace: Pace): Generator<void> {
  const { nodes } = stream;
  writer.size(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes.at(i);
    writer.size(KEY_SIZE);
    writeRawId(writer, node.id);
    writePacked(writer, node.listpack);
    if (pace.isOver(node.listpack.byteLength)) yield;
  }
  writer.size(stream.size);
  writeId(writer, stream.lastId);
  writeId(writer, stream.firstId);
  writeId(writer, stream.maxDeletedId);
  writer.bigSize(stream.entriesAdded);
  writer.size(stream.groups.length);
  for (const group of stream.groups) yield* saveGroup(writer, group, version, pace);
}

function* saveGroup(
  writer: RdbWriter,
  group: ConsumerGroup,
  version: number,
  pace: Pace,
): Generator<void> {
  writer.text(group.name);
  writeId(writer, group.lastId);
  writer.bigSize(group.entriesRead);
  yield* savePending(writer, group.pending, true, pace);
  writer.size(group.consumerCount);
  for (const consumer of group.consumers) yield* saveConsumer(writer, consumer, version, pace);
}

function* saveConsumer(
  writer: RdbWriter,
  consumer: Consumer,
  version: number,
  pace: Pace,
): Generator<void> {
  writer.text(consumer.name);
  writer.integer64(consumer.seenAt);
  if (version >= RDB_VERSION) writer.integer64(consumer.activeAt);
  yield* savePending(writer, consumer.pending, false, pace);
}

function* savePending(
  writer: RdbWriter,
  pending: PendingIndex,
  withDeliveries: boolean,
  pace: Pace,
): Generator<void> {
  const id = new StreamId();
  writer.size(pending.size);
  for (const handle of pending.from(LEAST)) {
    pendingId(handle, id);
    writeRawId(writer, id);
    if (withDeliveries) {
      writer.integer64(deliveryTime(handle));
      writer.bigSize(deliveries(handle));
    }
    if (pace.isOver(KEY_SIZE)) yield;
  }
}

function writeRawId(writer: RdbWriter, id: StreamId): void {
  writer.bigEndian32(id.msHigh);
  writer.bigEndian32(id.msLow);
  writer.bigEndian32(id.seqHigh);
  writer.bigEndian32(id.seqLow);
}

function writeId(writer: RdbWriter, id: StreamId): void {
  writer.wideSize(id.msHigh, id.msLow);
  writer.wideSize(id.seqHigh, id.seqLow);
}
