import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Events } from "../../src/keyspace/change.ts";
import { type Database, NO_EXPIRY } from "../../src/keyspace/database.ts";
import { RAW_FLAG, TEXT_FLAG } from "../../src/keyspace/entry_arena.ts";
import { decodeKey, keyHash } from "../../src/keyspace/key.ts";
import { LongString } from "../../src/keyspace/value.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { collidingGroup } from "./colliding_keys.ts";
import { FakeObject, newKeyspace, RecordingSink, setText, START, textOf } from "./recording.ts";

/** Longest string that lies in the entry of a key of one byte. */
const LONGEST_SHORT = 8192 - 8 - 1;

/** Sizes of databases without keys. */
const EMPTY = newKeyspace().database(0).memory;

/** Stores a string as APPEND and others do. */
function setNew(database: Database, key: string, text: string, flags: number, clock = 0): void {
  const value = database.newString(key, text.length, flags, clock);
  if (typeof value !== "number") value.bytes.set(toBytes(text));
  else database.arena.page(value).buffer.set(toBytes(text), database.arena.offset(value));
}

Deno.test("database: a look-up tells of misses, and of keys whose time is over", () => {
  const keyspace = newKeyspace();
  const sink = keyspace.sink = new RecordingSink();
  const database = keyspace.database(0);
  setText(database, "a", "1");
  database.setExpiry("a", START + 10);
  assertEquals(sink.take(), ["new a"]);
  assert(database.find("a") !== undefined);
  assertEquals(database.find("b"), undefined);
  assertEquals(sink.take(), ["keymiss b"]);
  keyspace.setTime(START + 10);
  assert(database.peek("a") !== undefined, "at its deadline itself a key is still there, as in Redis");
  keyspace.setTime(START + 11);
  assert(database.has("a"), "without a look-up the key is still there");
  assertEquals(database.find("a"), undefined);
  assertEquals(sink.take(), ["expired a", "keymiss a"]);
  assertEquals([keyspace.hits, keyspace.misses, keyspace.expired], [1, 2, 1]);
  assertEquals(database.expiring, 0);
});

Deno.test("database: only what commands change counts as a change", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  setText(database, "a", "1");
  setText(database, "b", "1");
  assertEquals(keyspace.dirty, 0);
  database.changed("a", Events.SET);
  assertEquals(keyspace.dirty, 1);
  database.setExpiry("a", START - 1);
  assertEquals(database.findForWrite("a"), undefined);
  database.evict("b");
  assertEquals([keyspace.dirty, keyspace.expired, keyspace.evicted], [1, 1, 1]);
});

Deno.test("database: find counts hits and misses, peek and findForWrite do not", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  setText(database, "a", "1");
  database.peek("a");
  database.findForWrite("a");
  database.findForWrite("b");
  assertEquals([keyspace.hits, keyspace.misses], [0, 0]);
  database.find("a");
  database.find("b");
  assertEquals([keyspace.hits, keyspace.misses], [1, 1]);
});

Deno.test("database: look-ups move the access clock, unless the client does not touch", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  setText(database, "short", "1");
  setText(database, "long", "x".repeat(LONGEST_SHORT + 1));
  for (const key of ["short", "long"]) {
    const idle = () => keyspace.accessClock.idleSeconds(database.clockOf(database.stored(key)!));
    keyspace.setTime(keyspace.now + 5000);
    database.peek(key);
    keyspace.touching = false;
    database.find(key);
    keyspace.touching = true;
    assert(idle() >= 5);
    database.find(key);
    assertEquals(idle(), 0);
    keyspace.setTime(keyspace.now + 5000);
    assertEquals(idle(), 5);
    database.findForWrite(key);
    assertEquals(idle(), 0);
  }
});

Deno.test("database: short strings change in place, long ones are objects", () => {
  const database = newKeyspace().database(0);
  setText(database, "a", "1234");
  const handle = database.stored("a");
  setText(database, "a", "1234567");
  assertStrictEquals(database.stored("a"), handle);
  setText(database, "a", "x".repeat(LONGEST_SHORT));
  assertEquals(typeof database.stored("a"), "number");
  setText(database, "a", "x".repeat(LONGEST_SHORT + 1));
  assert(database.stored("a") instanceof LongString);
  assertEquals(database.arena.usedBytes, 16, "the entry holds but the key and the object's place");
  setText(database, "a", "");
  assertEquals(textOf(database, database.find("a")), "");
});

Deno.test("database: SWAPDB exchanges keys, deadlines and numbers", () => {
  const keyspace = newKeyspace();
  const sink = keyspace.sink = new RecordingSink();
  setText(keyspace.database(0), "a", "1");
  keyspace.database(0).setExpiry("a", START + 100);
  sink.take();
  keyspace.swap(0, 5);
  assertEquals(keyspace.database(0).size, 0);
  assertEquals(keyspace.database(5).expiryOf("a"), START + 100);
  assertEquals([keyspace.database(0).index, keyspace.database(5).index], [0, 5]);
  assertEquals(sink.take().length, 2);
  assertEquals([...keyspace.databases()].map(({ index }) => index), [0, 5]);
  assertEquals(keyspace.existing(3), undefined);
});

Deno.test("database: emptying it tells once and frees the memory", () => {
  const keyspace = newKeyspace();
  const sink = keyspace.sink = new RecordingSink();
  const database = keyspace.database(2);
  const empty = keyspace.usedMemory();
  for (let i = 0; i < 1000; i++) setText(database, `key:${i}`, "value");
  database.setExpiry("key:1", START + 1);
  assert(keyspace.usedMemory() > empty + 1000 * 60);
  sink.take();
  assertEquals(keyspace.clear(database), 1000);
  assertEquals(sink.take(), ["replaced 2"]);
  assertEquals([database.size, database.expiring, keyspace.usedMemory()], [0, 0, empty]);
});

Deno.test("database: a random key is any of the keys", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  assertEquals(database.randomKey(), undefined);
  const counts = new Map<string, number>();
  for (let i = 0; i < 20; i++) {
    setText(database, `key:${i}`, "");
    counts.set(`key:${i}`, 0);
  }
  for (let i = 0; i < 20_000; i++) {
    const key = database.randomKey()!;
    counts.set(key, counts.get(key)! + 1);
  }
  // Six standard deviations of a fair draw are 185.
  for (const [key, count] of counts) assert(Math.abs(count - 1000) < 185, `${key}: ${count}`);
});

Deno.test("database: the sizes of objects are followed while memory is limited", () => {
  const keyspace = newKeyspace();
  const database = keyspace.database(0);
  const value = new LongString(new Uint8Array(100));
  database.set("a", value);
  const before = database.memory;
  value.resize(10_000);
  database.changed("a", Events.APPEND);
  assertEquals(database.memory, before, "nobody asked to follow it");
  keyspace.counting = true;
  database.changed("a", Events.APPEND);
  assertEquals(database.memory, before + 9900);
  database.set("b", value.clone());
  database.delete("a");
  database.delete("b");
  assertEquals(database.memory, EMPTY);
});

Deno.test("database: of keys with equal hashes each is drawn", () => {
  const database = newKeyspace().database(0);
  const keys = [0, 1].flatMap(collidingGroup);
  for (const key of keys) setText(database, key, "");
  const drawn = new Set(Array.from({ length: 2000 }, () => database.randomKey()));
  assertEquals(drawn, new Set(keys));
});

Deno.test("database: of keys with equal hashes only the one meant changes", () => {
  const group = collidingGroup(0);
  for (const chosen of group) {
    const database = newKeyspace().database(0);
    const rest = group.filter((key) => key !== chosen);
    for (const key of rest) setText(database, key, `value of ${key.length}`);
    assertEquals(database.has(chosen), false);
    assertEquals(database.delete(chosen), false);
    assertEquals(database.take(chosen), undefined);
    assertEquals(database.clearExpiry(chosen), false);
    database.setExpiry(chosen, START + 1);
    assertEquals(database.expiring, 0);
    for (const store of [setText, (_: Database, key: string) => database.set(key, new FakeObject("x"))]) {
      store(database, chosen, "mine");
      database.setExpiry(chosen, START + 1);
      assertEquals(
        group.map((key) => database.expiryOf(key) !== NO_EXPIRY),
        group.map((key) => key === chosen),
      );
      assert(database.delete(chosen));
    }
    for (const key of rest) assertEquals(textOf(database, database.find(key)), `value of ${key.length}`);
    assertEquals([database.size, database.expiring], [rest.length, 0]);
  }
});

/** Puts a value of each kind under a key; each differs in size from the one before. */
const STORES: ((database: Database, key: string, keepExpiry: boolean) => void)[] = [
  (database, key, keep) => setText(database, key, "short", keep),
  (database, key, keep) => setText(database, key, "other", keep),
  (database, key, keep) => setText(database, key, "x".repeat(500), keep),
  (database, key, keep) => setText(database, key, "x".repeat(20_000), keep),
  (database, key, keep) => database.set(key, new FakeObject("a"), keep),
  (database, key, keep) => database.set(key, new LongString(new Uint8Array(3)), keep),
];

Deno.test("database: a deadline survives any replacement that keeps it, and no other", () => {
  for (const key of ["key", "", "x".repeat(5000)]) {
    for (const before of STORES) {
      for (const after of STORES) {
        const database = newKeyspace().database(0);
        before(database, key, false);
        database.setExpiry(key, START + 5);
        after(database, key, true);
        assertEquals([database.expiryOf(key), database.expiring], [START + 5, 1]);
        setNew(database, key, "", 0);
        setNew(database, key, "y".repeat(9000), 0);
        assertEquals([database.expiryOf(key), database.expiring], [START + 5, 1]);
        before(database, key, true);
        after(database, key, false);
        assertEquals([database.expiryOf(key), database.expiring], [NO_EXPIRY, 0]);
        assert(database.delete(key));
        assertEquals(database.memory, EMPTY);
      }
    }
  }
});

Deno.test("database: a value that is taken, or copied, keeps flags and access clock", () => {
  const keyspace = newKeyspace();
  const [source, target] = [keyspace.database(0), keyspace.database(1)];
  for (const isCopy of [false, true]) {
    for (const text of ["", "12345", "x".repeat(8000), "x".repeat(20_000)]) {
      for (const flags of [0, RAW_FLAG, TEXT_FLAG]) {
        for (const from of ["a", "k".repeat(5000)]) {
          setNew(source, from, text, flags, 0xabcdef);
          source.setExpiry(from, START + 1);
          setText(target, "b", "what was there");
          target.setExpiry("b", START + 2);
          target.put("b", isCopy ? source.copyOf(source.stored(from)!) : source.take(from)!);
          const value = target.stored("b")!;
          assertEquals(textOf(target, value), text);
          assertEquals(target.clockOf(value), 0xabcdef);
          if (typeof value === "number") assertEquals(target.arena.flags(value), flags);
          assertEquals(target.expiryOf("b"), NO_EXPIRY);
          assertEquals(
            [source.has(from), source.size, source.expiring],
            isCopy ? [true, 1, 1] : [false, 0, 0],
          );
          if (isCopy) assertEquals(textOf(source, source.stored(from)), text);
          source.delete(from);
        }
      }
    }
  }
});

Deno.test("database: an object that is taken is the same, one that is copied is another", () => {
  const database = newKeyspace().database(0);
  const object = new FakeObject("a", 5000);
  object.clock = 77;
  database.set("a", object);
  const before = database.memory;
  const taken = database.take("a")!;
  assertEquals([database.memory, object.counted], [EMPTY, 0]);
  database.put("b", taken);
  assertStrictEquals(database.stored("b"), object);
  assertEquals([database.size, database.memory, object.clock], [1, before, 77]);
  database.put("c", database.copyOf(object));
  const copy = database.stored("c");
  assert(copy instanceof FakeObject && copy !== object && copy.text === "a" && copy.clock === 77);
  assertEquals(database.memory, EMPTY + (before - EMPTY) * 2);
  database.put("c", database.take("b")!);
  assertEquals([database.size, database.memory], [1, before]);
});

Deno.test("database: an object that is dropped is released once, one that is taken is not", () => {
  const database = newKeyspace().database(0);
  const ends: [string, (key: string) => void][] = [
    ["delete", (key) => database.delete(key)],
    ["expire", (key) => database.expire(key)],
    ["evict", (key) => database.evict(key)],
    ["overwrite by an object", (key) => database.set(key, new FakeObject("other"))],
    ["overwrite by a string", (key) => setText(database, key, "text")],
    ["new string", (key) => database.newString(key, 5, 0, 0)],
    ["put", (key) => database.put(key, { content: new FakeObject("other"), flags: 0, clock: 0 })],
    ["clear", () => database.clear()],
  ];
  for (const [name, end] of ends) {
    const object = new FakeObject(name);
    database.set("before", object);
    database.put("key", database.take("before")!);
    assertEquals(object.releases, 0, name);
    end("key");
    assertEquals(object.releases, 1, name);
  }
});

Deno.test("database: memory returns to where it was, also after it grew", () => {
  const database = newKeyspace().database(0);
  const longKey = "x".repeat(10_000);
  setText(database, longKey, "");
  assert(database.memory >= EMPTY + longKey.length, "a long key counts");
  database.delete(longKey);
  assertEquals(database.memory, EMPTY);
  for (let i = 0; i < 5000; i++) setText(database, `key:${i}`, "value");
  for (let i = 0; i < 5000; i++) assert(database.delete(`key:${i}`));
  assertEquals(database.memory, EMPTY);
  for (let i = 0; i < 5000; i++) assert(!database.has(`key:${i}`));
});

Deno.test("database: what received bytes name is what their string names", () => {
  const database = newKeyspace().database(0);
  for (const key of ["", "a", "k\r\n\0\xff", "x".repeat(64), "x".repeat(65), "x".repeat(5000)]) {
    const received = () => decodeKey(new ByteBuffer(toBytes(key)), 0, key.length);
    setText(database, received(), "1");
    keyHash("another key");
    assertEquals(textOf(database, database.find(key)), "1");
    setText(database, key, "2");
    assertEquals(textOf(database, database.find(received())), "2");
    assertEquals(database.keyOf(database.stored(received()) as number), key);
  }
});
