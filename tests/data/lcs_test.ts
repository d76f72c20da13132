import { assertEquals } from "@std/assert";
import { commonSubsequence, commonSubsequenceLength } from "../../src/data/lcs.ts";
import { Random } from "../../src/util/random.ts";
import { bytesOf, textOf } from "../support/bytes.ts";

/** The definition, by recursion with memory. */
function slowLength(first: string, second: string, known = new Map<string, number>()): number {
  if (first === "" || second === "") return 0;
  const key = `${first.length},${second.length}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const length = first[0] === second[0]
    ? 1 + slowLength(first.slice(1), second.slice(1), known)
    : Math.max(slowLength(first.slice(1), second, known), slowLength(first, second.slice(1), known));
  known.set(key, length);
  return length;
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const letter of whole) if (letter === part[at]) at++;
  return at === part.length;
}

Deno.test("commonSubsequence finds a longest one, and its ranges add up to it", () => {
  const random = new Random(5);
  const text = () => Array.from({ length: random.below(40) }, () => "abcd"[random.below(4)]).join("");
  for (let round = 0; round < 300; round++) {
    const first = text();
    const second = text();
    const found = commonSubsequence(bytesOf(first), bytesOf(second));
    const common = textOf(found.bytes);
    assertEquals(found.length, slowLength(first, second));
    assertEquals(commonSubsequenceLength(bytesOf(first), bytesOf(second)), found.length);
    assertEquals(isSubsequence(common, first) && isSubsequence(common, second), true);
    const pieces = found.ranges.toReversed().map((range) => {
      const piece = first.slice(range.firstStart, range.firstEnd + 1);
      assertEquals(second.slice(range.secondStart, range.secondEnd + 1), piece);
      return piece;
    });
    assertEquals(pieces.join(""), common);
  }
});

Deno.test("commonSubsequence of nothing is nothing", () => {
  const nothing = { length: 0, bytes: new Uint8Array(0), ranges: [] };
  assertEquals(commonSubsequence(new Uint8Array(0), new Uint8Array(0)), nothing);
  assertEquals(commonSubsequence(bytesOf("abc"), new Uint8Array(0)), nothing);
});
