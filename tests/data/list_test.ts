import { assert, assertEquals } from "@std/assert";
import { List } from "../../src/data/list.ts";
import { nodeSettings } from "../../src/data/list_node.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import {
  checkNodes,
  cursor,
  limitsOf,
  listOf,
  LONG,
  memoryOf,
  nodesOf,
  push,
  runModel,
  SHORT,
  textsOf,
} from "./list_model.ts";

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
