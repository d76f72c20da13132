import { assert, assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { List, type ListEnd } from "../../src/data/list.ts";
import { ListCursor } from "../../src/data/list_cursor.ts";
import { type ListNode, nodeSettings } from "../../src/data/list_node.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { bytesOf } from "../support/bytes.ts";

const cursor = new ListCursor();
const slice = new ByteSlice();

/** What an entry may take besides its text. */
const OVERHEAD = 10;

function limitsOf(size: number): EncodingLimits {
  const limits = new EncodingLimits();
  limits.listMaxListpackSize = size;
  return limits;
}

function memoryOf(text: string): ByteBuffer {
  return new ByteBuffer(bytesOf(text));
}

function push(list: List, end: ListEnd, ...texts: string[]): void {
  list.expect(texts.reduce((sum, text) => sum + text.length, 0), texts.length);
  for (const text of texts) list.push(end, memoryOf(text), 0, text.length);
}

function listOf(limits: EncodingLimits, ...texts: string[]): List {
  const list = new List(limits);
  push(list, "RIGHT", ...texts);
  return list;
}

function read(): string {
  cursor.read(slice);
  return slice.text();
}

function textsOf(list: List): string[] {
  const texts: string[] = [];
  for (let more = list.seek(0, cursor); more; more = cursor.next()) texts.push(read());
  return texts;
}

function reversedTextsOf(list: List): string[] {
  const texts: string[] = [];
  for (let more = list.seek(-1, cursor); more; more = cursor.previous()) texts.push(read());
  return texts;
}

function nodesOf(list: List): ListNode[] {
  const nodes: ListNode[] = [];
  for (let node = list.firstNode; node !== null; node = node.next) nodes.push(node);
  return nodes;
}

/** Whether the node keeps to the limit, as far as the limit counts what elements take besides their text. */
function keepsLimit({ entries }: ListNode, limit: number): boolean {
  if (entries.count === 1) return true;
  const bytes = limit < 0 ? [4096, 8192][-limit - 1] : 8192;
  return entries.byteLength <= bytes + OVERHEAD && (limit < 0 || entries.count <= Math.max(1, limit));
}

/** The chain, the sizes of its nodes, and what the list says of its memory. */
function checkNodes(list: List, limit: number): void {
  const nodes = nodesOf(list);
  assertEquals(nodes.length > 0, list.encoding === "quicklist" && list.size > 0);
  let bytes = 0;
  nodes.forEach((node, i) => {
    assert(node.previous === (nodes[i - 1] ?? null));
    assert(node.entries.count > 0);
    assert(!node.isPlain || node.entries.count === 1);
    assert(keepsLimit(node, limit), `${node.entries.count} elements, ${node.entries.byteLength} bytes`);
    bytes += node.entries.byteLength;
  });
  if (nodes.length > 0) {
    const overhead = list.memoryUsage() - bytes;
    assert(overhead > 0 && overhead <= 100 + 250 * nodes.length);
  }
}

/** A list beside an array. */
class Model {
  readonly array: string[] = [];
  readonly limits: EncodingLimits;
  readonly list: List;
  readonly #random: Random;
  readonly #texts: readonly string[];

  constructor(random: Random, limit: number, texts: readonly string[]) {
    this.limits = limitsOf(limit);
    this.list = new List(this.limits);
    this.#random = random;
    this.#texts = texts;
  }

  step(longest: number): void {
    const { array } = this;
    if (array.length > longest) return this.removeRange();
    const operations = [
      this.push,
      this.push,
      this.pop,
      this.replace,
      this.insert,
      this.insert,
      this.removeEqual,
      this.removeRange,
    ];
    operations[this.#random.below(operations.length)].call(this);
  }

  #text(): string {
    return this.#texts[this.#random.below(this.#texts.length)];
  }

  #end(): ListEnd {
    return this.#random.below(2) === 0 ? "LEFT" : "RIGHT";
  }

  push(): void {
    const end = this.#end();
    const text = this.#text();
    if (end === "LEFT") this.array.unshift(text);
    else this.array.push(text);
    push(this.list, end, text);
  }

  pop(): void {
    if (this.array.length === 0) return;
    const end = this.#end();
    this.list.removeEnd(end);
    if (end === "LEFT") this.array.shift();
    else this.array.pop();
  }

  replace(): void {
    if (this.array.length === 0) return;
    const index = this.#random.below(this.array.length);
    const text = this.#text();
    this.list.expect(text.length, 1);
    assert(this.list.seek(this.#random.below(2) === 0 ? index : index - this.array.length, cursor));
    this.list.replace(cursor, memoryOf(text), 0, text.length);
    this.array[index] = text;
  }

  insert(): void {
    const pivot = this.#text();
    const text = this.#text();
    const behind = this.#random.below(2) === 0;
    const index = this.array.indexOf(pivot);
    this.list.expect(text.length, 1);
    assertEquals(this.list.find(memoryOf(pivot), 0, pivot.length, cursor), index >= 0);
    if (index < 0) return;
    this.list.insert(cursor, behind, memoryOf(text), 0, text.length);
    this.array.splice(behind ? index + 1 : index, 0, text);
  }

  removeEqual(): void {
    const text = this.#text();
    const count = 1 + this.#random.below(3);
    const forward = this.#random.below(2) === 0;
    const memory = memoryOf(text);
    const removed = forward
      ? this.list.removeFirst(memory, 0, text.length, count)
      : this.list.removeLast(memory, 0, text.length, count);
    let expected = 0;
    for (; expected < count; expected++) {
      const index = forward ? this.array.indexOf(text) : this.array.lastIndexOf(text);
      if (index < 0) break;
      this.array.splice(index, 1);
    }
    assertEquals(removed, expected);
  }

  removeRange(): void {
    const index = this.#random.below(this.array.length + 1);
    const most = this.array.length - index;
    const count = this.#random.below(4) === 0 ? this.#random.below(most + 1) : Math.min(most, 2);
    this.list.removeRange(index, count);
    this.array.splice(index, count);
  }

  check(): void {
    const { array, list } = this;
    assertEquals(list.size, array.length);
    assertEquals(textsOf(list), array);
    assertEquals(reversedTextsOf(list), array.toReversed());
    for (const index of [0, -1, array.length >> 1, array.length, -array.length - 1]) {
      assertEquals(list.seek(index, cursor) ? read() : undefined, array.at(index));
    }
    checkNodes(list, this.limits.listMaxListpackSize);
  }
}

/** Short texts, integers, and some that are as long as a part of a node or longer than one. */
const SHORT = [
  "",
  "a",
  "b",
  "\x00\xff\r\n",
  "0",
  "-1",
  "127",
  "128",
  "-32769",
  "2147483648",
  "9223372036854775807",
];
const LONG = [
  ...SHORT,
  "x".repeat(700),
  "y".repeat(3000),
  "z".repeat(4090),
  "w".repeat(9000),
  "v".repeat(100),
];

function runModel(limit: number, texts: readonly string[], steps: number, longest: number): void {
  const before = collectionArena.usedBytes;
  const model = new Model(new Random(limit + 1000), limit, texts);
  for (let step = 0; step < steps; step++) {
    model.step(longest);
    if (step % 8 === 0) model.check();
  }
  model.check();
  const copy = model.list.clone();
  assertEquals(textsOf(copy), model.array);
  assertEquals(copy.encoding, model.list.encoding);
  model.list.release();
  assertEquals(textsOf(copy), model.array);
  copy.release();
  assertEquals(collectionArena.usedBytes, before);
}

for (const limit of [0, 1, 2, 3, 4, 7, 16]) {
  Deno.test(`list: random operations, up to ${limit} elements a node`, () => {
    runModel(limit, SHORT, 1500, 60);
  });
}

for (const limit of [-1, -2, 5]) {
  Deno.test(`list: random operations with long elements, limit ${limit}`, () => {
    runModel(limit, LONG, 1500, 40);
  });
}

Deno.test("list: random operations with plain nodes for all but the shortest elements", () => {
  nodeSettings.packedThreshold = 3;
  try {
    runModel(4, SHORT, 2000, 40);
  } finally {
    nodeSettings.packedThreshold = 0;
  }
});

Deno.test("list: the encoding follows the limit, with half of it as the way back", () => {
  const limits = limitsOf(4);
  const list = listOf(limits, "a", "b", "c", "d");
  assertEquals(list.encoding, "listpack");
  push(list, "RIGHT", "e");
  assertEquals(list.encoding, "quicklist");
  list.removeEnd("RIGHT");
  assertEquals(list.encoding, "quicklist");
  list.removeEnd("RIGHT");
  assertEquals([list.encoding, list.size], ["quicklist", 3]);
  list.removeEnd("LEFT");
  assertEquals(list.encoding, "listpack");
  assertEquals(textsOf(list), ["b", "c"]);
  list.release();
});

Deno.test("list: bytes count, and what is about to be added counts before it is there", () => {
  const limits = limitsOf(-1);
  const list = listOf(limits, "x".repeat(4000));
  assertEquals(list.encoding, "listpack");
  list.expect(100, 1);
  assertEquals(list.encoding, "quicklist");
  push(list, "LEFT", "y".repeat(100));
  assertEquals(nodesOf(list).map(({ entries }) => entries.count), [1, 1]);
  list.removeEnd("RIGHT");
  assertEquals(list.encoding, "listpack");
  list.release();
});

Deno.test("list: an element in the middle of a full node splits it, and neighbours that fit are merged", () => {
  const list = listOf(limitsOf(4), ..."abcdefghijkl");
  const counts = () => nodesOf(list).map(({ entries }) => entries.count);
  assertEquals(counts(), [4, 4, 4]);
  const insert = (pivot: string, behind: boolean, text: string) => {
    assert(list.find(memoryOf(pivot), 0, 1, cursor));
    list.insert(cursor, behind, memoryOf(text), 0, 1);
  };
  insert("f", true, "1");
  assertEquals(counts(), [4, 2, 3, 4]);
  // Full, and the place is at its end: the head of the next node has room.
  insert("d", true, "2");
  assertEquals(counts(), [4, 3, 3, 4]);
  insert("a", false, "3");
  assertEquals(counts(), [1, 4, 3, 3, 4]);
  insert("k", false, "4");
  assertEquals(textsOf(list).join(""), "3abcd2ef1ghij4kl");
  for (const text of "3abc") assertEquals(list.removeFirst(memoryOf(text), 0, 1, 1), 1);
  insert("j", true, "5");
  assertEquals(textsOf(list).join(""), "d2ef1ghij54kl");
  list.release();
});

Deno.test("list: a large element has a node of its own", () => {
  const list = listOf(limitsOf(-2), "a", "b", "c".repeat(10_000), "d");
  assertEquals(nodesOf(list).map(({ isPlain }) => isPlain), [false, true, false]);
  assert(list.seek(2, cursor));
  list.replace(cursor, memoryOf("small"), 0, 5);
  assertEquals(nodesOf(list).map(({ isPlain }) => isPlain), [false, false, false]);
  assert(list.seek(0, cursor));
  list.replace(cursor, memoryOf("e".repeat(20_000)), 0, 20_000);
  assertEquals(nodesOf(list).map(({ isPlain }) => isPlain), [true, false, false, false]);
  assertEquals(textsOf(list).map((text) => text.length), [20_000, 1, 5, 1]);
  list.release();
});

Deno.test("list: a hundred thousand nodes, changed in the middle", () => {
  const before = collectionArena.usedBytes;
  const list = new List(limitsOf(1));
  const memory = memoryOf("value");
  list.expect(0, 2);
  for (let i = 0; i < 100_000; i++) list.push("RIGHT", memory, 0, 5);
  assert(list.seek(50_000, cursor));
  for (let i = 0; i < 10_000; i++) {
    const { node } = cursor;
    list.insert(cursor, true, memory, 0, 5);
    cursor.set(node, node!.entries, node!.entries.first());
  }
  assertEquals(list.size, 110_000);
  list.removeRange(10, 109_980);
  assertEquals(list.size, 20);
  checkNodes(list, 1);
  list.release();
  assertEquals(collectionArena.usedBytes, before);
});
