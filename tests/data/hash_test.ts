import { assert, assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { Hash } from "../../src/data/hash.ts";
import { NONE } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { piece } from "./pieces.ts";

const slice = new ByteSlice();

function set(hash: Hash, field: string, value: string): boolean {
  return hash.set(...piece(field), ...piece(value));
}

function get(hash: Hash, field: string): string | undefined {
  return hash.get(...piece(field), slice) ? slice.text() : undefined;
}

function pairAt(hash: Hash, place: number): [string, string] {
  hash.readField(place, slice);
  const field = slice.text();
  hash.readValue(place, slice);
  return [field, slice.text()];
}

function pairsOf(hash: Hash): [string, string][] {
  const pairs: [string, string][] = [];
  for (let place = hash.first(); place !== NONE; place = hash.next(place)) pairs.push(pairAt(hash, place));
  return pairs;
}

/** `isTable`: whether some value or number of fields has been too large for a listpack. */
function check(hash: Hash, model: Map<string, string>, isTable: boolean): void {
  assertEquals(hash.size, model.size);
  assertEquals(hash.encoding, isTable ? "hashtable" : "listpack");
  const pairs = pairsOf(hash);
  // A listpack keeps the order of insertion, as a Map does.
  if (isTable) assertEquals(pairs.toSorted(), [...model].sort());
  else assertEquals(pairs, [...model]);
  for (const [field, value] of model) {
    assertEquals(get(hash, field), value);
    assertEquals(pairAt(hash, hash.find(...piece(field))), [field, value]);
  }
  pairs.forEach((pair, index) => assertEquals(pairAt(hash, hash.seek(index)), pair));
}

/** A few fields and many values, so that fields are often set again and values look like fields. */
function randomText(random: Random, universe: number): string {
  const draw = random.below(40);
  if (draw === 0) return "x".repeat(8 + random.below(4));
  if (draw === 1) return "z".repeat(8100 + random.below(200));
  return ["", "a", "\x00", "-1", "10", "3276", "214748364", "922337203685477580"][draw % 8] +
    random.below(universe);
}

Deno.test("hash: random changes against a model, encodings included", () => {
  const used = collectionArena.usedBytes;
  const limits = new EncodingLimits();
  limits.hashMaxListpackEntries = 20;
  limits.hashMaxListpackValue = 10;
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const hash = new Hash(limits);
    const model = new Map<string, string>();
    let isTable = false;
    for (let i = 0; i < 150; i++) {
      const field = randomText(random, 4);
      if (random.below(3) === 0) {
        assertEquals(hash.remove(...piece(field)), model.delete(field));
      } else {
        const value = randomText(random, 10);
        assertEquals(set(hash, field, value), !model.has(field));
        model.set(field, value);
        isTable ||= model.size > 20 || field.length > 10 || value.length > 10;
      }
      assertEquals(hash.find(...piece(field)) !== NONE, model.has(field));
      assertEquals(get(hash, field), model.get(field));
      if (i % 10 === 0) check(hash, model, isTable);
    }
    const copy = hash.clone();
    for (const field of model.keys()) assert(hash.remove(...piece(field)));
    assertEquals(hash.size, 0);
    assertEquals(pairsOf(hash), []);
    check(copy, model, isTable);
    hash.release();
    copy.release();
  }
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("hash: many fields that are expected make it a table at once", () => {
  const hash = new Hash(new EncodingLimits());
  hash.expect(512);
  assertEquals(hash.encoding, "listpack");
  hash.expect(513);
  assertEquals(hash.encoding, "hashtable");
  hash.release();
});

Deno.test("hash: a scan meets every field, a listpack's at once", () => {
  for (const [count, expectedSteps] of [[512, 1], [600, 60]]) {
    const hash = new Hash(new EncodingLimits());
    for (let i = 0; i < count; i++) set(hash, `f${i}`, `${i}`);
    const met = new Map<string, string>();
    let cursor = 0;
    let steps = 0;
    do {
      cursor = hash.scan(cursor, 10, (place) => met.set(...pairAt(hash, place)));
      steps++;
    } while (cursor !== 0);
    assertEquals(met.size, count);
    assertEquals(steps, expectedSteps);
    hash.release();
  }
});
