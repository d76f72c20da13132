/** Commands that make keys of every type in every encoding. */
import { Random } from "../../conformance/random.ts";
import type { Word } from "../../support/bytes.ts";

const INTEGERS = [0, 1, -1, 12, 13, 127, 128, -128, -129, 4095, 4096, -4096, -4097, 32767, 32768, -32769]
  .concat(
    [8388607, 8388608, -8388609, 2147483647, 2147483648, -2147483649, Number.MAX_SAFE_INTEGER],
  );
/** Elements that take the different forms of strings and integers. */
export const ELEMENTS: readonly string[] = [
  ...INTEGERS.map(String),
  ...["9223372036854775807", "-9223372036854775808", "9223372036854775808", "007", "-0", "1.5", "", "a"],
  ...["\x00\xff\r\n", "x".repeat(20), "x".repeat(63), "ab".repeat(32), "q".repeat(64), "zy".repeat(100)],
  ...[4095, 4096, 5000].map((size) => "abc".repeat(size).slice(0, size)),
];

const SHORT = ELEMENTS.filter((element) => element.length <= 64);

/** Random bytes, which don't compress. */
export function noise(random: Random, size: number): string {
  return Array.from({ length: size }, () => String.fromCharCode(random.below(256))).join("");
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** Strings, lists and sets. */
function simpleTypes(random: Random): Word[][] {
  return [
    ...ELEMENTS.map((element, i): Word[] => ["SET", `string:${i}`, element]),
    ...[30, 300, 9000, 70_000].map((size): Word[] => ["SET", `noise:${size}`, noise(random, size)]),
    ["SET", "long", "the same again. ".repeat(20_000)],
    ["SET", "", "empty key"],
    ["SET", "key".repeat(2000), "long key"],
    ["SET", "123", "integer key"],
    ["RPUSH", "list:small", ...SHORT],
    ["RPUSH", "list:one", "1"],
    ["RPUSH", "list:nodes", ...many(3000, (i) => i % 3 === 0 ? i : `element ${i}`)],
    ["RPUSH", "list:large", ...many(40, (i) => `${i}`.repeat(3000))],
    ["RPUSH", "list:huge", noise(random, 20_000), "small", noise(random, 9000)],
    ["SADD", "set:16", ...many(50, (i) => i)],
    ["SADD", "set:32", ...many(50, (i) => i * 100_000 - 7)],
    ["SADD", "set:64", 1, -1, "9223372036854775807", "-9223372036854775808"],
    ["SADD", "set:small", ...SHORT],
    ["SADD", "set:many", ...many(3000, (i) => `member ${i}`)],
    ["SADD", "set:integers", ...many(3000, (i) => i * 3)],
    ["SADD", "set:long", ...ELEMENTS],
  ];
}

/** Hashes and sorted sets. */
function keyedTypes(random: Random): Word[][] {
  const scores = [
    "0",
    "1",
    "-1",
    "0.5",
    "-2.25",
    "1000000",
    "inf",
    "-inf",
    "4503599627370496.5",
    "1.2676506002282294e+30",
  ];
  return [
    ["HSET", "hash:small", ...SHORT.flatMap((element, i) => [element, SHORT[(i + 7) % SHORT.length]])],
    [
      "HSET",
      "hash:long",
      ...ELEMENTS.flatMap((element, i) => [element, ELEMENTS[(i + 7) % ELEMENTS.length]]),
    ],
    ["HSET", "hash:many", ...many(3000, (i) => [`field ${i}`, noise(random, i % 40)]).flat()],
    ["ZADD", "zset:small", ...many(100, (i) => [scores[i % scores.length], `m${i}`]).flat()],
    ["ZADD", "zset:many", ...many(3000, (i) => [scores[i % scores.length], `m${i}`]).flat()],
    ["ZADD", "zset:ranks", ...many(3000, (i) => [i * 0.25, `member ${i}`]).flat()],
    ["ZADD", "zset:long", ...ELEMENTS.flatMap((element, i) => [i, element])],
  ];
}

/** Streams, with groups and without. */
export function streams(random: Random): Word[][] {
  return [
    ...many(300, (i): Word[] => ["XADD", "stream:long", `${1000 + i}-${i % 3}`, "field", noise(random, 60)]),
    ...many(
      30,
      (i): Word[] => ["XADD", "stream:mixed", `${i + 1}-0`, ...many(2 + i % 4, (j) => [`f${j}`, i]).flat()],
    ),
    ["XADD", "stream:edge", "18446744073709551615-18446744073709551614", "a", "b"],
    ["XADD", "stream:edge", "18446744073709551615-18446744073709551615", "a", "b"],
    ["XDEL", "stream:long", "1001-1", "1100-1", "1299-2"],
    ["XTRIM", "stream:long", "MINID", "1030"],
    ["XGROUP", "CREATE", "stream:long", "readers", "0"],
    ["XGROUP", "CREATE", "stream:long", "\x00odd", "$"],
    ["XREADGROUP", "GROUP", "readers", "alice", "COUNT", 20, "STREAMS", "stream:long", ">"],
    ["XREADGROUP", "GROUP", "readers", "bob", "COUNT", 7, "STREAMS", "stream:long", ">"],
    ["XREADGROUP", "GROUP", "readers", "alice", "COUNT", 1, "STREAMS", "stream:long", ">"],
    ["XACK", "stream:long", "readers", "1035-0", "1036-1"],
    ["XGROUP", "CREATECONSUMER", "stream:long", "readers", "idle"],
    ["XGROUP", "CREATE", "stream:empty", "g", "$", "MKSTREAM"],
    ["XADD", "stream:emptied", "5-5", "a", "b"],
    ["XDEL", "stream:emptied", "5-5"],
  ];
}

/** Keys of all types, some of them with deadlines, in two databases. */
export function samples(): Word[][] {
  const random = new Random(7);
  return [
    ...simpleTypes(random),
    ...keyedTypes(random),
    ...streams(random),
    ["PEXPIREAT", "list:small", 4_000_000_000_123],
    ["PEXPIREAT", "string:3", 4_000_000_000_000],
    ["SELECT", 9],
    ["SET", "elsewhere", "1"],
    ["ZADD", "zset", 1, "a"],
    ["SELECT", 0],
  ];
}
