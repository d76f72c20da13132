/**
 * Keys under WATCH.
 *
 * @module
 */

import type { Client } from "../command/client.ts";
import { type Database, NO_EXPIRY } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";

/** A key that a client watches. It belongs to a database's number: after SWAPDB it is the other data's key. */
interface WatchedKey {
  readonly client: Client;
  readonly database: number;
  readonly key: string;
  /** It was past its deadline already when WATCH was called: its deletion is no change. */
  wasExpired: boolean;
}

/** Who watches what, and whose watched keys have changed. */
export class Watches {
  /** Called when the first watch begins or the last one ends. */
  onActiveChange: (() => void) | null = null;

  readonly #keyspace: Keyspace;
  readonly #byClient = new Map<Client, WatchedKey[]>();
  /** By number of the database, by key, by client. */
  readonly #byKey: Map<string, Map<Client, WatchedKey>>[];
  /** Clients whose watched keys changed: their EXEC will answer null. */
  readonly #dirty = new Set<Client>();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    this.#byKey = Array.from({ length: keyspace.databaseCount }, () => new Map());
  }

  /** Whether anybody watches anything. */
  get active(): boolean {
    return this.#byClient.size > 0;
  }

  /** From now on a change of `key` in database number `database` makes the client's EXEC fail. */
  add(client: Client, database: number, key: string): void {
    // It will fail anyhow.
    if (this.#dirty.has(client)) return;
    let watchers = this.#byKey[database].get(key);
    if (watchers === undefined) this.#byKey[database].set(key, watchers = new Map());
    if (watchers.has(client)) return;
    const wasExpired = this.#isExpired(this.#keyspace.database(database), key);
    const watched = { client, database, key, wasExpired };
    watchers.set(client, watched);
    const own = this.#byClient.get(client);
    if (own !== undefined) own.push(watched);
    else {
      this.#byClient.set(client, [watched]);
      if (this.#byClient.size === 1) this.onActiveChange?.();
    }
  }

  /** Forgets what the client watches, and that it changed. */
  clear(client: Client): void {
    this.#dirty.delete(client);
    this.#forget(client);
  }

  /** Whether a watched key changed or has expired since WATCH. */
  isDirty(client: Client): boolean {
    if (this.#dirty.has(client)) return true;
    for (const { database, key, wasExpired } of this.#byClient.get(client) ?? []) {
      if (!wasExpired && this.#isExpired(this.#keyspace.database(database), key)) return true;
    }
    return false;
  }

  /** Whether a watched key is known to have changed: flag `d` of CLIENT LIST. */
  isMarked(client: Client): boolean {
    return this.#dirty.has(client);
  }

  /** Number of keys that the client watches. */
  count(client: Client): number {
    return this.#byClient.get(client)?.length ?? 0;
  }

  /** A key changed. */
  touch(database: Database, key: string): void {
    const watchers = this.#byKey[database.index].get(key);
    if (watchers === undefined) return;
    for (const watched of watchers.values()) {
      if (watched.wasExpired && !database.has(key)) watched.wasExpired = false;
      else this.#mark(watched.client);
    }
  }

  /** All keys of `database` are about to go or, with a `successor`, to be exchanged for its keys. */
  replaced(database: Database, successor: Database | null): void {
    const changed: Client[] = [];
    for (const watchers of this.#byKey[database.index].values()) {
      for (const watched of watchers.values()) {
        if (this.#changes(watched, database, successor)) changed.push(watched.client);
      }
    }
    for (const client of changed) this.#mark(client);
  }

  /** Whether the exchange changes the key: present before or after it, and not just an expired one that stays so. */
  #changes(watched: WatchedKey, database: Database, successor: Database | null): boolean {
    const { key } = watched;
    const isThere = database.has(key);
    const willBe = successor !== null && successor.has(key);
    if (!isThere && !willBe) return false;
    if (watched.wasExpired) {
      if (willBe) return !this.#isExpired(successor, key);
      watched.wasExpired = false;
      return false;
    }
    if (isThere || !this.#isExpired(successor!, key)) return true;
    watched.wasExpired = true;
    return false;
  }

  /** EXEC will fail; what else changes no longer matters. */
  #mark(client: Client): void {
    this.#dirty.add(client);
    this.#forget(client);
  }

  #forget(client: Client): void {
    const own = this.#byClient.get(client);
    if (own === undefined) return;
    for (const { database, key } of own) {
      const watchers = this.#byKey[database].get(key)!;
      watchers.delete(client);
      if (watchers.size === 0) this.#byKey[database].delete(key);
    }
    this.#byClient.delete(client);
    if (this.#byClient.size === 0) this.onActiveChange?.();
  }

  #isExpired(database: Database, key: string): boolean {
    const deadline = database.expiryOf(key);
    return deadline !== NO_EXPIRY && deadline < this.#keyspace.now;
  }
}
