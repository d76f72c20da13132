import { assert, assertEquals } from "@std/assert";
import { EncodingLimits } from "../../src/data/encoding_limits.ts";
import { Listpack } from "../../src/data/listpack.ts";
import { collectionArena } from "../../src/data/memory_block.ts";
import {
  type MemberRange,
  NO_MEMBER,
  type RankRange,
  SortedSet,
  SortedSetCursor,
} from "../../src/data/sorted_set.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

type Entry = [member: string, score: number];

/** A sorted set beside a naive one. */
class Pair {
  readonly set: SortedSet;
  readonly scores = new Map<string, number>();

  constructor(limits: EncodingLimits) {
    this.set = new SortedSet(limits);
  }

  entries(): Entry[] {
    return [...this.scores].sort(([a, x], [b, y]) => x - y || (x < y ? -1 : 0) || (a < b ? -1 : 1));
  }

  add(member: string, score: number): void {
    const isNew = this.set.add(bytes(member), 0, member.length, score);
    assertEquals(isNew, !this.scores.has(member));
    if (isNew || this.scores.get(member) !== score) this.scores.set(member, score);
  }

  remove(member: string): void {
    assertEquals(this.set.remove(bytes(member), 0, member.length), this.scores.delete(member));
  }

  removeRange(rank: number, count: number): void {
    for (const [member] of this.entries().slice(rank, rank + count)) this.scores.delete(member);
    this.set.removeRange(rank, count);
  }

  check(): void {
    const { set } = this;
    const entries = this.entries();
    assertEquals(set.size, entries.length);
    assertEquals(read(set), entries);
    for (const [rank, [member, score]] of entries.entries()) {
      const source = bytes(member);
      assertEquals(set.score(source, 0, member.length), score);
      assertEquals(set.rankOf(set.find(source, 0, member.length)), rank);
    }
    for (const score of [-Infinity, -1, 0, 0.5, 3, Infinity]) {
      assertEquals(set.countBelow(score, false), entries.filter(([, other]) => other < score).length);
      assertEquals(set.countBelow(score, true), entries.filter(([, other]) => other <= score).length);
    }
    const visited: Entry[] = [];
    set.visitScores(-1, 3, (member, score) => {
      visited.push([member.text(), score]);
    });
    assertEquals(visited, entries.filter(([, score]) => score >= -1 && score <= 3));
    assertEquals(scanned(set), entries.map(([member]) => member).sort());
  }
}

function bytes(text: string): ByteBuffer {
  return new ByteBuffer(toBytes(text));
}

/** All entries, read forwards, and checked to be the same backwards. */
function read(set: SortedSet): Entry[] {
  const cursor = new SortedSetCursor();
  const entries: Entry[] = [];
  // -0 and 0 are one score; a listpack knows 0 only.
  for (let more = cursor.seek(set, 0); more; more = cursor.next()) {
    entries.push([cursor.member.text(), cursor.score + 0]);
  }
  const backwards: Entry[] = [];
  for (let more = cursor.seek(set, set.size - 1); more; more = cursor.previous()) {
    backwards.push([cursor.member.text(), cursor.score + 0]);
  }
  assertEquals(backwards.reverse(), entries);
  assertEquals(cursor.seek(set, set.size), false);
  assertEquals(cursor.seek(set, -1), false);
  return entries;
}

function scanned(set: SortedSet): string[] {
  const members = new Set<string>();
  let cursor = 0;
  do {
    cursor = set.scan(cursor, 7, (member) => members.add(member.text()));
  } while (cursor !== 0);
  return [...members].sort();
}

const SCORES = [0, 1, -1, 2, 3, 3.5, 0.1, -2.25, 1e20, 2 ** 53, 123456789012345680, Infinity, -Infinity];

function randomMember(random: Random): string {
  const kind = random.below(4);
  if (kind === 0) return String(random.below(60) - 30);
  if (kind === 1) return String.fromCharCode(random.below(256), random.below(4));
  return `m${random.below(80)}`.padEnd(kind === 2 ? 0 : random.below(14), "x");
}

Deno.test("sorted set: random operations, crossing the limits of the encodings", () => {
  const usedBefore = collectionArena.usedBytes;
  const random = new Random(3);
  const limits = new EncodingLimits();
  limits.zsetMaxListpackValue = 12;
  for (const most of [0, 1, 16, 40, 128, 1000]) {
    limits.zsetMaxListpackEntries = most;
    const pair = new Pair(limits);
    for (let step = 0; step < 1500; step++) {
      const kind = random.float();
      if (kind < 0.6) pair.add(randomMember(random), SCORES[random.below(SCORES.length)]);
      else if (kind < 0.97) pair.remove(randomMember(random));
      else if (kind < 0.98) {
        const rank = random.below(pair.set.size + 1);
        pair.removeRange(rank, Math.min(pair.set.size - rank, random.below(10)));
      }
      if (step % 100 === 0) pair.check();
    }
    pair.check();
    const copy = pair.set.clone();
    pair.removeRange(0, pair.set.size);
    pair.check();
    assert(copy.size > 0);
    assertEquals(read(copy).length, copy.size);
    copy.release();
    pair.set.release();
  }
  assertEquals(collectionArena.usedBytes, usedBefore);
});

Deno.test("sorted set: encodings follow the limits", () => {
  const limits = new EncodingLimits();
  limits.zsetMaxListpackEntries = 3;
  limits.zsetMaxListpackValue = 4;
  const add = (set: SortedSet, member: string) => set.add(bytes(member), 0, member.length, 1);
  const set = new SortedSet(limits);
  for (const member of ["a", "b", "four"]) add(set, member);
  assertEquals(set.encoding, "listpack");
  const copy = set.clone();
  add(set, "d");
  assertEquals(set.encoding, "skiplist");
  assertEquals(set.listpack, null);
  set.removeRange(0, 2);
  assertEquals(set.encoding, "skiplist");
  set.pack();
  assertEquals(set.encoding, "listpack");
  assertEquals(read(set), [["d", 1], ["four", 1]]);
  add(set, "five!");
  assertEquals(set.encoding, "skiplist");
  set.pack();
  assertEquals(set.encoding, "skiplist");
  copy.expect(3);
  assertEquals(copy.encoding, "listpack");
  copy.expect(4);
  assertEquals(copy.encoding, "skiplist");
  assertEquals(new SortedSet(limits, 4).encoding, "skiplist");
  assertEquals(new SortedSet(limits, 1, 5).encoding, "skiplist");
  set.release();
  copy.release();
});

Deno.test("sorted set: the listpack is Redis's, and can be read back", () => {
  const limits = new EncodingLimits();
  const set = new SortedSet(limits);
  const entries: Entry[] = [["b", 1], ["a", 1], ["c", -Infinity], ["12", 2.5], ["", -0]];
  for (const [member, score] of entries) set.add(bytes(member), 0, member.length, score);
  const listpack = set.listpack!.toBytes();
  // Each element: encoding byte, data, length for the way back. Strings have 0x80 + length, small integers are bytes.
  const expected = [
    ...[0x81, 0x63, 2, 0x84, 0x2d, 0x69, 0x6e, 0x66, 5],
    ...[0x80, 1, 0x00, 1],
    ...[0x81, 0x61, 2, 0x01, 1, 0x81, 0x62, 2, 0x01, 1],
    ...[0x0c, 1, 0x83, 0x32, 0x2e, 0x35, 4],
  ];
  assertEquals([...listpack.subarray(6, -1)], expected);
  const load = (stored: Uint8Array<ArrayBuffer>) => Listpack.load(new ByteBuffer(stored), 0, stored.length)!;
  const again = SortedSet.fromListpack(limits, load(listpack));
  assertEquals(read(again), read(set));
  assertEquals(again.encoding, "listpack");
  limits.zsetMaxListpackEntries = 2;
  const large = SortedSet.fromListpack(limits, load(listpack));
  assertEquals(read(large), read(set));
  assertEquals(large.encoding, "skiplist");
  for (const each of [set, again, large]) each.release();
});

Deno.test("sorted set: ranges of bytes, in both encodings", () => {
  const random = new Random(9);
  for (const most of [0, 1000]) {
    const limits = new EncodingLimits();
    limits.zsetMaxListpackEntries = most;
    const pair = new Pair(limits);
    for (let i = 0; i < 200; i++) pair.add(randomMember(random), 5);
    const members = pair.entries().map(([member]) => member);
    const out: RankRange = { first: 0, count: 0 };
    const bound = () => {
      const text = randomMember(random);
      const source = bytes(text);
      return { text, source, start: 0, end: text.length, isExclusive: random.below(2) === 0 };
    };
    for (let i = 0; i < 400; i++) {
      const min = random.below(8) === 0 ? null : bound();
      const max = random.below(8) === 0 ? null : bound();
      const isAbove = (member: string) =>
        min === null || (min.isExclusive ? member > min.text : member >= min.text);
      const isBelow = (member: string) =>
        max === null || (max.isExclusive ? member < max.text : member <= max.text);
      const range: MemberRange = { min, max, isEmpty: false };
      const wanted = members.filter((member) => isAbove(member) && isBelow(member));
      pair.set.memberRange(range, random.below(2) === 0, out);
      assertEquals(out.count, wanted.length);
      if (out.count > 0) assertEquals(members.slice(out.first, out.first + out.count), wanted);
    }
    pair.set.memberRange({ min: null, max: null, isEmpty: true }, false, out);
    assertEquals(out.count, 0);
    pair.set.release();
  }
});

Deno.test("sorted set: a scan meets every member that stays, whatever else changes", () => {
  const limits = new EncodingLimits();
  const random = new Random(21);
  const set = new SortedSet(limits);
  const staying = Array.from({ length: 500 }, (_, i) => `stays${i}`);
  for (const member of staying) set.add(bytes(member), 0, member.length, random.below(100));
  for (let i = 0; i < 500; i++) set.add(bytes(`goes${i}`), 0, `goes${i}`.length, random.below(100));
  const met = new Set<string>();
  let cursor = 0;
  let next = 0;
  do {
    cursor = set.scan(cursor, 10, (member) => met.add(member.text()));
    for (let i = 0; i < 7 && next < 500; i++, next++) {
      set.remove(bytes(`goes${next}`), 0, `goes${next}`.length);
    }
    const added = `new${next}`;
    set.add(bytes(added), 0, added.length, next);
    set.add(bytes(staying[next % 500]), 0, staying[next % 500].length, -next);
  } while (cursor !== 0);
  assertEquals(staying.filter((member) => !met.has(member)), []);
  set.release();
});

Deno.test("sorted set: a handle leads to score and rank, and to another score", () => {
  const set = new SortedSet(new EncodingLimits());
  for (const [i, member] of ["a", "b", "c"].entries()) set.insert(bytes(member), 0, 1, i);
  const a = bytes("a");
  assertEquals(set.find(bytes("x"), 0, 1), NO_MEMBER);
  assertEquals(set.score(bytes("x"), 0, 1), NaN);
  set.update(set.find(a, 0, 1), a, 0, 1, 1.5);
  assertEquals(read(set), [["b", 1], ["a", 1.5], ["c", 2]]);
  assertEquals(set.rankOf(set.find(a, 0, 1)), 1);
  assertEquals(set.scoreOf(set.find(a, 0, 1)), 1.5);
  const visited: number[] = [];
  set.visitScores(0, 10, (_, score) => {
    visited.push(score);
    return visited.length < 2;
  });
  assertEquals(visited, [1, 1.5]);
  assert(set.memoryUsage() > 50);
  set.release();
});
