import { assertEquals } from "@std/assert";
import { collectionArena } from "../../src/data/memory_block.ts";
import { freePending, newPending, pendingId } from "../../src/data/pending_entry.ts";
import { PendingIndex } from "../../src/data/pending_index.ts";
import { NO_SLOT } from "../../src/data/slab_arena.ts";
import { StreamId } from "../../src/data/stream_id.ts";
import { Random } from "../conformance/random.ts";

function idOf(value: number): StreamId {
  const id = new StreamId();
  id.setTime(value);
  return id;
}

function valueOf(handle: number): number {
  const id = new StreamId();
  pendingId(handle, id);
  return Number(id.toString().split("-")[0]);
}

Deno.test("pending index: the same as a sorted array", () => {
  const before = collectionArena.usedBytes;
  const random = new Random(7);
  const index = new PendingIndex();
  const model = new Set<number>();
  const sorted = () => [...model].sort((a, b) => a - b);
  for (let step = 0; step < 12_000; step++) {
    // Grows beyond several blocks, then shrinks.
    const value = random.below(3000);
    const adds = random.chance(step < 6000 ? 0.7 : 0.25);
    if (adds && !model.has(value)) {
      index.add(newPending(idOf(value), 0, 1n, 0), idOf(value));
      model.add(value);
    } else if (!adds) {
      const handle = index.remove(idOf(value));
      assertEquals(handle !== NO_SLOT, model.delete(value));
      if (handle !== NO_SLOT) freePending(handle);
    }
    assertEquals(index.size, model.size);
    assertEquals(index.find(idOf(value)) !== NO_SLOT, model.has(value));
    if (step % 400 === 0) checkOrder(index, sorted(), value);
  }
  index.forEach(freePending);
  assertEquals(collectionArena.usedBytes, before);
});

function checkOrder(index: PendingIndex, sorted: number[], from: number): void {
  assertEquals([...index.from(idOf(0))].map(valueOf), sorted);
  const rest = sorted.filter((value) => value >= from);
  assertEquals([...index.from(idOf(from))].map(valueOf), rest);
  const ceiling = index.ceiling(idOf(from));
  assertEquals(ceiling === NO_SLOT ? undefined : valueOf(ceiling), rest[0]);
  if (sorted.length === 0) return assertEquals([index.first(), index.last()], [NO_SLOT, NO_SLOT]);
  assertEquals([valueOf(index.first()), valueOf(index.last())], [sorted[0], sorted.at(-1)]);
}

Deno.test("pending index: ascending additions and removals from the front", () => {
  const index = new PendingIndex();
  for (let i = 0; i < 5000; i++) index.add(newPending(idOf(i), 0, 1n, 0), idOf(i));
  for (let i = 0; i < 5000; i++) {
    assertEquals(valueOf(index.first()), i);
    freePending(index.remove(idOf(i)));
  }
  assertEquals([index.size, index.first()], [0, NO_SLOT]);
});
