import { assertEquals } from "@std/assert";
import { ByteIndex } from "../../src/data/byte_index.ts";
import { Random } from "../../src/util/random.ts";

/** All ids with this hash, in ascending order. */
function idsOf(index: ByteIndex, hash: number): number[] {
  const ids: number[] = [];
  for (let id = index.find(hash, 0); id !== -1; id = index.find(hash, ids.length)) ids.push(id);
  return ids.sort((a, b) => a - b);
}

function check(index: ByteIndex, model: Map<number, number>): void {
  const byHash = new Map<number, number[]>();
  for (const [id, hash] of model) byHash.set(hash, [...(byHash.get(hash) ?? []), id]);
  for (const [hash, ids] of byHash) assertEquals(idsOf(index, hash), ids.sort((a, b) => a - b));
}

/** Hashes of which many are equal, or agree in their low bits, or both. */
const UNIVERSES: Record<string, (random: Random) => number> = {
  random: (random) => random.uint32() | 0,
  equal: (random) => random.below(12),
  "one home": (random) => random.below(40) << 20,
  "at the table's end": (random) => -1 - random.below(30),
};

for (const [name, draw] of Object.entries(UNIVERSES)) {
  Deno.test(`byte index: random changes against a model, ${name} hashes`, () => {
    const random = new Random(name.length);
    const index = new ByteIndex();
    const model = new Map<number, number>();
    for (let phase = 0; phase < 8; phase++) {
      // Phases that grow the index, and phases that shrink it to nearly nothing.
      const additions = phase % 2 === 0 ? 7 : 1;
      for (let i = 0; i < 600; i++) {
        if (random.below(8) < additions) {
          const id = phase * 600 + i;
          const hash = draw(random);
          index.insert(id, hash);
          model.set(id, hash);
        } else if (model.size > 0) {
          const id = [...model.keys()][random.below(model.size)];
          index.remove(id, model.get(id)!);
          model.delete(id);
        }
        if (i % 37 === 0) check(index, model);
      }
      check(index.clone(), model);
    }
  });
}

Deno.test("byte index: every change moves a few slots only, and both ways of resizing end", () => {
  const index = new ByteIndex();
  const count = 50_000;
  let rehashings = 0;
  let before = false;
  const watch = () => {
    if (index.isRehashing && !before) rehashings++;
    before = index.isRehashing;
  };
  for (let id = 0; id < count; id++) {
    index.insert(id, Math.imul(id, 0x9e3779b1));
    watch();
  }
  const largest = index.byteLength;
  for (let id = 0; id < count; id++) {
    assertEquals(index.find(Math.imul(id, 0x9e3779b1), 0), id);
    index.remove(id, Math.imul(id, 0x9e3779b1));
    watch();
  }
  assertEquals(index.find(0, 0), -1);
  for (let round = 0; round < 1000; round++) {
    index.insert(1, 1);
    index.remove(1, 1);
  }
  assertEquals(index.isRehashing, false);
  assertEquals(index.byteLength < largest / 100, true);
  assertEquals(rehashings > 14, true);
});

Deno.test("byte index: ids can be numbered anew", () => {
  const index = new ByteIndex();
  for (let id = 0; id < 100; id++) index.insert(id, id * 7);
  while (index.isRehashing) {
    index.insert(200, 1);
    index.remove(200, 1);
  }
  index.renumber(Int32Array.from({ length: 100 }, (_, id) => 99 - id));
  for (let id = 0; id < 100; id++) assertEquals(idsOf(index, id * 7), [99 - id]);
});
