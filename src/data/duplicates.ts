/**
 * Whether a listpack has an element twice.
 *
 * @module
 */

import { ByteSlice } from "../util/byte_slice.ts";
import { hashPiece } from "./byte_hash.ts";
import { type Listpack, NONE } from "./listpack.ts";

/** Positions, plus 1, by hash: a table with open addressing, used again and again. */
let seen = new Int32Array(1024);
const element = new ByteSlice();

/** Whether two of the elements 0, `stride`, 2 · `stride` … are equal. O(n) expected. */
export function hasDuplicates(listpack: Listpack, stride: 1 | 2): boolean {
  const elements = Math.ceil(listpack.count / stride);
  let capacity = 16;
  while (capacity < 2 * elements) capacity *= 2;
  if (capacity > seen.length) seen = new Int32Array(capacity);
  else seen.fill(0, 0, capacity);
  for (let position = listpack.first(); position !== NONE;) {
    listpack.read(position, element);
    let slot = hashPiece(element.source, element.start, element.end) & (capacity - 1);
    for (; seen[slot] !== 0; slot = (slot + 1) & (capacity - 1)) {
      if (listpack.equals(seen[slot] - 1, element.source, element.start, element.end)) return true;
    }
    seen[slot] = position + 1;
    for (let i = 0; i < stride && position !== NONE; i++) position = listpack.next(position);
  }
  return false;
}
