/** Parts of the tools that are tried by themselves. */
import { assert, assertEquals } from "@std/assert";
import { KeySet } from "../../src/transfer/key_set.ts";
import { ProgressBar, progressLine } from "../../src/transfer/progress.ts";

Deno.test("key set: tells what comes again, in each database", () => {
  const keys = new KeySet();
  for (const database of [0, 1, 15]) {
    for (let i = 0; i < 20_000; i++) assert(keys.add(database, `key:${i}`));
  }
  for (const database of [0, 1, 15]) {
    for (let i = 0; i < 20_000; i += 7) assertEquals(keys.add(database, `key:${i}`), false);
  }
  assert(keys.add(2, "key:0"));
  assert(keys.add(0, ""));
  assertEquals(keys.add(0, ""), false);
});

Deno.test("progress: a bar where the total is known, on a terminal only", () => {
  assertEquals(
    progressLine({ done: 0, total: 200, unit: "keys" }),
    `[${" ".repeat(30)}]   0 %  0 of 200 keys`,
  );
  assertEquals(
    progressLine({ done: 1_500_000, total: 3_000_000, unit: "bytes" }),
    `[${"=".repeat(15)}${" ".repeat(15)}]  50 %  1.5 of 3.0 MB`,
  );
  assertEquals(
    progressLine({ done: 300, total: 200, unit: "keys" }),
    `[${"=".repeat(30)}] 100 %  300 of 200 keys`,
  );
  assertEquals(progressLine({ done: 12_340_000, total: 0, unit: "bytes" }), "12.3 MB");
  for (const isTerminal of [true, false]) {
    let drawn = "";
    const bar = new ProgressBar({
      isTerminal: () => isTerminal,
      writeSync: (bytes) => (drawn += new TextDecoder().decode(bytes), bytes.length),
    });
    bar.clear();
    bar.show({ done: 1, total: 0, unit: "keys" });
    bar.show({ done: 2, total: 0, unit: "keys" });
    bar.clear();
    bar.clear();
    assertEquals(drawn, isTerminal ? "\r\x1b[K1 keys\r\x1b[K" : "");
  }
});
