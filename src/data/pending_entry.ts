/**
 * Pending entries: what was delivered to a consumer and not acknowledged.
 *
 * One is a record of 36 bytes off the heap, named by its handle in {@linkcode collectionArena}, so that a million of
 * them are nothing to the garbage collector:
 *
 * | bytes | what                                             |
 * | ----- | ------------------------------------------------ |
 * | 16    | ID                                               |
 * | 8     | time of the last delivery, milliseconds          |
 * | 8     | number of deliveries, a signed integer           |
 * | 4     | number of the consumer in its group              |
 *
 * @module
 */

import { collectionArena } from "./memory_block.ts";
import type { StreamId } from "./stream_id.ts";

const TIME = 16;
const DELIVERIES = 24;
const CONSUMER = 32;
const RECORD_SIZE = 36;

/** Makes a record; whoever drops it must {@linkcode freePending} it. */
export function newPending(id: StreamId, time: number, deliveries: bigint, consumer: number): number {
  const handle = collectionArena.allocate(RECORD_SIZE);
  const { view } = collectionArena.page(handle);
  const at = collectionArena.start(handle);
  view.setUint32(at, id.msHigh);
  view.setUint32(at + 4, id.msLow);
  view.setUint32(at + 8, id.seqHigh);
  view.setUint32(at + 12, id.seqLow);
  view.setFloat64(at + TIME, time);
  view.setBigInt64(at + DELIVERIES, deliveries);
  view.setUint32(at + CONSUMER, consumer);
  return handle;
}

/** Gives the record's memory back. */
export function freePending(handle: number): void {
  collectionArena.free(handle);
}

/** Fills `out` with the ID. */
export function pendingId(handle: number, out: StreamId): void {
  const { view } = collectionArena.page(handle);
  const at = collectionArena.start(handle);
  out.set(view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12));
}

/** Negative, 0 or positive as the record's ID is less than, equal to or greater than `id`. */
export function comparePending(handle: number, id: StreamId): number {
  const { view } = collectionArena.page(handle);
  const at = collectionArena.start(handle);
  const msHigh = view.getUint32(at);
  if (msHigh !== id.msHigh) return msHigh - id.msHigh;
  const msLow = view.getUint32(at + 4);
  if (msLow !== id.msLow) return msLow - id.msLow;
  const seqHigh = view.getUint32(at + 8);
  if (seqHigh !== id.seqHigh) return seqHigh - id.seqHigh;
  return view.getUint32(at + 12) - id.seqLow;
}

/** Time of the last delivery, milliseconds since the epoch. */
export function deliveryTime(handle: number): number {
  return collectionArena.page(handle).view.getFloat64(collectionArena.start(handle) + TIME);
}

/** How often it was delivered. */
export function deliveries(handle: number): bigint {
  return collectionArena.page(handle).view.getBigInt64(collectionArena.start(handle) + DELIVERIES);
}

/** Number of the consumer in its group. */
export function pendingConsumer(handle: number): number {
  return collectionArena.page(handle).view.getUint32(collectionArena.start(handle) + CONSUMER);
}

/** Notes a delivery. */
export function setDelivery(handle: number, time: number, count: bigint): void {
  const { view } = collectionArena.page(handle);
  const at = collectionArena.start(handle);
  view.setFloat64(at + TIME, time);
  view.setBigInt64(at + DELIVERIES, count);
}

/** Gives the record to another consumer. */
export function setPendingConsumer(handle: number, consumer: number): void {
  collectionArena.page(handle).view.setUint32(collectionArena.start(handle) + CONSUMER, consumer);
}
