/**
 * Keys that are on their way to another server.
 *
 * Between the moment when a value is written down for the target and the moment when the target has it and the key is
 * deleted here, nobody may change the key: what is written then would be lost. So these keys are *held*: commands that may
 * write to one of them wait until it is free again, and then find it either here as it was, or gone. Reads go on. The
 * original holds all clients back for as long.
 *
 * Which keys a command writes to is told by its arguments. What changes a key without naming it, such as a script, is
 * noticed all the same ({@linkcode Hold.changed}), and the key is then sent again.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import type { Client } from "../command/client.ts";
import { findKeys } from "../command/key_spec.ts";
import type { CommandRecord } from "../command/registry.ts";
import { type ChangeEvent, EventClass, EVERY_CLASS } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";

/** Ends of keys that the target brings about as well, or that nobody minds. */
const NO_CHANGE = EventClass.EXPIRED | EventClass.EVICTED | EventClass.KEY_MISS;

/** Some keys of a database, held together. */
export interface Hold {
  readonly database: Database;
  readonly keys: ReadonlySet<string>;
  /** Those that were changed all the same. */
  readonly changed: Set<string>;
}

/** All held keys. */
export class HeldKeys {
  /** Called when {@linkcode active} changed. */
  onActiveChange: (() => void) | null = null;
  /** Called when keys were released. */
  onReleased: (() => void) | null = null;

  readonly #holds = new Set<Hold>();
  /** In the order in which they will go on. */
  readonly #waiting = new Set<Client>();
  /** Resolves when keys are released; null while nobody asked. */
  #release: { promise: Promise<void>; resolve: () => void } | null = null;

  /** Whether any key is held. */
  get active(): boolean {
    return this.#holds.size > 0;
  }

  /** Whether a key of that name is held, in any database. */
  has(key: string): boolean {
    for (const { keys } of this.#holds) if (keys.has(key)) return true;
    return false;
  }

  /** Whether one of the command's keys is held. */
  concerns({ spec }: CommandRecord, args: Args): boolean {
    return findKeys(spec, args).some(({ index }) => this.has(args.text(index)));
  }

  /** Holds keys, none of which may be held yet. */
  hold(database: Database, keys: Iterable<string>): Hold {
    const hold: Hold = { database, keys: new Set(keys), changed: new Set() };
    this.#holds.add(hold);
    if (this.#holds.size === 1) this.onActiveChange?.();
    return hold;
  }

  /** Ends a hold. Who waits tries again, in a later turn. */
  release(hold: Hold): void {
    this.#holds.delete(hold);
    if (this.#holds.size === 0) this.onActiveChange?.();
    this.#release?.resolve();
    this.#release = null;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    queueMicrotask(() => {
      for (const client of waiting) client.transport.resume();
    });
    this.onReleased?.();
  }

  /** Resolves when keys are released. */
  released(): Promise<void> {
    this.#release ??= Promise.withResolvers<void>();
    return this.#release.promise;
  }

  /** Holds back the client's command, which is about to run, until keys are released. */
  postpone(client: Client): void {
    client.postpone();
    this.#waiting.add(client);
  }

  /** Forgets a client that is gone. */
  drop(client: Client): void {
    this.#waiting.delete(client);
  }

  get wanted(): number {
    return this.active ? EVERY_CLASS & ~NO_CHANGE : 0;
  }

  /** Hears of every change, as a consumer of effects. */
  changed(database: Database, key: string, { eventClass }: ChangeEvent): void {
    if ((eventClass & NO_CHANGE) !== 0) return;
    for (const hold of this.#holds) {
      if (hold.database === database && hold.keys.has(key)) hold.changed.add(key);
    }
  }

  /** FLUSHALL is as good as one that came when the keys had gone; SWAPDB does not part a database from its keys. */
  replaced(): void {}
}
