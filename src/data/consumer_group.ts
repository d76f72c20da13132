/**
 * Consumer groups of a stream.
 *
 * @module
 */

import {
  deliveries,
  deliveryTime,
  freePending,
  newPending,
  pendingConsumer,
  pendingId,
  setDelivery,
  setPendingConsumer,
} from "./pending_entry.ts";
import { PendingIndex } from "./pending_index.ts";
import { NO_SLOT } from "./slab_arena.ts";
import { StreamId } from "./stream_id.ts";

/** The count of read entries of a group that is not known. */
export const UNKNOWN_COUNT = -1n;
/** When a consumer was never active. */
export const NEVER = -1;

/** The number that is no consumer's. */
const NOBODY = 0xffffffff;

/** What a pending entry takes in the arena. */
const RECORD_BYTES = 40;
const CONSUMER_BYTES = 250;
const GROUP_BYTES = 400;

/** Who reads for a group. */
export class Consumer {
  readonly name: string;
  /** Number by which pending entries name it, unique in its group. */
  readonly number: number;
  /** When it last tried to read or claim, and when it last got something, or {@linkcode NEVER}: milliseconds. */
  seenAt: number;
  activeAt = NEVER;
  readonly pending = new PendingIndex();

  constructor(name: string, number: number, now: number) {
    this.name = name;
    this.number = number;
    this.seenAt = now;
  }
}

/** A group: how far it has read, its consumers, and its pending entries by ID and by consumer. */
export class ConsumerGroup {
  readonly name: string;
  /** The greatest ID that was delivered. */
  readonly lastId = new StreamId();
  /** How many entries the group has read of all that were ever added, or {@linkcode UNKNOWN_COUNT}. */
  entriesRead: bigint;
  readonly pending = new PendingIndex();

  readonly #consumers = new Map<string, Consumer>();
  readonly #numbered: (Consumer | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  #inOrder: readonly Consumer[] | null = null;

  constructor(name: string, lastId: StreamId, entriesRead: bigint) {
    this.name = name;
    this.lastId.copy(lastId);
    this.entriesRead = entriesRead;
  }

  get consumerCount(): number {
    return this.#consumers.size;
  }

  /** The consumers in the order of their names' bytes. */
  get consumers(): readonly Consumer[] {
    return this.#inOrder ??= [...this.#consumers.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The consumer of this name, or undefined. */
  consumer(name: string): Consumer | undefined {
    return this.#consumers.get(name);
  }

  /** Adds a consumer, whose name must be new. */
  addConsumer(name: string, now: number): Consumer {
    const number = this.#freeNumbers.pop() ?? this.#numbered.length;
    const consumer = new Consumer(name, number, now);
    this.#consumers.set(name, consumer);
    this.#numbered[number] = consumer;
    this.#inOrder = null;
    return consumer;
  }

  /** Deletes a consumer and what is pending for it. */
  deleteConsumer(consumer: Consumer): void {
    consumer.pending.forEach((handle) => {
      pendingId(handle, scratch);
      this.pending.remove(scratch);
      freePending(handle);
    });
    consumer.pending.clear();
    this.#consumers.delete(consumer.name);
    this.#numbered[consumer.number] = undefined;
    this.#freeNumbers.push(consumer.number);
    this.#inOrder = null;
  }

  /** Whom a pending entry was delivered to. */
  consumerOf(handle: number): Consumer {
    return this.#numbered[pendingConsumer(handle)]!;
  }

  /** Adds a pending entry, whose ID must not be pending; its handle. */
  addPending(id: StreamId, consumer: Consumer, time: number, count: bigint): number {
    const handle = newPending(id, time, count, consumer.number);
    this.pending.add(handle, id);
    consumer.pending.add(handle, id);
    return handle;
  }

  /**
   * Adds a pending entry that was loaded, for a consumer to {@linkcode own}; false if the ID is pending already. Nothing
   * else may be done with the group while there is one without a consumer.
   */
  addUnowned(id: StreamId, time: number, count: bigint): boolean {
    if (this.pending.find(id) !== NO_SLOT) return false;
    this.pending.add(newPending(id, time, count, NOBODY), id);
    return true;
  }

  /** Gives the consumer an entry that was loaded; false if there is none with this ID, or it has a consumer. */
  own(id: StreamId, consumer: Consumer): boolean {
    const handle = this.pending.find(id);
    if (handle === NO_SLOT || pendingConsumer(handle) !== NOBODY) return false;
    setPendingConsumer(handle, consumer.number);
    consumer.pending.add(handle, id);
    return true;
  }

  /** Notes a first delivery to `consumer`, also of an entry that is pending already. */
  deliver(id: StreamId, consumer: Consumer, now: number): number {
    const handle = this.pending.find(id);
    if (handle === NO_SLOT) return this.addPending(id, consumer, now, 1n);
    this.assign(handle, id, consumer);
    setDelivery(handle, now, 1n);
    return handle;
  }

  /** Gives a pending entry to `consumer`. */
  assign(handle: number, id: StreamId, consumer: Consumer): void {
    const owner = this.consumerOf(handle);
    if (owner === consumer) return;
    owner.pending.remove(id);
    consumer.pending.add(handle, id);
    setPendingConsumer(handle, consumer.number);
  }

  /** Takes an entry out of what is pending. False if it was not pending. */
  acknowledge(id: StreamId): boolean {
    const handle = this.pending.remove(id);
    if (handle === NO_SLOT) return false;
    this.consumerOf(handle).pending.remove(id);
    freePending(handle);
    return true;
  }

  clone(): ConsumerGroup {
    const copy = new ConsumerGroup(this.name, this.lastId, this.entriesRead);
    for (const consumer of this.#consumers.values()) {
      const twin = copy.addConsumer(consumer.name, consumer.seenAt);
      twin.activeAt = consumer.activeAt;
      consumer.pending.forEach((handle) => {
        pendingId(handle, scratch);
        copy.addPending(scratch, twin, deliveryTime(handle), deliveries(handle));
      });
    }
    return copy;
  }

  /** Gives the memory back. The group must not be used any more. */
  release(): void {
    this.pending.forEach(freePending);
    this.pending.clear();
    for (const consumer of this.#consumers.values()) consumer.pending.clear();
  }

  /** Believable size in bytes. */
  memoryUsage(): number {
    return GROUP_BYTES + this.#consumers.size * CONSUMER_BYTES + this.pending.size * RECORD_BYTES +
      2 * this.pending.memoryUsage();
  }
}

const scratch = new StreamId();
