import { assertEquals, assertThrows } from "@std/assert";
import { splitWords } from "./split_words.ts";

Deno.test("splitWords follows redis-cli's quoting", () => {
  assertEquals(splitWords("  SET  a\tb "), ["SET", "a", "b"]);
  assertEquals(splitWords(`SET "a b" "\\x00\\xfF\\n\\r\\t\\b\\a\\"\\q"`), [
    "SET",
    "a b",
    '\x00\xff\n\r\t\b\x07"q',
  ]);
  assertEquals(splitWords(`'a\\'b\\n' ""`), ["a'b\\n", ""]);
  assertEquals(splitWords(`a"b c"`), ["ab c"]);
  assertEquals(splitWords(""), []);
});

Deno.test("splitWords refuses unbalanced quotes", () => {
  for (const line of [`"a`, `'a`, `"a"b`, `'a'b`, `"a\\"`]) assertThrows(() => splitWords(line), SyntaxError);
});
