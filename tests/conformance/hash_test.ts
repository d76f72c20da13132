import { encodeReply, parseReply } from "../support/resp_reply.ts";
import {
  conformance,
  type Random,
  type RandomCommand,
  randomised,
  sameType,
  since72,
  sortReply,
  unordered,
  unorderedPairs,
} from "./runner.ts";
import { withEvents } from "./with_events.ts";

conformance("hash: HSET, HGET and their relatives", [
  `
  HSET a f 1
  HSET a f 2 g 3 h 4 g 5
  HGET a f
  HGET a missing
  HGET missing f
  HGET a
  HGETALL a
  HKEYS a
  HVALS a
  HGETALL missing
  HKEYS missing
  HVALS missing
  HSET a f
  HSET a f 1 g
  HSET a
  HSET
  hset a f 1 g
  HMSET a f 1 g
  hmset a f
  HMSET a x 1 y 2
  HMSET b x 1
  HMGET a f g missing f
  HMGET missing f g
  HMGET a
  HSETNX a f 9
  HSETNX a new 9
  HSETNX c new 9
  HSETNX a new
  HLEN a
  HLEN missing
  HEXISTS a f
  HEXISTS a missing
  HEXISTS missing f
  HSTRLEN a f
  HSTRLEN a missing
  HSTRLEN missing f
  HDEL a f f missing g
  HGETALL a
  HDEL missing f
  HDEL a
  HDEL c new other
  EXISTS c
  `,
  ["HSET", "bin", "\x00\xff\r\n", "\x80\x00", "", "", "f", "v".repeat(10_000)],
  ["HGET", "bin", "\x00\xff\r\n"],
  ["HGET", "bin", ""],
  ["HSTRLEN", "bin", "f"],
  unorderedPairs("HGETALL bin"),
  unordered("HKEYS bin", "HVALS bin"),
  ["HSET", "bin", "f", "v".repeat(20_000)],
  "HGET bin f",
  ["HDEL", "bin", "", "f"],
  "HGETALL bin",
]);

conformance("hash: integers as fields and values", [`
  HSET a 1 1 2 -1 127 128 -4097 4096 32768 8388608 2147483648 -2147483649
  HGETALL a
  HSET a 1 01 2 1.0 127 9223372036854775807 9223372036854775808 -9223372036854775808
  HGETALL a
  HGET a 127
  HGET a 0127
  HSTRLEN a 127
  HDEL a 127
  HGETALL a
`]);

conformance("hash: encodings", [
  "HSET a f v\nOBJECT ENCODING a",
  ["HSET", "a", "f", "x".repeat(64)],
  "OBJECT ENCODING a",
  ["HSET", "a", "f", "x".repeat(65)],
  "OBJECT ENCODING a\nHSET a f v\nOBJECT ENCODING a",
  ["HSET", "b", "x".repeat(65), "v"],
  "OBJECT ENCODING b",
  ["HSET", "c", ...Array.from({ length: 512 }, (_, i) => [`f${i}`, `v${i}`]).flat()],
  "OBJECT ENCODING c\nHGETALL c\nHSET c f511 x\nOBJECT ENCODING c\nHSET c f512 x\nOBJECT ENCODING c",
  unorderedPairs("HGETALL c"),
  "HDEL c f512\nOBJECT ENCODING c",
  ["HSETNX", "d", "f", "x".repeat(65)],
  "OBJECT ENCODING d\nHINCRBY e f 1\nOBJECT ENCODING e",
  ["HINCRBY", "e", "x".repeat(65), "1"],
  "OBJECT ENCODING e\nCOPY a g\nOBJECT ENCODING g\nHSET h f v\nCOPY h i\nOBJECT ENCODING i\nHGETALL i",
  "CONFIG SET hash-max-listpack-entries 2",
  "HSET j a 1 b 2\nOBJECT ENCODING j\nHSET j c 1\nOBJECT ENCODING j",
  since72("HSET k a 1 a 2 a 3", ":1"),
  since72("OBJECT ENCODING k", "$9\r\nhashtable"),
  "CONFIG SET hash-max-listpack-entries 512",
]);

conformance("hash: HINCRBY", [`
  HINCRBY a f 5
  HINCRBY a f -7
  HINCRBY a f 0
  HSET a max 9223372036854775807 min -9223372036854775808 large 9007199254740991
  HINCRBY a large 1
  HINCRBY a large 1
  HINCRBY a large -3
  HINCRBY a max 1
  HINCRBY a max -1
  HINCRBY a min -1
  HINCRBY a min 9223372036854775807
  HINCRBY a n -9223372036854775808
  HINCRBY a n 9223372036854775807
  HINCRBY a f 9223372036854775808
  HINCRBY a f x
  HINCRBY a f 1.5
  HINCRBY a f ""
  HINCRBY a f " 1"
  HINCRBY a f
  HSET a text x float 1.5 space " 1" zeros 007 empty ""
  HINCRBY a text 1
  HINCRBY a float 1
  HINCRBY a space 1
  HINCRBY a zeros 1
  HINCRBY a empty 1
  HGETALL a
  HINCRBY missing f x
  EXISTS missing
`]);

conformance("hash: HINCRBYFLOAT", [`
  HINCRBYFLOAT a f 10.5
  HINCRBYFLOAT a f 0.1
  HINCRBYFLOAT a f -5
  HINCRBYFLOAT a f 5.0e3
  HINCRBYFLOAT a g 3
  HINCRBYFLOAT a g -3
  HINCRBYFLOAT a g 1e-17
  HINCRBYFLOAT a g 3.141592653589793238
  HINCRBYFLOAT a h 1e300
  HINCRBYFLOAT a i 0x10
  HSET a text x space " 1" inf inf nan nan empty "" int 5
  HINCRBYFLOAT a text 1
  HINCRBYFLOAT a space 1
  HINCRBYFLOAT a inf 1
  HINCRBYFLOAT a nan 1
  HINCRBYFLOAT a empty 1
  HINCRBYFLOAT a int 1.25
  HINCRBYFLOAT a f x
  HINCRBYFLOAT a f ""
  HINCRBYFLOAT a f " 1"
  HINCRBYFLOAT a f "1 "
  HINCRBYFLOAT a f nan
  HINCRBYFLOAT a f inf
  HINCRBYFLOAT a f -inf
  HINCRBYFLOAT a f
  HMGET a f g h i
  HINCRBYFLOAT missing f x
  HINCRBYFLOAT missing f inf
  EXISTS missing
  HINCRBYFLOAT b f 1
  HINCRBY b f 1
  HGET b f
`]);

conformance("hash: HRANDFIELD", [
  `
  HRANDFIELD missing
  HRANDFIELD missing 2
  HRANDFIELD missing -2 WITHVALUES
  HSET a f v
  HRANDFIELD a
  HRANDFIELD a 1
  HRANDFIELD a 5
  HRANDFIELD a -3
  HRANDFIELD a 1 WITHVALUES
  HRANDFIELD a 5 withvalues
  HRANDFIELD a -3 WITHVALUES
  HRANDFIELD a 0
  HRANDFIELD a 0 WITHVALUES
  HSET b f 1 g 2 h 3
  HRANDFIELD b 3
  HRANDFIELD b 4 WITHVALUES
  HRANDFIELD b x
  HRANDFIELD b 1.5
  HRANDFIELD b 9223372036854775808
  HRANDFIELD b -9223372036854775808
  HRANDFIELD b -9223372036854775808 WITHVALUES
  HRANDFIELD b -4611686018427387904 WITHVALUES
  HRANDFIELD b 4611686018427387904 WITHVALUES
  HRANDFIELD b 4611686018427387903 WITHVALUES
  HRANDFIELD b 4611686018427387904
  HRANDFIELD b 1 FOO
  HRANDFIELD b x FOO
  HRANDFIELD b 1 WITHVALUES 2
  HRANDFIELD
  SET s v
  HRANDFIELD s
  HRANDFIELD s 1
  HRANDFIELD s x
  `,
  sameType("HRANDFIELD b", "HRANDFIELD b 2", "HRANDFIELD b -10 WITHVALUES"),
]);

conformance("hash: HSCAN", [`
  HSET a f1 1 f2 2 g1 3 10 4
  HSCAN a 0
  HSCAN a 0 MATCH f*
  HSCAN a 0 MATCH [fg]1 COUNT 1
  HSCAN a 0 COUNT 1
  HSCAN a 0 match 1* count 5
  HSCAN a 7
  HSCAN a 0 COUNT 0
  HSCAN a 0 COUNT x
  HSCAN a 0 COUNT
  HSCAN a 0 TYPE hash
  HSCAN a 0 FOO
  HSCAN a x
  HSCAN a
  HSCAN missing 0
  HSCAN missing 0 FOO
  HSCAN missing x
  SET s v
  HSCAN s 0
`]);

conformance("hash: wrong type", [`
  SET s v
  HSET s f v
  HMSET s f v
  HSETNX s f v
  HGET s f
  HMGET s f
  HDEL s f
  HLEN s
  HEXISTS s f
  HSTRLEN s f
  HKEYS s
  HVALS s
  HGETALL s
  HINCRBY s f 1
  HINCRBY s f x
  HINCRBYFLOAT s f 1
  HINCRBYFLOAT s f x
  HSET s f
  HSET a f v
  GET a
  APPEND a x
  TYPE a
  SET a v
  GET a
`]);

conformance("hash: a large hash", [
  ["HSET", "large", ...Array.from({ length: 2000 }, (_, i) => [`field:${i}`, i]).flat()],
  "HLEN large\nOBJECT ENCODING large\nHGET large field:1999",
  unorderedPairs("HGETALL large"),
  sameType("HSCAN large 0", "HRANDFIELD large 1500", "HRANDFIELD large -5000 WITHVALUES"),
]);

const FIELDS = ["", "a", "b", "0", "1", "-1", "127", "4096", "32768", "2147483648", "01", "\x00", "\xff\r\n"];
const VALUES = [
  ...["0", "-1", "63", "128", "4095", "-4096", "32767", "8388607", "2147483647", "9007199254740993"],
  ...[
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1.5",
    "-2.25",
    "abc",
    "",
    "\x00\x80",
  ],
];

/** A command with arguments that are mostly valid. Replies in which fields may come in any order are sorted by `sort`. */
function hashCommand(random: Random, long: readonly string[], sort: boolean): RandomCommand {
  const key = () => `k${random.below(4)}`;
  const field = () =>
    random.chance(0.4) ? `f${random.below(12)}` : random.pick(random.chance(0.05) ? long : FIELDS);
  const value = () =>
    random.chance(0.3) ? random.bytes(random.below(14)) : random.pick(random.chance(0.05) ? long : VALUES);
  const pairs = () => Array.from({ length: random.between(1, 4) }, () => [field(), value()]).flat();
  const inOrder = (group: number, ...words: (string | number)[]) =>
    sort ? { words, normalise: (raw: string) => sortReply(raw, group) } : words;
  return random.pick<() => RandomCommand>([
    () => ["HSET", key(), ...pairs()],
    () => ["HSET", key(), ...pairs()],
    () => ["HMSET", key(), ...pairs()],
    () => ["HSETNX", key(), field(), random.pick(VALUES)],
    () => ["HGET", key(), field()],
    () => ["HMGET", key(), field(), field(), field()],
    () => ["HDEL", key(), field(), field(), field()],
    () => ["HDEL", key(), field()],
    () => ["HEXISTS", key(), field()],
    () => ["HLEN", key()],
    () => ["HSTRLEN", key(), field()],
    () => inOrder(2, "HGETALL", key()),
    () => inOrder(1, "HKEYS", key()),
    () => inOrder(1, "HVALS", key()),
    () => inOrder(1, "HRANDFIELD", key(), 1000),
    () => sort ? ["HLEN", key()] : ["HRANDFIELD", key(), 1000, "WITHVALUES"],
    () => ({ words: ["HSCAN", key(), 0, "COUNT", 1000], normalise: sort ? sortedScan : (raw) => raw }),
    () => [
      "HINCRBY",
      key(),
      field(),
      random.pick(["1", "-1", "9007199254740991", "9223372036854775807", "x"]),
    ],
    () => ["HINCRBYFLOAT", key(), field(), random.pick(["0.5", "-1", "3.25", "1e3", "0.1", "nan", "x"])],
    () => ["OBJECT", "ENCODING", key()],
    () => random.chance(0.2) ? ["DEL", key()] : ["COPY", key(), key(), "REPLACE"],
    () => random.chance(0.05) ? ["SET", key(), "string"] : ["TYPE", key()],
  ])();
}

/** Fields of a SCAN's answer in byte order. */
function sortedScan(raw: string): string {
  const parsed = parseReply(raw);
  if (!("reply" in parsed) || parsed.reply.type !== "array" || parsed.reply.items.length !== 2) return raw;
  const [cursor, pairs] = parsed.reply.items;
  return encodeReply(cursor) + sortReply(encodeReply(pairs), 2);
}

randomised("hash: random commands, in listpacks, whose order is the same", {
  seed: 20240311,
  count: 6000,
  generate: (random) => hashCommand(random, ["x".repeat(63), "x".repeat(64)], false),
});

/** Lowers the limits at first, so that they are crossed all the time, and raises them again at the end. */
function limitedCommands(count: number): (random: Random) => RandomCommand {
  const limits = (entries: number, size: number): RandomCommand[] => [
    ["CONFIG", "SET", "hash-max-listpack-entries", entries],
    ["CONFIG", "SET", "hash-max-listpack-value", size],
  ];
  const first = limits(8, 15);
  const last = limits(512, 64);
  let index = 0;
  return (random) => {
    const at = index++ % count;
    const long = ["y".repeat(15), "y".repeat(16), "z".repeat(9000)];
    return first[at] ?? last[count - 1 - at] ?? hashCommand(random, long, true);
  };
}

randomised("hash: random commands with low limits", {
  seed: 20240312,
  count: 6000,
  generate: limitedCommands(6000),
});

conformance(
  "hash: events",
  withEvents(
    ["HSET a f 1 g 2", 2],
    ["HSET a f 1", 1],
    ["HMSET a f 2", 1],
    ["HSETNX a f 3", 0],
    ["HSETNX a h 3", 1],
    ["HSETNX b h 3", 2],
    ["HINCRBY a f 1", 1],
    ["HINCRBY c f 1", 2],
    ["HINCRBY a f x", 0],
    ["HINCRBYFLOAT a f 1", 1],
    ["HINCRBYFLOAT d f 1", 2],
    ["HDEL a f x", 1],
    ["HDEL a x", 0],
    ["HDEL a g h", 2],
    ["HDEL a g", 0],
    ["HGET a g", 1],
    ["HMGET a g h", 1],
    ["HGETALL a", 1],
    ["HRANDFIELD a", 1],
    ["HSCAN a 0", 1],
  ),
);
