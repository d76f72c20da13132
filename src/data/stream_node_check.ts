/**
 * Whether a listpack is that of a stream node.
 *
 * @module
 */

import { type Listpack, NONE } from "./listpack.ts";
import { StreamId } from "./stream_id.ts";
import { DELETED, SAME_FIELDS, StreamNode } from "./stream_node.ts";

/** Elements of an entry besides fields and values: flags and ID. */
const FIXED_ELEMENTS = 3;

const id = new StreamId();

/**
 * The node with the first ID `first` that the listpack is, or null if the listpack is none, or has entries whose IDs do
 * not ascend from behind `last` on. `last` is the ID of its last entry then. The listpack belongs to the node, or still to
 * the caller.
 */
export function loadStreamNode(first: StreamId, listpack: Listpack, last: StreamId): StreamNode | null {
  if (first.compare(last) <= 0) return null;
  let position = listpack.first();
  const live = countAt(listpack, position);
  position = after(listpack, position);
  const deleted = countAt(listpack, position);
  position = after(listpack, position);
  const fields = countAt(listpack, position);
  if (Number.isNaN(live + deleted + fields)) return null;
  position = skip(listpack, position, fields + 1);
  if (countAt(listpack, position) !== 0) return null;
  position = after(listpack, position);
  const node = StreamNode.load(first, listpack);
  let marked = 0;
  for (let left = live + deleted; left > 0; left--) {
    const flags = countAt(listpack, position);
    const end = entryEnd(listpack, position, flags, fields);
    if (end === NONE) return null;
    node.idAt(position, id);
    if (id.compare(last) <= 0 || id.compare(first) < 0) return null;
    last.copy(id);
    if ((flags & DELETED) !== 0) marked++;
    position = listpack.next(end);
  }
  return position === NONE && marked === deleted ? node : null;
}

/** Position of the number of elements that ends the entry; NONE if it is no entry. */
function entryEnd(listpack: Listpack, position: number, flags: number, masterFields: number): number {
  if (!(flags <= (DELETED | SAME_FIELDS))) return NONE;
  position = after(listpack, position);
  if (!isInteger(listpack, position)) return NONE;
  position = after(listpack, position);
  if (!isInteger(listpack, position)) return NONE;
  let elements = masterFields;
  if ((flags & SAME_FIELDS) === 0) {
    position = after(listpack, position);
    elements = 2 * countAt(listpack, position);
    if (Number.isNaN(elements)) return NONE;
  }
  position = skip(listpack, position, elements + 1);
  const counted = FIXED_ELEMENTS + elements + ((flags & SAME_FIELDS) === 0 ? 1 : 0);
  return countAt(listpack, position) === counted ? position : NONE;
}

/** The element as a number of things; NaN if it is none. */
function countAt(listpack: Listpack, position: number): number {
  const value = position === NONE ? NaN : listpack.readInteger(position);
  return value >= 0 ? value : NaN;
}

function isInteger(listpack: Listpack, position: number): boolean {
  if (position === NONE) return false;
  return !Number.isNaN(listpack.readInteger(position)) || listpack.readBigInteger(position) !== undefined;
}

function after(listpack: Listpack, position: number): number {
  return position === NONE ? NONE : listpack.next(position);
}

/** Position of the element `count` elements behind, or NONE. */
function skip(listpack: Listpack, position: number, count: number): number {
  for (; count > 0 && position !== NONE; count--) position = listpack.next(position);
  return position;
}
