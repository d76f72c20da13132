import { assertEquals, assertThrows } from "@std/assert";
import { encodeReply, NotResp, parseReply, quote, type Reply, ReplyError, toPlain } from "./resp_reply.ts";

/** Every type of RESP2 and RESP3: raw bytes, and the same as plain JavaScript. */
const SAMPLES: [raw: string, plain: unknown][] = [
  ["+OK\r\n", "OK"],
  ["-ERR no\r\n", new ReplyError("ERR no")],
  [":-42\r\n", -42],
  [":9223372036854775807\r\n", 9223372036854775807n],
  ["$5\r\na\r\n\x00\xff\r\n", "a\r\n\x00\xff"],
  ["$0\r\n\r\n", ""],
  ["$-1\r\n", null],
  ["*-1\r\n", null],
  ["_\r\n", null],
  ["*0\r\n", []],
  ["*3\r\n:1\r\n*1\r\n+a\r\n$-1\r\n", [1, ["a"], null]],
  ["~2\r\n+a\r\n+b\r\n", new Set(["a", "b"])],
  ["%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n", new Map<unknown, unknown>([["a", 1], ["b", []]])],
  [">2\r\n+message\r\n+b\r\n", ["message", "b"]],
  ["|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n", "x"],
  [",3.25\r\n", 3.25],
  [",inf\r\n", Infinity],
  [",-inf\r\n", -Infinity],
  ["(1234567999999999999999999999999999999\r\n", 1234567999999999999999999999999999999n],
  ["#t\r\n", true],
  ["#f\r\n", false],
  ["=7\r\ntxt:a\r\n\r\n", "a\r\n"],
  ["!6\r\nERR no\r\n", new ReplyError("ERR no")],
];

function parseWhole(raw: string): Reply {
  const result = parseReply(raw);
  if (!("reply" in result)) throw new Error(`incomplete: ${quote(raw)}`);
  assertEquals(result.end, raw.length);
  return result.reply;
}

Deno.test("RESP replies: every type is parsed and encoded without loss", () => {
  for (const [raw, plain] of SAMPLES) {
    const reply = parseWhole(raw);
    assertEquals(encodeReply(reply), raw);
    const actual = toPlain(reply);
    if (plain instanceof ReplyError) assertEquals((actual as ReplyError).message, plain.message);
    else assertEquals<unknown>(actual, plain);
  }
});

Deno.test("RESP replies: every proper prefix is incomplete and asks for no more than there is", () => {
  for (const [raw] of SAMPLES) {
    for (let length = 0; length < raw.length; length++) {
      const result = parseReply(raw.slice(0, length));
      if ("reply" in result) throw new Error(`${quote(raw.slice(0, length))} was taken for a reply`);
      assertEquals(result.needed > length && result.needed <= raw.length, true, quote(raw.slice(0, length)));
    }
  }
});

Deno.test("RESP replies: one reply is taken, the rest is left", () => {
  assertEquals(parseReply(":1\r\n:2\r\n", 4), { reply: { type: "integer", text: "2" }, end: 8 });
});

Deno.test("RESP replies: what is none is refused", () => {
  for (const text of ["hello\r\n", "$x\r\n", "*-2\r\n", "$3\r\nabcd\r\n", "_x\r\n", "$01\r\na\r\n"]) {
    assertThrows(() => parseReply(text), NotResp);
  }
});

Deno.test("quote shows every byte in printable form and shortens", () => {
  assertEquals(quote('a"\\\r\n\x00\xff'), '"a\\"\\\\\\r\\n\\x00\\xff"');
  assertEquals(quote("abcdef", 3), '"abc"… (6 bytes)');
});
