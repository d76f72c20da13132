/**
 * Changes make the EXEC of whoever watches the key fail.
 *
 * @module
 */

import { type ChangeEvent, type ChangeSink, EventClass, EVERY_CLASS } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";

/** What WATCH needs of the transactions; `Watches` is one. */
export interface WatchRegistry {
  readonly active: boolean;
  touch(database: Database, key: string): void;
  replaced(database: Database, successor: Database | null): void;
}

/**
 * Reads that found nothing, the appearance of a key, which is told again by what made it appear, and what is none of
 * WATCH's business.
 */
const NO_CHANGE = EventClass.KEY_MISS | EventClass.NEW | EventClass.UNWATCHED;

/** Tells WATCH of changes. */
export class WatchEffect implements ChangeSink {
  readonly #watches: WatchRegistry;

  constructor(watches: WatchRegistry) {
    this.#watches = watches;
  }

  get wanted(): number {
    return this.#watches.active ? EVERY_CLASS & ~NO_CHANGE : 0;
  }

  changed(database: Database, key: string, event: ChangeEvent): void {
    if ((event.eventClass & NO_CHANGE) === 0) this.#watches.touch(database, key);
  }

  replaced(database: Database, successor: Database | null): void {
    this.#watches.replaced(database, successor);
  }
}
