/**
 * Hashes, read.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { Hash } from "../../data/hash.ts";
import { type Listpack, NONE } from "../../data/listpack.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { readZiplist } from "./legacy_ziplist.ts";
import { readZipmap } from "./legacy_zipmap.ts";
import { builtInSteps, distinct, isPause, readDistinct } from "./load_parts.ts";
import type { RdbReader } from "./reader.ts";

const FIELD_MEMORY = 1024;

const field = new ByteSlice();
const value = new ByteSlice();
/** Where a field lies while its value is read. */
const fieldMemory = new ByteBuffer(FIELD_MEMORY);

/** A string for each field, one for each value. */
export function* loadHash(reader: RdbReader, limits: EncodingLimits): Generator<void, Hash | null> {
  const count = reader.count(2);
  if (count === 0) return null;
  const hash = new Hash(limits);
  return yield* builtInSteps(hash, readFields(hash, reader, count));
}

function* readFields(hash: Hash, reader: RdbReader, count: number): Generator<void> {
  hash.expect(count);
  for (let left = count; left > 0; left--) {
    reader.string(field);
    reader.keep(field, fieldMemory);
    reader.string(value);
    const isNew = hash.set(field.source, field.start, field.end, value.source, value.start, value.end);
    if (!isNew) reader.fail("Duplicate hash fields detected");
    if (isPause(left)) yield;
  }
}

/** A listpack of fields and values in turn. */
export function loadHashListpack(reader: RdbReader, limits: EncodingLimits): Hash | null {
  return fromListpack(readDistinct(reader, 2), limits, false);
}

/** A ziplist of the same. */
export function loadHashZiplist(reader: RdbReader, limits: EncodingLimits): Hash | null {
  return fromListpack(distinct(reader, readZiplist(reader), 2), limits, false);
}

/** Redis 2.4's encoding. Here the lengths of the elements count, too. */
export function loadHashZipmap(reader: RdbReader, limits: EncodingLimits): Hash | null {
  return fromListpack(distinct(reader, readZipmap(reader), 2), limits, true);
}

function fromListpack(listpack: Listpack | null, limits: EncodingLimits, measured: boolean): Hash | null {
  if (listpack === null) return null;
  const isLong = measured && longestOf(listpack) > limits.hashMaxListpackValue;
  const hash = new Hash(limits, listpack);
  hash.expect(isLong ? Infinity : hash.size);
  return hash;
}

function longestOf(listpack: Listpack): number {
  let longest = 0;
  for (let position = listpack.first(); position !== NONE; position = listpack.next(position)) {
    listpack.read(position, value);
    longest = Math.max(longest, value.length);
  }
  return longest;
}
