import { assert, assertEquals } from "@std/assert";
import { hasDuplicates } from "../../src/data/duplicates.ts";
import { IntSet } from "../../src/data/int_set.ts";
import { Listpack, NONE } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { piece } from "./pieces.ts";

const ELEMENTS = [
  "",
  "a",
  "7",
  "-1",
  "127",
  "128",
  "4095",
  "-4096",
  "40000",
  "8388607",
  "-2147483648",
  "10000000000",
]
  .concat(["9223372036854775807", "007", "x".repeat(63), "y".repeat(64), "z".repeat(4095), "w".repeat(4096)]);

function listpackOf(elements: readonly string[]): Listpack {
  const listpack = new Listpack();
  for (const element of elements) listpack.append(...piece(element));
  return listpack;
}

function elementsOf(listpack: Listpack): string[] {
  const slice = new ByteSlice();
  const elements: string[] = [];
  for (let position = listpack.first(); position !== NONE; position = listpack.next(position)) {
    listpack.read(position, slice);
    elements.push(slice.text());
  }
  return elements;
}

function load(bytes: Uint8Array<ArrayBuffer>): Listpack | null {
  return Listpack.load(new ByteBuffer(bytes), 0, bytes.length);
}

Deno.test("listpack check: whatever is changed or cut off, the result is none or a valid one", () => {
  const used = collectionArena.usedBytes;
  const random = new Random(3);
  const original = listpackOf(ELEMENTS);
  const bytes = original.toBytes();
  for (let end = 0; end < bytes.length; end++) assertEquals(load(bytes.slice(0, end)), null);
  let accepted = 0;
  for (let i = 0; i < 6000; i++) {
    const changed = bytes.slice();
    for (let flips = 1 + random.below(2); flips > 0; flips--) {
      changed[random.below(i % 2 === 0 ? 300 : bytes.length)] ^= 1 << random.below(8);
    }
    const listpack = load(changed);
    if (listpack === null) continue;
    accepted++;
    const elements = elementsOf(listpack);
    assertEquals(elements.length, listpack.count);
    // Each element has the encoding that it would be given here.
    const again = listpackOf(elements);
    assertEquals(again.toBytes(), listpack.toBytes());
    again.release();
    listpack.release();
  }
  assert(accepted > 300);
  original.release();
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("listpack check: the count may be unknown", () => {
  const original = listpackOf(ELEMENTS);
  const bytes = original.toBytes();
  bytes[4] = bytes[5] = 0xff;
  const listpack = load(bytes)!;
  assertEquals(listpack.toBytes(), original.toBytes());
  const many = listpackOf(Array.from({ length: 70_000 }, (_, i) => String(i % 10)));
  const copy = load(many.toBytes())!;
  assertEquals(copy.count, 70_000);
  for (const each of [original, listpack, many, copy]) each.release();
});

Deno.test("duplicates: among all elements, or every second one", () => {
  const random = new Random(5);
  for (let i = 0; i < 500; i++) {
    const elements = Array.from({ length: random.below(40) }, () => String(random.below(300)));
    const listpack = listpackOf(elements);
    assertEquals(hasDuplicates(listpack, 1), new Set(elements).size < elements.length);
    const second = elements.filter((_, index) => index % 2 === 0);
    assertEquals(hasDuplicates(listpack, 2), new Set(second).size < second.length);
    listpack.release();
  }
  const large = listpackOf(Array.from({ length: 5000 }, (_, i) => `element ${i}`));
  assertEquals(hasDuplicates(large, 1), false);
  large.append(...piece("element 17"));
  assertEquals(hasDuplicates(large, 1), true);
  large.release();
});

Deno.test("integer set: damaged bytes are refused", () => {
  const used = collectionArena.usedBytes;
  const set = new IntSet();
  for (const value of [-70_000, 0, 5, 1_000_000]) set.add(value);
  const bytes = set.toBytes();
  const loaded = (changed: Uint8Array<ArrayBuffer>) =>
    IntSet.load(new ByteBuffer(changed), 0, changed.length);
  loaded(bytes)!.release();
  for (let end = 0; end < bytes.length; end++) assertEquals(loaded(bytes.slice(0, end)), null);
  assertEquals(loaded(bytes.with(0, 3)), null);
  assertEquals(loaded(bytes.with(4, 3)), null);
  assertEquals(loaded(bytes.with(bytes.length - 1, 0x80)), null);
  set.release();
  assertEquals(collectionArena.usedBytes, used);
});
