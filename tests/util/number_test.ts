import { assertEquals, assertStrictEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/util/byte_string.ts";
import {
  integerLength,
  parseCursor,
  parseInt64,
  parseInt64Bytes,
  parseSafeInteger,
  parseSafeIntegerBytes,
  writeInteger,
} from "../../src/util/number.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, RedisReference, ReplyError } from "./redis_reference.ts";

const REFUSED = [
  "",
  "-",
  "+1",
  " 1",
  "1 ",
  "01",
  "-0",
  "-01",
  "00",
  "1.0",
  "1e3",
  "0x1",
  "a",
  "1a",
  "--1",
  "1\0",
  "²",
];

/** The text's value by all the parsers, which must agree; framed, so that a read past the end shows. */
function parseBoth(text: string): number {
  const framed = toBytes(`9${text}9`);
  const value = parseSafeInteger(text);
  assertStrictEquals(parseSafeIntegerBytes(framed, 1, framed.length - 1), value);
  return value;
}

Deno.test("number: canonical integers only", () => {
  for (const text of REFUSED) {
    if (text !== "²") assertEquals(parseBoth(text), NaN, text);
    assertEquals(parseInt64(text), undefined, text);
  }
  for (
    const value of [
      0,
      1,
      -1,
      9,
      10,
      -10,
      123456789,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      1e15,
      2 ** 53 - 1,
      1 - 2 ** 53,
    ]
  ) {
    assertStrictEquals(parseBoth(String(value)), value);
    assertEquals(parseInt64(String(value)), BigInt(value));
  }
});

Deno.test("number: limits of the safe and the 64-bit range", () => {
  for (const text of ["9007199254740992", "9007199254740993", "-9007199254740992", "99999999999999999"]) {
    assertEquals(parseBoth(text), NaN, text);
    assertEquals(parseInt64(text), BigInt(text));
  }
  assertEquals(parseInt64("9223372036854775807"), 2n ** 63n - 1n);
  assertEquals(parseInt64("-9223372036854775808"), -(2n ** 63n));
  for (
    const text of ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1".repeat(300)]
  ) {
    assertEquals(parseInt64(text), undefined);
    assertEquals(parseInt64Bytes(toBytes(text), 0, text.length), undefined);
  }
  assertEquals(parseInt64Bytes(toBytes("x-9223372036854775808x"), 1, 21), -(2n ** 63n));
});

Deno.test("number: cursors follow strtoul", () => {
  for (
    const [text, expected] of [
      ["0", 0n],
      ["", 0n],
      ["+5", 5n],
      ["007", 7n],
      ["-1", 2n ** 64n - 1n],
      ["-0", 0n],
      ["5\0junk", 5n],
      ["18446744073709551615", 2n ** 64n - 1n],
      ["-18446744073709551615", 1n],
      ["18446744073709551616", undefined],
      [" 1", undefined],
      ["1 ", undefined],
      ["-", undefined],
      ["0x1", undefined],
    ] as const
  ) assertEquals(parseCursor(text), expected, text);
});

Deno.test({
  name: "number: redis-server takes the same integers and cursors",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(7);
    const texts = REFUSED.filter((text) => text !== "²");
    texts.push("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809");
    while (texts.length < 2000) {
      let text = "";
      for (let length = random.below(22); length > 0; length--) text += "0123456789-+ \0"[random.below(14)];
      texts.push(text, String(random.below(2 ** 53)));
    }
    const integers = await redis.pipeline(
      texts.flatMap((text) => [["SET", "n", text], ["INCRBY", "n", "0"]]),
    );
    const cursors = await redis.pipeline(texts.map((text) => ["SCAN", text]));
    texts.forEach((text, i) => {
      const reply = integers[2 * i + 1];
      const value = parseInt64(text);
      assertEquals(value === undefined, reply instanceof ReplyError, JSON.stringify(text));
      if (Number.isSafeInteger(reply)) assertStrictEquals(parseBoth(text), reply);
      assertEquals(parseCursor(text) === undefined, cursors[i] instanceof ReplyError, JSON.stringify(text));
    });
  },
});

Deno.test("number: writeInteger prints what String prints", () => {
  const buf = new Uint8Array(32);
  const random = new Random(1);
  const numbers = [0, -0, 2 ** 53 - 1, 1 - 2 ** 53, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), 2 ** 32];
  for (let power = 1; power < 1e16; power *= 10) numbers.push(power - 1, power, power + 1, -power, 1 - power);
  for (let i = 0; i < 20_000; i++) numbers.push(Math.floor(random.below(2 ** 53) / 10 ** random.below(16)));
  for (const n of numbers) {
    for (const signed of [n, -n]) {
      const end = writeInteger(buf.fill(1), 3, signed);
      assertEquals(fromBytes(buf, 3, end), String(signed));
      assertEquals(integerLength(signed), end - 3);
      assertEquals([buf[2], buf[end]], [1, 1], "nothing else is touched");
    }
  }
});
