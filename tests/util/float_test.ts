import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { addDecimal, formatDouble, parseFloat64, parseLongDouble } from "../../src/util/float.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, RedisReference, ReplyError } from "./redis_reference.ts";

const ACCEPTED: [string, number][] = [
  ["0", 0],
  ["-0", -0],
  ["0e-9999", 0],
  ["-0.0e5", -0],
  ["+1", 1],
  ["1.", 1],
  [".5", 0.5],
  ["007", 7],
  ["1e+5", 1e5],
  ["1E-5", 1e-5],
  ["3.141592653589793", Math.PI],
  ["1e-310", 1e-310],
  ["5e-324", 5e-324],
  ["1.7976931348623157e308", Number.MAX_VALUE],
  ["inf", Infinity],
  ["+inF", Infinity],
  ["-Infinity", -Infinity],
  ["0x1p3", 8],
  ["0X1.8P-1", 0.75],
  ["-0x.8", -0.5],
  ["0x1.", 1],
  ["-0x0p9", -0],
  ["0x1.fffffffffffff8p0", 2],
  ["0x1.fffffffffffff7p0", 2 - 2 ** -52],
  ["0x20000000000001", 2 ** 53],
  ["0x20000000000003", 2 ** 53 + 4],
  ["0x1p-1074", 5e-324],
  ["0x3p-1075", 1e-323],
  ["0x1.fffffffffffffp1023", Number.MAX_VALUE],
];

const REFUSED = [
  ..."|.|e5|-|+|1e|1e+|nan|-NaN|nan(1)|infin|in|infinityx| 1|1 |1_0|0b1|0o7|0x|0x.|0x.p1|0x1p|0xg|1,5".split(
    "|",
  ),
  ..."1e400|-1e309|1e-400|2e-324|0x1p1024|0x1p-1075|0x1p99999999999|1e99999999999|1e-99999999999|1\0".split(
    "|",
  ),
];

Deno.test("float: parseFloat64 takes what strtod takes", () => {
  for (const [text, value] of ACCEPTED) assertStrictEquals(parseFloat64(text), value, text);
  for (const text of REFUSED) assertEquals(parseFloat64(text), undefined, text);
});

Deno.test({
  name: "float: redis-server takes the same doubles",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(11);
    const texts = [...ACCEPTED.map(([text]) => text), ...REFUSED];
    while (texts.length < 3000) texts.push(randomNumberText(random));
    const replies = await redis.pipeline(
      texts.flatMap((text) => [["DEL", "z"], ["ZADD", "z", text, "m"], ["ZSCORE", "z", "m"]]),
    );
    texts.forEach((text, i) => {
      const score = replies[3 * i + 2];
      const expected = score === null ? undefined : parseFloat64(score as string);
      assertEquals(parseFloat64(text), expected, JSON.stringify(text));
    });
  },
});

Deno.test("float: formatDouble", () => {
  for (
    const [value, text] of [
      [0, "0"],
      [-0, "-0"],
      [NaN, "nan"],
      [Infinity, "inf"],
      [-Infinity, "-inf"],
      [3, "3"],
      [-17, "-17"],
      [0.1, "0.1"],
      [-3.14, "-3.14"],
      [0.1 + 0.2, "0.30000000000000004"],
      [1e15, "1000000000000000"],
      [2 ** 60, "1152921504606846976"],
      [-(2 ** 62), "-4611686018427387904"],
      [2 ** 62 + 1024, "4611686018427389000"],
      [5e18, "5e+18"],
      [1e20, "1e+20"],
      [1.5e300, "1.5e+300"],
      [-1.7976931348623157e308, "-1.7976931348623157e+308"],
      [0.000001, "0.000001"],
      [0.0000015, "1.5e-6"],
      [1e-7, "1e-7"],
      [5e-324, "5e-324"],
      [12345.678901, "12345.678901"],
      [12345.6789012, "1.23456789012e+4"],
      [1234.56789012345, "1234.56789012345"],
      [123456.5, "123456.5"],
      [-123456.123456, "-123456.123456"],
      [123456.1234567, "1.234561234567e+5"],
      [0.0001234, "1.234e-4"],
      [0.000123, "0.000123"],
    ] as const
  ) assertEquals(formatDouble(value), text);
});

Deno.test("float: every formatted double reads back as itself", () => {
  const random = new Random(12);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 50_000; i++) {
    view.setUint32(0, random.uint32());
    view.setUint32(4, random.uint32());
    const values = [view.getFloat64(0), random.below(1e9) / 10 ** random.below(12), random.float()];
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      assertStrictEquals(parseFloat64(formatDouble(value)), value, formatDouble(value));
    }
  }
});

Deno.test("float: addDecimal prints as INCRBYFLOAT does", () => {
  for (
    const [a, b, sum] of [
      ["10.50", "0.1", "10.6"],
      ["5.0e3", "2.0e2", "5200"],
      ["3", "-3", "0"],
      ["-0", "-0", "0"],
      ["0", "-1e-20", "0"],
      ["0", "1e10", "10000000000"],
      ["0.1", "0.2", "0.3"],
      ["0", "0x1p3", "8"],
      ["17179869184", "1.5", "17179869185.5"],
      ["1e19", "1", "10000000000000000001"],
      ["1e20", "1", "100000000000000000000"],
      ["0", "1e-17", "0.00000000000000001"],
      ["1e-4950", "1e-4950", "0"],
    ] as const
  ) {
    assertEquals(addDecimal(a, b), sum, `${a} + ${b}`);
    assertEquals(addDecimal(b, a), sum, `${b} + ${a}`);
  }
});

Deno.test("float: addDecimal refuses what is not finite or not a number", () => {
  for (
    const text of [
      "",
      " 1",
      "1 ",
      "nan",
      "abc",
      "1e4933",
      "2e4932",
      "1e-4951",
      "1e99999999999",
      "0x",
      "inf",
      "-inf",
    ]
  ) {
    assertEquals(addDecimal("0", text), undefined, text);
  }
  assertEquals(addDecimal("1e4932", "1e4932"), undefined, "the sum overflows");
  assertEquals(parseLongDouble("-Infinity"), "-inf");
  assertEquals(parseLongDouble("1".repeat(5 * 1024)), undefined);
  assert(parseLongDouble("1".padStart(5 * 1024 - 1, "0")) !== undefined);
  assertEquals(addDecimal("0", "1e4000")?.length, 4000, "just below, in 64 bits of mantissa");
});

Deno.test({
  name: "float: thousands of random INCRBYFLOATs equal redis-server's",
  ignore: !redisAvailable(),
  fn: async () => {
    await using redis = await RedisReference.start();
    const random = new Random(13);
    const pairs = Array.from({ length: 6000 }, () => [randomNumberText(random), randomNumberText(random)]);
    for (const text of REFUSED) pairs.push(["0", text], [text, "0"]);
    for (const [text] of ACCEPTED) pairs.push(["0.1", text]);
    const replies = await redis.pipeline(
      pairs.flatMap(([a, b]) => [["SET", "f", a], ["INCRBYFLOAT", "f", b]]),
    );
    let sums = 0;
    pairs.forEach(([a, b], i) => {
      const reply = replies[2 * i + 1];
      assertEquals(
        addDecimal(a, b),
        reply instanceof ReplyError ? undefined : reply as string,
        `${a} + ${b}`,
      );
      if (typeof reply === "string") sums++;
    });
    assert(sums > 4000, `${sums} sums were numbers`);
  },
});

/** Numbers of every written form, the everyday ones most often, and now and then something broken. */
function randomNumberText(random: Random): string {
  const sign = ["", "", "-", "+"][random.below(4)];
  const integer = () => String(random.below(10 ** (1 + random.below(15))));
  const fraction = () => String(random.below(10 ** (1 + random.below(12)))).padStart(random.below(14), "0");
  const exponent = (limit: number) => random.below(2 * limit + 1) - limit;
  switch (random.below(10)) {
    case 0:
      return sign + integer();
    case 1:
      return sign + integer() + integer();
    case 2:
      return `${sign}${integer()}.${fraction()}e${exponent(30)}`;
    case 3:
      return `${sign}${integer()}e${exponent(random.below(2) === 0 ? 330 : 4990)}`;
    case 4:
      return `${sign}0x${random.hex(1 + random.below(20))}.${random.hex(random.below(18))}p${exponent(80)}`;
    case 5:
      return `${sign}.${fraction()}`;
    case 6:
      return sign + ["", "inf", "nan", "1e", "0x", ".", "e1", "1.2.3", "1 ", "--1"][random.below(10)];
    default:
      return `${sign}${integer()}.${fraction()}`;
  }
}
