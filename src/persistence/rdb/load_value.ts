/**
 * Values in the RDB format, read: all encodings of all versions.
 *
 * Nothing that is read is trusted, whatever `sanitize-dump-payload` says: compact encodings are walked through, and
 * their elements must be distinct and in order. What is damaged gives an {@linkcode RdbError}, with all memory given
 * back; what is larger than the compact encodings allow is converted.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { Collection } from "../../data/collection.ts";
import type { Database } from "../../keyspace/database.ts";
import { ByteSlice } from "../../util/byte_slice.ts";
import { ValueType } from "./format.ts";
import { loadHash, loadHashListpack, loadHashZiplist, loadHashZipmap } from "./load_hash.ts";
import { loadList, loadListZiplist, loadQuicklist } from "./load_list.ts";
import { loadIntSet, loadSet, loadSetListpack } from "./load_set.ts";
import { loadSortedSet, loadSortedSetListpack, loadSortedSetZiplist } from "./load_sorted_set.ts";
import { loadStream } from "./load_stream.ts";
import { moduleName } from "./module_data.ts";
import type { RdbReader } from "./reader.ts";

/**
 * What was read: a collection, which belongs to the caller, or a string's bytes, valid until the next read. Null: the
 * value is a collection without elements, which must not be stored.
 */
export type LoadedValue = ByteSlice | Collection | null;

const text = new ByteSlice();

/** Whether a number is the type of a value, and no opcode. */
export function isValueType(type: number): boolean {
  return (type >= 0 && type <= ValueType.MODULE_2) ||
    (type >= ValueType.HASH_ZIPMAP && type <= ValueType.STREAM_LISTPACKS_3);
}

/** Reads a value of this type. Throws {@linkcode RdbError}. */
export function loadValue(reader: RdbReader, type: number, limits: EncodingLimits): LoadedValue {
  if (type === ValueType.STRING) {
    reader.string(text);
    return text;
  }
  if (!hasManyParts(type)) return loadPacked(reader, type, limits);
  const steps = loadInSteps(reader, type, limits);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Whether a value of this type can be read by {@linkcode loadInSteps}. */
export function hasManyParts(type: number): boolean {
  switch (type) {
    case ValueType.LIST:
    case ValueType.LIST_QUICKLIST:
    case ValueType.LIST_QUICKLIST_2:
    case ValueType.SET:
    case ValueType.SORTED_SET:
    case ValueType.SORTED_SET_2:
    case ValueType.HASH:
    case ValueType.STREAM_LISTPACKS:
    case ValueType.STREAM_LISTPACKS_2:
    case ValueType.STREAM_LISTPACKS_3:
      return true;
    default:
      return false;
  }
}

/** Reads a value that has many parts, in steps of a millisecond or less. Throws {@linkcode RdbError}. */
export function loadInSteps(
  reader: RdbReader,
  type: number,
  limits: EncodingLimits,
): Generator<void, Collection | null> {
  switch (type) {
    case ValueType.LIST:
      return loadList(reader, limits);
    case ValueType.LIST_QUICKLIST:
    case ValueType.LIST_QUICKLIST_2:
      return loadQuicklist(reader, type, limits);
    case ValueType.SET:
      return loadSet(reader, limits);
    case ValueType.SORTED_SET:
    case ValueType.SORTED_SET_2:
      return loadSortedSet(reader, type, limits);
    case ValueType.HASH:
      return loadHash(reader, limits);
    default:
      return loadStream(reader, type, limits);
  }
}

/** Stores what was read under `key`. */
export function storeValue(database: Database, key: string, value: ByteSlice | Collection): void {
  if (value instanceof Collection) database.set(key, value);
  else database.setBytes(key, value.source, value.start, value.end);
}

/** Reads a value that is one string, or none that can be read. */
function loadPacked(reader: RdbReader, type: number, limits: EncodingLimits): Collection | null {
  switch (type) {
    case ValueType.LIST_ZIPLIST:
      return loadListZiplist(reader, limits);
    case ValueType.SET_INTSET:
      return loadIntSet(reader, limits);
    case ValueType.SET_LISTPACK:
      return loadSetListpack(reader, limits);
    case ValueType.SORTED_SET_ZIPLIST:
      return loadSortedSetZiplist(reader, limits);
    case ValueType.SORTED_SET_LISTPACK:
      return loadSortedSetListpack(reader, limits);
    case ValueType.HASH_ZIPMAP:
      return loadHashZipmap(reader, limits);
    case ValueType.HASH_ZIPLIST:
      return loadHashZiplist(reader, limits);
    case ValueType.HASH_LISTPACK:
      return loadHashListpack(reader, limits);
    case ValueType.MODULE_PRE_GA:
    case ValueType.MODULE_2:
      return refuseModule(reader);
    default:
      reader.fail(`Unknown RDB encoding type ${type}`);
  }
}

function refuseModule(reader: RdbReader): never {
  const name = moduleName(reader.wideSize());
  reader.fail(`The RDB file contains module data I can't load: no matching module type '${name}'`);
}
