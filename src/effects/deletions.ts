/**
 * Keys that vanish without a command: logs and replicas are told by a DEL.
 *
 * @module
 */

import { type ChangeEvent, type ChangeSink, EventClass } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";

const BY_THEMSELVES = EventClass.EXPIRED | EventClass.EVICTED | EventClass.MOVED_AWAY;

/** Tells of keys that expired, were evicted or left with their slot, before whatever the command that met them tells. */
export class DeletionEffect implements ChangeSink {
  readonly #isActive: () => boolean;
  readonly #propagate: (database: number, key: string) => void;

  /** `isActive` says whether anybody is to be told. */
  constructor(isActive: () => boolean, propagate: (database: number, key: string) => void) {
    this.#isActive = isActive;
    this.#propagate = propagate;
  }

  get wanted(): number {
    return this.#isActive() ? BY_THEMSELVES : 0;
  }

  changed(database: Database, key: string, { eventClass }: ChangeEvent): void {
    if ((eventClass & BY_THEMSELVES) !== 0) this.#propagate(database.index, key);
  }

  replaced(): void {}
}
