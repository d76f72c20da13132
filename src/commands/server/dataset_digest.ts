/**
 * Digests of the data: equal data give equal digests, in whatever order they were stored.
 *
 * The mixing is that of Redis's debug.c (`computeDatasetDigest`), so that the figures agree with a real server's:
 * what has an order is mixed (xor with the SHA-1, then the SHA-1 of that), what has none is only xored.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Database, NO_EXPIRY } from "../../keyspace/database.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { TypeName, Value } from "../../keyspace/value.ts";
import { toBytes } from "../../util/byte_string.ts";
import { asString, viewOf } from "../string/value.ts";

const DIGEST_SIZE = 20;
const EXPIRE_MARK = toBytes("!!expire!!");

/** 20 bytes that data are added to. */
class Digest {
  readonly bytes = new Uint8Array(DIGEST_SIZE);

  /** Adds something whose place among others doesn't matter. */
  xor(data: Uint8Array): void {
    const hash = sha1(data);
    for (let i = 0; i < DIGEST_SIZE; i++) this.bytes[i] ^= hash[i];
  }

  /** Adds something whose place among others matters. */
  mix(data: Uint8Array): void {
    this.xor(data);
    this.bytes.set(sha1(this.bytes));
  }

  /** Adds a number of 32 bits, big-endian. */
  mixNumber(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.mix(bytes);
  }

  /** 40 hexadecimal digits. */
  toString(): string {
    return Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

function sha1(data: Uint8Array): Uint8Array {
  return createHash("sha1").update(data).digest();
}

/** How a type's value is added: Redis's number of the type, and its content. */
interface TypeDigest {
  readonly code: number;
  add(digest: Digest, database: Database, value: Value): void;
}

const TYPES: Partial<Record<TypeName, TypeDigest>> = {
  string: { code: 0, add: (digest, database, value) => digest.mix(viewOf(database, asString(value))) },
};

function addValue(digest: Digest, database: Database, key: string, value: Value): void {
  const type = TYPES[typeof value === "number" ? "string" : value.typeName];
  if (type === undefined) throw new Error("this type of value has no digest");
  digest.mixNumber(type.code);
  type.add(digest, database, value);
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
