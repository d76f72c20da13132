/**
 * A walk over the deadlines of a database that goes on where it stopped.
 *
 * @module
 */

import type { Database } from "./database.ts";

/** An entry's handle and its deadline. */
export type DeadlineEntry = readonly [handle: number, deadline: number];

/** Most lanes of a walk. */
const MOST_LANES = 64;
/** Below this many keys for each lane, fewer lanes are used. */
const KEYS_PER_LANE = 64;

/** The numbers whose multiples are spread best. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SILVER = Math.SQRT2 - 1;

/** One of the places at which a walk stands. */
interface Lane {
  shard: number;
  map: ReadonlyMap<number, number> | undefined;
  iterator: Iterator<DeadlineEntry>;
}

const NOTHING: Iterator<DeadlineEntry> = { next: () => ({ done: true, value: undefined }) };

/**
 * Goes round all keys with a deadline, again and again. A shard's `Map` holds its keys in the order of insertion,
 * so that those which expire first stand together; a single walker would for a while meet nothing but expired keys,
 * and then for very long none. Therefore the walk goes on in several lanes, spread over the shards and over the
 * positions in a shard, and takes a key from each lane in turn: the share of expired keys among the ones it gives is
 * their share in the database.
 */
export class DeadlineWalk {
  readonly #lanes: Lane[] = [];
  #turn = 0;

  /** The next key, or undefined if no key of the database has a deadline. Keys may be deleted meanwhile. */
  next(database: Database): DeadlineEntry | undefined {
    const { deadlines, expiring } = database;
    if (expiring === 0) return undefined;
    this.#fitLanes(deadlines, expiring);
    const lane = this.#lanes[this.#turn++ % this.#lanes.length];
    for (let tries = 0; tries <= deadlines.length; tries++) {
      // After FLUSHALL the maps are others.
      if (lane.map !== undefined && lane.map === deadlines[lane.shard]) {
        const step = lane.iterator.next();
        if (!step.done) return step.value;
      }
      moveTo(lane, deadlines, (lane.shard + 1) % deadlines.length);
    }
    return undefined;
  }

  /** With few keys every lane would meet the same ones, and need many steps to find them. */
  #fitLanes(deadlines: Database["deadlines"], expiring: number): void {
    const lanes = this.#lanes;
    const wanted = Math.min(MOST_LANES, 1 + Math.floor(expiring / KEYS_PER_LANE));
    // A lane that rests would keep old tables of its `Map` alive.
    if (lanes.length > wanted) lanes.length = wanted;
    while (lanes.length < wanted) {
      const lane: Lane = { shard: 0, map: undefined, iterator: NOTHING };
      moveTo(lane, deadlines, Math.floor(spread(lanes.length, GOLDEN) * deadlines.length));
      const skipped = Math.floor(spread(lanes.length, SILVER) * (lane.map?.size ?? 0));
      for (let i = 0; i < skipped; i++) lane.iterator.next();
      lanes.push(lane);
    }
  }
}

/** Multiples of an irrational number fall evenly between 0 and 1, however many they are (Weyl, 1916). */
function spread(index: number, factor: number): number {
  return (index * factor) % 1;
}

function moveTo(lane: Lane, deadlines: Database["deadlines"], shard: number): void {
  const map = deadlines[shard];
  lane.shard = shard;
  lane.map = map;
  lane.iterator = map === undefined || map.size === 0 ? NOTHING : map.entries();
}
