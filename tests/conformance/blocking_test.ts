import {
  blocked,
  conformance,
  held,
  masked,
  on,
  raw,
  receive,
  replies,
  since72,
  type StepInput,
  unordered,
  waits,
} from "./runner.ts";

const LIST = "list";
const SORTED_SET = "sorted_set";
const STREAM = "stream";
const ALL = { needs: [LIST, SORTED_SET, STREAM] };

/** What DUMP of redis-server 7.0 gives for the list (1 2) and the sorted set (1 one). */
const LIST_PAYLOAD =
  "\x12\x01\x02\x0b\x0b\x00\x00\x00\x02\x00\x01\x01\x02\x01\xff\n\x00\xdd\xe7\x1a(\xae9\x1b\x98";
const SORTED_SET_PAYLOAD =
  "\x11\x0e\x0e\x00\x00\x00\x02\x00\x83one\x04\x01\x01\xff\n\x00u\xa8\x83)\x92\x93\x90\xd4";

conformance("blocking: first come, first served, at each key and over several", [
  waits("b", "BLPOP x y z 0", 1),
  waits("c", "BRPOP y 0", 2),
  waits("d", "BLMPOP 0 2 z y LEFT COUNT 2", 3),
  waits("e", "BLPOP z x 0", 4),
  "RPUSH y 1",
  receive("b"),
  "RPUSH y 2 3 4 5",
  receive("c"),
  receive("d"),
  "LRANGE y 0 -1",
  blocked(1),
  "RPUSH x 6",
  receive("e"),
  unordered("KEYS *"),
], ALL);

conformance("blocking: one command that makes several keys ready", [
  waits("b", "BLPOP x y 0", 1),
  waits("c", "BLPOP y x 0", 2),
  waits("d", "BZPOPMIN z 0", 3),
  "MULTI\nZADD z 1 a\nRPUSH y 1\nRPUSH x 2\nEXEC",
  receive("d"),
  // Whoever is served by any of the keys gets the first that has something.
  since72(receive("b"), "*2\r\n$1\r\nx\r\n$1\r\n2"),
  since72(receive("c"), "*2\r\n$1\r\ny\r\n$1\r\n1"),
  unordered("KEYS *"),
], ALL);

/** Scripts in which a client waits in `wait` for key `a`, until `trigger`; then it is looked at what is left. */
function wokenBy(group: string, wait: string, look: string, triggers: StepInput[][]): void {
  for (const trigger of triggers) {
    const last = trigger[trigger.length - 1];
    const name = Array.isArray(last) ? last[0] : last;
    conformance(`blocking: ${wait} is woken by ${name}`, [
      ...trigger.slice(0, -1),
      waits("b", wait),
      last,
      receive("b"),
      look,
      unordered("KEYS *"),
      on("b", "PING"),
    ], { needs: [group] });
  }
}

wokenBy(LIST, "BLPOP a 0", "LRANGE a 0 -1", [
  ["LPUSH a 1"],
  ["RPUSH a 1 2 3"],
  ["RPUSH src 1 2", "RENAME src a"],
  ["RPUSH src 1 2", "RENAMENX src a"],
  ["RPUSH src 1 2", "COPY src a"],
  ["RPUSH src 1 2", "COPY src a REPLACE"],
  ["RPUSH src 1 2", "LMOVE src a LEFT RIGHT"],
  ["RPUSH src 1 2", "RPOPLPUSH src a"],
  ["RPUSH src 1 2", "BLMOVE src a LEFT LEFT 0"],
  ["RPUSH src 1 2", "BRPOPLPUSH src a 0"],
  ["RPUSH src 3 1 2", "SORT src STORE a"],
  ["SELECT 1\nRPUSH a 1 2", "MOVE a 0\nSELECT 0"],
  ["SELECT 1\nRPUSH a 1 2", "SELECT 0\nSWAPDB 0 1"],
  ["SELECT 1\nRPUSH a 1 2", "COPY a a DB 0\nSELECT 0"],
  ["MULTI\nRPUSH a 1\nLPUSH a 2\nEXEC"],
  ["MULTI\nRPUSH a 1\nLPOP a\nRPUSH a 2 3\nEXEC"],
  ["MULTI\nSET a x\nDEL a\nRPUSH a 2 3\nEXEC"],
  ["MULTI\nRPUSH b 1\nRENAME b a\nEXEC"],
]);

wokenBy(SORTED_SET, "BZPOPMAX a 0", "ZRANGE a 0 -1 WITHSCORES", [
  ["ZADD a 1 one"],
  ["ZADD a INCR 1 one"],
  ["ZINCRBY a 2 one"],
  ["ZADD src 1 one 2 two", "ZUNIONSTORE a 1 src"],
  ["ZADD src 1 one 2 two", "ZINTERSTORE a 2 src src"],
  ["ZADD src 1 one 2 two", "ZDIFFSTORE a 2 src missing"],
  ["ZADD src 1 one 2 two", "ZRANGESTORE a src 0 -1"],
  ["ZADD src 1 one 2 two", "RENAME src a"],
  ["ZADD src 1 one 2 two", "COPY src a"],
  ["SELECT 1\nZADD a 1 one 2 two", "MOVE a 0\nSELECT 0"],
  ["SELECT 1\nZADD a 1 one 2 two", "SELECT 0\nSWAPDB 1 0"],
  ["GEOADD a 13.5 38.25 p"],
  ["GEOADD src 13.5 38.25 p 15 37.5 q", "GEOSEARCHSTORE a src FROMLONLAT 15 37 BYRADIUS 300 km"],
  ["GEOADD src 13.5 38.25 p 15 37.5 q", "GEORADIUS src 15 37 300 km STORE a"],
  ["SADD set x y", "ZUNIONSTORE a 1 set"],
]);

wokenBy(STREAM, "XREAD BLOCK 0 STREAMS a 0", "XLEN a", [
  ["XADD a 1-1 f v"],
  ["XADD src 1-1 f v", "RENAME src a"],
  ["XADD src 1-1 f v", "COPY src a"],
  ["SELECT 1\nXADD a 1-1 f v", "MOVE a 0\nSELECT 0"],
  ["SELECT 1\nXADD a 1-1 f v", "SELECT 0\nSWAPDB 0 1"],
  ["MULTI\nXADD a 1-1 f v\nXADD a 1-2 f v\nEXEC"],
]);

conformance("blocking: RESTORE wakes", [
  waits("b", "BLPOP a 0", 1),
  waits("c", "BZPOPMIN z 0", 2),
  ["RESTORE", "a", "0", LIST_PAYLOAD],
  ["RESTORE", "z", "0", SORTED_SET_PAYLOAD],
  receive("b"),
  receive("c"),
  unordered("KEYS *"),
], ALL);

conformance("blocking: a transaction is a unit", [
  waits("b", "BLPOP a 0"),
  "MULTI\nRPUSH a 1\nDEL a\nEXEC",
  "MULTI\nRPUSH a 1\nLPOP a\nEXEC",
  "MULTI\nRPUSH a 1\nRENAME a other\nEXEC",
  "MULTI\nRPUSH a 1\nFLUSHDB\nEXEC",
  blocked(1),
  "MULTI\nRPUSH a 1 2\nLLEN a\nLPOP a\nEXEC",
  receive("b"),
  "EXISTS a",
], ALL);

conformance("blocking: nobody waits inside a transaction", [
  `
  RPUSH list 1
  ZADD zset 1 one
  XADD stream 1-1 a b
  XGROUP CREATE stream g $
  MULTI
  BLPOP missing 0
  BRPOP missing list 0
  BLMOVE missing b LEFT LEFT 0
  BRPOPLPUSH missing b 0
  BLMPOP 0 1 missing LEFT
  BZPOPMIN missing 0
  BZPOPMAX missing zset 0
  BZMPOP 0 1 missing MIN
  XREAD BLOCK 0 STREAMS stream $
  XREAD BLOCK 0 STREAMS stream 0
  XREADGROUP GROUP g alice BLOCK 0 STREAMS stream >
  BLPOP missing x
  BLPOP zset 0
  EXEC
  `,
  unordered("KEYS *"),
], ALL);

conformance("blocking: a value of another type is as good as none", [
  waits("b", "BLPOP a 0", 1),
  waits("c", "BZPOPMIN a 0", 2),
  waits("d", "XREAD BLOCK 0 STREAMS a 0", 3),
  "SET a string",
  blocked(3),
  "DEL a\nSADD a x\nDEL a\nHSET a f v\nDEL a",
  blocked(3),
  "ZADD a 1 one 2 two",
  receive("c"),
  "DEL a\nRPUSH a 1 2",
  receive("b"),
  "DEL a\nXADD a 5-5 f v",
  receive("d"),
  "TYPE a",
], ALL);

conformance("blocking: a value of another type that is replaced", [
  waits("b", "BLPOP a 0"),
  "SET a string\nRPUSH src 1 2\nRENAME src a",
  receive("b"),
  "LRANGE a 0 -1\nDEL a",
  waits("b", "BZPOPMIN a 0"),
  "SET a string\nZADD src 1 one\nCOPY src a REPLACE",
  receive("b"),
  unordered("KEYS *"),
], ALL);

conformance("blocking: BLMOVE to a value of another type", [
  "SET s string\nZADD z 1 one",
  waits("b", "BLMOVE a s LEFT LEFT 0", 1),
  waits("c", "BRPOPLPUSH a z 0", 2),
  waits("d", "BLPOP a 0", 3),
  "RPUSH a 1",
  receive("b"),
  receive("c"),
  receive("d"),
  "EXISTS a\nTYPE s\nTYPE z",
  "RPUSH a 1 2",
  on("b", "BLMOVE a s LEFT LEFT 0"),
  "LRANGE a 0 -1",
], ALL);

conformance("blocking: chains", [
  waits("b", "BLMOVE a b LEFT RIGHT 0", 1),
  waits("c", "BLMOVE b c LEFT RIGHT 0", 2),
  waits("d", "BRPOPLPUSH c d 0", 3),
  waits("e", "BLPOP d 0", 4),
  "RPUSH a 1",
  receive("b"),
  receive("c"),
  receive("d"),
  receive("e"),
  unordered("KEYS *"),
  waits("b", "BLMOVE a b LEFT RIGHT 0", 1),
  waits("c", "BLMOVE b a LEFT RIGHT 0", 2),
  "RPUSH a 1",
  receive("b"),
  receive("c"),
  "LRANGE a 0 -1\nLRANGE b 0 -1\nDEL a",
  waits("b", "BLMOVE a a LEFT RIGHT 0", 1),
  waits("c", "BRPOPLPUSH a a 0", 2),
  "RPUSH a 1 2 3",
  receive("b"),
  receive("c"),
  "LRANGE a 0 -1",
], ALL);

conformance("blocking: timeouts", [
  `
  BLPOP a 0.01
  BRPOP a b c 0.02
  BLMOVE a b LEFT LEFT 0.01
  BRPOPLPUSH a b 0.01
  BLMPOP 0.01 2 a b LEFT COUNT 3
  BZPOPMIN a 0.01
  BZPOPMAX a b 0.01
  BZMPOP 0.01 1 a MAX
  XREAD BLOCK 10 STREAMS a $
  XREAD BLOCK 1 COUNT 2 STREAMS a b 0 0
  XGROUP CREATE s g $ MKSTREAM
  XREADGROUP GROUP g alice BLOCK 10 STREAMS s >
  BLPOP a 0.0000001
  BLPOP a 1e-3
  BLPOP a 0x0.01p0
  `,
  blocked(0),
  waits("b", "BLPOP a 100"),
  replies(0, on("c", "BLPOP a 0.02")),
  receive("c"),
  "RPUSH a 1",
  receive("b"),
  on("c", "PING"),
], ALL);

conformance("blocking: errors of timeouts", [
  `
  BLPOP a -1
  BLPOP a -0.5
  BLPOP a x
  BLPOP a nan
  BLPOP a 1x
  BRPOP a -1
  BRPOP a b ''
  BLMOVE a b LEFT LEFT -1
  BLMOVE a b LEFT LEFT ' 1'
  BRPOPLPUSH a b -2
  BLMPOP -1 1 a LEFT
  BLMPOP x 1 a LEFT
  BZPOPMIN a -1
  BZPOPMAX a x
  BZMPOP -1 1 a MIN
  BZMPOP x 1 a MIN
  XREAD BLOCK -1 STREAMS a $
  XREAD BLOCK x STREAMS a $
  XREAD BLOCK 1.5 STREAMS a $
  XREAD BLOCK 9223372036854775808 STREAMS a $
  XREADGROUP GROUP g c BLOCK -1 STREAMS a >
  XREADGROUP GROUP g c BLOCK x STREAMS a >
  `,
  // A 7.0 would wait without an end, were it not for the transaction.
  "MULTI\nXREAD BLOCK 9223372036854775807 STREAMS a $\nBZPOPMIN a 9223372036854775807",
  since72("EXEC", "*2\r\n-ERR timeout is out of range\r\n-ERR timeout is out of range"),
], ALL);

conformance("blocking: counts of BLMPOP and BZMPOP", [
  waits("b", "BLMPOP 0 2 a b LEFT COUNT 3", 1),
  waits("c", "BLMPOP 0 2 b a RIGHT COUNT 10", 2),
  "RPUSH a 1 2 3 4 5",
  receive("b"),
  receive("c"),
  "EXISTS a",
  waits("b", "BZMPOP 0 2 a b MAX COUNT 2", 1),
  waits("c", "BZMPOP 0 1 a MIN COUNT 2", 2),
  "ZADD a 1 a 2 b 3 c 4 d 5 e",
  receive("b"),
  receive("c"),
  "ZRANGE a 0 -1 WITHSCORES",
], ALL);

conformance("blocking: XREAD with several streams and $", [
  "XADD a 1-1 f v\nXADD b 1-1 f v",
  waits("b", "XREAD BLOCK 0 STREAMS a b missing $ $ $", 1),
  waits("c", "XREAD COUNT 1 BLOCK 0 STREAMS b a $ $", 2),
  waits("d", "XREAD BLOCK 0 STREAMS b 1-5", 3),
  "XADD b 1-2 f v",
  receive("b"),
  receive("c"),
  blocked(1),
  "MULTI\nXADD b 1-6 f v\nXADD b 1-7 g w h x\nEXEC",
  receive("d"),
  waits("b", "XREAD BLOCK 0 STREAMS a b missing $ $ $", 1),
  waits("c", "XREAD COUNT 1 BLOCK 0 STREAMS missing $", 2),
  "XADD missing 1-1 f v",
  receive("b"),
  receive("c"),
  waits("b", "XREAD BLOCK 0 STREAMS a $"),
  "XADD a 2-1 f v\nXDEL a 2-1",
  receive("b"),
  "XADD a 2-2 f v",
], ALL);

conformance("blocking: XREAD after the stream was deleted and made anew", [
  "XADD a 5-1 f v",
  waits("b", "XREAD BLOCK 0 STREAMS a $"),
  "DEL a\nXADD a 1-1 f v",
  blocked(1),
  "XADD a 6-1 f v",
  receive("b"),
], ALL);

conformance("blocking: XREADGROUP", [
  "XGROUP CREATE a g $ MKSTREAM\nXGROUP CREATE a h $\nXGROUP CREATE b g $ MKSTREAM",
  waits("b", "XREADGROUP GROUP g alice BLOCK 0 STREAMS a b > >", 1),
  waits("c", "XREADGROUP GROUP g bob COUNT 1 BLOCK 0 STREAMS a >", 2),
  waits("d", "XREADGROUP GROUP h carol BLOCK 0 NOACK STREAMS a >", 3),
  waits("e", "XREAD BLOCK 0 STREAMS a $", 4),
  "XADD a 1-1 f v",
  receive("b"),
  receive("d"),
  receive("e"),
  blocked(1),
  "MULTI\nXADD a 1-2 f v\nXADD a 1-3 f v\nEXEC",
  receive("c"),
  "XPENDING a g\nXPENDING a h",
  on("b", "XREADGROUP GROUP g alice BLOCK 0 STREAMS a 0"),
  on("b", "XREADGROUP GROUP g alice BLOCK 0 STREAMS a >"),
  masked(/(?<=alice\r\n):\d+/, "XPENDING a g - + 10 alice"),
], ALL);

const NO_GROUP = (key: string) =>
  `-NOGROUP No such key '${key}' or consumer group 'g' in XREADGROUP with GROUP option`;

for (
  const command of [
    "XGROUP DESTROY a g",
    "DEL a",
    "UNLINK a",
    "FLUSHALL",
    "FLUSHDB",
    "RENAME a other",
    "MOVE a 1",
    "SWAPDB 0 1",
    "MULTI\nDEL a\nEXEC",
    "MULTI\nDEL a\nXADD a 9-9 f v\nEXEC",
  ]
) {
  conformance(`blocking: XREADGROUP when what it waits for is gone: ${command.replaceAll("\n", " ")}`, [
    "XGROUP CREATE a g $ MKSTREAM\nXGROUP CREATE b g $ MKSTREAM",
    waits("b", "XREADGROUP GROUP g alice BLOCK 0 STREAMS b a > >"),
    command,
    since72(receive("b"), NO_GROUP(/FLUSH|SWAP/.test(command) ? "b" : "a")),
    on("b", "PING"),
  ], ALL);
}

conformance("blocking: XREADGROUP when another value takes the stream's place", [
  "XGROUP CREATE a g $ MKSTREAM",
  waits("b", "XREADGROUP GROUP g alice BLOCK 0 STREAMS a >"),
  "SET a string",
  since72(receive("b"), "-WRONGTYPE Operation against a key holding the wrong kind of value"),
  on("b", "PING"),
], ALL);

conformance("blocking: commands behind a blocking one keep their order", [
  waits("b", "SET first 1\nBLPOP a 0\nSET second 2\nBLPOP b 0\nGET second\nPING"),
  "EXISTS second\nRPUSH a 1",
  receive("b", 3),
  blocked(1),
  "GET second\nRPUSH b 2",
  receive("b", 3),
  waits("b", "BLPOP a 0\nMULTI\nBLPOP b 0\nRPUSH a 1\nEXEC\nBLPOP a 0"),
  "RPUSH a 1",
  receive("b", 6),
  unordered("KEYS *"),
], ALL);

conformance("blocking: CLIENT REPLY", [
  on("b", replies(0, "CLIENT REPLY SKIP")),
  waits("b", "BLPOP a 0"),
  "RPUSH a 1",
  blocked(0),
  on("b", "PING"),
  "EXISTS a",
  on("b", replies(0, "CLIENT REPLY OFF")),
  waits("b", "BLPOP a 0"),
  "RPUSH a 1",
  blocked(0),
  "EXISTS a",
  on("b", replies(0, "BLPOP a 0.01"), "CLIENT REPLY ON"),
  on("b", "PING"),
], ALL);

conformance("blocking: CLIENT PAUSE", [
  waits("b", "BLPOP a 0", 1),
  "CLIENT PAUSE 100000 WRITE",
  on("w", replies(0, "RPUSH a 1 2")),
  held(2),
  "LLEN a\nCLIENT UNPAUSE",
  receive("w"),
  receive("b"),
  "LRANGE a 0 -1",
  // When PING is answered, what came with it is waited for, or its time was over before the pause.
  on("b", raw("PING\r\nBLPOP missing 0.1\r\n")),
  "CLIENT PAUSE 100000 WRITE",
  receive("b"),
  on("c", replies(0, "BLPOP a 0")),
  held(1),
  "LLEN a\nCLIENT UNPAUSE",
  receive("c"),
  "LLEN a",
], ALL);
