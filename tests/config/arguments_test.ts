import { assertEquals } from "@std/assert";
import { quoteArgument, splitArguments, toByteString } from "../../src/config/arguments.ts";

const CASES: readonly (readonly [string, string[] | null])[] = [
  ["", []],
  ["  \t\v ", []],
  ["save 60 1", ["save", "60", "1"]],
  ["  a\tb\r\nc  ", ["a", "b", "c"]],
  ['a "b c" d', ["a", "b c", "d"]],
  ['a ""', ["a", ""]],
  ["a ''", ["a", ""]],
  ['"\\x41\\xff\\x0"', ["A\xffx0"]],
  ['"\\n\\r\\t\\b\\a\\q\\\\\\""', ['\n\r\t\b\x07q\\"']],
  ["'\\n \\' \"'", ["\\n ' \""]],
  ['a"b"', ["ab"]],
  ["a'b' c", ["ab", "c"]],
  ["a\vb", ["a\vb"]],
  ["a\0b c", ["a"]],
  ["\0a", []],
  ['"abc', null],
  ["'abc", null],
  ['"abc\\', null],
  ['"abc\\"', null],
  ["'abc\\'", null],
  ['"a"b', null],
  ["'a'b", null],
  ['"a""b"', null],
  ['"a\0"', null],
];

Deno.test("splitArguments follows the quoting rules of sdssplitargs", () => {
  for (const [line, expected] of CASES) assertEquals(splitArguments(line), expected, JSON.stringify(line));
});

Deno.test("quoteArgument is undone by splitArguments for every byte", () => {
  const every = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
  for (const text of ["", " ", every, '"\\', "plain"]) {
    assertEquals(splitArguments(`x ${quoteArgument(text)}`), ["x", text]);
  }
  assertEquals(quoteArgument('a "\\\n\r\t\x07\b\x01\xff'), '"a \\"\\\\\\n\\r\\t\\a\\b\\x01\\xff"');
});

Deno.test("toByteString has one character for each UTF-8 byte", () => {
  assertEquals(toByteString("é€"), "\xc3\xa9\xe2\x82\xac");
});
