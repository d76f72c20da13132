import { assert, assertEquals } from "@std/assert";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ScoreTree, type TreePlace } from "../../src/data/score_tree.ts";
import { idAt, scoreAt } from "../../src/data/score_tree_node.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import type { ByteSlice } from "../../src/util/byte_slice.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

/** Members by id, and the tree's entries in order as a naive list. */
class Model {
  readonly names: string[] = [];
  readonly bytes: ByteBuffer[] = [];
  readonly free: number[] = [];
  /** For names that did not occur before. */
  inserted = 0;
  entries: { id: number; score: number }[] = [];
  readonly tree = new ScoreTree(this);

  key(id: number, out: ByteSlice): void {
    out.set(this.bytes[id], 0, this.bytes[id].buffer.length);
  }

  remove(id: number): void {
    this.free.push(id);
  }

  insert(name: string, score: number): void {
    const id = this.free.pop() ?? this.names.length;
    this.names[id] = name;
    this.bytes[id] = new ByteBuffer(toBytes(name));
    this.entries.splice(this.placeOf(name, score), 0, { id, score });
    this.tree.insert(id, score);
  }

  removeAt(rank: number): void {
    const [{ id, score }] = this.entries.splice(rank, 1);
    this.tree.remove(id, score);
    this.remove(id);
  }

  update(rank: number, score: number): void {
    const [{ id, score: old }] = this.entries.splice(rank, 1);
    this.entries.splice(this.placeOf(this.names[id], score), 0, { id, score });
    this.tree.update(id, old, score);
  }

  removeRange(rank: number, count: number): void {
    this.entries.splice(rank, count);
    this.tree.removeRange(rank, count, this);
  }

  /** How many entries come before this one. */
  placeOf(name: string, score: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.entries[middle];
      const isBefore = entry.score < score || (entry.score === score && this.names[entry.id] < name);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Compares the tree with the list: both ways, ranks of all (or every `step`-th) member, boundaries. */
function check({ entries, tree }: Model, step = 1): void {
  assertEquals(tree.size, entries.length);
  if (entries.length === 0) return;
  const place: TreePlace = { node: 0, index: 0 };
  tree.seek(0, place);
  for (let rank = 0; rank < entries.length; rank++) {
    const { id, score } = entries[rank];
    if (idAt(place.node, place.index) !== id || !Object.is(scoreAt(place.node, place.index), score)) {
      throw new Error(`another member than the model's at rank ${rank}`);
    }
    assertEquals(tree.next(place), rank + 1 < entries.length);
  }
  tree.seek(entries.length - 1, place);
  for (let rank = entries.length - 1; rank >= 0; rank--) {
    if (idAt(place.node, place.index) !== entries[rank].id) throw new Error(`backwards, at rank ${rank}`);
    assertEquals(tree.previous(place), rank > 0);
  }
  for (let rank = 0; rank < entries.length; rank += step) {
    const { id, score } = entries[rank];
    assertEquals(tree.rankOf(id, score), rank);
    tree.seek(rank, place);
    assertEquals(idAt(place.node, place.index), id);
  }
}

function checkBoundaries({ entries, tree }: Model, scores: readonly number[]): void {
  for (const score of scores) {
    assertEquals(tree.countBelow(score, false), entries.filter((entry) => entry.score < score).length);
    assertEquals(tree.countBelow(score, true), entries.filter((entry) => entry.score <= score).length);
  }
}

function randomName(random: Random): string {
  let name = "";
  for (let i = random.below(12); i >= 0; i--) name += String.fromCharCode(97 + random.below(3) * 79);
  return name;
}

/** Random changes; `spread` is the number of different scores. */
function churn(model: Model, random: Random, steps: number, spread: number, growth: number): void {
  const { entries } = model;
  for (let i = 0; i < steps; i++) {
    const size = model.entries.length;
    const score = random.below(spread) - (spread >> 1);
    const kind = random.float();
    if (size === 0 || kind < growth) {
      model.insert(`${randomName(random)}${model.inserted++}`, score);
    } else if (kind < growth + 0.2) model.update(random.below(size), score + random.below(3) * 0.25);
    else if (kind < 0.995) model.removeAt(random.below(size));
    else {
      const rank = random.below(size);
      model.removeRange(rank, Math.min(size - rank, random.below(100)));
    }
  }
  assert(entries === model.entries);
}

for (const spread of [1, 7, 1_000_000]) {
  Deno.test(`score tree: random changes, ${spread} different scores`, () => {
    const usedBefore = collectionArena.usedBytes;
    const random = new Random(spread);
    const model = new Model();
    for (const growth of [0.75, 0.4, 0.75, 0.1]) {
      for (let part = 0; part < 4; part++) {
        churn(model, random, 1500, spread, growth);
        check(model, 7);
        checkBoundaries(model, [-Infinity, -3, 0, 0.5, 2, Infinity]);
      }
      const copy = model.tree.clone(model);
      assertEquals(copy.memoryUsage(), model.tree.memoryUsage());
      const place: TreePlace = { node: 0, index: 0 };
      if (copy.size > 0) copy.seek(0, place);
      for (let rank = 0; rank < copy.size; rank++) {
        assertEquals(idAt(place.node, place.index), model.entries[rank].id);
        assertEquals(copy.rankOf(model.entries[rank].id, model.entries[rank].score), rank);
        copy.next(place);
      }
      copy.release();
    }
    model.removeRange(0, model.entries.length);
    check(model);
    model.insert("again", 1);
    check(model);
    model.tree.release();
    assertEquals(collectionArena.usedBytes, usedBefore);
  });
}

Deno.test("score tree: members in ascending, descending and alternating order fill the nodes", () => {
  const usedBefore = collectionArena.usedBytes;
  const orders: ((i: number) => number)[] = [(i) => i, (i) => -i, (i) => (i % 2 === 0 ? i : -i)];
  for (const [nth, order] of orders.entries()) {
    const model = new Model();
    for (let i = 0; i < 20_000; i++) model.insert(`m${i}`, order(i));
    check(model, 101);
    const bytesPerMember = model.tree.memoryUsage() / model.tree.size;
    assert(bytesPerMember < [13.5, 28, 28][nth], `${bytesPerMember} bytes`);
    model.tree.release();
  }
  assertEquals(collectionArena.usedBytes, usedBefore);
});

Deno.test("score tree: boundaries by bytes where all scores are the same", () => {
  const random = new Random(5);
  const model = new Model();
  const names = new Set<string>();
  while (names.size < 3000) names.add(randomName(random));
  for (const name of names) model.insert(name, 0);
  for (let i = 0; i < 300; i++) {
    const name = randomName(random);
    const bytes = new ByteBuffer(toBytes(name));
    const below = [...names].filter((other) => other < name).length;
    assertEquals(model.tree.countBefore(bytes, 0, name.length, false), below);
    assertEquals(model.tree.countBefore(bytes, 0, name.length, true), below + (names.has(name) ? 1 : 0));
  }
  model.tree.release();
});

Deno.test("score tree: infinities, and both zeros as one score", () => {
  const model = new Model();
  for (const [i, score] of [Infinity, -Infinity, 0, -0, 5e-324, -5e-324, 1.5, -1.5].entries()) {
    for (let copy = 0; copy < 30; copy++) model.insert(`${copy}.${i}`, score);
  }
  check(model);
  checkBoundaries(model, [Infinity, -Infinity, 0, -0, 1]);
  for (let i = 0; i < 200; i++) model.update((i * 37) % model.entries.length, i % 2 === 0 ? -0 : Infinity);
  check(model);
  model.tree.release();
});

Deno.test("score tree: a hundred thousand members, ranges removed from all sides", () => {
  const usedBefore = collectionArena.usedBytes;
  const random = new Random(11);
  const model = new Model();
  const wanted = Array.from({ length: 100_000 }, (_, i) => ({ id: i, score: random.below(5000) }));
  for (const { id } of wanted) {
    model.names[id] = `member:${id}`;
    model.bytes[id] = new ByteBuffer(toBytes(model.names[id]));
  }
  for (const { id, score } of wanted) model.tree.insert(id, score);
  wanted.sort((a, b) => a.score - b.score || (model.names[a.id] < model.names[b.id] ? -1 : 1));
  model.entries = wanted;
  check(model, 997);
  for (
    const [from, count] of [[0, 1], [0, 5000], [94_000, 999], [40_000, 30_000], [100, 1], [63, 129], [
      1,
      9000,
    ]]
  ) {
    model.removeRange(from, count);
    check(model, 997);
  }
  model.removeRange(0, model.entries.length);
  check(model);
  model.tree.release();
  assertEquals(collectionArena.usedBytes, usedBefore);
});
