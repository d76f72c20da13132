import { assertEquals, assertMatch } from "@std/assert";
import { valueTableStatistics } from "../../../src/commands/server/debug_tables.ts";
import { EncodingLimits } from "../../../src/data/encoding_limits.ts";
import { ByteSet } from "../../../src/data/set.ts";
import { SortedSet } from "../../../src/data/sorted_set.ts";
import { ByteBuffer } from "../../../src/util/byte_buffer.ts";
import { toBytes } from "../../../src/util/byte_string.ts";

function member(i: number): ByteBuffer {
  return new ByteBuffer(toBytes(`member:${i}`));
}

/** Sum of what one line says in all tables. */
function total(text: string, name: string): number {
  return [...text.matchAll(new RegExp(`${name}: (\\d+)`, "g"))].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

Deno.test("debug tables: the elements of a value are counted, also while its table grows", () => {
  const set = new ByteSet(new EncodingLimits());
  for (let i = 0; i < 2000; i++) {
    const { buffer } = member(i);
    set.add(member(i), 0, buffer.length);
    const text = valueTableStatistics(set, true);
    if (set.encoding === "hashtable") assertEquals(total(text!, "number of elements"), i + 1);
    else assertEquals(text, undefined);
  }
  set.release();
});

Deno.test("debug tables: what is said of a table", () => {
  const limits = new EncodingLimits();
  limits.zsetMaxListpackEntries = 0;
  const set = new SortedSet(limits);
  set.insert(member(1), 0, 8, 1);
  const text = valueTableStatistics(set, true)!;
  assertMatch(
    text,
    /^Hash table 0 stats \(main hash table\):\n table size: 8\n number of elements: 1\n different slots: 1\n/,
  );
  assertMatch(
    text,
    / max chain length: 1\n[^]* Chain length distribution:\n {3}0: 7 \(87.50%\)\n {3}1: 1 \(12.50%\)\n$/,
  );
  assertEquals(valueTableStatistics(set, false)!.includes("distribution"), false);
  set.release();
});
