import { assert, assertEquals } from "@std/assert";
import { type Database, NO_EXPIRY } from "../../src/keyspace/database.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { type ImageWriter, Snapshot } from "../../src/persistence/snapshot.ts";
import { Random } from "../../src/util/random.ts";
import { collidingGroup } from "../keyspace/colliding_keys.ts";
import { FakeObject, newKeyspace, setText, START, textOf } from "../keyspace/recording.ts";

/** Everything that a database holds, as `key → value and deadline`. */
function contentsOf(database: Database): Map<string, string> {
  const contents = new Map<string, string>();
  for (const handle of database.entries()) contents.set(database.keyOf(handle), describe(database, handle));
  return contents;
}

function describe(database: Database, handle: number): string {
  const value = database.valueOf(handle);
  const text = value instanceof FakeObject ? `object ${value.text}` : textOf(database, value);
  return `${text} ${database.deadlineOf(handle)}`;
}

/** Keeps an image in memory. Objects are written in three steps. */
class RecordingWriter implements ImageWriter {
  readonly image = new Map<number, Map<string, string>>();
  ended = false;
  #selected: Map<string, string> | undefined;
  #inSteps = false;

  select(index: number): void {
    this.#selected = this.image.get(index);
    if (this.#selected === undefined) this.image.set(index, this.#selected = new Map());
  }

  entry(database: Database, handle: number): void {
    const key = database.keyOf(handle);
    assert(!this.#selected!.has(key), `${key} is written once`);
    this.#selected!.set(key, describe(database, handle));
  }

  entryInSteps(database: Database, handle: number): Iterator<void> | null {
    if (!(database.valueOf(handle) instanceof FakeObject)) return null;
    assert(!this.#inSteps, "one at a time");
    this.#inSteps = true;
    return this.#steps(this.#selected!, database, handle);
  }

  *#steps(target: Map<string, string>, database: Database, handle: number): Iterator<void> {
    const [key, begun] = [database.keyOf(handle), describe(database, handle)];
    yield;
    yield;
    assertEquals(describe(database, handle), begun, "nothing changed between the steps");
    target.set(key, begun);
    this.#inSteps = false;
  }

  end(): void {
    this.ended = true;
  }

  take(): null {
    return null;
  }
}

/** A random change of any kind. */
function change(random: Random, keyspace: Keyspace, keys: readonly string[]): void {
  const database = keyspace.database(random.below(3));
  const key = keys[random.below(keys.length)];
  const text = `v${random.below(1000)}`.repeat(1 + random.below(3));
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
      return setText(database, key, text);
    case 3:
      return database.set(key, new FakeObject(text), random.below(2) === 0);
    case 4: {
      const value = database.newString(key, 3, 0, 0) as number;
      const offset = database.arena.offset(value);
      database.arena.page(value).buffer.fill(0x30 + random.below(10), offset, offset + 3);
      return;
    }
    case 5:
      return void database.delete(key);
    case 6:
      return database.setExpiry(key, START + random.below(1000));
    case 7:
      return void database.clearExpiry(key);
    case 8: {
      const taken = database.take(key);
      if (taken !== undefined) keyspace.database(random.below(3)).put(keys[random.below(keys.length)], taken);
      return;
    }
    case 9: {
      const value = database.findForWrite(key);
      if (value instanceof FakeObject) (value as { text: string }).text += "!";
      return;
    }
    case 10:
      return random.below(400) === 0 ? void keyspace.clear(database) : undefined;
    case 11:
      return random.below(50) === 0 ? keyspace.swap(0, 1) : undefined;
    default:
      return database.stored(key) === undefined ? undefined : database.evict(key);
  }
}

function fill(random: Random, keyspace: Keyspace, keys: readonly string[]): void {
  for (let i = 0; i < keys.length; i++) change(random, keyspace, keys);
  for (const key of keys) {
    if (random.below(2) === 0) setText(keyspace.database(random.below(3)), key, `first ${key}`);
  }
}

function expectedImage(keyspace: Keyspace): Map<number, Map<string, string>> {
  const image = new Map<number, Map<string, string>>();
  for (const database of keyspace.databases()) {
    if (database.size > 0) image.set(database.index, contentsOf(database));
  }
  return image;
}

const KEYS = [...Array.from({ length: 400 }, (_, i) => `key:${i}`), ...collidingGroup(12)];

Deno.test("snapshot: the image is that of the moment at which it began, whatever changes meanwhile", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const keyspace = newKeyspace();
    fill(random, keyspace, KEYS);
    for (let round = 0; round < 3; round++) {
      const expected = expectedImage(keyspace);
      const writer = new RecordingWriter();
      const snapshot = new Snapshot(keyspace, writer);
      assertEquals(snapshot.total, [...expected.values()].reduce((sum, { size }) => sum + size, 0));
      while (!snapshot.step(() => true)) for (let i = 0; i < 30; i++) change(random, keyspace, KEYS);
      assert(writer.ended);
      assertEquals(writer.image, expected, `seed ${seed}, round ${round}`);
      assertEquals(snapshot.recorded, snapshot.total);
      for (const database of keyspace.databases()) assertEquals(database.recorder, null);
    }
  }
});

Deno.test("snapshot: one after many that were given up has everything", () => {
  const random = new Random(7);
  const keyspace = newKeyspace();
  fill(random, keyspace, KEYS);
  for (let round = 0; round < 20; round++) {
    const snapshot = new Snapshot(keyspace, new RecordingWriter());
    for (let i = 0; i < 3; i++) snapshot.step(() => true);
    for (let i = 0; i < 20; i++) change(random, keyspace, KEYS);
    snapshot.abort();
    const expected = expectedImage(keyspace);
    if (round % 9 !== 8) continue;
    const writer = new RecordingWriter();
    new Snapshot(keyspace, writer).complete(() => {});
    assertEquals(writer.image, expected);
  }
});

Deno.test("snapshot: what FLUSHDB removes belongs to the image, and is released when that is written", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  const object = new FakeObject("x");
  database.set("object", object);
  setText(database, "text", "1");
  const writer = new RecordingWriter();
  const snapshot = new Snapshot(keyspace, writer);
  keyspace.clear(database);
  setText(database, "text", "2");
  assertEquals([database.size, object.releases], [1, 0]);
  snapshot.complete(() => {});
  assertEquals(
    writer.image.get(0),
    new Map([["object", `object x ${NO_EXPIRY}`], ["text", `1 ${NO_EXPIRY}`]]),
  );
  assertEquals(object.releases, 1);
});

Deno.test("snapshot: of no data at all", () => {
  const writer = new RecordingWriter();
  const snapshot = new Snapshot(newKeyspace(), writer);
  assert(snapshot.step(() => true));
  assert(writer.ended);
  assertEquals([writer.image.size, snapshot.total], [0, 0]);
});
