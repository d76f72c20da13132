/**
 * Reading the elements of the value that SORT sorts.
 *
 * @module
 */

import type { Collection } from "../../data/collection.ts";
import { List } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { NONE } from "../../data/listpack.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import type { Value } from "../../keyspace/value.ts";
import { Errors } from "../../resp/errors.ts";
import { ByteSlice } from "../../util/byte_slice.ts";

/** What SORT sorts. */
export type Sortable = List | ByteSet | SortedSet;

const slice = new ByteSlice();
const listCursor = new ListCursor();
const setCursor = new SortedSetCursor();

/** The value, if it can be sorted; throws WRONGTYPE otherwise. */
export function asSortable(value: Value | undefined): Sortable | undefined {
  if (value === undefined || isSortable(value)) return value;
  throw Errors.WRONG_TYPE;
}

function isSortable(value: Value): value is Sortable {
  return value instanceof List || value instanceof ByteSet || value instanceof SortedSet;
}

/** Whether elements have an order of their own. */
export function isOrdered(value: Collection): value is List | SortedSet {
  return !(value instanceof ByteSet);
}

/** All elements as byte strings: those of a list or sorted set in order, those of a set in any. */
export function elementsOf(value: Sortable): string[] {
  if (isOrdered(value)) return elementsFrom(value, 0, value.size, false);
  const elements: string[] = [];
  for (let place = value.first(); place !== NONE; place = value.next(place)) {
    value.read(place, slice);
    elements.push(slice.text());
  }
  return elements;
}

/** `count` elements from number `first` on, which must exist; if `backwards`, both are counted from the end. */
export function elementsFrom(
  value: List | SortedSet,
  first: number,
  count: number,
  backwards: boolean,
): string[] {
  const elements: string[] = [];
  if (count === 0) return elements;
  const start = backwards ? value.size - 1 - first : first;
  const cursor = value instanceof List ? listCursor : setCursor;
  if (value instanceof List) value.seek(start, listCursor);
  else setCursor.seek(value, start);
  for (;;) {
    elements.push(textAt(cursor));
    if (elements.length === count) return elements;
    if (backwards) cursor.previous();
    else cursor.next();
  }
}

function textAt(cursor: ListCursor | SortedSetCursor): string {
  if (cursor instanceof SortedSetCursor) return cursor.member.text();
  cursor.read(slice);
  return slice.text();
}
