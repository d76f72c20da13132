/**
 * Union, difference and intersection of sets. A set that does not exist is empty.
 *
 * @module
 */

import { ByteSlice } from "../util/byte_slice.ts";
import type { EncodingLimits } from "./encoding_limits.ts";
import { IntSet, parseInteger } from "./int_set.ts";
import { Listpack, NONE } from "./listpack.ts";
import { ByteSet } from "./set.ts";

const member = new ByteSlice();

/** A new set of what is in any of the sets; O(size of all). */
export function union(sets: readonly (ByteSet | undefined)[], limits: EncodingLimits): ByteSet {
  const result = new ByteSet(limits);
  for (const set of sets) if (set !== undefined) addAll(result, set);
  return result;
}

/**
 * A new set of what is in the first set and in no other. Either each member is looked for in the other sets, or their
 * members are removed from a copy, whichever promises less work.
 */
export function difference(sets: readonly (ByteSet | undefined)[], limits: EncodingLimits): ByteSet {
  const result = new ByteSet(limits);
  const [first, ...rest] = sets;
  const others = rest.filter((set) => set !== undefined);
  if (first === undefined || others.includes(first)) return result;
  const total = others.reduce((sum, set) => sum + set.size, first.size);
  // Looking for members ends at the first set that has one, so it gets an advantage.
  if (first.size * (1 + others.length) / 2 > total) {
    addAll(result, first);
    for (const set of others) removeAll(result, set);
    return result;
  }
  others.sort((a, b) => b.size - a.size);
  for (let place = first.first(); place !== NONE; place = first.next(place)) {
    first.read(place, member);
    if (!isInAny(others)) result.add(member.source, member.start, member.end);
  }
  return result;
}

/**
 * Visits what is in all sets, in the order of the smallest, until `visit` answers false. O(size of the smallest times
 * number of sets).
 */
export function intersect(
  sets: readonly (ByteSet | undefined)[],
  visit: (member: ByteSlice) => boolean,
): void {
  const existing = sets.filter((set) => set !== undefined);
  if (existing.length < sets.length) return;
  existing.sort((a, b) => a.size - b.size);
  const [smallest] = existing;
  const others = existing.filter((set) => set !== smallest);
  for (let place = smallest.first(); place !== NONE; place = smallest.next(place)) {
    smallest.read(place, member);
    if (isInAll(others) && !visit(member)) return;
  }
}

/** A new set of what is in all sets. */
export function intersection(sets: readonly (ByteSet | undefined)[], limits: EncodingLimits): ByteSet {
  const smallest = sets.reduce((least, set) => (set?.size ?? 0) < (least?.size ?? 0) ? set : least);
  // Appending to a listpack is cheaper than inserting integers at random.
  const result = new ByteSet(limits, smallest?.encoding === "intset" ? new IntSet() : new Listpack());
  let onlyIntegers = true;
  intersect(sets, ({ source, start, end }) => {
    result.add(source, start, end);
    onlyIntegers &&= parseInteger(source, start, end) !== undefined;
    return true;
  });
  if (onlyIntegers) result.packIntegers();
  return result;
}

function addAll(target: ByteSet, set: ByteSet): void {
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, member);
    target.add(member.source, member.start, member.end);
  }
}

function removeAll(target: ByteSet, set: ByteSet): void {
  for (let place = set.first(); place !== NONE && target.size > 0; place = set.next(place)) {
    set.read(place, member);
    target.remove(member.source, member.start, member.end);
  }
}

function isInAny(sets: readonly ByteSet[]): boolean {
  for (const set of sets) if (set.has(member.source, member.start, member.end)) return true;
  return false;
}

function isInAll(sets: readonly ByteSet[]): boolean {
  for (const set of sets) if (!set.has(member.source, member.start, member.end)) return false;
  return true;
}
