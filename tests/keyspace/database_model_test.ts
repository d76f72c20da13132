import { assert, assertEquals } from "@std/assert";
import { Events } from "../../src/keyspace/change.ts";
import { Database, NO_EXPIRY } from "../../src/keyspace/database.ts";
import { RAW_FLAG, TEXT_FLAG } from "../../src/keyspace/entry_arena.ts";
import { decodeKey, keyHash } from "../../src/keyspace/key.ts";
import { KeySampler } from "../../src/keyspace/key_sampler.ts";
import { LongString, type Value } from "../../src/keyspace/value.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";
import { collidingGroup, findCollisions } from "./colliding_keys.ts";
import { FakeObject, keysOf, newKeyspace, setText, textOf } from "./recording.ts";

/** Pairs of equal hash from random keys, and larger groups with keys of all lengths. */
const COLLIDING_KEYS = [
  ...findCollisions(new Random(91), 200_000),
  ...[0, 1, -2].map(collidingGroup),
].flat();
const LONG_KEYS = [4096, 4097, 20_000].map((length) => "\xff\r\n\0".repeat(length / 4 + 1).slice(0, length));

/** What a key should hold. */
interface Expected {
  /** As {@link contentOf} gives it. */
  content: string;
  /** String flags; 0 for objects. */
  flags: number;
}

/** A value's content; that of an object differs from that of any string. */
function contentOf(database: Database, value: Value | undefined): string | undefined {
  if (value instanceof FakeObject) return `object ${value.text}`;
  const text = textOf(database, value);
  return text === undefined ? undefined : `text ${text}`;
}

/** A database beside plain maps that should hold the same. */
class Model {
  readonly keyspace = newKeyspace();
  readonly database = new Database(this.keyspace, 0, 8);
  readonly values = new Map<string, Expected>();
  readonly deadlines = new Map<string, number>();
  readonly #keys: readonly string[];
  readonly #random: Random;
  readonly #sampler: KeySampler;
  readonly #volatileSampler: KeySampler;
  /** Most keys since there were none. */
  #peak = 0;

  constructor(seed: number, keys: readonly string[]) {
    this.#keys = keys;
    this.#random = new Random(seed);
    this.#sampler = new KeySampler(this.#random);
    this.#volatileSampler = new KeySampler(this.#random);
  }

  /** One random operation on both. */
  step(): void {
    const operations = [
      ...[
        this.set,
        this.set,
        this.set,
        this.newString,
        this.setLong,
        this.setObject,
        this.delete,
        this.expire,
      ],
      ...[this.move, this.copy, this.setExpiry, this.setExpiry, this.setExpiry, this.clearExpiry, this.evict],
      ...[this.read, this.read, this.read, this.overwrite, this.pass, this.sample, this.sample],
    ];
    operations[this.#random.below(operations.length)].call(this);
    if (this.#random.below(200) === 0) this.scan();
    if (this.#random.below(3000) === 0) this.clear();
    this.#peak = this.values.size === 0 ? 0 : Math.max(this.#peak, this.values.size);
  }

  check(): void {
    const { database, values, deadlines } = this;
    assertEquals(database.size, values.size);
    assertEquals(database.expiring, deadlines.size);
    const keys = new Set(keysOf(database));
    assert(keys.size === values.size && [...keys].every((key) => values.has(key)));
    for (const [key, { content, flags }] of values) {
      const value = database.stored(key);
      assert(contentOf(database, value) === content, key);
      if (typeof value === "number") assertEquals(database.arena.flags(value), flags);
      assertEquals(database.expiryOf(key), deadlines.get(key) ?? NO_EXPIRY);
    }
    this.#checkTables();
    assertEquals(database.memory, this.#expectedMemory());
  }

  set(): void {
    const key = this.#key();
    const text = "x".repeat(this.#random.below(3) === 0 ? this.#random.below(9000) : this.#random.below(60));
    const keepExpiry = this.#random.below(2) === 0;
    setText(this.database, key, `${text} of ${key.slice(0, 20)}`, keepExpiry);
    this.#put(key, { content: `text ${text} of ${key.slice(0, 20)}`, flags: 0 }, keepExpiry);
  }

  /** What APPEND does with short strings. */
  newString(): void {
    const key = this.#key();
    const text = "n".repeat([this.#random.below(60), this.#random.below(9000)][this.#random.below(2)]);
    const flags = [0, RAW_FLAG, TEXT_FLAG, RAW_FLAG | TEXT_FLAG][this.#random.below(4)];
    const value = this.database.newString(key, text.length, flags, 1);
    assertEquals(this.database.clockOf(value), 1);
    if (typeof value !== "number") value.bytes.set(toBytes(text));
    else this.database.arena.page(value).buffer.set(toBytes(text), this.database.arena.offset(value));
    this.#put(key, { content: `text ${text}`, flags: typeof value === "number" ? flags : 0 }, true);
  }

  setLong(): void {
    const key = this.#key();
    const keepExpiry = this.#random.below(2) === 0;
    const value = new LongString(new Uint8Array(10).fill(65));
    this.database.set(key, value, keepExpiry);
    this.#put(key, { content: "text " + "A".repeat(10), flags: 0 }, keepExpiry);
    if (this.#random.below(2) === 0) return;
    value.resize(1000);
    this.keyspace.counting = true;
    this.database.changed(key, Events.APPEND);
    this.values.set(key, { content: "text " + "A".repeat(10) + "\0".repeat(990), flags: 0 });
  }

  setObject(): void {
    const key = this.#key();
    const keepExpiry = this.#random.below(2) === 0;
    const text = String(this.#random.below(1000));
    const value = new FakeObject(text, 1 + this.#random.below(5000));
    this.database.set(key, value, keepExpiry);
    this.#put(key, { content: `object ${text}`, flags: 0 }, keepExpiry);
    if (this.#random.below(2) === 0) return;
    value.size = 1 + this.#random.below(5000);
    this.keyspace.counting = true;
    this.database.changed(key, Events.APPEND);
  }

  delete(): void {
    const key = this.#key();
    assertEquals(this.database.delete(key), this.values.has(key));
    this.#remove(key);
  }

  /** What RENAME does with the value. */
  move(): void {
    const [from, to] = [this.#key(), this.#key()];
    const value = this.database.take(from);
    const expected = this.values.get(from);
    assertEquals(value === undefined, expected === undefined);
    if (value === undefined || expected === undefined) return;
    this.#remove(from);
    assert(!this.database.has(from));
    this.database.put(to, value);
    this.#put(to, expected, false);
  }

  /** What COPY does with the value. */
  copy(): void {
    const [from, to] = [this.#key(), this.#key()];
    const value = this.database.stored(from);
    if (value === undefined) return;
    this.database.put(to, this.database.copyOf(value));
    this.#put(to, this.values.get(from)!, false);
  }

  setExpiry(): void {
    const key = this.#key();
    const deadline = this.keyspace.now + 1 + this.#random.below(200);
    this.database.setExpiry(key, deadline);
    if (this.values.has(key)) this.deadlines.set(key, deadline);
  }

  clearExpiry(): void {
    const key = this.#key();
    assertEquals(this.database.clearExpiry(key), this.deadlines.delete(key));
  }

  read(): void {
    const key = this.#key();
    this.#expireIfDue(key);
    const look = ["find", "findForWrite", "peek"] as const;
    const value = this.database[look[this.#random.below(3)]](key);
    assert(contentOf(this.database, value) === this.values.get(key)?.content, key);
    assertEquals(this.database.has(key), this.values.has(key));
  }

  /** What SET does first. */
  overwrite(): void {
    const key = this.#key();
    assertEquals(this.database.expireIfDue(key), this.#expireIfDue(key));
  }

  pass(): void {
    this.keyspace.setTime(this.keyspace.now + this.#random.below(20));
  }

  evict(): void {
    const key = this.#key();
    if (!this.values.has(key)) return;
    this.database.evict(key);
    this.#remove(key);
  }

  expire(): void {
    const key = this.#key();
    if (!this.values.has(key)) return;
    this.database.expire(key);
    this.#remove(key);
  }

  /** A random key, and what eviction samples. */
  sample(): void {
    const { database, values } = this;
    const key = database.randomKey();
    assert(key === undefined ? values.size === 0 : values.has(key));
    const hash = this.#sampler.next(database.shards, database.size);
    assert(hash === undefined ? values.size === 0 : values.has(database.keyByHash(hash)));
    const handle = this.#volatileSampler.next(database.deadlines, database.expiring);
    assert(handle === undefined ? this.deadlines.size === 0 : this.deadlines.has(database.keyOf(handle)));
  }

  scan(): void {
    const { database, values } = this;
    const found: string[] = [];
    const count = 1 + this.#random.below(200);
    let cursor = 0;
    do {
      cursor = database.scan(cursor, count, (handle) => found.push(database.keyOf(handle)));
    } while (cursor !== 0);
    assertEquals(found.length, values.size, "each key is given once");
    assertEquals(new Set(found).size, values.size);
    assert(found.every((key) => values.has(key)));
  }

  clear(): void {
    this.database.clear();
    this.values.clear();
    this.deadlines.clear();
  }

  /** A random key, half of them as they come from a client. */
  #key(): string {
    const key = this.#keys[this.#random.below(this.#keys.length)];
    return this.#random.below(2) === 0 ? key : decodeKey(new ByteBuffer(toBytes(key)), 0, key.length);
  }

  #put(key: string, expected: Expected, keepExpiry: boolean): void {
    this.values.set(key, expected);
    if (!keepExpiry) this.deadlines.delete(key);
  }

  #remove(key: string): void {
    this.values.delete(key);
    this.deadlines.delete(key);
  }

  #expireIfDue(key: string): boolean {
    const deadline = this.deadlines.get(key);
    const isDue = deadline !== undefined && deadline < this.keyspace.now;
    if (isDue) this.#remove(key);
    return isDue;
  }

  /** Whether entries and deadlines stand where they belong, and nowhere else. */
  #checkTables(): void {
    const { database, deadlines } = this;
    let volatile = 0;
    database.shards.forEach((shard, index) => {
      for (const [hash, found] of shard) {
        if (typeof found !== "number") assert(found.length > 1, "a single entry needs no array");
        assertEquals(hash >>> 29, index);
        for (const handle of typeof found === "number" ? [found] : found) {
          const key = database.keyOf(handle);
          assertEquals(keyHash(key), hash);
          assertEquals(database.valueOf(handle), database.stored(key));
          assertEquals(database.deadlineOf(handle), deadlines.get(key) ?? NO_EXPIRY);
          if (database.deadlines[index]?.has(handle)) volatile++;
        }
      }
    });
    assertEquals(volatile, deadlines.size);
    assertEquals(database.deadlines.reduce((sum, map) => sum + (map?.size ?? 0), 0), deadlines.size);
  }

  #expectedMemory(): number {
    const { database, values, deadlines } = this;
    let cacheSets = 256;
    while (this.#peak * 3 > cacheSets * 8) cacheSets *= 2;
    let sum = cacheSets * 32 + values.size * 44 + deadlines.size * 52;
    for (const handle of database.entries()) {
      const key = database.keyOf(handle);
      const value = database.valueOf(handle);
      sum += database.arena.slotSize(handle) + (key.length > 4096 ? key.length : 0);
      if (typeof value !== "number") sum += value.memoryUsage();
    }
    return sum;
  }
}

/** Runs the model, checks it now and then, and deletes everything in the end. */
function run(model: Model, steps: number, checkEvery: number): void {
  const empty = model.database.memory;
  for (let i = 1; i <= steps; i++) {
    model.step();
    if (i % checkEvery === 0) model.check();
  }
  for (const key of keysOf(model.database)) assert(model.database.delete(key));
  assertEquals([model.database.size, model.database.expiring], [0, 0]);
  assertEquals(model.database.memory, empty);
  assertEquals(model.database.arena.usedBytes, 0);
}

Deno.test("database: random operations against a map", () => {
  assert(COLLIDING_KEYS.length > 22 + 2, "random keys collide, too");
  const plain = Array.from({ length: 40 }, (_, i) => `key:${i}`);
  const keys = [...plain, ...LONG_KEYS, ...COLLIDING_KEYS];
  for (const seed of [1, 2, 3]) run(new Model(seed, keys), 12_000, 100);
});

Deno.test("database: random operations on keys that all collide", () => {
  for (const seed of [4, 5]) run(new Model(seed, collidingGroup(0)), 12_000, 20);
});

Deno.test("database: random operations on so many keys that tables grow", () => {
  const plain = Array.from({ length: 3000 }, (_, i) => `key:${i}`);
  run(new Model(6, [...plain, ...LONG_KEYS, ...COLLIDING_KEYS]), 60_000, 2000);
});
