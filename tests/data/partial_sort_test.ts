import { assertEquals } from "@std/assert";
import { sortRange } from "../../src/data/partial_sort.ts";
import { Random } from "../conformance/random.ts";

Deno.test("partial sort: the wanted range is that of the sorted array", () => {
  const random = new Random(1);
  const compare = (a: number, b: number) => a - b;
  for (let i = 0; i < 3000; i++) {
    const size = random.pick([1, 2, 6, 7, 8, 40, 41, random.below(300) + 1]);
    const variety = random.pick([1, 2, 10, 1000]);
    const items = Array.from({ length: size }, () => random.below(variety));
    if (random.chance(0.2)) items.sort(compare);
    const sorted = items.toSorted(compare);
    const first = random.below(size);
    const last = random.between(first, size - 1);
    sortRange(items, compare, first, last);
    assertEquals(items.slice(first, last + 1), sorted.slice(first, last + 1));
    assertEquals(items.toSorted(compare), sorted);
  }
});

Deno.test("partial sort: nothing is wanted, or nothing is there", () => {
  const none: number[] = [];
  sortRange(none, (a, b) => a - b, 0, -1);
  assertEquals(none, []);
  const items = [3, 1, 2];
  sortRange(items, (a, b) => a - b, 2, 1);
  assertEquals(items.toSorted(), [1, 2, 3]);
});
