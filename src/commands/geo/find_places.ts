/**
 * Finding the places of a sorted set that lie in an area.
 *
 * @module
 */

import { cellsCovering, distanceInside, type GeoArea, OUTSIDE } from "../../data/geo_area.ts";
import { type Cell, decodeGeohash, type Position, scoresOf } from "../../data/geohash.ts";
import { sortRange } from "../../data/partial_sort.ts";
import type { SortedSet } from "../../data/sorted_set.ts";
import type { Search } from "./search_options.ts";

/** A member that lies in the area. */
export interface FoundPlace {
  /** A byte string. */
  readonly member: string;
  readonly score: number;
  readonly position: Position;
  /** From the centre, in metres. */
  readonly distance: number;
}

/**
 * What is asked for, in the order in which it is answered. Without an order that is the order of the cells searched,
 * and of the scores within each.
 */
export function findPlaces(set: SortedSet, request: Search): FoundPlace[] {
  const { area, count, any } = request;
  if (area === undefined) return [];
  const found = collect(set, area, any ? count : Infinity);
  // The nearest are meant where just a number is given.
  const isSorted = request.order !== "none" || (count > 0 && !any);
  const wanted = count === 0 ? found.length : Math.min(count, found.length);
  if (isSorted) sort(found, request.order === "descending" ? -1 : 1, wanted);
  return wanted === found.length ? found : found.slice(0, wanted);
}

/** Puts the first `wanted` places in order of distance, or of falling distance if `sign` is -1. */
function sort(found: FoundPlace[], sign: 1 | -1, wanted: number): void {
  const compare = (a: FoundPlace, b: FoundPlace) =>
    a.distance > b.distance ? sign : a.distance < b.distance ? -sign : 0;
  if (wanted === found.length) found.sort(compare);
  else sortRange(found, compare, 0, wanted - 1);
}

/** At most `limit` members that lie in the area, as Redis comes across them. */
function collect(set: SortedSet, area: GeoArea, limit: number): FoundPlace[] {
  const found: FoundPlace[] = [];
  for (const cell of cellsCovering(area)) {
    if (found.length >= limit) break;
    collectFrom(cell, set, area, limit, found);
  }
  return found;
}

function collectFrom(cell: Cell, set: SortedSet, area: GeoArea, limit: number, found: FoundPlace[]): void {
  const { min, max } = scoresOf(cell);
  const position = { longitude: 0, latitude: 0 };
  set.visitScores(min, max, (member, score) => {
    if (score >= max) return false;
    decodeGeohash(score, position);
    const distance = distanceInside(area, position);
    if (distance === OUTSIDE) return true;
    found.push({ member: member.text(), score, position: { ...position }, distance });
    return found.length < limit;
  });
}
