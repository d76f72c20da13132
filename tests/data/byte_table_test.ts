import { assert, assertEquals } from "@std/assert";
import { ABSENT, ByteTable } from "../../src/data/byte_table.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { piece } from "./pieces.ts";

const slice = new ByteSlice();

const find = (table: ByteTable, key: string) => table.find(...piece(key));
const add = (table: ByteTable, key: string) => table.add(...piece(key));

function keyOf(table: ByteTable, id: number): string {
  table.key(id, slice);
  return slice.text();
}

function valueOf(table: ByteTable, id: number): string {
  table.value(id, slice);
  return slice.text();
}

/** Checks everything that can be asked of the table. */
function check(table: ByteTable, model: Map<string, string>): void {
  assertEquals(table.size, model.size);
  const ids = new Set<number>();
  for (let position = 0; position < table.size; position++) {
    const id = table.idAt(position);
    assert(id >= 0 && id < table.capacity);
    assertEquals(table.positionOf(id), position);
    ids.add(id);
  }
  assertEquals(ids.size, model.size);
  for (const [key, value] of model) {
    const id = find(table, key);
    assert(ids.has(id));
    assertEquals(keyOf(table, id), key);
    assertEquals(valueOf(table, id), value);
    assertEquals(table.valueLength(id), value.length);
  }
}

/** Short keys of a small universe, with binary bytes; now and then one of any length up to beyond the largest slot. */
function randomText(random: Random): string {
  const draw = random.below(100);
  if (draw === 0) return "\xfe".repeat(8000 + random.below(400));
  if (draw < 4) return String.fromCharCode(random.below(3)).repeat(random.below(300));
  const size = random.below(4);
  let text = "";
  for (let i = 0; i < size; i++) text += String.fromCharCode(random.below(9) * 31);
  return text;
}

class Pair {
  readonly table = new ByteTable();
  readonly model = new Map<string, string>();
  /** Ids that were given out, which must stay. */
  readonly ids = new Map<string, number>();

  add(key: string, value: string): void {
    const before = find(this.table, key);
    const id = this.table.addPair(...piece(key), ...piece(value));
    if (this.model.has(key)) return assertEquals(id, ~before);
    assertEquals(before, ABSENT);
    assertEquals(find(this.table, key), id);
    this.model.set(key, value);
    this.ids.set(key, id);
  }

  set(key: string, value: string): void {
    const id = find(this.table, key);
    assertEquals(id, this.ids.get(key) ?? ABSENT);
    if (id === ABSENT) return;
    this.table.setValue(id, ...piece(value));
    this.model.set(key, value);
  }

  remove(key: string): void {
    const id = find(this.table, key);
    assertEquals(id, this.ids.get(key) ?? ABSENT);
    if (id === ABSENT) return;
    this.table.remove(id);
    this.model.delete(key);
    this.ids.delete(key);
    assertEquals(find(this.table, key), ABSENT);
  }
}

Deno.test("byte table: random changes against a model", () => {
  const used = collectionArena.usedBytes;
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    const pair = new Pair();
    for (let phase = 0; phase < 6; phase++) {
      const additions = phase % 2 === 0 ? 6 : 1;
      for (let i = 0; i < 1500; i++) {
        const draw = random.below(9);
        const key = randomText(random);
        if (draw < additions) pair.add(key, randomText(random));
        else if (draw < 8) pair.remove(key);
        else pair.set(key, randomText(random));
      }
      check(pair.table, pair.model);
      const copy = pair.table.clone();
      check(copy, pair.model);
      for (const [key, id] of pair.ids) assertEquals(find(copy, key), id);
      copy.release();
    }
    pair.table.release();
    assertEquals(collectionArena.usedBytes, used);
  }
});

Deno.test("byte table: growth to many elements, and shrinking again", () => {
  const used = collectionArena.usedBytes;
  const table = new ByteTable();
  const empty = table.memoryUsage();
  const count = 100_000;
  for (let i = 0; i < count; i++) assert(add(table, `member:${i}`) >= 0);
  for (let i = 0; i < count; i++) assertEquals(keyOf(table, find(table, `member:${i}`)), `member:${i}`);
  assertEquals(find(table, `member:${count}`), ABSENT);
  assert(table.memoryUsage() > count * 24 && table.memoryUsage() < count * 75);

  for (let i = 0; i < count - 100; i++) {
    table.remove(find(table, `member:${i}`));
    table.compact();
  }
  check(table, new Map(Array.from({ length: 100 }, (_, i) => [`member:${count - 100 + i}`, ""])));
  assert(table.memoryUsage() < empty + 60_000);
  table.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("byte table: ids can be numbered anew, large elements among them", () => {
  const used = collectionArena.usedBytes;
  const pair = new Pair();
  for (let i = 0; i < 2000; i++) pair.add(`k${i}`, i % 7 === 0 ? "x".repeat(9000) : `v${i}`);
  assertEquals(pair.table.compact(), false);
  for (let i = 0; i < 1990; i++) pair.remove(`k${i}`);
  while (!pair.table.compact()) {
    pair.add("more", "");
    pair.remove("more");
  }
  assert(pair.table.capacity < 100);
  check(pair.table, pair.model);
  pair.ids.clear();
  for (const key of pair.model.keys()) pair.ids.set(key, find(pair.table, key));
  for (let i = 0; i < 50; i++) pair.add(`n${i}`, `${i}`);
  for (let i = 1990; i < 2000; i++) pair.remove(`k${i}`);
  check(pair.table, pair.model);
  pair.table.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("byte table: a scan meets all that is there from its start to its end", () => {
  const random = new Random(4);
  for (let round = 0; round < 30; round++) {
    const table = new ByteTable();
    const staying = new Set<string>();
    for (let i = 0; i < 200; i++) {
      add(table, `${i}`);
      if (i % 3 === 0) staying.add(`${i}`);
    }
    const met = new Set<string>();
    let cursor = 0;
    do {
      cursor = table.scan(cursor, 1 + random.below(20), (id) => met.add(keyOf(table, id)));
      for (let i = random.below(20); i > 0; i--) {
        const key = `${random.below(400)}`;
        const id = find(table, key);
        if (id === ABSENT) add(table, key);
        else if (!staying.has(key)) table.remove(id);
      }
    } while (cursor !== 0);
    for (const key of staying) assert(met.has(key), key);
    table.release();
  }
});

Deno.test("byte table: a scan without changes meets everything once; a cursor beyond the end starts at the end", () => {
  const table = new ByteTable();
  for (let i = 0; i < 57; i++) add(table, `${i}`);
  const met: number[] = [];
  let cursor = 1000;
  do cursor = table.scan(cursor, 10, (id) => met.push(id)); while (cursor !== 0);
  assertEquals(met.length, 57);
  assertEquals(new Set(met).size, 57);
  assertEquals(table.scan(0, 1e9, () => {}), 0);
  table.release();
});

Deno.test("byte table: values that grow and shrink across the largest slot", () => {
  const used = collectionArena.usedBytes;
  const table = new ByteTable();
  const id = add(table, "key");
  for (const size of [0, 10, 8185, 8186, 8187, 100_000, 100_001, 5, 70_000, 0]) {
    table.setValue(id, ...piece("\x80".repeat(size)));
    assertEquals(valueOf(table, id), "\x80".repeat(size));
    assertEquals(keyOf(table, id), "key");
    assertEquals(find(table, "key"), id);
    assert(table.memoryUsage() > size && table.memoryUsage() < 1000 + size * 1.1);
  }
  table.release();
  assertEquals(collectionArena.usedBytes, used);
});
