import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { RedisError } from "../../src/embedding/types.ts";
import {
  decodeError,
  decodeValue,
  encodeError,
  encodeValue,
  LineSplitter,
} from "../../src/embedding/wire.ts";

/** The value as it arrives on the other side. */
function sent(value: unknown): unknown {
  return decodeValue(JSON.parse(JSON.stringify(encodeValue(value))));
}

Deno.test("values arrive as they were sent", () => {
  const values = [
    ...[
      "",
      "text",
      "\0\r\n\x80ÿ",
      "€ 🦕",
      "\ud800",
      0,
      1,
      -1.5,
      2 ** 53,
      1e300,
      NaN,
      Infinity,
      -Infinity,
      true,
      false,
    ],
    ...[null, undefined, 2n ** 63n, -1n, new Uint8Array([0, 10, 255]), new Date(0), new URL("file:///a%20b")],
    ...[[], [1, ["a", null]], new Set(["a", 1]), new Set()],
  ];
  for (const value of values) assertEquals(sent(value), value);
  assert(Object.is(sent(-0), -0));
  assert(Number.isNaN((sent(new Date(NaN)) as Date).getTime()));
});

Deno.test("objects arrive with all their keys, whatever these are called", () => {
  const value = JSON.parse('{"a":1,"$":"bigint","text":"5","__proto__":{"x":1},"constructor":[]}');
  const arrived = sent(value) as Record<string, unknown>;
  assertEquals(Object.getPrototypeOf(arrived), null);
  assertEquals(Object.keys(arrived), ["a", "$", "text", "__proto__", "constructor"]);
  assertEquals(arrived.$, "bigint");
  assertEquals({ ...(arrived["__proto__"] as object) }, { x: 1 });
});

Deno.test("a part of a buffer is sent as that part", () => {
  assertEquals(sent(new Uint8Array([1, 2, 3, 4]).subarray(1, 3)), new Uint8Array([2, 3]));
});

Deno.test("errors keep their kind and message", () => {
  const redisError = decodeError(encodeError(new RedisError("WRONGTYPE no")));
  assertInstanceOf(redisError, RedisError);
  assertEquals((redisError as RedisError).code, "WRONGTYPE");
  for (const kind of [RangeError, TypeError, SyntaxError, Error]) {
    const arrived = decodeError(encodeError(new kind("why")));
    assertEquals([arrived.constructor, arrived.message], [kind, "why"]);
  }
  assertEquals(decodeError(encodeError(new Deno.errors.AddrInUse("taken"))).message, "taken");
  assertEquals(decodeError(encodeError("thrown text")).message, "thrown text");
  assertInstanceOf((sent([new RedisError("ERR in an array")]) as unknown[])[0], RedisError);
});

Deno.test("what can't be sent is refused", () => {
  assertThrows(() => encodeValue(() => {}), TypeError, "a function can't be sent");
  assertThrows(() => encodeValue([Symbol("x")]), TypeError, "a symbol can't be sent");
});

Deno.test("lines are found wherever the pieces end", () => {
  const text = "one\n\ntwo\nthree\n";
  for (let size = 1; size <= text.length; size++) {
    const lines = new LineSplitter();
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) found.push(...lines.push(text.slice(at, at + size)));
    assertEquals(found, ["one", "", "two", "three"]);
  }
});
