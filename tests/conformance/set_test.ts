import { encodeReply, parseReply } from "../support/resp_reply.ts";
import {
  conformance,
  type Random,
  type RandomCommand,
  randomised,
  sameType,
  since72,
  sortReply,
  type StepInput,
  unordered,
} from "./runner.ts";
import { withEvents } from "./with_events.ts";

conformance("set: SADD, SREM, SCARD, SISMEMBER, SMISMEMBER", [
  `
  SADD a 1 2 3
  SADD a 2 3 4
  SADD a
  SADD
  SCARD a
  SCARD missing
  SCARD
  SISMEMBER a 1
  SISMEMBER a 01
  SISMEMBER a x
  SISMEMBER missing x
  SISMEMBER a
  SMISMEMBER a 1 x 2 2
  SMISMEMBER missing 1 x
  SMISMEMBER a
  SREM a 1 1 9
  SREM missing 1
  SREM a
  SREM a 2 3 4 5 6
  EXISTS a
  `,
  ["SADD", "bin", "\x00\xff\r\n", "", "\x80", "x".repeat(10_000)],
  ["SISMEMBER", "bin", "\x00\xff\r\n"],
  ["SMISMEMBER", "bin", "", "\x80", "x".repeat(10_000), "x".repeat(9_999)],
  unordered("SMEMBERS bin"),
  ["SREM", "bin", "", "x".repeat(10_000), "x"],
  unordered("SMEMBERS bin"),
  "SADD e ''\nSMEMBERS e\nSREM e ''\nEXISTS e",
]);

conformance("set: sets of integers are in ascending order and of any width", [
  `
  SADD a 5 -3 100 32767 -32768
  SMEMBERS a
  SADD a 32768 -32769
  SMEMBERS a
  SADD a 2147483647 -2147483648 2147483648 -2147483649
  SMEMBERS a
  SADD a 9223372036854775807 -9223372036854775808 9007199254740992 9007199254740993 9007199254740991
  SMEMBERS a
  OBJECT ENCODING a
  SISMEMBER a 9007199254740993
  SISMEMBER a 9007199254740994
  SISMEMBER a 9223372036854775808
  SISMEMBER a +5
  SISMEMBER a 5.0
  SREM a 9007199254740992 5
  SMEMBERS a
  SSCAN a 0
  SSCAN a 0 COUNT 2
  SSCAN a 0 MATCH *1*
  SINTER a a
  SUNION a
  SDIFF a missing
  SRANDMEMBER a 100
  `,
]);

conformance("set: encodings", [
  "SADD a 1 2 3\nOBJECT ENCODING a",
  since72("SADD a x", ":1"),
  since72("OBJECT ENCODING a", "$8\r\nlistpack"),
  since72("SMEMBERS a", {
    2: "*4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\nx",
    3: "~4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\nx",
  }),
  "SREM a x",
  since72("OBJECT ENCODING a", "$8\r\nlistpack"),
  ["SADD", "b", ...Array.from({ length: 128 }, (_, i) => `m${i}`)],
  since72("OBJECT ENCODING b", "$8\r\nlistpack"),
  "SADD b m128\nOBJECT ENCODING b",
  ["SADD", "c", "x".repeat(64)],
  since72("OBJECT ENCODING c", "$8\r\nlistpack"),
  ["SADD", "c", "x".repeat(65)],
  "OBJECT ENCODING c",
  ["SADD", "d", ...Array.from({ length: 512 }, (_, i) => String(i))],
  "OBJECT ENCODING d\nSADD d 512\nOBJECT ENCODING d\nSREM d 512\nOBJECT ENCODING d",
  "SUNIONSTORE e d d\nOBJECT ENCODING e\nSINTERSTORE e d d\nOBJECT ENCODING e\nSDIFFSTORE e d a\nOBJECT ENCODING e",
  "CONFIG SET set-max-intset-entries 3",
  "SADD f 1 2 3\nOBJECT ENCODING f\nSADD f 4\nOBJECT ENCODING f\nCONFIG SET set-max-intset-entries 512",
  since72("CONFIG SET set-max-listpack-entries 3", "+OK"),
  "SADD j a b c",
  since72("OBJECT ENCODING j", "$8\r\nlistpack"),
  "SADD j d\nOBJECT ENCODING j",
  since72("CONFIG SET set-max-listpack-value 3", "+OK"),
  "SADD k abc",
  since72("OBJECT ENCODING k", "$8\r\nlistpack"),
  "SADD k abcd\nOBJECT ENCODING k",
  since72("CONFIG SET set-max-listpack-entries 128 set-max-listpack-value 64", "+OK"),
  "SADD g 1\nCOPY g h\nOBJECT ENCODING h\nCOPY d i\nOBJECT ENCODING i",
  unordered("SMEMBERS i"),
]);

conformance("set: SMOVE", [
  `
  SADD a 1 2 x
  SADD b 3
  SMOVE a b 1
  SMOVE a b 1
  SMOVE a b missing
  SMOVE missing b 1
  SMOVE a a 2
  SMOVE a a missing
  SMOVE a c 2
  SMOVE a c x
  EXISTS a
  SMOVE a b
  SET s v
  SMOVE s a 1
  SMOVE b s 1
  SMOVE missing s 1
  SMOVE s missing 1
  `,
  unordered("SMEMBERS b", "SMEMBERS c"),
]);

conformance("set: SPOP and SRANDMEMBER", [
  `
  SADD a 1
  SPOP a
  EXISTS a
  SPOP a
  SPOP a 2
  SPOP a 0
  SRANDMEMBER a
  SRANDMEMBER a 2
  SRANDMEMBER a -2
  SADD a 1 2 3
  SPOP a 0
  SPOP a -1
  SPOP a x
  SPOP a 1.5
  SPOP a 9223372036854775808
  SPOP a ""
  SPOP a 1 2
  SPOP
  SRANDMEMBER a 0
  SRANDMEMBER a x
  SRANDMEMBER a 9223372036854775807
  SRANDMEMBER a -9223372036854775808
  SRANDMEMBER a 9223372036854775808
  SRANDMEMBER a 1 2
  SRANDMEMBER
  SADD b 7
  SRANDMEMBER b
  SRANDMEMBER b 1
  SRANDMEMBER b 5
  SRANDMEMBER b -3
  SADD c x y z
  SCARD c
  SET s v
  SPOP s
  SPOP s 1
  SPOP s x
  SRANDMEMBER s
  SRANDMEMBER s 1
  SRANDMEMBER s -1
  `,
  unordered("SRANDMEMBER c 3", "SRANDMEMBER c 4", "SPOP c 5"),
  "EXISTS c\nSPOP a 100\nEXISTS a",
  sameType("SRANDMEMBER b -100"),
  "SADD d a b c d e",
  sameType("SPOP d 3", "SPOP d"),
  "SCARD d",
]);

conformance("set: SINTER, SUNION, SDIFF and their relatives", [
  `
  SADD a 1 2 3 4 x y
  SADD b 2 4 x
  SADD c 4
  SADD ints 1 2 3
  SET s v
  `,
  unordered(
    ...["SINTER a b", "SINTER a b c", "SINTER a", "SINTER a a", "SINTER a missing", "SINTER missing"],
    ...["SUNION a b", "SUNION a missing c", "SUNION missing", "SUNION a a", "SDIFF a b", "SDIFF a b c"],
    ...["SDIFF a", "SDIFF a a", "SDIFF a missing", "SDIFF missing a", "SDIFF c a", "SDIFF b ints missing b"],
  ),
  `
  SINTER
  SUNION
  SDIFF
  SINTER a s
  SINTER missing s
  SINTER s missing
  SUNION a s
  SDIFF a s
  SDIFF missing s
  SINTERSTORE d a b
  SCARD d
  SINTERSTORE d a ints
  OBJECT ENCODING d
  SMEMBERS d
  SINTERSTORE d a missing
  EXISTS d
  SINTERSTORE d a missing
  SUNIONSTORE d ints c
  SMEMBERS d
  SDIFFSTORE d ints c
  SMEMBERS d
  SDIFFSTORE d d d
  EXISTS d
  SUNIONSTORE d missing
  SINTERSTORE a a b
  SCARD a
  SUNIONSTORE a a ints
  SCARD a
  SDIFFSTORE a a b
  SMEMBERS a
  SINTERSTORE s ints c
  TYPE s
  SET s v
  SINTERSTORE s ints ints
  TYPE s
  SMEMBERS s
  SET s v EX 1000
  SUNIONSTORE s ints
  TTL s
  SET t v
  SINTERSTORE d t
  SUNIONSTORE d t
  SDIFFSTORE d t
  SINTERSTORE d ints t
  SINTERSTORE d missing t
  SINTERSTORE d
  SUNIONSTORE d
  SDIFFSTORE d
  `,
]);

conformance("set: SINTERCARD", [`
  SADD a 1 2 3 4 5
  SADD b 2 3 4 5 6
  SINTERCARD 2 a b
  SINTERCARD 2 a b LIMIT 2
  SINTERCARD 2 a b LIMIT 0
  SINTERCARD 2 a b LIMIT 100
  SINTERCARD 2 a b limit 1 LIMIT 3
  SINTERCARD 1 a
  SINTERCARD 2 a missing
  SINTERCARD 1 missing
  SINTERCARD 0 a
  SINTERCARD -1 a
  SINTERCARD x a
  SINTERCARD 3 a b
  SINTERCARD 9223372036854775807 a b
  SINTERCARD 9223372036854775808 a b
  SINTERCARD 2 a b LIMIT -1
  SINTERCARD 2 a b LIMIT x
  SINTERCARD 2 a b LIMIT
  SINTERCARD 2 a b FOO
  SINTERCARD 2 a b FOO 1
  SINTERCARD 1 a b
  SINTERCARD 1
  SINTERCARD
  SET s v
  SINTERCARD 2 a s
  SINTERCARD 2 missing s
`]);

/** Members of a SCAN's answer in byte order. */
function sortedScan(raw: string): string {
  const parsed = parseReply(raw);
  if (!("reply" in parsed) || parsed.reply.type !== "array" || parsed.reply.items.length !== 2) return raw;
  const [cursor, members] = parsed.reply.items;
  return encodeReply(cursor) + sortReply(encodeReply(members), 1);
}

conformance("set: SSCAN", [
  `
  SADD a 1 2 3 10 20
  SSCAN a 0
  SSCAN a 0 MATCH 1*
  SSCAN a 0 MATCH [12]
  SSCAN a 0 MATCH * COUNT 1
  SSCAN a 0 COUNT 100 MATCH 2?
  SSCAN a 0 match 3 count 5
  SSCAN a 5
  SSCAN a 0 COUNT 0
  SSCAN a 0 COUNT -1
  SSCAN a 0 COUNT x
  SSCAN a 0 COUNT
  SSCAN a 0 MATCH
  SSCAN a 0 TYPE set
  SSCAN a 0 FOO
  SSCAN a x
  SSCAN a -1
  SSCAN a 18446744073709551615
  SSCAN a 18446744073709551616
  SSCAN a
  SSCAN missing 0
  SSCAN missing 0 FOO
  SSCAN missing x
  SSCAN missing 7
  SET s v
  SSCAN s 0
  SSCAN s 0 FOO
  SSCAN s x
  `,
]);

conformance("set: wrong type", [`
  SET s v
  SADD s 1
  SREM s 1
  SCARD s
  SISMEMBER s 1
  SMISMEMBER s 1
  SMEMBERS s
  SADD s
  GET s
  SADD a 1
  GET a
  APPEND a x
  INCR a
  TYPE a
`]);

const INTEGERS = [
  ...["0", "1", "-1", "7", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483649"],
  ...[
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
  ],
];
const TEXTS = [
  ...["", "a", "b", "01", "-0", "+1", "1.5", "9223372036854775808", "\x00", "\xff\r\n", "\x80\x00"],
  ...["x".repeat(63), "x".repeat(64), "x".repeat(65), "y".repeat(9000)],
];

/** Keys `n…` hold integers mostly, keys `m…` everything. */
function setCommand(random: Random): RandomCommand {
  const key = () => `${random.pick(["n", "m"])}${random.below(4)}`;
  const memberFor = (key: string) => {
    if (random.chance(0.3)) return String(random.between(-20, 20));
    return random.pick(key.startsWith("n") && random.chance(0.98) ? INTEGERS : TEXTS);
  };
  const membersFor = (key: string) => Array.from({ length: random.between(1, 6) }, () => memberFor(key));
  const withMembers = (name: string) => {
    const target = key();
    return [name, target, ...membersFor(target)];
  };
  const keys = () => Array.from({ length: random.between(1, 4) }, key);
  const sorted = (...words: (string | number)[]) => ({
    words,
    normalise: (raw: string) => sortReply(raw, 1),
  });
  return random.pick<() => RandomCommand>([
    () => withMembers("SADD"),
    () => withMembers("SADD"),
    () => withMembers("SADD"),
    () => withMembers("SREM"),
    () => withMembers("SMISMEMBER"),
    () => ["SISMEMBER", key(), random.pick([...INTEGERS, ...TEXTS])],
    () => ["SCARD", key()],
    () => sorted("SMEMBERS", key()),
    () => ["SMOVE", key(), key(), random.pick([...INTEGERS, ...TEXTS])],
    () => sorted("SINTER", ...keys()),
    () => sorted("SUNION", ...keys()),
    () => sorted("SDIFF", ...keys()),
    () => [random.pick(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]), key(), ...keys()],
    () => ["SINTERCARD", 2, key(), key(), ...random.pick([[], ["LIMIT", random.below(5)]])],
    () => random.chance(0.2) ? sorted("SPOP", key(), 1000) : ["SPOP", key(), 0],
    () => sorted("SRANDMEMBER", key(), 1000),
    () => ({
      words: ["SSCAN", key(), 0, "COUNT", 1000, ...random.pick([[], ["MATCH", "*1*"], ["MATCH", "[a-x]"]])],
      normalise: sortedScan,
    }),
    () => random.chance(0.3) ? ["DEL", key()] : ["COPY", key(), key(), "REPLACE"],
    () => ({ words: ["OBJECT", "ENCODING", key()], normalise: integersOrNot }),
    () => random.chance(0.05) ? ["SET", key(), "string"] : ["TYPE", key()],
  ])();
}

/** Redis 7.0 has no sets in listpacks: only whether a set is one of integers is the same. */
function integersOrNot(raw: string): string {
  return raw.replace(/^\$\d+\r\n(listpack|hashtable)/, "no integers");
}

randomised("set: random commands", { seed: 20240301, count: 10_000, generate: setCommand });

/** Sets the limits; Redis 7.0 does not know those of listpacks. */
function limitsSet(integers: number, entries: number, size: number): RandomCommand[] {
  const silently = (...words: (string | number)[]) => ({ words, normalise: () => "" });
  return [
    silently("CONFIG", "SET", "set-max-intset-entries", integers),
    silently("CONFIG", "SET", "set-max-listpack-entries", entries),
    silently("CONFIG", "SET", "set-max-listpack-value", size),
  ];
}

/** As {@link setCommand}, with limits low enough to be crossed all the time; at the end the default ones again. */
function limitedCommands(count: number): (random: Random) => RandomCommand {
  const first = limitsSet(12, 8, 16);
  const last = limitsSet(512, 128, 64);
  let index = 0;
  return (random) => {
    const at = index++ % count;
    return first[at] ?? last[count - 1 - at] ?? setCommand(random);
  };
}

randomised("set: random commands with low limits", {
  seed: 20240302,
  count: 6000,
  generate: limitedCommands(6000),
});

/** Walks over a large set with few members a step. The servers' cursors differ, so only the end is compared. */
const large: StepInput[] = [
  ["SADD", "large", ...Array.from({ length: 3000 }, (_, i) => `member:${i}`)],
  "SCARD large\nOBJECT ENCODING large",
  unordered("SMEMBERS large"),
  sameType(
    "SSCAN large 0",
    "SSCAN large 0 COUNT 100",
    "SPOP large 10",
    "SRANDMEMBER large 2000",
    "SPOP large 2900",
  ),
  "SCARD large",
];
conformance("set: a large set", large);

conformance(
  "set: events",
  withEvents(
    ["SADD a 1 2 3 4", 2],
    ["SADD a 1 5", 1],
    ["SADD a 1", 0],
    ["SREM a 5 9", 1],
    ["SREM a 9", 0],
    ["SMOVE a b 1", 3],
    ["SMOVE a b 9", 0],
    ["SADD b 2", 1],
    ["SMOVE a b 2", 1],
    ["SMOVE a a 3", 0],
    ["SMOVE a b 3", 2],
    ["SMOVE a b 4", 3],
    ["SINTERSTORE c b b", 2],
    ["SUNIONSTORE c b missing", 2],
    ["SDIFFSTORE c b missing", 2],
    ["SINTERSTORE c b missing", 2],
    ["SDIFFSTORE c b b", 0],
    ["SUNIONSTORE d b", 2],
    ["SPOP d 0", 0],
    ["SPOP d 5", 2],
    ["SPOP d", 0],
    ["SPOP d 1", 0],
    ["SADD e 1", 2],
    ["SPOP e", 2],
    ["SREM b 1 2 3 4 5", 2],
    ["SMEMBERS b", 1],
    ["SISMEMBER b 1", 1],
    ["SRANDMEMBER b", 1],
    ["SINTERCARD 2 b e", 2],
    ["SSCAN b 0", 1],
  ),
);
