/** Keys by the slots of a cluster. */
import { assert, assertEquals } from "@std/assert";
import { EventClass, Events } from "../../src/keyspace/change.ts";
import { decodeKey, isHashingBySlot, keyHash, setHashingBySlot, slotOf } from "../../src/keyspace/key.ts";
import { KeySampler } from "../../src/keyspace/key_sampler.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { bytesHashSlot, keyHashSlot, SLOT_COUNT } from "../../src/util/crc16.ts";
import { Random } from "../../src/util/random.ts";
import { setText, textOf } from "./recording.ts";

/** Runs the test while hashes are by slot. */
function bySlot(name: string, run: () => void): void {
  Deno.test(`slots: ${name}`, () => {
    setHashingBySlot(true);
    try {
      run();
    } finally {
      setHashingBySlot(false);
    }
  });
}

const KEYS = [
  "",
  "a",
  "foo",
  "{user}1",
  "{user}2",
  "{}x",
  "a{}b{c}",
  "{",
  "}{",
  "{a",
  "a}",
  "x{y}z{w}",
  "\xff\0{\r\n}",
];

Deno.test("slots: the slot from bytes is the slot from the string", () => {
  const random = new Random(51);
  const made = Array.from({ length: 2000 }, () => randomText(random));
  for (const key of [...KEYS, ...made]) {
    const bytes = toBytes(`..${key}..`);
    assertEquals(bytesHashSlot(bytes, 2, 2 + key.length), keyHashSlot(key), JSON.stringify(key));
  }
});

function randomText(random: Random): string {
  return Array.from({ length: random.below(12) }, () => "ab{}\xff"[random.below(5)]).join("");
}

Deno.test("slots: without a cluster hashes have nothing to do with slots", () => {
  assert(!isHashingBySlot());
  assertEquals(new Keyspace(1, new Random(1)).database(0).shards.length, 1024);
});

bySlot("the upper bits of a hash are the slot, however the key is hashed", () => {
  for (const key of KEYS) {
    keyHash(`${key}?`);
    const hash = keyHash(key);
    assertEquals(hash, hash | 0);
    assertEquals(hash >>> 18, keyHashSlot(key));
    assertEquals(slotOf(key), keyHashSlot(key));
    keyHash(`${key}?`);
    decodeKey(new ByteBuffer(toBytes(`..${key}`)), 2, 2 + key.length);
    assertEquals(keyHash(key), hash, JSON.stringify(key));
  }
});

bySlot("the shards of a database are the slots", () => {
  const keyspace = new Keyspace(1, new Random(2));
  const database = keyspace.database(0);
  assert(keyspace.bySlot);
  assertEquals(database.shards.length, SLOT_COUNT);
  for (const key of KEYS) setText(database, key, key);
  const slot = keyHashSlot("{user}");
  assertEquals(database.countInSlot(slot), 2);
  assertEquals(database.keysInSlot(slot, 10).sort(), ["{user}1", "{user}2"]);
  assertEquals(database.keysInSlot(slot, 1).length, 1);
  assertEquals(database.keysInSlot(slot, 0), []);
  assertEquals(database.countInSlot((slot + 1) % SLOT_COUNT), 0);
  database.clear();
  assertEquals([database.shards.length, database.countInSlot(slot)], [SLOT_COUNT, 0]);
});

bySlot("deleting a slot tells of each key, and leaves the others", () => {
  const keyspace = new Keyspace(1, new Random(3));
  const database = keyspace.database(0);
  for (const key of ["{t}1", "{t}2", "{u}1"]) setText(database, key, key);
  database.setExpiry("{t}2", 5);
  const told: string[] = [];
  keyspace.sink = {
    wanted: EventClass.MOVED_AWAY,
    changed: (_, key, { name, eventClass }) => told.push(`${name} ${key} ${eventClass}`),
    replaced() {},
  };
  const before = keyspace.dirty;
  assertEquals(database.deleteSlot(keyHashSlot("t")), 2);
  assertEquals(told.sort(), [1, 2].map((i) => `del {t}${i} ${EventClass.MOVED_AWAY}`));
  assertEquals(Events.MOVED_AWAY.eventClass & 0xffff, 0, "nobody can ask for notifications of it");
  assertEquals([keyspace.dirty - before, database.size, database.expiring], [2, 1, 0]);
  assertEquals(database.deleteSlot(keyHashSlot("t")), 0);
});

bySlot("many keys in one slot, most of them with equal hashes", () => {
  const keyspace = new Keyspace(1, new Random(4));
  const database = keyspace.database(0);
  const slot = keyHashSlot("t");
  const count = 200_000;
  for (let i = 0; i < count; i++) setText(database, `{t}${i}`, `${i}`);
  assert(database.hashes < 2 ** 18 && database.hashes > 130_000);
  assertEquals([database.size, database.countInSlot(slot)], [count, count]);
  for (let i = 0; i < count; i++) {
    const key = decodeKey(new ByteBuffer(toBytes(`{t}${i}`)), 0, `{t}${i}`.length);
    if (textOf(database, database.find(key)) !== `${i}`) throw new Error(`${key} is not there`);
  }
  for (let i = 0; i < count; i += 2) database.delete(`{t}${i}`);
  assertEquals(database.countInSlot(slot), count / 2);
  const scanned = new Set<string>();
  let cursor = 0;
  do {
    cursor = database.scan(cursor, 5000, (handle) => scanned.add(database.keyOf(handle)));
  } while (cursor !== 0);
  assertEquals(scanned.size, count / 2);
  assertEquals(database.keysInSlot(slot, Infinity).length, count / 2);
  for (let i = 0; i < 20; i++) assert(Number(database.randomKey()!.slice(3)) % 2 === 1);
  assertEquals(database.deleteSlot(slot), count / 2);
  assertEquals([database.size, database.hashes, database.countInSlot(slot)], [0, 0, 0]);
});

bySlot("a random key is each as likely as the others", () => {
  const keyspace = new Keyspace(1, new Random(5));
  const database = keyspace.database(0);
  for (let i = 0; i < 50; i++) setText(database, i < 40 ? `{t}${i}` : `key ${i}`, "");
  const sampler = new KeySampler(new Random(6));
  const drawn = new Map<string, number>();
  const sampled = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    count(drawn, database.randomKey()!);
    count(sampled, database.keyByHash(sampler.next(database.shards, database.hashes)!));
  }
  for (const counts of [drawn, sampled]) {
    assertEquals(counts.size, 50);
    for (const [key, times] of counts) assert(times > 50 && times < 400, `${key}: ${times}`);
  }
});

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
