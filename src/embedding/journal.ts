/**
 * What it takes to go back: for each key that changed since a snapshot, what it was before it changed first.
 *
 * @module
 */

import type { Database, DetachedValue, Journal } from "../keyspace/database.ts";
import { type Deadline, deadlineOf } from "../keyspace/deadline.ts";
import { NO_SLOT } from "../keyspace/entry_arena.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";

/** A key as it was. */
export interface SavedKey {
  readonly value: DetachedValue;
  /** `NO_EXPIRY` without one. */
  readonly deadline: Deadline;
}

/** What became of one database since a snapshot. */
export class DatabaseChanges {
  /** Keys that changed; null for those that were not there. */
  readonly keys = new Map<string, SavedKey | null>();
  /** Access clocks of keys that were only read. */
  readonly clocks = new Map<string, number>();
  /** All keys were removed at once: none that is there now was there before. */
  isReplaced = false;
  /** The keys that were removed so, to which {@linkcode keys} is to be applied; null if there were none. */
  contents: Database | null = null;

  /** Gives memory back. */
  release(): void {
    this.contents?.release();
    for (const saved of this.keys.values()) if (saved !== null) release(saved.value);
  }
}

/** What became of all data since a snapshot, up to the next one. */
export class Layer {
  readonly id: number;
  /** The databases in their order at the time of the snapshot. */
  readonly order: readonly (Database | undefined)[];
  readonly changes = new Map<Database, DatabaseChanges>();

  constructor(id: number, keyspace: Keyspace) {
    this.id = id;
    this.order = orderOf(keyspace);
  }

  /** Whether everything is as it was. */
  isClean(keyspace: Keyspace): boolean {
    const order = orderOf(keyspace);
    return this.changes.size === 0 && order.every((database, i) => database === this.order[i]);
  }

  of(database: Database): DatabaseChanges {
    let changes = this.changes.get(database);
    if (changes === undefined) this.changes.set(database, changes = new DatabaseChanges());
    return changes;
  }

  /** Gives memory back. */
  release(): void {
    for (const changes of this.changes.values()) changes.release();
    this.changes.clear();
  }
}

/** Notes in the top layer what changes. */
export class UndoJournal implements Journal {
  /** The layer of the last snapshot. */
  top: Layer;
  /** While true nothing is noted: the data are being put back. */
  isPaused = false;

  constructor(top: Layer) {
    this.top = top;
  }

  beforeChange(database: Database, key: string, handle: number): void {
    if (this.isPaused) return;
    const changes = this.top.of(database);
    if (changes.isReplaced || changes.keys.has(key)) return;
    changes.keys.set(key, handle === NO_SLOT ? null : savedKey(database, key, handle, changes.clocks));
  }

  beforeTouch(database: Database, handle: number): void {
    if (this.isPaused) return;
    const changes = this.top.of(database);
    const key = database.keyOf(handle);
    if (changes.isReplaced || changes.keys.has(key) || changes.clocks.has(key)) return;
    changes.clocks.set(key, database.clockOf(database.valueOf(handle)));
  }

  cleared(database: Database, contents: Database): boolean {
    if (this.isPaused) return false;
    const changes = this.top.of(database);
    if (changes.isReplaced) return false;
    changes.isReplaced = true;
    changes.contents = contents;
    return true;
  }

  beforeTakeOver(database: Database): void {
    if (!this.isPaused) this.top.of(database).isReplaced = true;
  }
}

function orderOf(keyspace: Keyspace): (Database | undefined)[] {
  return Array.from({ length: keyspace.databaseCount }, (_, index) => keyspace.existing(index));
}

function savedKey(
  database: Database,
  key: string,
  handle: number,
  clocks: ReadonlyMap<string, number>,
): SavedKey {
  const value = database.copyOf(database.valueOf(handle));
  const clock = clocks.get(key) ?? value.clock;
  return { value: { ...value, clock }, deadline: deadlineOf(database, key) };
}

function release({ content }: DetachedValue): void {
  if ("typeName" in content) content.release();
}
