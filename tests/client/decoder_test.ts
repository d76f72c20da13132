import { assertEquals as assertSame, assertInstanceOf, assertThrows } from "@std/assert";
import {
  BigNumber,
  Double,
  ProtocolError,
  Push,
  type Reply,
  ReplyDecoder,
  ReplyError,
  ReplyMap,
  ReplySet,
  Status,
  Verbatim,
  WithAttributes,
} from "../../src/client/mod.ts";
import { toBytes } from "../../src/util/byte_string.ts";
import { parseReply } from "../support/resp_reply.ts";

/** As the library's, but where an error was made makes no difference. */
function assertEquals(actual: unknown, expected: unknown, message?: string): void {
  assertSame(withoutStacks(actual), withoutStacks(expected), message);
}

function withoutStacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutStacks);
  return value instanceof ReplyError ? { error: value.message } : value;
}

/** Every reply of the text, pushed in one piece. */
function decodeAll(text: string, decoder = new ReplyDecoder()): Reply[] {
  decoder.push(toBytes(text));
  const replies: Reply[] = [];
  for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) replies.push(reply);
  return replies;
}

/** Each type, with what it decodes to. */
const CASES: [string, Reply][] = [
  ["+OK\r\n", new Status("OK")],
  ["+\r\n", new Status("")],
  ["+a\rb\nc\r\n", new Status("a\rb\nc")],
  ["-ERR no\r\n", new ReplyError("ERR no")],
  [":0\r\n", 0],
  [":-0\r\n", 0],
  [":-12\r\n", -12],
  [":999999999999999\r\n", 999999999999999],
  [":9007199254740992\r\n", 9007199254740992n],
  [":-9223372036854775808\r\n", -9223372036854775808n],
  ["$5\r\na\r\nb\0\r\n", "a\r\nb\0"],
  ["$0\r\n\r\n", ""],
  ["$-1\r\n", null],
  ["*-1\r\n", null],
  ["_\r\n", null],
  ["*0\r\n", []],
  ["*2\r\n$1\r\nx\r\n*1\r\n:1\r\n", ["x", [1]]],
  ["*2\r\n*0\r\n*-1\r\n", [[], null]],
  ["#t\r\n", true],
  ["#f\r\n", false],
  [",1.50\r\n", new Double(1.5, "1.50")],
  [",-inf\r\n", new Double(-Infinity, "-inf")],
  [",nan\r\n", new Double(NaN, "nan")],
  ["(12345678901234567890123\r\n", new BigNumber("12345678901234567890123")],
  ["=8\r\ntxt:a\r\nb\r\n", new Verbatim("txt", "a\r\nb")],
  ["!7\r\nERR\r\nno\r\n", new ReplyError("ERR\r\nno")],
  [
    "%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n",
    new ReplyMap([[new Status("a"), 1], [new Status("b"), new ReplyMap([])]]),
  ],
  ["~2\r\n:1\r\n#t\r\n", new ReplySet([1, true])],
  [">2\r\n$7\r\nmessage\r\n~0\r\n", new Push(["message", new ReplySet([])])],
  ["|1\r\n+ttl\r\n:9\r\n$1\r\nv\r\n", new WithAttributes([[new Status("ttl"), 9]], "v")],
  ["*2\r\n|0\r\n:1\r\n:2\r\n", [new WithAttributes([], 1), 2]],
];

Deno.test("every type decodes", () => {
  for (const [text, expected] of CASES) assertEquals(decodeAll(text), [expected], JSON.stringify(text));
});

Deno.test("replies come out the same however the bytes are split", () => {
  const text = CASES.map(([bytes]) => bytes).join("");
  const expected = CASES.map(([, reply]) => reply);
  assertEquals(decodeAll(text), expected);
  for (let split = 1; split < text.length; split++) {
    const decoder = new ReplyDecoder();
    const replies = [...decodeAll(text.slice(0, split), decoder), ...decodeAll(text.slice(split), decoder)];
    assertEquals(replies.length, expected.length, `split at ${split}`);
    if (split % 7 === 0) assertEquals(replies, expected);
    assertEquals(decoder.buffered, 0);
  }
  for (const size of [1, 2, 3, 5]) {
    const decoder = new ReplyDecoder();
    const replies: Reply[] = [];
    for (let at = 0; at < text.length; at += size) {
      replies.push(...decodeAll(text.slice(at, at + size), decoder));
    }
    assertEquals(replies, expected, `pieces of ${size}`);
  }
});

Deno.test("bytes of a reply stay undecided until the last one", () => {
  for (const [text] of CASES) {
    for (let end = 0; end < text.length; end++) assertEquals(decodeAll(text.slice(0, end)), []);
  }
});

Deno.test("what is no reply is refused, and again at the next attempt", () => {
  const bad = [
    ...["x\r\n", "\r\n", ":\r\n", ":1x\r\n", ":9223372036854775808\r\n", ":--1\r\n", "$\r\n", "$-2\r\n"],
    ...[
      "$1\r\nabc\r\n",
      "$1a\r\n",
      "*-2\r\n",
      "*1.5\r\n",
      "~-1\r\n",
      "%-1\r\n",
      ">-1\r\n",
      "#x\r\n",
      "#\r\n",
    ],
    ...["_x\r\n", ",\r\n", ",1.2.3\r\n", ",0x10\r\n", "(1.5\r\n", "(\r\n", "=2\r\nab\r\n", "=4\r\ntxt-\r\n"],
    ...["=-1\r\n", "!-1\r\n", "$536870889\r\n", "*4294967296\r\n", "$?\r\n", "*1\r\nx\r\n", ".\r\n"],
  ];
  for (const text of bad) {
    const decoder = new ReplyDecoder();
    assertThrows(() => decodeAll(text, decoder), ProtocolError, "Protocol error", text);
    assertThrows(() => decoder.next(), ProtocolError);
  }
});

Deno.test("nesting, bulk strings and lines have limits", () => {
  const nested = (depth: number) => "*1\r\n".repeat(depth) + ":1\r\n";
  assertEquals(decodeAll(nested(512)).length, 1);
  assertThrows(() => decodeAll(nested(513)), ProtocolError, "nested too deeply");
  assertThrows(() => decodeAll("*1\r\n".repeat(100_000)), ProtocolError);
  const limited = () => new ReplyDecoder({ maxDepth: 1, maxBulkSize: 3, maxLineSize: 10 });
  assertEquals(decodeAll("*1\r\n$3\r\nabc\r\n*1\r\n*0\r\n", limited()), [["abc"], [[]]]);
  assertThrows(() => decodeAll("$4\r\n", limited()), ProtocolError, "bad length");
  assertThrows(() => decodeAll("*1\r\n*1\r\n", limited()), ProtocolError, "nested");
  assertThrows(() => decodeAll("+0123456789a", limited()), ProtocolError, "line too long");
});

Deno.test("an announced size costs no memory before its bytes come", () => {
  assertEquals(decodeAll("$536870888\r\n"), []);
  assertEquals(decodeAll("*4294967295\r\n"), []);
});

Deno.test("a megabyte in small pieces comes out whole", () => {
  const decoder = new ReplyDecoder();
  const value = "0123456789abcdef".repeat(65_536);
  for (let round = 0; round < 3; round++) {
    const text = `*2\r\n$${value.length}\r\n${value}\r\n:7\r\n`;
    const replies: Reply[] = [];
    for (let at = 0; at < text.length; at += 5000) {
      replies.push(...decodeAll(text.slice(at, at + 5000), decoder));
    }
    assertEquals(replies.length, 1);
    assertEquals((replies[0] as Reply[])[0] === value, true);
  }
});

Deno.test("what follows a reply can be taken undecoded", () => {
  const decoder = new ReplyDecoder();
  decoder.push(toBytes("+FULLRESYNC\r\nREDIS"));
  assertInstanceOf(decoder.next(), Status);
  assertEquals(decoder.takeRest(), toBytes("REDIS"));
  assertEquals(decoder.buffered, 0);
});

/** A small generator with a seed, so that a failure can be repeated. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

Deno.test("random bytes either decode, wait for more, or are refused", () => {
  const random = seeded(7);
  const alphabet = "+-:$*%~>|=!,#_(\r\n\r\n0123x";
  for (let round = 0; round < 30_000; round++) {
    let text = "";
    const length = 1 + random(24);
    for (let i = 0; i < length; i++) {
      text += random(4) === 0 ? String.fromCharCode(random(256)) : alphabet[random(alphabet.length)];
    }
    try {
      decodeAll(text);
    } catch (error) {
      assertInstanceOf(error, ProtocolError, JSON.stringify(text));
    }
  }
});

Deno.test("random trees decode as the independent parser of the tests sees them", () => {
  const random = seeded(11);
  const build = (depth: number): string => {
    const kind = random(depth > 4 ? 6 : 10);
    const size = random(4);
    const items = (count: number) => Array.from({ length: count }, () => build(depth + 1)).join("");
    if (kind === 0) return `:${random(1e6) - 5e5}\r\n`;
    if (kind === 1) return `$${size}\r\n${"\r\n\0".slice(0, Math.min(size, 3)).padEnd(size, "z")}\r\n`;
    if (kind === 2) return "+status\r\n";
    if (kind === 3) return "$-1\r\n";
    if (kind === 4) return "#t\r\n";
    if (kind === 5) return ",2.5\r\n";
    if (kind === 6) return `%${size}\r\n${items(size * 2)}`;
    return `${"*~>"[kind - 7]}${size}\r\n${items(size)}`;
  };
  for (let round = 0; round < 500; round++) {
    const text = build(0);
    const parsed = parseReply(text);
    assertEquals("end" in parsed && parsed.end, text.length);
    const decoder = new ReplyDecoder();
    const cut = random(text.length);
    const replies = [...decodeAll(text.slice(0, cut), decoder), ...decodeAll(text.slice(cut), decoder)];
    assertEquals(replies.length, 1, JSON.stringify(text));
    assertEquals(encode(replies[0]), text);
  }
});

/** The bytes of a reply made of what the random trees contain. */
function encode(reply: Reply): string {
  const all = (items: Reply[]) => items.map(encode).join("");
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "boolean") return reply ? "#t\r\n" : "#f\r\n";
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${all(reply)}`;
  if (reply instanceof ReplySet) return `~${reply.items.length}\r\n${all(reply.items)}`;
  if (reply instanceof Push) return `>${reply.items.length}\r\n${all(reply.items)}`;
  if (reply instanceof ReplyMap) return `%${reply.entries.length}\r\n${all(reply.entries.flat())}`;
  if (reply instanceof Double) return `,${reply.text}\r\n`;
  return `+${(reply as Status).text}\r\n`;
}
