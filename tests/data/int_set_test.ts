import { assert, assertEquals } from "@std/assert";
import { type Integer, IntSet, parseInteger } from "../../src/data/int_set.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

/** Integers around the edges of all widths, and of what a number holds exactly. */
const EDGES: bigint[] = [0n, 100n, 2n ** 15n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 4n]
  .flatMap((edge) => [edge, -edge])
  .flatMap((edge) => [-2n, -1n, 0n, 1n, 2n, 3n].map((offset) => edge + offset));

function loaded(bytes: Uint8Array<ArrayBuffer>): IntSet {
  const set = IntSet.load(new ByteBuffer(bytes), 0, bytes.length);
  assert(set !== null);
  return set!;
}

function toInteger(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function parse(text: string): Integer | undefined {
  const memory = new ByteBuffer(toBytes(`1${text}1`));
  return parseInteger(memory, 1, 1 + text.length);
}

function check(set: IntSet, model: Set<bigint>): void {
  const sorted = [...model].sort((a, b) => a < b ? -1 : 1);
  assertEquals(set.count, sorted.length);
  const slice = new ByteSlice();
  sorted.forEach((value, index) => {
    assertEquals(set.at(index), toInteger(value));
    set.read(index, slice);
    assertEquals(slice.text(), String(value));
    assertEquals(set.indexOf(toInteger(value)), index);
  });
}

/** Redis's intset, built in the plainest way. */
function stored(values: readonly bigint[], width: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + values.length * width));
  view.setUint32(0, width, true);
  view.setUint32(4, values.length, true);
  values.forEach((value, i) => {
    for (let k = 0; k < width; k++) {
      view.setUint8(8 + i * width + k, Number((value >> BigInt(8 * k)) & 0xffn));
    }
  });
  return new Uint8Array(view.buffer);
}

Deno.test("int set: random changes against a model", () => {
  const used = collectionArena.usedBytes;
  for (const seed of [1, 2, 3, 4]) {
    const random = new Random(seed);
    const set = new IntSet();
    const model = new Set<bigint>();
    for (let i = 0; i < 3000; i++) {
      // Narrow integers first, so that the set is widened when it has many.
      const value = i < 500 ? BigInt(random.below(300)) : EDGES[random.below(EDGES.length)];
      const integer = toInteger(value);
      assertEquals(set.has(integer), model.has(value));
      if (random.below(i % 1000 < 700 ? 3 : 8) === 0) assertEquals(set.remove(integer), model.delete(value));
      else {
        assertEquals(set.add(integer), !model.has(value));
        model.add(value);
      }
      if (i % 50 === 0) check(set, model);
    }
    check(set, model);
    const copy = set.clone();
    const restored = loaded(set.toBytes());
    while (set.count > 0) set.removeAt(random.below(set.count));
    check(copy, model);
    check(restored, model);
    for (const one of [set, copy, restored]) one.release();
  }
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("int set: as wide as its widest integer has needed", () => {
  const used = collectionArena.usedBytes;
  const set = new IntSet();
  const values: bigint[] = [];
  const add = (value: bigint) => {
    assert(set.add(toInteger(value)));
    values.push(value);
    values.sort((a, b) => a < b ? -1 : 1);
  };
  for (const value of [5n, -(2n ** 15n), 2n ** 15n - 1n]) add(value);
  assertEquals(set.toBytes(), stored(values, 2));
  add(2n ** 15n);
  assertEquals(set.toBytes(), stored(values, 4));
  for (const value of [-(2n ** 31n), 2n ** 31n - 1n]) add(value);
  assertEquals(set.toBytes(), stored(values, 4));
  add(-(2n ** 31n) - 1n);
  assertEquals(set.toBytes(), stored(values, 8));
  for (const value of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n - 1n, 2n ** 53n + 1n]) add(value);
  assertEquals(set.toBytes(), stored(values, 8));
  assertEquals(set.indexOf(2 ** 40), -1 - values.findIndex((value) => value > 2n ** 40n));
  set.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("int set: many integers, beyond the largest slot, and few again", () => {
  const used = collectionArena.usedBytes;
  const set = new IntSet();
  for (let i = 0; i < 20_000; i++) set.add((i * 7919) % 20_000);
  assertEquals(set.count, 20_000);
  for (let i = 0; i < 20_000; i += 97) assertEquals(set.at(i), i);
  const large = set.memoryUsage();
  assert(large > 40_000);
  for (let i = 0; i < 19_990; i++) set.removeAt(set.count - 1);
  assert(set.memoryUsage() < 1000);
  for (let i = 0; i < 10; i++) assertEquals(set.at(i), i);
  set.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("int set: which texts are integers", () => {
  for (const value of EDGES) {
    const inRange = value >= -(2n ** 63n) && value < 2n ** 63n;
    assertEquals(parse(String(value)), inRange ? toInteger(value) : undefined);
  }
  const none = ["", "-", "+1", "01", "-0", " 1", "1 ", "1.0", "abc", "9223372036854775808", "1".repeat(20)];
  for (const text of [...none, "0".repeat(17), "abcdefghijklmnopq"]) assertEquals(parse(text), undefined);
});
