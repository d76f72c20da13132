import { assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { NONE } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteSet } from "../../src/data/set.ts";
import { difference, intersect, intersection, union } from "../../src/data/set_algebra.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { piece } from "./pieces.ts";

const slice = new ByteSlice();

function membersOf(set: ByteSet): string[] {
  const members: string[] = [];
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, slice);
    members.push(slice.text());
  }
  return members;
}

/** The members of a temporary result, which is released. */
function contents(set: ByteSet): Set<string> {
  const members = new Set(membersOf(set));
  assertEquals(members.size, set.size);
  set.release();
  return members;
}

function setOf(limits: EncodingLimits, members: Iterable<string>): ByteSet {
  const set = new ByteSet(limits);
  for (const member of members) set.add(...piece(member));
  return set;
}

/** Sizes from a few to a hundred, so that every way of computing the difference is taken. */
function randomMembers(random: Random): Set<string> {
  const size = [2, 10, 100][random.below(3)];
  const prefix = random.below(3) === 0 ? "" : "m";
  return new Set(
    Array.from({ length: size }, () => `${random.below(4) === 0 ? prefix : ""}${random.below(120)}`),
  );
}

Deno.test("set algebra: random sets against JavaScript's", () => {
  const used = collectionArena.usedBytes;
  const random = new Random(5);
  const limits = new EncodingLimits();
  limits.setMaxIntsetEntries = 40;
  limits.setMaxListpackEntries = 20;
  for (let round = 0; round < 400; round++) {
    const models = Array.from({ length: 1 + random.below(4) }, () => randomMembers(random));
    const sets = models.map((model) => setOf(limits, model));
    const [first, ...rest] = models;
    assertEquals(contents(union(sets, limits)), rest.reduce((sum, model) => sum.union(model), first));
    assertEquals(
      contents(difference(sets, limits)),
      rest.reduce((left, model) => left.difference(model), first),
    );
    const common = rest.reduce((left, model) => left.intersection(model), first);
    const result = intersection(sets, limits);
    const onlyIntegers = [...common].every((member) => /^[0-9]+$/.test(member));
    if (onlyIntegers && common.size <= 40) assertEquals(result.encoding, "intset");
    assertEquals(contents(result), common);
    for (const set of sets) set.release();
  }
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("set algebra: missing sets are empty", () => {
  const limits = new EncodingLimits();
  const set = setOf(limits, ["a", "b"]);
  assertEquals(contents(union([undefined, set], limits)), new Set(["a", "b"]));
  assertEquals(contents(union([undefined], limits)), new Set());
  assertEquals(contents(difference([set, undefined], limits)), new Set(["a", "b"]));
  assertEquals(contents(difference([undefined, set], limits)), new Set());
  assertEquals(contents(difference([set, undefined, set], limits)), new Set());
  assertEquals(contents(intersection([set, undefined], limits)), new Set());
  assertEquals(contents(intersection([set, set], limits)), new Set(["a", "b"]));
  set.release();
});

Deno.test("set algebra: an intersection follows the order of the smallest set, and ends when it is told to", () => {
  const limits = new EncodingLimits();
  const sets = [setOf(limits, ["3", "1", "z", "2", "b", "c"]), setOf(limits, ["b", "7", "2", "z"])];
  const met: string[] = [];
  intersect(sets, (member) => met.push(member.text()) < 2);
  assertEquals(met, ["b", "2"]);
  for (const set of sets) set.release();
});
