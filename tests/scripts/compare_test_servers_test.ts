import { assertEquals, assertThrows } from "@std/assert";
import {
  type Measurement,
  median,
  renderTables,
  replaceGenerated,
} from "../../scripts/compare_test_servers.ts";

const MEBIBYTE = 1024 * 1024;

Deno.test("the median of numbers in any order", () => {
  assertEquals(median([10, 9, 100]), 10);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("tables have a column for each subject, and a line for each feature", () => {
  const measured = (start: number, works: boolean): Measurement => ({
    startTimes: [start],
    memory: { started: MEBIBYTE, filled: 2.4 * MEBIBYTE },
    features: { "A": true, "B": works },
  });
  const tables = renderTables({
    subjects: [["mini-redis", measured(200.4, true)], ["other", measured(0.61, false)]],
    inProcess: { ...measured(9.96, true), features: {} },
    installed: { "mini-redis": 93.4, "other": 7 },
  });
  assertEquals(tables.split("\n"), [
    "| Feature | mini-redis | other |",
    "| --- | --- | --- |",
    "| A | yes | yes |",
    "| B | yes | no |",
    "",
    "|  | Start | Memory | … with 10,000 keys | On disk |",
    "| --- | --- | --- | --- | --- |",
    "| mini-redis in Deno | 10.0 ms | 1 MiB | 2 MiB | – |",
    "| mini-redis from Node | 200 ms | 1 MiB | 2 MiB | 93 MiB |",
    "| other | 0.6 ms | 1 MiB | 2 MiB | 7 MiB |",
  ]);
});

Deno.test("only the generated part of a document is replaced", () => {
  const document = "before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n";
  assertEquals(
    replaceGenerated(document, "new"),
    "before\n<!-- measured: begin -->\n\nnew\n\n<!-- measured: end -->\nafter\n",
  );
  assertThrows(() => replaceGenerated("nothing", "new"), Error, "no <!-- measured: begin -->");
});
