import { assert, assertEquals } from "@std/assert";
import {
  byteStringToUtf8,
  compareByteStrings,
  equalBytes,
  escapeForDisplay,
  fromBytes,
  toBytes,
  utf8ToByteString,
  writeByteString,
} from "../../src/util/byte_string.ts";
import { Random } from "../../src/util/random.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

Deno.test("byte string: every byte and every length goes to and fro", () => {
  const random = new Random(41);
  for (const limit of [128, 256]) {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length: length + 2 }, () => random.below(limit));
      const text = fromBytes(bytes, 1, length + 1);
      assertEquals(text.length, length);
      for (let i = 0; i < length; i++) assertEquals(text.charCodeAt(i), bytes[i + 1]);
      assertEquals(toBytes(text), bytes.slice(1, length + 1));
    }
  }
  assertEquals(toBytes(fromBytes(ALL_BYTES)), ALL_BYTES);
});

Deno.test("byte string: a view into a larger buffer is read from its own start", () => {
  const view = ALL_BYTES.subarray(65);
  assertEquals(fromBytes(view, 0, 3), "ABC");
  assertEquals(fromBytes(view, 0, 26 + 6 + 26), fromBytes(ALL_BYTES, 65, 65 + 58));
});

Deno.test("byte string: writing touches its own place only", () => {
  const random = new Random(42);
  for (let length = 0; length < 200; length++) {
    for (const limit of [128, 256]) {
      const bytes = Uint8Array.from({ length }, () => random.below(limit));
      const buf = new Uint8Array(length + 8).fill(7);
      assertEquals(writeByteString(buf, 4, fromBytes(bytes)), length + 4);
      assertEquals(buf.slice(4, length + 4), bytes);
      assertEquals([...buf.slice(0, 4), ...buf.slice(length + 4)], new Array(8).fill(7));
    }
  }
});

Deno.test("byte string: equality and order of bytes", () => {
  for (const length of [0, 1, 16, 47, 48, 49, 1000]) {
    const a = Uint8Array.from({ length }, (_, i) => i * 31);
    assert(equalBytes(a, a.slice()));
    assert(!equalBytes(a, new Uint8Array(length + 1)));
    for (let i = 0; i < length; i += 7) {
      const b = a.slice();
      b[i] ^= 1;
      assert(!equalBytes(a, b));
    }
  }
  assertEquals(compareByteStrings("a", "b"), -1);
  assertEquals(compareByteStrings("b", "a"), 1);
  assertEquals(compareByteStrings("a", "a"), 0);
  assertEquals(compareByteStrings("a", "aa"), -1);
  assertEquals(compareByteStrings("\xff", "\x7f"), 1);
});

Deno.test("byte string: UTF-8 is converted only on request", () => {
  assertEquals(utf8ToByteString("é€😀"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  assertEquals(byteStringToUtf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "é€😀");
  assertEquals(byteStringToUtf8("\xff"), "\ufffd");
  assertEquals(byteStringToUtf8(utf8ToByteString("\ufeffa")), "\ufeffa");
});

Deno.test("byte string: escaped for display", () => {
  assertEquals(escapeForDisplay("Alice"), '"Alice"');
  assertEquals(escapeForDisplay('a"b\\c'), '"a\\"b\\\\c"');
  assertEquals(escapeForDisplay("\n\r\t\x07\b\0\x1b\x7f\xff ~"), '"\\n\\r\\t\\a\\b\\x00\\x1b\\x7f\\xff ~"');
  assertEquals(escapeForDisplay(""), '""');
});
