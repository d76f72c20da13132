/**
 * Who listens to which channel, and the delivery of messages.
 *
 * @module
 */

import { Reply } from "../resp/reply.ts";
import type { ByteSource } from "../util/byte_buffer.ts";
import { globMatch } from "../util/glob.ts";

/** Somebody who can subscribe: a client. */
export interface Subscriber {
  /** Whether messages go as RESP3 push types. */
  readonly resp3: boolean;
  /** Queues a copy of the first `size` bytes of `source`. */
  deliver(source: ByteSource, size: number): void;
}

/** Names and their subscribers, both ways. */
export class SubscriptionTable {
  readonly #byName = new Map<string, Set<Subscriber>>();
  readonly #bySubscriber = new Map<Subscriber, Set<string>>();

  /** Names that have subscribers. */
  get size(): number {
    return this.#byName.size;
  }

  /** False if it was there already. */
  add(subscriber: Subscriber, name: string): boolean {
    let names = this.#bySubscriber.get(subscriber);
    if (names === undefined) this.#bySubscriber.set(subscriber, names = new Set());
    if (names.has(name)) return false;
    names.add(name);
    const subscribers = this.#byName.get(name);
    if (subscribers === undefined) this.#byName.set(name, new Set([subscriber]));
    else subscribers.add(subscriber);
    return true;
  }

  /** False if it was not there. */
  remove(subscriber: Subscriber, name: string): boolean {
    const names = this.#bySubscriber.get(subscriber);
    if (names === undefined || !names.delete(name)) return false;
    if (names.size === 0) this.#bySubscriber.delete(subscriber);
    const subscribers = this.#byName.get(name)!;
    subscribers.delete(subscriber);
    if (subscribers.size === 0) this.#byName.delete(name);
    return true;
  }

  /** What `subscriber` is subscribed to. */
  namesOf(subscriber: Subscriber): readonly string[] {
    return [...this.#bySubscriber.get(subscriber) ?? []];
  }

  /** How many names `subscriber` is subscribed to. */
  countOf(subscriber: Subscriber): number {
    return this.#bySubscriber.get(subscriber)?.size ?? 0;
  }

  /** The subscribers of `name`, or undefined if there are none. */
  subscribersOf(name: string): ReadonlySet<Subscriber> | undefined {
    return this.#byName.get(name);
  }

  /** All names with their subscribers. */
  entries(): Iterable<[string, ReadonlySet<Subscriber>]> {
    return this.#byName.entries();
  }
}

/** The publish/subscribe state of a server. Channels, patterns and messages are byte strings. */
export class PubSub {
  readonly channels = new SubscriptionTable();
  readonly patterns = new SubscriptionTable();
  readonly shardChannels = new SubscriptionTable();
  /** Called when {@linkcode hasSubscribers} changed. */
  onActiveChange: (() => void) | null = null;

  /** Messages are put together here. */
  readonly #scratch = new Reply();

  constructor() {
    this.#scratch.resp3 = true;
  }

  /** Whether anybody subscribed to a channel or a pattern. */
  get hasSubscribers(): boolean {
    return this.channels.size > 0 || this.patterns.size > 0;
  }

  /** How many channels and patterns `subscriber` has: what the replies to (P)SUBSCRIBE count. */
  countOf(subscriber: Subscriber): number {
    return this.channels.countOf(subscriber) + this.patterns.countOf(subscriber);
  }

  /** Whether `subscriber` has any subscription, shard channels included. */
  isSubscribed(subscriber: Subscriber): boolean {
    return this.countOf(subscriber) > 0 || this.shardChannels.countOf(subscriber) > 0;
  }

  /** Adds a subscription to one of the tables of this object. */
  subscribe(table: SubscriptionTable, subscriber: Subscriber, name: string): void {
    const before = this.hasSubscribers;
    table.add(subscriber, name);
    if (!before && this.hasSubscribers) this.onActiveChange?.();
  }

  /** Ends a subscription, if there is one. */
  unsubscribe(table: SubscriptionTable, subscriber: Subscriber, name: string): void {
    const before = this.hasSubscribers;
    table.remove(subscriber, name);
    if (before && !this.hasSubscribers) this.onActiveChange?.();
  }

  /** Ends all subscriptions of a client. */
  drop(subscriber: Subscriber): void {
    if (!this.isSubscribed(subscriber)) return;
    for (const table of [this.channels, this.patterns, this.shardChannels]) {
      for (const name of table.namesOf(subscriber)) this.unsubscribe(table, subscriber, name);
    }
  }

  /** Delivers to the channel's subscribers and to the patterns that match; how many deliveries that were. */
  publish(channel: string, message: string | Uint8Array): number {
    let receivers = this.#deliver(this.channels.subscribersOf(channel), "message", null, channel, message);
    if (this.patterns.size === 0) return receivers;
    for (const [pattern, subscribers] of this.patterns.entries()) {
      if (!globMatch(pattern, channel)) continue;
      receivers += this.#deliver(subscribers, "pmessage", pattern, channel, message);
    }
    return receivers;
  }

  /** Delivers to the shard channel's subscribers; how many there are. */
  publishToShard(channel: string, message: string | Uint8Array): number {
    return this.#deliver(this.shardChannels.subscribersOf(channel), "smessage", null, channel, message);
  }

  /** The message is put together once; what the two protocol versions get differs in the first byte. */
  #deliver(
    subscribers: ReadonlySet<Subscriber> | undefined,
    kind: string,
    pattern: string | null,
    channel: string,
    message: string | Uint8Array,
  ): number {
    if (subscribers === undefined) return 0;
    const scratch = this.#scratch;
    scratch.pushHeader(pattern === null ? 3 : 4);
    scratch.bulkText(kind);
    if (pattern !== null) scratch.bulkText(pattern);
    scratch.bulkText(channel);
    if (typeof message === "string") scratch.bulkText(message);
    else scratch.bulkBytes(message);
    const { written, length } = scratch;
    // A subscriber that is too slow may be closed, and so be gone from the set, by what it is sent.
    const receivers = subscribers.size;
    for (const subscriber of subscribers) {
      written.buffer[0] = subscriber.resp3 ? PUSH : ARRAY;
      subscriber.deliver(written, length);
    }
    if (length <= RETAINED_SCRATCH) scratch.truncate(0);
    else scratch.take();
    return receivers;
  }
}

const ARRAY = 0x2a;
const PUSH = 0x3e;
/** Memory for longer messages is given back. */
const RETAINED_SCRATCH = 64 * 1024;
