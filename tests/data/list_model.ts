/** Lists beside arrays, and what holds of any list. */
import { assert, assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { List, type ListEnd } from "../../src/data/list.ts";
import { ListCursor } from "../../src/data/list_cursor.ts";
import type { ListNode } from "../../src/data/list_node.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { bytesOf } from "../support/bytes.ts";

export const cursor = new ListCursor();
const slice = new ByteSlice();

/** What an entry may take besides its text. */
const OVERHEAD = 10;

export function limitsOf(size: number, depth = 0): EncodingLimits {
  const limits = new EncodingLimits();
  limits.listMaxListpackSize = size;
  limits.listCompressDepth = depth;
  return limits;
}

export function memoryOf(text: string): ByteBuffer {
  return new ByteBuffer(bytesOf(text));
}

export function push(list: List, end: ListEnd, ...texts: string[]): void {
  list.expect(texts.reduce((sum, text) => sum + text.length, 0), texts.length);
  for (const text of texts) list.push(end, memoryOf(text), 0, text.length);
}

export function listOf(limits: EncodingLimits, ...texts: string[]): List {
  const list = new List(limits);
  push(list, "RIGHT", ...texts);
  return list;
}

export function read(): string {
  cursor.read(slice);
  return slice.text();
}

export function textsOf(list: List): string[] {
  const texts: string[] = [];
  for (let more = list.seek(0, cursor); more; more = cursor.next()) texts.push(read());
  return texts;
}

function reversedTextsOf(list: List): string[] {
  const texts: string[] = [];
  for (let more = list.seek(-1, cursor); more; more = cursor.previous()) texts.push(read());
  return texts;
}

export function nodesOf(list: List): ListNode[] {
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
export function checkNodes(list: List, limit: number): void {
  const nodes = nodesOf(list);
  assertEquals(nodes.length > 0, list.encoding === "quicklist" && list.size > 0);
  let bytes = 0;
  nodes.forEach((node, i) => {
    assert(node.previous === (nodes[i - 1] ?? null));
    assert(node.entries.count > 0);
    assert(!node.isPlain || node.entries.count === 1);
    assert(keepsLimit(node, limit), `${node.entries.count} elements, ${node.entries.byteLength} bytes`);
    bytes += node.entries.storedLength;
  });
  checkCompression(nodes, list.compressDepth);
  if (nodes.length > 0) {
    const overhead = list.memoryUsage() - bytes;
    assert(overhead > 0 && overhead <= 100 + 250 * nodes.length);
  }
}

/** Whether all nodes away from the ends, and only they, are compressed, unless that does not pay. */
function checkCompression(nodes: readonly ListNode[], depth: number): void {
  nodes.forEach(({ entries }, i) => {
    const isInner = depth > 0 && i >= depth && i < nodes.length - depth;
    assert(isInner || !entries.isCompressed, `node ${i} of ${nodes.length} is compressed`);
    if (!isInner || entries.isCompressed) return;
    const copy = entries.clone();
    assert(!copy.compress(), `node ${i} of ${nodes.length} is not compressed`);
    copy.release();
  });
}

/** A list beside an array. */
export class Model {
  readonly array: string[] = [];
  readonly limits: EncodingLimits;
  list: List;
  readonly #random: Random;
  readonly #texts: readonly string[];

  constructor(random: Random, limit: number, texts: readonly string[], depth = 0) {
    this.limits = limitsOf(limit, depth);
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
      this.move,
      this.exchange,
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

  /** As LMOVE does within one list. */
  move(): void {
    if (this.array.length === 0) return;
    const from = this.#end();
    const to = this.#end();
    const text = from === "LEFT" ? this.array.shift()! : this.array.pop()!;
    assert(this.list.seek(from === "LEFT" ? 0 : -1, cursor));
    assertEquals(read(), text);
    this.list.removeEnd(from);
    if (to === "LEFT") this.array.unshift(text);
    else this.array.push(text);
    push(this.list, to, text);
  }

  /** Goes on with a copy. */
  exchange(): void {
    if (this.#random.below(8) > 0) return;
    const { list } = this;
    this.list = list.clone();
    if (list.encoding === "quicklist") assertEquals(this.list.memoryUsage(), list.memoryUsage());
    list.release();
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
export const SHORT = [
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
export const LONG = [
  ...SHORT,
  "x".repeat(700),
  "y".repeat(3000),
  "z".repeat(4090),
  "w".repeat(9000),
  "v".repeat(100),
];

export function runModel(
  limit: number,
  texts: readonly string[],
  steps: number,
  longest: number,
  depth = 0,
): void {
  const before = collectionArena.usedBytes;
  const model = new Model(new Random(limit + 1000 + depth), limit, texts, depth);
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
