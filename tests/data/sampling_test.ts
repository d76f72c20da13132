import { assert, assertEquals } from "@std/assert";
import { distinctIndexes, drawAny, drawDistinct, type Elements } from "../../src/data/sampling.ts";
import { Random } from "../../src/util/random.ts";

/** Elements whose places are ten times their indexes. */
function elements(size: number, isWalked: boolean): Elements {
  return {
    size,
    isWalked,
    seek: (index) => 10 * index,
    first: () => size === 0 ? -1 : 0,
    next: (place) => place + 10 < 10 * size ? place + 10 : -1,
  };
}

Deno.test("sampling: distinct indexes ascend, whatever share of all is asked for", () => {
  const random = new Random(1);
  for (const size of [1, 2, 9, 100, 5000]) {
    for (const count of [0, 1, 2, size >> 4, size >> 1, size - 1, size]) {
      if (count > size) continue;
      const indexes = distinctIndexes(size, count, random);
      assertEquals(indexes.length, count);
      indexes.forEach((index, i) =>
        assert(index >= 0 && index < size && (i === 0 || index > indexes[i - 1]))
      );
    }
  }
});

for (const [size, count] of [[6, 3], [5, 1], [20, 2], [30, 2]]) {
  Deno.test(`sampling: each choice of ${count} of ${size} is as likely as any other`, () => {
    const random = new Random(size);
    const counts = new Map<string, number>();
    const choices = count === 1 ? size : count === 2 ? size * (size - 1) / 2 : 20;
    const expected = 400;
    for (let i = 0; i < expected * choices; i++) {
      const choice = distinctIndexes(size, count, random).join();
      counts.set(choice, (counts.get(choice) ?? 0) + 1);
    }
    assertEquals(counts.size, choices);
    // Five standard deviations of the binomial distribution.
    for (const met of counts.values()) assert(Math.abs(met - expected) < 5 * Math.sqrt(expected), `${met}`);
  });
}

Deno.test("sampling: places of walked and indexed elements", () => {
  for (const isWalked of [true, false]) {
    const random = new Random(3);
    for (const count of [1, 3, 39, 40]) {
      const distinct: number[] = [];
      drawDistinct(elements(40, isWalked), count, random, (place) => distinct.push(place));
      assertEquals(new Set(distinct).size, count);
      assert(distinct.every((place) => place % 10 === 0 && place >= 0 && place < 400));
    }
    const counts = new Map<number, number>();
    drawAny(elements(8, isWalked), 8000, random, (place) => counts.set(place, (counts.get(place) ?? 0) + 1));
    assertEquals(counts.size, 8);
    for (const met of counts.values()) assert(Math.abs(met - 1000) < 160, `${met}`);
  }
});
