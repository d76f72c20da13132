/**
 * Sets, read.
 *
 * @module
 */

import { ByteTable } from "../../data/byte_table.ts";
import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { IntSet } from "../../data/int_set.ts";
import { ByteSet } from "../../data/set.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { builtInSteps, isPause, readDistinct } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

const member = new ByteSlice();

/** One string for each member. */
export function* loadSet(reader: RdbReader, limits: EncodingLimits): Generator<void, ByteSet | null> {
  const count = reader.count(1);
  if (count === 0) return null;
  const isLarge = count > Math.max(limits.setMaxIntsetEntries, limits.setMaxListpackEntries);
  const set = isLarge ? new ByteSet(limits, new ByteTable()) : new ByteSet(limits);
  return yield* builtInSteps(set, readMembers(set, reader, count));
}

function* readMembers(set: ByteSet, reader: RdbReader, count: number): Generator<void> {
  for (let left = count; left > 0; left--) {
    reader.string(member);
    const isNew = set.add(member.source, member.start, member.end);
    if (!isNew) reader.fail("Duplicate set members detected");
    if (isPause(left)) yield;
  }
}

/** Redis's integer set. */
export function loadIntSet(reader: RdbReader, limits: EncodingLimits): ByteSet {
  reader.string(member);
  const integers = IntSet.load(member.source, member.start, member.end);
  if (integers === null || integers.count === 0) {
    integers?.release();
    reader.fail("Intset integrity check failed.");
  }
  const set = new ByteSet(limits, integers);
  set.expect(set.size);
  return set;
}

/** A listpack of members. */
export function loadSetListpack(reader: RdbReader, limits: EncodingLimits): ByteSet | null {
  const listpack = readDistinct(reader, 1);
  if (listpack === null) return null;
  const set = new ByteSet(limits, listpack);
  set.expect(set.size);
  return set;
}
