import { assert, assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { StreamCursor } from "../../src/data/stream_cursor.ts";
import { StreamId } from "../../src/data/stream_id.ts";
import type { Pieces } from "../../src/data/stream_node.ts";
import { Stream } from "../../src/data/stream.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { writeByteString } from "../../src/util/byte_string.ts";
import { Random } from "../conformance/random.ts";

interface Entry {
  id: bigint;
  words: string[];
}

/** What the stream should be: all entries in an array. */
class Model {
  entries: Entry[] = [];
  last = 0n;
  added = 0;
  maxDeleted = 0n;
}

const LARGEST = 2n ** 128n - 1n;

function idOf(value: bigint): StreamId {
  const id = new StreamId();
  id.setMilliseconds(value >> 64n);
  id.setSequence(BigInt.asUintN(64, value));
  return id;
}

function textOf(value: bigint): string {
  return idOf(value).toString();
}

function piecesOf(words: readonly string[]): Pieces {
  const memory = new ByteBuffer(words.join("").length);
  const starts = new Int32Array(words.length);
  const ends = new Int32Array(words.length);
  let position = 0;
  words.forEach((word, i) => {
    starts[i] = position;
    ends[i] = position = writeByteString(memory.buffer, position, word);
  });
  return { buffer: memory.buffer, view: memory.view, starts, ends };
}

function read(stream: Stream, from: bigint, to: bigint, reverse: boolean): [string, string[]][] {
  const cursor = new StreamCursor();
  const field = new ByteSlice();
  const value = new ByteSlice();
  const found: [string, string[]][] = [];
  cursor.start(stream.nodes, idOf(from), idOf(to), reverse);
  while (cursor.next()) {
    const words: string[] = [];
    // Some entries are passed over half read.
    const wanted = found.length % 5 === 4 ? cursor.fieldCount >> 1 : cursor.fieldCount;
    for (let i = 0; i < wanted; i++) {
      cursor.nextField(field, value);
      words.push(field.text(), value.text());
    }
    found.push([cursor.id.toString(), words]);
  }
  return found;
}

function expected({ entries }: Model, from: bigint, to: bigint, reverse: boolean): [string, string[]][] {
  const found = entries.filter(({ id }) => id >= from && id <= to);
  if (reverse) found.reverse();
  return found.map(({ id, words }, i) => {
    const pairs = words.length / 2;
    return [textOf(id), words.slice(0, 2 * (i % 5 === 4 ? pairs >> 1 : pairs))];
  });
}

/** Steps between IDs: next sequence numbers, next milliseconds, and jumps that no number holds. */
const STEPS = [
  1n,
  1n,
  3n,
  1n << 40n,
  (1n << 64n) - 2n,
  1n << 64n,
  5n << 64n,
  (1n << 64n) + (1n << 63n),
  1n << 119n,
];

function append(random: Random, stream: Stream, model: Model): void {
  const step = random.chance(0.995) ? random.pick(STEPS.slice(0, -1)) : random.pick(STEPS);
  const id = model.last + step;
  if (id > LARGEST) return;
  const names = random.chance(0.7) ? ["a", "12"] : random.pick([["a"], ["12", "a"], ["x", "y", "z"]]);
  const words = names.flatMap((
    name,
  ) => [name, random.chance(0.3) ? String(random.below(100_000)) : random.bytes(random.below(12))]);
  stream.append(idOf(id), piecesOf(words), 0, names.length);
  model.entries.push({ id, words });
  model.last = id;
  model.added++;
}

function someId(random: Random, model: Model): bigint {
  if (model.entries.length === 0) return random.chance(0.5) ? 0n : model.last;
  const { id } = random.pick(model.entries);
  return random.chance(0.7) ? id : id + BigInt(random.between(-1, 1));
}

function remove(random: Random, stream: Stream, model: Model): void {
  const id = someId(random, model);
  const index = model.entries.findIndex((entry) => entry.id === id);
  assertEquals(stream.delete(idOf(id)), index >= 0);
  if (index < 0) return;
  model.entries.splice(index, 1);
  if (id > model.maxDeleted) model.maxDeleted = id;
  stream.refreshFirstId();
}

function trimExactly(random: Random, stream: Stream, model: Model): void {
  const scope = { approximate: false, limit: 0 };
  const before = model.entries.length;
  if (random.chance(0.5)) {
    const length = Math.max(0, before - random.below(20));
    model.entries.splice(0, before - length);
    assertEquals(stream.trimToLength(length, scope), before - model.entries.length);
  } else {
    const id = model.entries[Math.min(before - 1, random.below(20))]?.id ?? 1n;
    model.entries = model.entries.filter((entry) => entry.id >= id);
    assertEquals(stream.trimBefore(idOf(id), scope), before - model.entries.length);
  }
}

/** Approximate trimming removes as many whole nodes from the front as it may. */
function trimNodes(random: Random, stream: Stream, model: Model): void {
  const limit = random.chance(0.5) ? 0 : random.below(20);
  const length = Math.max(0, model.entries.length - random.below(30));
  let removed = 0;
  for (let i = 0; i < stream.nodes.length; i++) {
    const { live } = stream.nodes.at(i);
    if (model.entries.length - removed <= length) break;
    if (limit > 0 && removed + live > limit || model.entries.length - removed - live < length) break;
    removed += live;
  }
  assertEquals(stream.trimToLength(length, { approximate: true, limit }), removed);
  model.entries.splice(0, removed);
}

function check(stream: Stream, model: Model, limits: EncodingLimits): void {
  assertEquals(stream.size, model.entries.length);
  assertEquals(stream.lastId.toString(), textOf(model.last));
  assertEquals(stream.firstId.toString(), textOf(model.entries[0]?.id ?? 0n));
  assertEquals(stream.maxDeletedId.toString(), textOf(model.maxDeleted));
  assertEquals(stream.entriesAdded, BigInt(model.added));
  let live = 0;
  for (let i = 0; i < stream.nodes.length; i++) {
    const node = stream.nodes.at(i);
    live += node.live;
    assert(node.live + node.deleted <= limits.streamNodeMaxEntries);
    assertEquals(node.listpack.readInteger(node.listpack.first()), node.live);
    if (i > 0) assert(stream.nodes.at(i - 1).id.compare(node.id) < 0);
  }
  assertEquals(live, stream.size);
}

function checkRanges(random: Random, stream: Stream, model: Model): void {
  for (const reverse of [false, true]) {
    assertEquals(read(stream, 0n, LARGEST, reverse), expected(model, 0n, LARGEST, reverse));
    const from = someId(random, model);
    const to = someId(random, model);
    assertEquals(read(stream, from, to, reverse), expected(model, from, to, reverse));
  }
  const id = someId(random, model);
  assertEquals(stream.has(idOf(id)), model.entries.some((entry) => entry.id === id));
}

Deno.test("stream: the same as an array of entries", () => {
  const before = collectionArena.usedBytes;
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    const limits = new EncodingLimits();
    limits.streamNodeMaxEntries = [10, 3, 200][seed - 1];
    limits.streamNodeMaxBytes = [0, 4096, 300][seed - 1];
    const stream = new Stream(limits);
    const model = new Model();
    for (let step = 0; step < 1500; step++) {
      const kind = random.float();
      if (kind < 0.7) append(random, stream, model);
      else if (kind < 0.93) remove(random, stream, model);
      else if (kind < 0.96) trimExactly(random, stream, model);
      else trimNodes(random, stream, model);
      check(stream, model, limits);
      if (step % 25 === 0) checkRanges(random, stream, model);
    }
    const copy = stream.clone();
    check(copy, model, limits);
    assertEquals(read(copy, 0n, LARGEST, false), expected(model, 0n, LARGEST, false));
    stream.release();
    checkRanges(random, copy, model);
    copy.release();
  }
  assertEquals(collectionArena.usedBytes, before);
});

Deno.test("stream: groups are copied and given back", () => {
  const before = collectionArena.usedBytes;
  const stream = new Stream(new EncodingLimits());
  const group = stream.addGroup("g", idOf(0n), 0n);
  const consumers = [group.addConsumer("b", 1), group.addConsumer("a", 2)];
  for (let i = 1n; i <= 1000n; i++) group.deliver(idOf(i), consumers[Number(i % 2n)], 5);
  assertEquals(group.consumers.map(({ name, pending }) => [name, pending.size]), [["a", 500], ["b", 500]]);
  const copy = stream.clone();
  group.deleteConsumer(consumers[0]);
  assertEquals(group.pending.size, 500);
  group.deliver(idOf(1n), group.addConsumer("c", 3), 5);
  assertEquals(group.consumers.map(({ name, pending }) => [name, pending.size]), [["a", 499], ["c", 1]]);
  assert(group.acknowledge(idOf(1n)));
  assert(!group.acknowledge(idOf(1n)));
  stream.deleteGroup(group);
  assertEquals(copy.group("g")!.consumers.map(({ pending }) => pending.size), [500, 500]);
  stream.release();
  copy.release();
  assertEquals(collectionArena.usedBytes, before);
});

Deno.test("stream: nodes are taken from the front", () => {
  const limits = new EncodingLimits();
  limits.streamNodeMaxEntries = 1;
  const stream = new Stream(limits);
  const pieces = piecesOf(["field", "value"]);
  const id = new StreamId();
  const scope = { approximate: true, limit: 0 };
  // Were a removal from the front to move all nodes, this would not end.
  for (let i = 1; i <= 60_000; i++) {
    id.setTime(i);
    stream.append(id, pieces, 0, 1);
    stream.trimToLength(30_000, scope);
  }
  assertEquals([stream.size, stream.nodes.length], [30_000, 30_000]);
  stream.release();
});
