import { assertEquals, assertThrows } from "@std/assert";
import { isExpected, parseConsole } from "./document.ts";

Deno.test("parseConsole: commands with what they print", () => {
  assertEquals(parseConsole("$ one\na\n\nb\n$ two \\\n> more\n$ three"), [
    { command: "one", typed: [], expected: ["a", "b"] },
    { command: "two \\\nmore", typed: [], expected: [] },
    { command: "three", typed: [], expected: [] },
  ]);
  assertThrows(() => parseConsole("output first"), Error, "begins with");
});

Deno.test("parseConsole: what is typed behind a client's prompt", () => {
  const text = '$ redis-cli\n127.0.0.1:6379> GET a\n"1"\n127.0.0.1:6379[2](TX)> EXEC\n1) OK';
  assertEquals(parseConsole(text), [
    { command: "redis-cli", typed: ["GET a", "EXEC"], expected: ['"1"', "1) OK"] },
  ]);
});

Deno.test("isExpected: text is taken literally, … is any", () => {
  const cases: [printed: string, expected: string[], yes: boolean][] = [
    ["a.b", ["a.b"], true],
    ["axb", ["a.b"], false],
    ["a.b\nmore", ["a.b"], false],
    ["", ["a.b"], false],
    ["", [], true],
    ["something", [], false],
    ["x=12,y=3", ["x=…,y=…"], true],
    ["x=12\ny=3", ["x=…y=…"], false],
  ];
  for (const [printed, expected, yes] of cases) assertEquals(isExpected(printed, expected), yes, printed);
});

Deno.test("isExpected: … alone in a line is any number of lines", () => {
  const expected = ["…", "ready", "…"];
  for (const printed of ["ready", "one\nready", "one\ntwo\nready\nthree", "ready\nthree\nfour"]) {
    assertEquals(isExpected(printed, expected), true, printed);
  }
  for (const printed of ["", "not ready yet", "one\ntwo"]) {
    assertEquals(isExpected(printed, expected), false, printed);
  }
  assertEquals(isExpected("one\nlast", ["first", "…"]), false);
});
