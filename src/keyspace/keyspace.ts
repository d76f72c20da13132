/**
 * All databases of a server and what they share: time, statistics, the way out for changes.
 *
 * @module
 */

import { EncodingLimits } from "../data/encoding_limits.ts";
import { SLOT_COUNT } from "../util/crc16.ts";
import type { Random } from "../util/random.ts";
import { AccessClock } from "./access_clock.ts";
import type { ChangeSink } from "./change.ts";
import { Database, type Journal } from "./database.ts";
import { moveDistantDeadlines } from "./deadline.ts";
import { isHashingBySlot } from "./key.ts";

/** Shards per database. At ten million keys each holds 10,000: growing one takes about 2 ms. */
const SHARD_COUNT = 1024;

/** What an empty `Map` takes. */
const SHARD_BYTES = 210;

/** The numbered databases. They are made when first used. */
export class Keyspace {
  /** Time of the command being run, milliseconds since the epoch. */
  now = 0;
  /** Changes since the server started; `rdb_changes_since_last_save` counts from the last save's value. */
  dirty = 0;
  /** Look-ups that found a key, and that did not. */
  hits = 0;
  misses = 0;
  /** Keys deleted because their time was over, and because memory was short. */
  expired = 0;
  evicted = 0;
  /** False while a client that asked for CLIENT NO-TOUCH runs a command. */
  touching = true;
  /** Whether the active expire cycle runs: DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  /** While true, keys whose time is over are hidden but not deleted: CLIENT PAUSE. */
  expiryPaused = false;
  /** While true, they are hidden as well: on a replica, where the master's DEL deletes them. */
  replica = false;
  /** Whether the replica lets clients write; what they write over then is deleted if its time is over. */
  writable = false;
  /** While true, no key's time is over: for the commands of the master, who knows which keys are there. */
  applying = false;
  /** Whether the size of objects is followed as they change; on while `maxmemory` is set. */
  counting = false;
  /** Who hears of changes; null while nobody does. */
  sink: ChangeSink | null = null;

  /** Up to which size collections keep their compact encodings. */
  readonly limits: EncodingLimits;
  readonly random: Random;
  readonly accessClock: AccessClock;
  /** Whether the shards of a database are the slots of a cluster; then there are keys in database 0 only. */
  readonly bySlot = isHashingBySlot();
  readonly #shardCount = this.bySlot ? SLOT_COUNT : SHARD_COUNT;
  readonly #databases: (Database | undefined)[];
  #journal: Journal | null = null;

  /** With a `model`, its limits and access clock are shared. */
  constructor(databaseCount: number, random: Random, model?: Keyspace) {
    this.random = random;
    this.limits = model?.limits ?? new EncodingLimits();
    this.accessClock = model?.accessClock ?? new AccessClock(() => random.float());
    this.#databases = new Array(databaseCount).fill(undefined);
  }

  /** An empty keyspace beside this one, whose contents this one can {@linkcode takeOver}. */
  sibling(): Keyspace {
    const sibling = new Keyspace(this.databaseCount, this.random, this);
    sibling.now = this.now;
    return sibling;
  }

  /** Whether a key that is past its deadline is deleted by the look-up that meets it, rather than hidden. */
  get deletesExpired(): boolean {
    return !this.expiryPaused && !this.replica;
  }

  /** Whether a deadline that a command sets is over already, so that the key goes at once. */
  isOver(deadline: number | bigint): boolean {
    return deadline <= this.now && !this.replica;
  }

  /** Grows with whatever is done with the data. */
  get activity(): number {
    return this.hits + this.misses + this.dirty;
  }

  /** How many databases there are. */
  get databaseCount(): number {
    return this.#databases.length;
  }

  /** Database `index`, which must be in range. */
  database(index: number): Database {
    return this.#databases[index] ??= this.#newDatabase(index);
  }

  /** Database `index` if it was ever used. */
  existing(index: number): Database | undefined {
    return this.#databases[index];
  }

  /**
   * Believable size in bytes of all data, cheap to ask; see {@linkcode Database.memory}. This is what `maxmemory`
   * limits: the data, not what the runtime takes for itself (about 60 MB) nor what garbage and fragments add: with a
   * million strings of 32 bytes resident memory grew by 1.3 times this figure.
   */
  usedMemory(): number {
    let sum = 0;
    for (let i = 0; i < this.#databases.length; i++) {
      const database = this.#databases[i];
      if (database !== undefined) sum += this.#shardCount * SHARD_BYTES + database.memory;
    }
    return sum;
  }

  /** The databases in use, in the order of their numbers. */
  *databases(): Iterable<Database> {
    for (const database of this.#databases) if (database !== undefined) yield database;
  }

  /** Has a journal see all changes to come; null for none. */
  set journal(journal: Journal | null) {
    this.#journal = journal;
    this.accessClock.followed = journal !== null;
    for (const database of this.databases()) database.journal = journal;
  }

  /** Sets the time of the commands to come. */
  setTime(now: number): void {
    this.now = now;
    this.accessClock.tick(now);
  }

  /** Keys removed by emptying `database`. */
  clear(database: Database): number {
    const removed = database.size;
    this.sink?.replaced(database, null);
    if (removed > 0) database.clear();
    this.dirty += removed;
    return removed;
  }

  /** Empties all databases and puts the contents of `other` into them. `other` is of no use any more. */
  takeOver(other: Keyspace): void {
    for (const database of this.databases()) this.clear(database);
    for (const source of other.databases()) {
      const database = this.database(source.index);
      database.takeOver(source);
      moveDistantDeadlines(source, database);
    }
  }

  /** Exchanges two databases. Whoever holds a `Database` keeps its keys, under the other number. */
  swap(first: number, second: number): void {
    const a = this.database(first);
    const b = this.database(second);
    this.sink?.replaced(a, b);
    this.sink?.replaced(b, a);
    this.#databases[first] = b;
    this.#databases[second] = a;
    a.index = second;
    b.index = first;
    this.dirty++;
  }

  #newDatabase(index: number): Database {
    const database = new Database(this, index, this.#shardCount);
    database.journal = this.#journal;
    return database;
  }
}
