import { assertEquals } from "@std/assert";
import { Random } from "../conformance/random.ts";
import { Backlog } from "../../src/replication/backlog.ts";
import { bytesOf, textOf } from "../support/bytes.ts";

/** What the backlog has from `offset` on. */
function contents(backlog: Backlog, offset = backlog.firstOffset): string {
  return [...backlog.from(offset)].map(textOf).join("");
}

Deno.test("Backlog: the last bytes, whatever came before", () => {
  const backlog = new Backlog(8, 100);
  assertEquals([backlog.firstOffset, backlog.length, contents(backlog)], [101, 0, ""]);
  backlog.append(bytesOf("abcde"));
  assertEquals([backlog.firstOffset, contents(backlog), contents(backlog, 104)], [101, "abcde", "de"]);
  backlog.append(bytesOf("fghij"));
  assertEquals([backlog.firstOffset, backlog.length, contents(backlog)], [103, 8, "cdefghij"]);
  backlog.append(bytesOf("0123456789"));
  assertEquals([backlog.firstOffset, contents(backlog)], [113, "23456789"]);
  assertEquals([112, 113, 121, 122].map((offset) => backlog.has(offset)), [false, true, true, false]);
  assertEquals(contents(backlog, 121), "");
});

Deno.test("Backlog: another size keeps what fits", () => {
  const backlog = new Backlog(8, 0);
  backlog.append(bytesOf("abcdefghij"));
  backlog.resize(4);
  assertEquals([backlog.firstOffset, contents(backlog)], [7, "ghij"]);
  backlog.resize(16);
  backlog.append(bytesOf("klm"));
  assertEquals([backlog.firstOffset, contents(backlog)], [7, "ghijklm"]);
});

Deno.test("Backlog: like the end of a long string", () => {
  const random = new Random(1);
  const backlog = new Backlog(64, 0);
  let [all, size] = ["", 64];
  for (let i = 0; i < 2000; i++) {
    const piece = random.bytes(random.below(100));
    backlog.append(bytesOf(piece));
    all += piece;
    if (random.chance(0.02)) backlog.resize(size = random.between(16, 128));
    const kept = contents(backlog);
    assertEquals([backlog.length, backlog.size, all.endsWith(kept)], [kept.length, size, true]);
    assertEquals(backlog.firstOffset, all.length - kept.length + 1);
  }
});
