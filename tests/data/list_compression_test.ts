import { assert, assertEquals } from "@std/assert";
import { List } from "../../src/data/list.ts";
import { ListCursor } from "../../src/data/list_cursor.ts";
import { nodeSettings } from "../../src/data/list_node.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { Random } from "../../src/util/random.ts";
import {
  checkNodes,
  cursor,
  limitsOf,
  listOf,
  LONG,
  memoryOf,
  nodesOf,
  push,
  read,
  runModel,
  SHORT,
  textsOf,
} from "./list_model.ts";

const random = new Random(20240401);

/** Text in which no three bytes come twice. */
function noise(size: number): string {
  return Array.from({ length: size }, () => String.fromCharCode(random.below(256))).join("");
}

/** What compresses well, a little, and not at all; so long that nodes of three are worth it, most of the time. */
const MIXED = [
  "x".repeat(70),
  "abc".repeat(20),
  "y".repeat(15) + noise(20),
  noise(40),
  noise(60),
  "1234567",
  "",
];
const MIXED_LONG = [...LONG, ...MIXED, noise(3000), noise(5000), "abcdefgh".repeat(500)];

function compressedOf(list: List): string {
  return nodesOf(list).map(({ entries }) => entries.isCompressed ? "c" : "-").join("");
}

for (const depth of [1, 2, 3]) {
  for (const limit of [1, 2, 3, 7]) {
    Deno.test(`list compression: random operations, depth ${depth}, up to ${limit} elements a node`, () => {
      runModel(limit, MIXED, 1500, 60, depth);
    });
  }
  for (const limit of [-1, -2, 5]) {
    Deno.test(`list compression: random operations with long elements, depth ${depth}, limit ${limit}`, () => {
      runModel(limit, MIXED_LONG, 800, 40, depth);
    });
  }
}

Deno.test("list compression: nodes too small to be compressed", () => runModel(3, SHORT, 800, 60, 1));

Deno.test("list compression: random operations with plain nodes for all but the shortest elements", () => {
  nodeSettings.packedThreshold = 30;
  try {
    runModel(4, MIXED, 1500, 40, 1);
  } finally {
    nodeSettings.packedThreshold = 0;
  }
});

Deno.test("list compression: a zone at each end stays as it is, whichever way the list grows and shrinks", () => {
  const text = "z".repeat(100);
  const list = listOf(limitsOf(1, 2), text, text, text, text);
  assertEquals(compressedOf(list), "----");
  push(list, "LEFT", text);
  assertEquals(compressedOf(list), "--c--");
  push(list, "RIGHT", text, text);
  assertEquals(compressedOf(list), "--ccc--");
  list.removeEnd("LEFT");
  assertEquals(compressedOf(list), "--cc--");
  list.removeRange(2, 2);
  assertEquals(compressedOf(list), "----");
  list.release();
});

Deno.test("list compression: two nodes more at once push two out of the zone", () => {
  const [half, large] = ["z".repeat(1900), "w".repeat(9000)];
  const list = listOf(limitsOf(-1, 2), ...Array.from({ length: 14 }, () => half));
  assertEquals(compressedOf(list), "--ccc--");
  assert(list.seek(1, cursor));
  list.insert(cursor, false, memoryOf(large), 0, large.length);
  assertEquals(compressedOf(list), "--ccccc--");
  list.release();
});

Deno.test("list compression: reading leaves the nodes compressed", () => {
  const texts = Array.from({ length: 30 }, (_, i) => `${i}`.repeat(50));
  const list = listOf(limitsOf(3, 1), ...texts);
  const before = collectionArena.usedBytes;
  assertEquals(compressedOf(list), "-cccccccc-");
  assertEquals(textsOf(list), texts);
  assert(list.seek(15, cursor));
  assertEquals(read(), texts[15]);
  assert(list.find(memoryOf(texts[20]), 0, texts[20].length, cursor));
  assertEquals(read(), texts[20]);
  assert(!list.find(memoryOf("missing"), 0, 7, cursor));
  assertEquals(list.removeFirst(memoryOf("missing"), 0, 7, 1), 0);
  assertEquals(list.removeLast(memoryOf("missing"), 0, 7, 1), 0);
  assertEquals(compressedOf(list), "-cccccccc-");
  assertEquals(collectionArena.usedBytes, before);
  list.release();
});

Deno.test("list compression: two cursors at once, in nodes that both are compressed", () => {
  const texts = Array.from({ length: 12 }, (_, i) => `${i}`.repeat(50));
  const list = listOf(limitsOf(1, 1), ...texts);
  const other = new ListCursor();
  assert(list.seek(3, cursor));
  assert(list.seek(7, other));
  assertEquals(read(), texts[3]);
  assert(cursor.next());
  assert(other.previous());
  assertEquals(read(), texts[4]);
  assert(other.equals(memoryOf(texts[6]), 0, texts[6].length));
  list.release();
});

Deno.test("list compression: the depth is that at the moment when the list got nodes", () => {
  const text = "z".repeat(100);
  const limits = limitsOf(1);
  const without = listOf(limits, text, text, text);
  const small = listOf(limits, text);
  limits.listCompressDepth = 1;
  push(without, "LEFT", text);
  push(small, "LEFT", text, text);
  assertEquals([without.compressDepth, compressedOf(without)], [0, "----"]);
  assertEquals([small.compressDepth, compressedOf(small)], [1, "-c-"]);
  limits.listCompressDepth = 0;
  const copy = small.clone();
  push(copy, "LEFT", text);
  assertEquals([copy.compressDepth, compressedOf(copy)], [1, "-cc-"]);
  for (const list of [without, small, copy]) list.release();
});

Deno.test("list compression: memory shrinks for what compresses, and is given back", () => {
  const before = collectionArena.usedBytes;
  const used = [0, 1].map((depth) => {
    const list = new List(limitsOf(-2, depth));
    const memory = memoryOf("all work and no play makes a dull list, ".repeat(5));
    list.expect(20_000, 100);
    for (let i = 0; i < 10_000; i++) list.push("RIGHT", memory, i % 40, 200);
    checkNodes(list, -2);
    const figures = [collectionArena.usedBytes - before, list.memoryUsage()];
    list.release();
    assertEquals(collectionArena.usedBytes, before);
    return figures;
  });
  assert(used[1][0] < used[0][0] / 8, `${used[1][0]} of ${used[0][0]} bytes in the arena`);
  assert(used[1][1] < used[0][1] / 8, `${used[1][1]} of ${used[0][1]} bytes told`);
});

Deno.test("list compression: one large element in a node of its own", () => {
  const large = "large ".repeat(50_000);
  const list = listOf(limitsOf(-2, 1), "a", large, "b".repeat(100), "c", large, "d");
  assertEquals(compressedOf(list), "-ccc-");
  assertEquals(textsOf(list)[4], large);
  assert(list.memoryUsage() < 20_000);
  assert(list.seek(1, cursor));
  list.replace(cursor, memoryOf(large + "!"), 0, large.length + 1);
  assertEquals(compressedOf(list), "-ccc-");
  assertEquals(textsOf(list)[1], large + "!");
  list.release();
});

Deno.test("list compression: a depth beyond the list's length compresses nothing", () => {
  const text = "z".repeat(100);
  const list = listOf(limitsOf(1, 2 ** 31 - 1), ...Array.from({ length: 20 }, () => text));
  assertEquals(compressedOf(list), "-".repeat(20));
  assert(list.compressDepth > 0);
  list.release();
});
