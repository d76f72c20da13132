import { assertEquals } from "@std/assert";
import { type BitOperation, combineBits, countBits, findBit, NO_BIT } from "../../src/data/bits.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { Random } from "../../src/util/random.ts";

/** Bytes as a text of zeros and ones. */
function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

/** `size` bytes behind `before` others; runs of zeros and ones are long, so that a search has to go far. */
function sample(random: Random, before: number, size: number): ByteBuffer {
  const memory = new ByteBuffer(before + size + 8);
  let fill = 0;
  for (let i = 0; i < memory.buffer.length; i++) {
    if (random.below(200) === 0) fill = [0, 0xff][random.below(2)];
    memory.buffer[i] = random.below(size) < 3 ? random.below(256) : fill;
  }
  return memory;
}

Deno.test("bits are counted and found as by a walk over all of them", () => {
  const random = new Random(11);
  for (let round = 0; round < 300; round++) {
    const start = random.below(9);
    const size = 1 + random.below(round % 3 === 0 ? 1500 : 20);
    const memory = sample(random, start, size);
    const bits = bitsOf(memory.buffer.subarray(start, start + size));
    for (let i = 0; i < 20; i++) {
      const from = random.below(size * 8);
      const to = random.below(size * 8 + 1);
      const range = bits.slice(from, Math.max(from, to));
      const label = `${from} to ${to} of ${size} bytes at ${start}`;
      assertEquals(countBits(memory, start, from, to), range.replaceAll("0", "").length, label);
      for (const bit of [0, 1]) {
        const expected = range.indexOf(String(bit));
        const found = findBit(memory, start, from, to, bit);
        assertEquals(found, expected < 0 ? NO_BIT : from + expected, `${bit}: ${label}`);
      }
    }
  }
});

Deno.test("empty ranges have no bits", () => {
  const memory = new ByteBuffer(4);
  assertEquals(countBits(memory, 0, 0, 0), 0);
  assertEquals(countBits(memory, 0, 9, 3), 0);
  assertEquals(findBit(memory, 0, 0, 0, 0), NO_BIT);
  assertEquals(findBit(memory, 0, 9, 3, 0), NO_BIT);
});

const NAIVE: Record<BitOperation, (a: number, b: number) => number> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => ~a & 0xff,
};

Deno.test("strings are combined as byte by byte", () => {
  const random = new Random(12);
  for (let round = 0; round < 400; round++) {
    const operation = (["and", "or", "xor", "not"] as const)[round % 4];
    const length = random.below(40);
    const size = random.below(length + 1);
    const start = random.below(5);
    const target = sample(random, 0, length + 1);
    const source = sample(random, start, size + 1);
    const expected = Array.from(
      target.buffer.subarray(0, length),
      (byte, i) => NAIVE[operation](byte, i < size ? source.buffer[start + i] : 0),
    );
    const behind = target.buffer.slice(length);
    combineBits(operation, target, length, source, start, start + size);
    assertEquals(Array.from(target.buffer.subarray(0, length)), expected, operation);
    assertEquals(target.buffer.slice(length), behind, `${operation} wrote behind the end`);
  }
});
