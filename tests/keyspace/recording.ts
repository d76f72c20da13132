/** Helpers for tests of the keyspace. */
import { type ChangeEvent, type ChangeSink, EVERY_CLASS } from "../../src/keyspace/change.ts";
import type { Database } from "../../src/keyspace/database.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { LongString, type StoredObject, type Value } from "../../src/keyspace/value.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

/** Time at which the keyspaces of these tests begin, milliseconds since the epoch. */
export const START = 1_700_000_000_000;

/** Notes every event as `name key`. */
export class RecordingSink implements ChangeSink {
  readonly wanted = EVERY_CLASS;
  readonly events: string[] = [];

  changed(_database: Database, key: string, event: ChangeEvent): void {
    this.events.push(`${event.name} ${key}`);
  }

  replaced(database: Database): void {
    this.events.push(`replaced ${database.index}`);
  }

  /** The events since the last call. */
  take(): string[] {
    return this.events.splice(0);
  }
}

/** A keyspace at {@link START} whose random numbers are always the same. */
export function newKeyspace(databases = 16, seed = 1): Keyspace {
  const keyspace = new Keyspace(databases, new Random(seed));
  keyspace.setTime(START);
  return keyspace;
}

/** Stores a byte string under a key, as SET does. */
export function setText(database: Database, key: string, text: string, keepExpiry = false): void {
  database.setBytes(key, new ByteBuffer(toBytes(text)), 0, text.length, keepExpiry);
}

/** A string value as a byte string. */
export function textOf(database: Database, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return fromBytes(database.arena.view(value));
  if (value instanceof LongString) return fromBytes(value.view());
  throw new TypeError("not a string");
}

/** All keys of a database. */
export function keysOf(database: Database): string[] {
  return Array.from(database.entries(), (handle) => database.keyOf(handle));
}

/** A value that is not a string; its size is whatever the test says. */
export class FakeObject implements StoredObject {
  readonly typeName = "set";
  readonly encoding = "fake";
  clock = 0;
  counted = 0;
  /** How often it was released. */
  releases = 0;
  readonly text: string;
  size: number;

  constructor(text: string, size = 1000) {
    this.text = text;
    this.size = size;
  }

  clone(): FakeObject {
    return new FakeObject(this.text, this.size);
  }

  memoryUsage(): number {
    return this.size;
  }

  release(): void {
    this.releases++;
  }
}
