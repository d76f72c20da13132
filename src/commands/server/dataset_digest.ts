/**
 * Digests of the data: equal data give equal digests, in whatever order they were stored.
 *
 * The mixing is that of Redis's debug.c (`computeDatasetDigest`), so that the figures agree with a real server's:
 * what has an order is mixed (xor with the SHA-1, then the SHA-1 of that), what has none is only xored.
 *
 * @module
 */

import { type Database, NO_EXPIRY } from "../../keyspace/database.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { LongString, type TypeName, typeNameOf, type Value } from "../../keyspace/value.ts";
import { toBytes } from "../../util/byte_string.ts";
import { viewOf } from "../string/value.ts";
import { addCollection } from "./collection_digest.ts";
import { Digest } from "./digest.ts";

const EXPIRE_MARK = toBytes("!!expire!!");

/** Redis's numbers of the types. */
const TYPE_CODES: Readonly<Record<TypeName, number>> = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  stream: 6,
};

function addValue(digest: Digest, database: Database, key: string, value: Value): void {
  digest.mixNumber(TYPE_CODES[typeNameOf(value)]);
  if (typeof value === "number" || value instanceof LongString) digest.mix(viewOf(database, value));
  else addCollection(digest, value);
  if (database.expiryOf(key) !== NO_EXPIRY) digest.xor(EXPIRE_MARK);
}

/** The digest of all keys of all databases, 40 hexadecimal digits; zeros if there are none. O(N) of the data. */
export function datasetDigest(keyspace: Keyspace): string {
  const whole = new Digest();
  for (const database of keyspace.databases()) {
    if (database.size === 0) continue;
    whole.mixNumber(database.index);
    for (const handle of database.entries()) {
      const key = database.keyOf(handle);
      const digest = new Digest();
      digest.mix(toBytes(key));
      addValue(digest, database, key, database.valueOf(handle));
      whole.xor(digest.bytes);
    }
  }
  return whole.toString();
}

/** The digest of one key's value and whether it expires; zeros if there is no such key. */
export function valueDigest(database: Database, key: string): string {
  const digest = new Digest();
  const value = database.peek(key);
  if (value !== undefined) addValue(digest, database, key, value);
  return digest.toString();
}
