/**
 * Random keys from an array of `Map`s.
 *
 * @module
 */

import type { Random } from "../util/random.ts";

/** The maps whose keys, integers, are drawn: a database's shards (by hash), or its deadlines (by handle). */
export type SampledMaps = readonly (ReadonlyMap<number, unknown> | undefined)[];

/** Keys are drawn from this many places in turn. */
const LANES = 16;
/** Keys that are taken in a row from one place: this share of all keys, within limits. */
const RUN_SHARE = 1 / 16384;
const LONGEST_RUN = 256;
/** The lower limit is this share of the number of maps, all of which may have to be passed to reach a place. */
const SHORTEST_RUN_SHARE = 1 / 128;

interface Lane {
  shard: number;
  map: ReadonlyMap<number, unknown> | undefined;
  iterator: Iterator<number>;
  /** Keys to be given out before the lane moves. */
  left: number;
}

const NOTHING: Iterator<number> = { next: () => ({ done: true, value: undefined }) };

/**
 * Draws keys, each as likely as the others. To reach a random place in a `Map` one has to step there, so from each
 * place a run of keys is taken; a sample takes its keys from different runs. Costs about ten steps a key.
 */
export class KeySampler {
  readonly #random: Random;
  #lanes: Lane[] = [];
  #turn = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A key of `maps`, which hold `total` keys, or undefined if they hold none. */
  next(maps: SampledMaps, total: number): number | undefined {
    if (total === 0) return undefined;
    if (this.#lanes.length === 0) this.#lanes = Array.from({ length: LANES }, newLane);
    const lane = this.#lanes[this.#turn++ % LANES];
    if (lane.left === 0 || lane.map !== maps[lane.shard]) this.#moveLane(lane, maps, total);
    lane.left--;
    return take(lane, maps);
  }

  /** Forgets its places, which keep old tables of the maps alive. */
  reset(): void {
    this.#lanes = [];
  }

  /** Moves to a place drawn uniformly from all keys. */
  #moveLane(lane: Lane, maps: SampledMaps, total: number): void {
    let position = this.#random.below(total);
    let shard = 0;
    while (shard < maps.length - 1 && position >= sizeOf(maps[shard])) position -= sizeOf(maps[shard++]);
    enter(lane, maps, shard);
    const shortest = Math.max(1, maps.length * SHORTEST_RUN_SHARE);
    lane.left = Math.floor(Math.max(shortest, Math.min(LONGEST_RUN, total * RUN_SHARE)));
    for (let i = 0; i < position; i++) lane.iterator.next();
  }
}

function newLane(): Lane {
  return { shard: 0, map: undefined, iterator: NOTHING, left: 0 };
}

function sizeOf(map: ReadonlyMap<number, unknown> | undefined): number {
  return map === undefined ? 0 : map.size;
}

function enter(lane: Lane, maps: SampledMaps, shard: number): void {
  const map = maps[shard];
  lane.shard = shard;
  lane.map = map;
  lane.iterator = map === undefined || map.size === 0 ? NOTHING : map.keys();
}

/** The lane's next key; at a map's end it goes on in the next map. */
function take(lane: Lane, maps: SampledMaps): number | undefined {
  for (let tries = 0; tries <= maps.length; tries++) {
    const step = lane.iterator.next();
    if (!step.done) return step.value;
    enter(lane, maps, (lane.shard + 1) % maps.length);
  }
  return undefined;
}
