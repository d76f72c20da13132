/**
 * SCAN over `Map`s with a cursor that the server need not remember.
 *
 * @module
 */

/** Cursor = shard number · 2^32 + smallest hash not yet visited in it. */
const HASH_RANGE = 2 ** 32;
/** Orders of shards kept ready for the next step of a scan. */
const MAX_ORDERS = 16;

/** A map from a hash (a signed integer of 32 bits) to the one or several entries that have it. */
type ScannedMap = ReadonlyMap<number, number | number[]>;

/** A shard's hashes as they were at one moment, unsigned and ascending. */
interface ShardOrder {
  map: ScannedMap;
  hashes: Uint32Array;
}

/**
 * Walks an array of maps in the order (shard, hash). A key's place in that order never changes, so a key present
 * from the start of a scan to its end is met, whatever is added, removed or rehashed meanwhile.
 *
 * Sorting a shard costs O(n log n) in its keys, so the order is kept for the following steps. The newest order of a
 * shard serves every scan under way in it: a key that a scan must return was there before the scan came to this
 * shard, hence before that order was made.
 */
export class ShardScanner {
  readonly #orders = new Map<number, ShardOrder>();

  /**
   * Visits about `count` keys from `cursor` on and answers the next cursor, 0 at the end. Keys with the same hash
   * are visited together; keys deleted meanwhile are left out.
   */
  step(
    shards: readonly ScannedMap[],
    cursor: number,
    count: number,
    visit: (handle: number) => void,
  ): number {
    let shard = Math.floor(cursor / HASH_RANGE);
    let hash = cursor % HASH_RANGE;
    let left = count;
    while (shard < shards.length) {
      const map = shards[shard];
      if (map.size > 0) {
        if (left <= 0) return shard * HASH_RANGE + hash;
        if (hash === 0 && map.size <= left) {
          left -= map.size;
          for (const found of map.values()) visitFound(found, visit);
        } else {
          const order = this.#orderOf(shard, map, hash);
          const position = visitFrom(order, hash, left, visit);
          left -= count;
          if (position < order.hashes.length) return shard * HASH_RANGE + order.hashes[position];
          this.#orders.delete(shard);
        }
      }
      shard++;
      hash = 0;
    }
    return 0;
  }

  #orderOf(shard: number, map: ScannedMap, hash: number): ShardOrder {
    const known = this.#orders.get(shard);
    if (known !== undefined && hash !== 0 && known.map === map) return known;
    const order = orderByHash(map);
    this.#orders.delete(shard);
    this.#orders.set(shard, order);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= MAX_ORDERS) break;
      this.#orders.delete(oldest);
    }
    return order;
  }
}

function orderByHash(map: ScannedMap): ShardOrder {
  const hashes = new Uint32Array(map.size);
  let count = 0;
  for (const hash of map.keys()) hashes[count++] = hash;
  return { map, hashes: hashes.sort() };
}

/** Visits up to `count` hashes of at least `hash`; the position of the first one not visited. */
function visitFrom(order: ShardOrder, hash: number, count: number, visit: (handle: number) => void): number {
  const { hashes, map } = order;
  const start = lowerBound(hashes, hash);
  const stop = Math.min(start + count, hashes.length);
  for (let position = start; position < stop; position++) {
    const found = map.get(hashes[position] | 0);
    if (found !== undefined) visitFound(found, visit);
  }
  return stop;
}

function visitFound(found: number | number[], visit: (handle: number) => void): void {
  if (typeof found === "number") visit(found);
  // A copy, as deleting an entry takes it out of the array.
  else for (const handle of found.slice()) visit(handle);
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
