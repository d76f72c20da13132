/**
 * Random elements of a collection, with and without replacement.
 *
 * @module
 */

import type { Random } from "../util/random.ts";

/**
 * Elements that are reached by places: indexes, or positions in a listpack. A place holds until the collection is
 * changed.
 */
export interface Elements {
  /** How many. */
  readonly size: number;
  /** Whether {@linkcode seek} has to walk, so that many elements are better met one after the other. */
  readonly isWalked: boolean;
  /** Place of the element with this index, from 0 to size - 1. */
  seek(index: number): number;
  /** Place of the first element, or negative. */
  first(): number;
  /** Place of the element behind another, or negative. */
  next(place: number): number;
}

/** From this share of the elements on, walking over all of them is cheaper than drawing and sorting indexes. */
const WALKED_SHARE = 8;

/** Visits `count` random elements, each independent of the others; O(size + count) at most. */
export function drawAny(
  elements: Elements,
  count: number,
  random: Random,
  visit: (place: number) => void,
): void {
  const { size } = elements;
  if (!elements.isWalked || count === 1) {
    for (let i = 0; i < count; i++) visit(elements.seek(random.below(size)));
    return;
  }
  const places = new Int32Array(size);
  let index = 0;
  for (let place = elements.first(); place >= 0; place = elements.next(place)) places[index++] = place;
  for (let i = 0; i < count; i++) visit(places[random.below(size)]);
}

/** Visits `count` different elements, in ascending order; every choice of so many is as likely as any other. */
export function drawDistinct(
  elements: Elements,
  count: number,
  random: Random,
  visit: (place: number) => void,
): void {
  const indexes = distinctIndexes(elements.size, count, random);
  if (!elements.isWalked) {
    for (let i = 0; i < count; i++) visit(elements.seek(indexes[i]));
    return;
  }
  let place = elements.first();
  for (let index = 0, drawn = 0; drawn < count; index++, place = elements.next(place)) {
    if (index !== indexes[drawn]) continue;
    visit(place);
    drawn++;
  }
}

/**
 * `count` different integers from 0 to size - 1 in ascending order, every choice as likely as any other. O(count log
 * count) for few of many, else O(size); never more draws than that, as nothing is drawn in vain.
 */
export function distinctIndexes(size: number, count: number, random: Random): Int32Array {
  return count * WALKED_SHARE < size ? sampleFew(size, count, random) : sampleMany(size, count, random);
}

/** Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", 1987). */
function sampleFew(size: number, count: number, random: Random): Int32Array {
  const drawn = new Set<number>();
  for (let last = size - count; last < size; last++) {
    const index = random.below(last + 1);
    drawn.add(drawn.has(index) ? last : index);
  }
  return Int32Array.from(drawn).sort();
}

/** Selection sampling (Knuth, TAOCP vol. 2, 3.4.2, algorithm S). */
function sampleMany(size: number, count: number, random: Random): Int32Array {
  const indexes = new Int32Array(count);
  for (let index = 0, drawn = 0; drawn < count; index++) {
    if (random.below(size - index) < count - drawn) indexes[drawn++] = index;
  }
  return indexes;
}
