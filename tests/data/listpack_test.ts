import { assert, assertEquals } from "@std/assert";
import { Listpack, NONE } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

const slice = new ByteSlice();

function source(text: string): [ByteBuffer, number, number] {
  return [new ByteBuffer(toBytes(`..${text}`)), 2, text.length + 2];
}

function contents(listpack: Listpack): string[] {
  const texts: string[] = [];
  for (let p = listpack.first(); p !== NONE; p = listpack.next(p)) {
    listpack.read(p, slice);
    texts.push(slice.text());
  }
  return texts;
}

function contentsBackwards(listpack: Listpack): string[] {
  const texts: string[] = [];
  for (let p = listpack.last(); p !== NONE; p = listpack.previous(p)) {
    listpack.read(p, slice);
    texts.push(slice.text());
  }
  return texts;
}

/** Both sides of every border between encodings. */
const BORDERS = [
  ...[0, 1, 127, 128, 4095, 4096, 32767, 32768, 8388607, 8388608, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1].flatMap((
    n,
  ) => [
    String(n),
    String(-n - 1),
  ]),
  ...[
    "9007199254740992",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "-9223372036854775809",
  ],
  ...["-0", "+1", "01", "1 ", " 1", "1.0", "", "-", "\x00\xff\r\n"],
  ...[1, 62, 63, 64, 124, 125, 126, 127, 4094, 4095, 4096, 16380, 16383, 16384].map((size) =>
    "x".repeat(size)
  ),
];

function loaded(bytes: Uint8Array<ArrayBuffer>): Listpack {
  const listpack = Listpack.load(new ByteBuffer(bytes), 0, bytes.length);
  assert(listpack !== null);
  return listpack!;
}

Deno.test("Listpack: every encoding is read back, forwards and backwards", () => {
  const listpack = new Listpack();
  for (const text of BORDERS) listpack.append(...source(text));
  assertEquals(contents(listpack), BORDERS);
  assertEquals(contentsBackwards(listpack), BORDERS.toReversed());
  BORDERS.forEach((text, index) => {
    const position = listpack.seek(index);
    assert(listpack.equals(position, ...source(text)));
    assertEquals(listpack.seek(index - BORDERS.length), position);
    assertEquals(listpack.find(...source(text), listpack.first(), 1), position);
    const isInteger = /^(?:0|-?[1-9][0-9]{0,18})$/.test(text) &&
      BigInt.asIntN(64, BigInt(text)) === BigInt(text);
    assertEquals(listpack.readBigInteger(position), isInteger ? BigInt(text) : undefined);
    const number = isInteger && Number.isSafeInteger(Number(text)) ? Number(text) : NaN;
    assertEquals(listpack.readInteger(position), number);
  });
  const copy = loaded(listpack.toBytes());
  assertEquals(contents(copy), BORDERS);
  assertEquals(copy.toBytes(), listpack.toBytes());
  copy.release();
  listpack.release();
});

Deno.test("Listpack: the bytes are those that redis-server keeps", () => {
  // RPUSH of these elements; what stands in DUMP's payload between the node's length and its trailer.
  const listpack = new Listpack();
  for (
    const text of ["hello", "5", "-5", "4096", "100000", "-2147483648", "12345678901", "", "z".repeat(70)]
  ) {
    listpack.append(...source(text));
  }
  const hex = Array.from(listpack.toBytes(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  assertEquals(hex, FROM_REDIS);
  listpack.release();
});

const FROM_REDIS =
  "7700000009008568656c6c6f060501dffb02f1001003f2a0860104f30000008005f4351cdcdf02000000098001e046" +
  "7a".repeat(70) + "48ff";

Deno.test("Listpack: numbers appended as numbers are as if they were text", () => {
  const asText = new Listpack();
  const asNumbers = new Listpack();
  for (const value of [0, -1, 127, 128, 4096, -4097, 40000, 9e6, -(2 ** 31), 2 ** 40, -(2 ** 40) - 7]) {
    asText.append(...source(String(value)));
    asNumbers.appendInteger(value);
    asText.append(...source(String(2n ** 62n + BigInt(value))));
    asNumbers.appendBigInteger(2n ** 62n + BigInt(value));
  }
  assertEquals(asNumbers.toBytes(), asText.toBytes());
  asText.release();
  asNumbers.release();
});

/** An element of any encoding, from few enough that equal ones meet. */
function randomElement(random: Random): string {
  const kind = random.below(10);
  if (kind < 4) return String(random.below(300) - 150);
  if (kind < 5) return String(random.below(2 ** 40) - 2 ** 39);
  if (kind < 9) return "ab\xff".repeat(random.below(6));
  return "long".repeat(random.below(60));
}

/** One random operation on both; positions are used the way callers use them. */
function mutate(random: Random, listpack: Listpack, model: string[]): void {
  const text = randomElement(random);
  const index = random.below(model.length + 1);
  const position = listpack.seek(index);
  assertEquals(position === NONE, index === model.length);
  switch (random.below(model.length > 120 ? 8 : 6)) {
    case 0:
      listpack.append(...source(text));
      model.push(text);
      break;
    case 1:
      listpack.prepend(...source(text));
      model.unshift(text);
      break;
    case 2: {
      const at = listpack.insertBefore(position, ...source(text));
      model.splice(index, 0, text);
      assert(listpack.equals(at, ...source(text)));
      break;
    }
    case 3:
      if (position === NONE) break;
      listpack.read(listpack.replace(position, ...source(text)), slice);
      assertEquals(slice.text(), text);
      model[index] = text;
      break;
    case 4:
      if (position === NONE) break;
      listpack.replaceInteger(position, index * 1000);
      model[index] = String(index * 1000);
      break;
    case 5: {
      if (position === NONE) break;
      const next = listpack.remove(position);
      model.splice(index, 1);
      assertEquals(next, listpack.seek(index));
      break;
    }
    default: {
      const count = random.below(20);
      const from = random.below(2) === 0 || index === model.length ? index : index - model.length;
      listpack.removeRange(from, count);
      model.splice(index, count);
    }
  }
}

Deno.test("Listpack: random operations, against an array", () => {
  const used = collectionArena.usedBytes;
  for (let seed = 1; seed <= 8; seed++) {
    const random = new Random(seed);
    const listpack = new Listpack();
    const model: string[] = [];
    for (let step = 0; step < 1500; step++) {
      mutate(random, listpack, model);
      assertEquals(listpack.count, model.length);
      if (step % 10 !== 0) continue;
      assertEquals(contents(listpack), model);
      assertEquals(contentsBackwards(listpack), model.toReversed());
      const size = model.reduce((sum, text) => sum + Listpack.entrySize(...source(text)), 7);
      assertEquals(listpack.byteLength, size);
      const wanted = randomElement(random);
      const stride = 1 + random.below(2);
      const expected = model.findIndex((text, index) => text === wanted && index % stride === 0);
      const found = listpack.find(...source(wanted), listpack.first(), stride);
      assertEquals(found, expected < 0 ? NONE : listpack.seek(expected));
    }
    const copy = listpack.clone();
    listpack.clear();
    assertEquals(contents(listpack), []);
    assertEquals(contents(copy), model);
    listpack.release();
    copy.release();
  }
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("Listpack: a queue does not grow, from whichever end it is filled", () => {
  for (const fromFront of [false, true]) {
    const listpack = new Listpack();
    for (let i = 0; i < 50; i++) listpack.append(...source("element"));
    const before = listpack.memoryUsage();
    for (let i = 0; i < 10_000; i++) {
      if (fromFront) listpack.prepend(...source("element"));
      else listpack.append(...source("element"));
      listpack.remove(fromFront ? listpack.last() : listpack.first());
    }
    assertEquals(listpack.count, 50);
    assert(listpack.memoryUsage() <= before * 2);
    listpack.release();
  }
});
