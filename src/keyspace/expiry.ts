/**
 * The active expire cycle: finds keys whose time is over although nobody asks for them.
 *
 * The algorithm is that of Redis 7.2 (expire.c, `activeExpireCycle`): of each database some keys with a deadline are
 * looked at; while more than a tenth of them had expired, the same again; all that at most for a share of the time.
 * Redis works through a cycle at one go; here it is cut into slices of a millisecond, each in a turn of the event
 * loop of its own, so that clients hardly notice it.
 *
 * @module
 */

import type { Clock } from "../util/clock.ts";
import type { Database } from "./database.ts";
import { DeadlineWalk } from "./deadline_walk.ts";
import type { Keyspace } from "./keyspace.ts";

/** Keys looked at before the clock is read and the share of expired ones is judged. */
const KEYS_PER_LOOP = 20;
/** Percentage of the time that the cycle may take. */
const TIME_PERCENT = 25;
/** Percentage of expired keys that is left alone. */
const ACCEPTABLE_STALE_PERCENT = 10;
/** Databases visited by a cycle, unless the last one ended early. */
const DATABASES_PER_CYCLE = 16;
/** Milliseconds after which a slice ends. */
const SLICE = 1;
/** How much the latest cycle counts in the moving average of expired keys. */
const STALE_WEIGHT = 0.05;
/** How much the latest sample counts in a database's average time to live. */
const TTL_WEIGHT = 1 / 50;

/** The cycle's state from slice to slice and from cycle to cycle. */
export class ExpireCycle {
  /** Tells that nothing may expire now: CLIENT PAUSE. */
  isPaused: () => boolean = () => false;
  /** Cycles that ended because their time was up: INFO's expired_time_cap_reached_count. */
  timeCapReached = 0;
  /** Milliseconds spent: INFO's expire_cycle_cpu_milliseconds. */
  timeUsed = 0;

  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #walks = new WeakMap<Database, DeadlineWalk>();
  #stale = 0;
  #nextDatabase = 0;
  #cutShort = false;

  #active = false;
  #current: Database | undefined;
  #databasesToTry = 0;
  #databasesLeft = 0;
  #keysPerLoop = KEYS_PER_LOOP;
  #acceptableStale = ACCEPTABLE_STALE_PERCENT;
  #timeShare = TIME_PERCENT / 100;
  #beganAt = 0;
  #timeLimit = 0;
  #timeLeft = 0;
  #sampled = 0;
  #expired = 0;

  constructor(keyspace: Keyspace, clock: Clock) {
    this.#keyspace = keyspace;
    this.#clock = clock;
  }

  /** Estimated percentage of keys that have expired and are still there: INFO's expired_stale_perc. */
  get stalePercent(): number {
    return this.#stale * 100;
  }

  /** Whether a cycle is under way. */
  get active(): boolean {
    return this.#active;
  }

  /** Whether the last cycle ended because its time was up, with more to be done. */
  get cutShort(): boolean {
    return this.#cutShort;
  }

  /** Milliseconds to wait for the next slice, so that together they keep to their share of the time. */
  get pause(): number {
    const dueAt = this.#beganAt + (this.#timeLimit - this.#timeLeft) / this.#timeShare;
    return Math.max(0, dueAt - this.#clock.monotonic());
  }

  /** Begins a cycle, `hz` of which there are in a second; `effort` is `active-expire-effort`, 1 to 10. */
  begin(hz: number, effort: number): void {
    const extra = effort - 1;
    this.#keysPerLoop = KEYS_PER_LOOP + (KEYS_PER_LOOP / 4) * extra;
    this.#acceptableStale = ACCEPTABLE_STALE_PERCENT - extra;
    this.#timeShare = (TIME_PERCENT + 2 * extra) / 100;
    this.#timeLimit = (this.#timeShare * 1000) / hz;
    this.#timeLeft = this.#timeLimit;
    this.#beganAt = this.#clock.monotonic();
    this.#databasesToTry = this.#keyspace.databaseCount;
    this.#databasesLeft = this.#cutShort ? this.#databasesToTry : DATABASES_PER_CYCLE;
    this.#cutShort = false;
    this.#current = undefined;
    this.#sampled = 0;
    this.#expired = 0;
    this.#active = true;
  }

  /** Works for a millisecond. True if the cycle is to go on in a later turn of the event loop. */
  slice(): boolean {
    if (!this.#active) return false;
    if (!this.#keyspace.activeExpire || this.isPaused()) return this.#end();
    this.#keyspace.setTime(this.#clock.now());
    const start = this.#clock.monotonic();
    const until = start + Math.min(SLICE, this.#timeLeft);
    let now = start;
    let more = true;
    while (more && now < until) {
      more = this.#step();
      now = this.#clock.monotonic();
    }
    this.timeUsed += now - start;
    this.#timeLeft -= now - start;
    if (more && this.#timeLeft > 0) return true;
    if (more) {
      this.#cutShort = true;
      this.timeCapReached++;
    }
    return this.#end();
  }

  /** CONFIG RESETSTAT. */
  resetStatistics(): void {
    this.#stale = 0;
    this.timeCapReached = 0;
  }

  #end(): false {
    const share = this.#sampled > 0 ? this.#expired / this.#sampled : 0;
    this.#stale = share * STALE_WEIGHT + this.#stale * (1 - STALE_WEIGHT);
    this.#current = undefined;
    this.#active = false;
    return false;
  }

  /** Looks at some keys of the current database, or goes to the next one. False if the cycle is complete. */
  #step(): boolean {
    if (this.#current === undefined) {
      this.#current = this.#findDatabase();
      if (this.#current === undefined) return false;
    }
    if (!this.#sample(this.#current)) this.#current = undefined;
    return true;
  }

  #findDatabase(): Database | undefined {
    const { databaseCount } = this.#keyspace;
    while (this.#databasesLeft > 0 && this.#databasesToTry > 0) {
      this.#databasesToTry--;
      const database = this.#keyspace.existing(this.#nextDatabase++ % databaseCount);
      if (database === undefined) continue;
      if (database.expiring > 0) {
        this.#databasesLeft--;
        return database;
      }
      database.averageTtl = 0;
      this.#walks.delete(database);
    }
    return undefined;
  }

  /** One round of sampling. True if so many keys had expired that another one is worth while. */
  #sample(database: Database): boolean {
    const walk = this.#walkOf(database);
    const { now } = this.#keyspace;
    const wanted = Math.min(database.expiring, this.#keysPerLoop);
    let sampled = 0;
    let expired = 0;
    let ttlSum = 0;
    while (sampled < wanted) {
      const entry = walk.next(database);
      if (entry === undefined) break;
      const ttl = entry[1] - now;
      if (ttl >= 0) ttlSum += ttl;
      else {
        database.expire(database.keyOf(entry[0]));
        expired++;
      }
      sampled++;
    }
    if (sampled > expired) addTtlSample(database, ttlSum / (sampled - expired));
    this.#sampled += sampled;
    this.#expired += expired;
    return sampled > 0 && Math.floor((expired * 100) / sampled) > this.#acceptableStale;
  }

  #walkOf(database: Database): DeadlineWalk {
    let walk = this.#walks.get(database);
    if (walk === undefined) this.#walks.set(database, walk = new DeadlineWalk());
    return walk;
  }
}

function addTtlSample(database: Database, ttl: number): void {
  if (database.averageTtl === 0) database.averageTtl = ttl;
  else database.averageTtl += (ttl - database.averageTtl) * TTL_WEIGHT;
}
