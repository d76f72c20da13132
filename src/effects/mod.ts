/**
 * Where every consequence of a write starts: one change in, in a fixed order out.
 *
 * @module
 */

import type { ChangeEvent, ChangeSink } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";

/**
 * Fans changes out to their consumers: WATCH, keyspace notifications, and what later layers add. While none is active
 * the keyspace has no sink at all, so that a write pays one null check.
 */
export class Effects implements ChangeSink {
  readonly #consumers: ChangeSink[];
  #active: ChangeSink[] = [];
  #wanted = 0;

  /** `consumers` in the order in which they are to be told. */
  constructor(consumers: ChangeSink[]) {
    this.#consumers = consumers;
  }

  get wanted(): number {
    return this.#wanted;
  }

  /** The sink that the keyspace should have now: this, or null if nobody listens. Call it when `wanted` of one changed. */
  refresh(): ChangeSink | null {
    this.#active = this.#consumers.filter(({ wanted }) => wanted !== 0);
    this.#wanted = this.#active.reduce((classes, { wanted }) => classes | wanted, 0);
    return this.#active.length > 0 ? this : null;
  }

  changed(database: Database, key: string, event: ChangeEvent): void {
    for (const consumer of this.#active) consumer.changed(database, key, event);
  }

  replaced(database: Database, successor: Database | null): void {
    for (const consumer of this.#active) consumer.replaced(database, successor);
  }
}
