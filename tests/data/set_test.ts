import { assert, assertEquals } from "@std/assert";
import { ByteTable } from "../../src/data/byte_table.ts";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { Listpack, NONE } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import { ByteSet } from "../../src/data/set.ts";
import { ByteSlice } from "../../src/util/byte_slice.ts";
import { Random } from "../../src/util/random.ts";
import { piece } from "./pieces.ts";

const slice = new ByteSlice();

function add(set: ByteSet, ...members: string[]): void {
  for (const member of members) set.add(...piece(member));
}

function membersOf(set: ByteSet): string[] {
  const members: string[] = [];
  for (let place = set.first(); place !== NONE; place = set.next(place)) {
    set.read(place, slice);
    members.push(slice.text());
  }
  return members;
}

const INTEGER = /^(0|-?[1-9][0-9]{0,17})$/;

/** A set in the plainest way, with the rules by which Redis converts encodings. */
class Model {
  readonly members = new Set<string>();
  encoding = "intset";
  readonly #limits: EncodingLimits;

  constructor(limits: EncodingLimits) {
    this.#limits = limits;
  }

  add(member: string): boolean {
    if (this.members.has(member)) return false;
    this.members.add(member);
    const { setMaxIntsetEntries, setMaxListpackEntries, setMaxListpackValue } = this.#limits;
    const fits = this.members.size <= setMaxListpackEntries && member.length <= setMaxListpackValue;
    if (this.encoding === "intset" && !INTEGER.test(member)) {
      const longest = Math.max(...[...this.members].filter((one) => one !== member).map((one) => one.length));
      this.encoding = fits && longest <= setMaxListpackValue ? "listpack" : "hashtable";
    } else if (this.encoding === "intset" && this.members.size > setMaxIntsetEntries) {
      this.encoding = "hashtable";
    } else if (this.encoding === "listpack" && !fits) this.encoding = "hashtable";
    return true;
  }
}

function check(set: ByteSet, model: Model): void {
  assertEquals(set.size, model.members.size);
  assertEquals(set.encoding, model.encoding);
  const members = membersOf(set);
  assertEquals(members.toSorted(), [...model.members].sort());
  if (set.encoding === "intset") assertEquals(members, members.toSorted((a, b) => Number(a) - Number(b)));
  for (let i = 0; i < members.length; i++) {
    set.read(set.seek(i), slice);
    assertEquals(slice.text(), members[i]);
  }
}

function randomMember(random: Random, integers: boolean): string {
  if (integers || random.below(2) === 0) {
    const bits = [3, 7, 15, 31, 53][random.below(5)];
    return String((random.below(2) === 0 ? 1 : -1) * (2 ** bits + random.below(8)));
  }
  return ["", "a", "\x00\xff", "01", "x".repeat(8 + random.below(3)), "y".repeat(9000)][random.below(6)] +
    (random.below(4) === 0 ? "" : random.below(30));
}

Deno.test("set: random changes against a model, encodings included", () => {
  const used = collectionArena.usedBytes;
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const limits = new EncodingLimits();
    limits.setMaxIntsetEntries = 12;
    limits.setMaxListpackEntries = 8;
    limits.setMaxListpackValue = 10;
    const set = new ByteSet(limits);
    const model = new Model(limits);
    for (let i = 0; i < 120; i++) {
      // Integers only for a while, so that all encodings are met.
      const member = randomMember(random, i < seed);
      assertEquals(set.has(...piece(member)), model.members.has(member));
      if (random.below(3) === 0) assertEquals(set.remove(...piece(member)), model.members.delete(member));
      else assertEquals(set.add(...piece(member)), model.add(member));
      if (i % 10 === 0) check(set, model);
    }
    const copy = set.clone();
    while (set.size > 0) set.removeAt(set.seek(random.below(set.size)));
    check(copy, model);
    set.release();
    copy.release();
  }
  assertEquals(collectionArena.usedBytes, used);
});

Deno.test("set: the first encoding depends on the first member and on how many are expected", () => {
  const limits = new EncodingLimits();
  const encodingFor = (count: number, member: string) => {
    const set = ByteSet.expecting(count, limits, ...piece(member));
    const { encoding } = set;
    set.release();
    return encoding;
  };
  assertEquals(encodingFor(512, "1"), "intset");
  assertEquals(encodingFor(513, "1"), "hashtable");
  assertEquals(encodingFor(128, "a"), "listpack");
  assertEquals(encodingFor(129, "a"), "hashtable");
  limits.setMaxIntsetEntries = 10;
  assertEquals(encodingFor(11, "1"), "listpack");

  const set = new ByteSet(limits);
  set.expect(10);
  assertEquals(set.encoding, "intset");
  set.expect(11);
  assertEquals(set.encoding, "hashtable");
  set.release();
});

Deno.test("set: an integer set becomes a listpack in ascending order, which then keeps the order of insertion", () => {
  const set = new ByteSet(new EncodingLimits());
  add(set, "5", "-3", "9223372036854775807", "a", "1", "0");
  assertEquals(set.encoding, "listpack");
  assertEquals(membersOf(set), ["-3", "5", "9223372036854775807", "a", "1", "0"]);
  set.release();
});

Deno.test("set: integers are packed again on demand", () => {
  const used = collectionArena.usedBytes;
  const limits = new EncodingLimits();
  limits.setMaxIntsetEntries = 4;
  for (const contents of [new Listpack(), new ByteTable()]) {
    const set = new ByteSet(limits, contents);
    add(set, "7", "-1", "9007199254740993", "3");
    set.packIntegers();
    assertEquals(set.encoding, "intset");
    assertEquals(membersOf(set), ["-1", "3", "7", "9007199254740993"]);
    set.release();
  }
  const large = new ByteSet(limits, new ByteTable());
  add(large, "1", "2", "3", "4", "5");
  large.packIntegers();
  assertEquals(large.encoding, "hashtable");
  large.release();
  assertEquals(collectionArena.usedBytes, used);
});

for (const kind of ["intset", "listpack", "hashtable"]) {
  Deno.test(`set: random members are taken out of ${kind}`, () => {
    const used = collectionArena.usedBytes;
    const random = new Random(kind.length);
    for (let count = 1; count < 60; count++) {
      const set = new ByteSet(new EncodingLimits());
      for (let i = 0; i < 60; i++) add(set, `${kind === "intset" ? "" : "m"}${i}`);
      if (kind === "hashtable") set.expect(1000);
      assertEquals(set.encoding, kind);
      const all = membersOf(set);
      const popped: string[] = [];
      set.popMany(count, random, (member) => popped.push(member.text()));
      assertEquals(new Set(popped).size, count);
      assertEquals([...popped, ...membersOf(set)].sort(), all.sort());
      for (const member of popped) assert(!set.has(...piece(member)));
      const rebuilt = kind === "hashtable" && (60 - count) * 5 <= count;
      assertEquals(set.encoding, rebuilt ? "listpack" : kind);
      set.release();
    }
    assertEquals(collectionArena.usedBytes, used);
  });
}

Deno.test("set: what is taken out is fair", () => {
  const random = new Random(9);
  for (const kind of ["intset", "listpack", "hashtable"]) {
    const counts = new Array(12).fill(0);
    for (let round = 0; round < 2400; round++) {
      const set = new ByteSet(new EncodingLimits());
      for (let i = 0; i < 12; i++) add(set, `${kind === "intset" ? "" : "m"}${i}`);
      if (kind === "hashtable") set.expect(1000);
      set.popMany(
        [1, 4, 11][round % 3],
        random,
        (member) => counts[Number(member.text().replace("m", ""))]++,
      );
      set.release();
    }
    // 800 rounds each of 1, 4 and 11 of 12.
    for (const count of counts) assert(Math.abs(count - 12_800 / 12) < 110, `${kind}: ${counts}`);
  }
});

Deno.test("set: a scan meets every member, the small encodings at once", () => {
  for (const [count, expectedSteps] of [[100, 1], [1000, 100]]) {
    const set = new ByteSet(new EncodingLimits());
    for (let i = 0; i < count; i++) add(set, `m${i}`);
    const met = new Set<string>();
    let cursor = 0;
    let steps = 0;
    do {
      cursor = set.scan(cursor, 10, (place) => {
        set.read(place, slice);
        met.add(slice.text());
      });
      steps++;
    } while (cursor !== 0);
    assertEquals(met.size, count);
    assertEquals(steps, expectedSteps);
    set.release();
  }
});
