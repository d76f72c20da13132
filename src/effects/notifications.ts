/**
 * Keyspace notifications: changes are published to whoever subscribed to hear of them.
 *
 * Format: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 *
 * @module
 */

import { type ChangeEvent, type ChangeSink, EventClass } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";

/** Where notifications are published; `PubSub` is one. */
export interface Publisher {
  /** Whether anybody subscribed to any channel or pattern. */
  readonly hasSubscribers: boolean;
  publish(channel: string, message: string): number;
}

const CHANNELS = EventClass.KEYSPACE | EventClass.KEYEVENT;

/** Publishes the events of the chosen classes. */
export class NotificationEffect implements ChangeSink {
  /** `notify-keyspace-events`: bits of {@linkcode EventClass}. */
  classes = 0;

  readonly #publisher: Publisher;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  get wanted(): number {
    const { classes } = this;
    return (classes & CHANNELS) !== 0 && this.#publisher.hasSubscribers ? classes & ~CHANNELS : 0;
  }

  changed(database: Database, key: string, event: ChangeEvent): void {
    if ((event.eventClass & this.classes) === 0) return;
    const { index } = database;
    if ((this.classes & EventClass.KEYSPACE) !== 0) {
      this.#publisher.publish(`__keyspace@${index}__:${key}`, event.name);
    }
    if ((this.classes & EventClass.KEYEVENT) !== 0) {
      this.#publisher.publish(`__keyevent@${index}__:${event.name}`, key);
    }
  }

  /** Redis tells nobody of FLUSHALL or SWAPDB either. */
  replaced(): void {}
}
