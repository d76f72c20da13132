/**
 * Eviction: what makes room when the data reach `maxmemory`.
 *
 * The algorithm is that of Redis 7.2 (evict.c): of each database a few keys are sampled and compared with the best
 * candidates of earlier samples, which a pool of sixteen keeps; the best of all goes. So approximated LRU and LFU
 * come close to the exact ones without a list of all keys.
 *
 * What counts as used memory is {@linkcode Keyspace.usedMemory}.
 *
 * @module
 */

import type { Clock } from "../util/clock.ts";
import { type Database, NO_EXPIRY } from "./database.ts";
import { KeySampler } from "./key_sampler.ts";
import type { Keyspace } from "./keyspace.ts";

/** Values of `maxmemory-policy`. */
export type EvictionPolicy =
  | "noeviction"
  | `${"allkeys" | "volatile"}-${"lru" | "lfu" | "random"}`
  | "volatile-ttl";

/** The directives that govern eviction. */
export interface EvictionSettings {
  /** `maxmemory` in bytes; 0 is no limit. */
  maxMemory: number;
  policy: EvictionPolicy;
  /** `maxmemory-samples`: keys compared at a time. */
  samples: number;
  /** `maxmemory-eviction-tenacity`, 0 to 100: how long one call may take. */
  tenacity: number;
}

/**
 * What became of an attempt to get below the limit: the data are below; not yet, for want of time, and it is to be
 * called again soon; they are above and nothing can be evicted.
 */
export type EvictionResult = "ok" | "running" | "failed";

const POOL_SIZE = 16;
/** Evicted keys after which the clock is read. */
const CLOCK_EVERY = 16;

/** A key worth evicting; the higher the rank, the better. */
interface Candidate {
  readonly database: Database;
  readonly key: string;
  readonly rank: number;
}

/** Evicts keys of one keyspace. */
export class Evictor {
  /** Tells that nothing may be evicted now: CLIENT PAUSE. */
  isPaused: () => boolean = () => false;

  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #samplers = new WeakMap<Database, KeySampler>();
  #settings: EvictionSettings = { maxMemory: 0, policy: "noeviction", samples: 5, tenacity: 10 };
  /** By ascending rank. */
  #pool: Candidate[] = [];
  #nextDatabase = 0;
  /** Monotonic time since which the limit has been exceeded; 0 if it is not. */
  #exceededSince = 0;
  #exceededTotal = 0;

  constructor(keyspace: Keyspace, clock: Clock) {
    this.#keyspace = keyspace;
    this.#clock = clock;
  }

  get settings(): Readonly<EvictionSettings> {
    return this.#settings;
  }

  /** Milliseconds since the limit was exceeded, 0 if it is not: INFO's current_eviction_exceeded_time. */
  get currentExceededTime(): number {
    return this.#exceededSince === 0 ? 0 : this.#clock.monotonic() - this.#exceededSince;
  }

  /** Milliseconds that the limit was exceeded altogether: INFO's total_eviction_exceeded_time. */
  get totalExceededTime(): number {
    return this.#exceededTotal + this.currentExceededTime;
  }

  /** Follows the configuration, and has the access clocks hold what the policy goes by. */
  configure(settings: EvictionSettings): void {
    if (settings.policy !== this.#settings.policy) {
      // Ranks of another policy mean something else, and the samples came from other maps.
      this.#pool = [];
      for (const database of this.#keyspace.databases()) this.#samplers.get(database)?.reset();
    }
    this.#settings = { ...settings };
    this.#keyspace.accessClock.frequency = settings.policy.endsWith("-lfu");
  }

  /** Whether the data exceed the limit. */
  get isOverLimit(): boolean {
    const { maxMemory } = this.#settings;
    return maxMemory > 0 && this.#keyspace.usedMemory() > maxMemory;
  }

  /** Evicts until the data are within the limit, or for as long as the tenacity allows. */
  run(): EvictionResult {
    if (this.isPaused()) return "ok";
    const result = this.isOverLimit ? this.#evict() : "ok";
    this.#noteResult(result);
    return result;
  }

  /** CONFIG RESETSTAT. */
  resetStatistics(): void {
    this.#exceededTotal = 0;
    if (this.#exceededSince !== 0) this.#exceededSince = this.#clock.monotonic();
  }

  #evict(): EvictionResult {
    const { policy, tenacity } = this.#settings;
    if (policy === "noeviction") return "failed";
    const limit = this.#clock.monotonic() + timeLimit(tenacity);
    const isRandom = policy.endsWith("-random");
    for (let evicted = 1;; evicted++) {
      if (!(isRandom ? this.#evictRandom() : this.#evictBest())) return "failed";
      if (!this.isOverLimit) return "ok";
      if (evicted % CLOCK_EVERY === 0 && this.#clock.monotonic() > limit) return "running";
    }
  }

  #noteResult(result: EvictionResult): void {
    if (result !== "ok") this.#exceededSince ||= this.#clock.monotonic();
    else if (this.#exceededSince !== 0) {
      this.#exceededTotal += this.currentExceededTime;
      this.#exceededSince = 0;
    }
  }

  /** Evicts a random key; the databases take turns. False if there is none. */
  #evictRandom(): boolean {
    const { databaseCount } = this.#keyspace;
    for (let i = 0; i < databaseCount; i++) {
      const database = this.#keyspace.existing(++this.#nextDatabase % databaseCount);
      const key = database && this.#sample(database);
      if (key === undefined) continue;
      database!.evict(key);
      return true;
    }
    return false;
  }

  /** Evicts the best candidate. False if no key may be evicted. */
  #evictBest(): boolean {
    const { policy } = this.#settings;
    const isVolatile = policy.startsWith("volatile-");
    while (this.#fillPool(isVolatile)) {
      for (let best = this.#pool.pop(); best !== undefined; best = this.#pool.pop()) {
        const { database, key } = best;
        if (!database.has(key) || (isVolatile && database.expiryOf(key) === NO_EXPIRY)) continue;
        database.evict(key);
        return true;
      }
    }
    return false;
  }

  /** Samples all databases. False if there are no keys to sample. */
  #fillPool(isVolatile: boolean): boolean {
    let found = false;
    for (let i = 0; i < this.#keyspace.databaseCount; i++) {
      const database = this.#keyspace.existing(i);
      if (database === undefined) continue;
      const total = isVolatile ? database.expiring : database.size;
      const wanted = Math.min(total, this.#settings.samples);
      for (let n = 0; n < wanted; n++) {
        const key = this.#sample(database);
        if (key === undefined) break;
        found = true;
        this.#offer(database, key);
      }
    }
    return found;
  }

  #sample(database: Database): string | undefined {
    let sampler = this.#samplers.get(database);
    if (sampler === undefined) this.#samplers.set(database, sampler = new KeySampler(this.#keyspace.random));
    if (this.#settings.policy.startsWith("volatile-")) {
      const handle = sampler.next(database.deadlines, database.expiring);
      return handle === undefined ? undefined : database.keyOf(handle);
    }
    const hash = sampler.next(database.shards, database.hashes);
    return hash === undefined ? undefined : database.keyByHash(hash);
  }

  /** Puts the key into the pool unless the pool is full of better ones. */
  #offer(database: Database, key: string): void {
    const pool = this.#pool;
    const rank = this.#rank(database, key);
    if (pool.length === POOL_SIZE && rank <= pool[0].rank) return;
    let place = 0;
    while (place < pool.length && pool[place].rank < rank) place++;
    pool.splice(place, 0, { database, key, rank });
    if (pool.length > POOL_SIZE) pool.shift();
  }

  #rank(database: Database, key: string): number {
    const { policy } = this.#settings;
    if (policy === "volatile-ttl") return -database.expiryOf(key);
    const { accessClock } = this.#keyspace;
    const clock = database.clockOf(database.stored(key)!);
    return accessClock.frequency ? 255 - accessClock.counter(clock) : accessClock.idleSeconds(clock);
  }
}

/** Milliseconds that one call may take. */
function timeLimit(tenacity: number): number {
  if (tenacity <= 10) return 0.05 * tenacity;
  if (tenacity >= 100) return Infinity;
  return 0.5 * 1.15 ** (tenacity - 10);
}
