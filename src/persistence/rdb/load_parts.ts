/**
 * What the readers of several types have in common.
 *
 * @module
 */

import { hasDuplicates } from "../../data/duplicates.ts";
import { Listpack } from "../../data/listpack.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import type { RdbReader } from "./reader.ts";

/** Elements between two pauses: these take half a millisecond or so. */
const STEP_ELEMENTS = 512;

const packed = new ByteSlice();

/** Has `read` fill what is being built, and gives its memory back if that fails. */
export function built<T extends { release(): void }>(
  target: T,
  reader: RdbReader,
  read: (target: T, reader: RdbReader) => void,
): T {
  try {
    read(target, reader);
    return target;
  } catch (error) {
    target.release();
    throw error;
  }
}

/** As {@linkcode built}, where `read` goes in steps. */
export function* builtInSteps<T extends { release(): void }>(
  target: T,
  steps: Generator<void>,
): Generator<void, T> {
  try {
    yield* steps;
    return target;
  } catch (error) {
    target.release();
    throw error;
  }
}

/** Whether a reader of many elements pauses, with `left` to go. */
export function isPause(left: number): boolean {
  return left % STEP_ELEMENTS === 0;
}

/** Reads a string that is a listpack. */
export function readListpack(reader: RdbReader): Listpack {
  reader.string(packed);
  return Listpack.load(packed.source, packed.start, packed.end) ??
    reader.fail("Listpack integrity check failed.");
}

/**
 * Reads a listpack of distinct members or, with `stride` 2, of members or fields and what belongs to them in turn; null
 * if it is empty.
 */
export function readDistinct(reader: RdbReader, stride: 1 | 2): Listpack | null {
  return distinct(reader, readListpack(reader), stride);
}

/** Looks at such a listpack that was read. Fails, and gives it back, if its elements are not as they must be. */
export function distinct(reader: RdbReader, listpack: Listpack, stride: 1 | 2): Listpack | null {
  const { count } = listpack;
  if (count > 0 && count % stride === 0 && !hasDuplicates(listpack, stride)) return listpack;
  listpack.release();
  if (count === 0) return null;
  reader.fail("Listpack integrity check failed: duplicate or half elements.");
}
