import {
  conformance,
  masked,
  notCompared,
  on,
  type Random,
  type RandomCommand,
  randomised,
  sameType,
  sortReply,
  unordered,
} from "./runner.ts";

conformance("generic: DEL, UNLINK, EXISTS, TOUCH, TYPE", [
  `
  MSET a 1 b 2 c 3 d 4
  EXISTS a
  EXISTS a b missing a
  DEL a missing
  DEL a
  DEL b b c
  UNLINK d d missing
  DBSIZE
  SET a 1
  TOUCH a a missing
  TYPE a
  TYPE missing
  DEL
  UNLINK
  EXISTS
  TOUCH
  TYPE
  TYPE a b
  DBSIZE x
  `,
  ["SET", "\x00\xff\r\n", "v"],
  ["EXISTS", "\x00\xff\r\n", "\x00\xff\r"],
  ["TYPE", "\x00\xff\r\n"],
  ["DEL", "\x00\xff\r\n"],
]);

conformance("generic: RENAME, RENAMENX", [
  `
  SET a 1
  RENAME a b
  GET a
  GET b
  RENAME missing x
  RENAME missing missing
  RENAME b b
  SET c 3 EX 100
  RENAME c b
  GET b
  TTL b
  SET d 4
  RENAME d b
  TTL b
  RENAMENX b e
  SET f 1
  RENAMENX e f
  RENAMENX e e
  RENAMENX missing x
  RENAMENX missing missing
  RENAME a
  RENAME a b c
  RENAMENX a
  `,
  unordered("KEYS *"),
]);

conformance("generic: COPY, MOVE, SWAPDB, SELECT", [
  `
  SET a 1 EX 100
  COPY a b
  GET b
  TTL b
  COPY a b
  COPY a b REPLACE
  COPY a a
  COPY a a DB 0
  COPY a a DB 1
  COPY a c DB 1 REPLACE
  COPY missing x
  COPY missing x REPLACE
  COPY a x DB abc
  COPY a x DB -1
  COPY a x DB 16
  COPY a x DB 2147483648
  COPY a x DB 99999999999999999999
  COPY a x DB
  COPY a x FOO
  COPY a x REPLACE REPLACE
  COPY a
  COPY a x db 2 replace
  SELECT 1
  GET a
  TTL a
  GET c
  SELECT 0
  SET m v EX 100
  MOVE m 3
  EXISTS m
  MOVE m 3
  MOVE a 0
  MOVE a 99
  MOVE a -2147483649
  MOVE a 99999999999999999999
  MOVE a -1
  MOVE a abc
  MOVE a
  MOVE missing 1
  MOVE a 1
  SELECT 3
  TTL m
  GET m
  SELECT 16
  SELECT -1
  SELECT abc
  SELECT ""
  SELECT 9223372036854775808
  SELECT
  SELECT 0 1
  GET m
  SWAPDB 0 3
  GET m
  SELECT 0
  GET m
  DBSIZE
  SWAPDB 0 0
  SWAPDB 0 16
  SWAPDB 16 0
  SWAPDB a 0
  SWAPDB 0 a
  SWAPDB -1 0
  SWAPDB 0
  `,
  on("b", "GET m", "DBSIZE"),
]);

conformance("generic: KEYS and its patterns", [
  "KEYS *",
  "MSET hello 1 hallo 2 hxllo 3 hllo 4 heeeello 5 h[llo 6 h*llo 7 h?llo 8 foobar 9 HELLO 10",
  [
    "MSET",
    "bin\x00\xff",
    "1",
    "line\r\nend",
    "2",
    "",
    "3",
    "back\\slash",
    "4",
    "a-b",
    "5",
    "a]b",
    "6",
    "^",
    "7",
  ],
  unordered(
    String.raw`
    KEYS *
    KEYS h?llo
    KEYS h*llo
    KEYS h[ae]llo
    KEYS h[^e]llo
    KEYS h[a-e]llo
    KEYS h[e-a]llo
    KEYS h\[llo
    KEYS 'h\\*llo'
    KEYS 'h\\?llo'
    KEYS 'h\\[llo'
    KEYS h[[]llo
    KEYS h[llo
    KEYS h[
    KEYS [
    KEYS []
    KEYS [^]
    KEYS [^]*
    KEYS [\^]
    KEYS a[]]b
    KEYS a[\]]b
    KEYS a[-]b
    KEYS a[a-]b
    KEYS a[--a]b
    KEYS "back\\\\slash"
    KEYS "back\\\\\\\\slash"
    KEYS "back*\\\\"
    KEYS hello
    KEYS HELLO
    KEYS hell
    KEYS helloo
    KEYS **h**o**
    KEYS *?*
    KEYS ?????
    KEYS ""
    KEYS f*b*r
    KEYS *a*b*c*
    KEYS "bin\x00?"
    KEYS "*\xff"
    KEYS "bin[\x00-\x01][\xfe-\xff]"
    KEYS "line\r\n*"
    KEYS *\r*
    `,
  ),
  "KEYS",
  "KEYS a b",
  ["SET", "a".repeat(60), "v"],
  unordered(["KEYS", "a*".repeat(30) + "b"], ["KEYS", "a*".repeat(30)]),
]);

conformance("generic: SCAN arguments", [
  unordered("SCAN 0"),
  "MSET a 1 b 2 c 3",
  `
  SCAN
  SCAN abc
  SCAN -1x
  SCAN 18446744073709551616
  SCAN 0 COUNT
  SCAN 0 COUNT 0
  SCAN 0 COUNT -1
  SCAN 0 COUNT abc
  SCAN 0 COUNT 9223372036854775808
  SCAN 0 MATCH
  SCAN 0 TYPE
  SCAN 0 FOO
  SCAN 0 FOO bar
  SCAN 0 COUNT 10 FOO
  SCAN 0 MATCH a COUNT
  `,
  "SCAN 0 MATCH a COUNT 1000",
  "SCAN 0 match a count 1000 type string",
  "SCAN 0 TYPE list COUNT 1000",
  "SCAN 0 TYPE STRING MATCH b COUNT 1000",
  "SCAN 0 TYPE nosuchtype COUNT 1000",
  "SCAN 0 MATCH a MATCH b COUNT 1 COUNT 1000",
  "SCAN 0 MATCH zz* COUNT 1000",
  "DEL b c",
  "SCAN 0 COUNT 1000",
  "SCAN 0 COUNT 9223372036854775807",
  sameType("SCAN 0", 'SCAN ""', "SCAN 5", "SCAN 18446744073709551615", "SCAN -1", 'SCAN " 1"'),
]);

conformance("generic: RANDOMKEY, FLUSHDB, FLUSHALL", [
  `
  RANDOMKEY
  SET only 1
  RANDOMKEY
  RANDOMKEY x
  SELECT 1
  RANDOMKEY
  SET other 1
  FLUSHDB
  DBSIZE
  SELECT 0
  DBSIZE
  FLUSHDB ASYNC
  DBSIZE
  SET a 1
  FLUSHDB SYNC
  FLUSHDB sync
  FLUSHDB FOO
  FLUSHDB SYNC ASYNC
  SET a 1
  FLUSHALL ASYNC
  FLUSHALL SYNC
  FLUSHALL FOO
  FLUSHALL SYNC SYNC
  DBSIZE
  `,
]);

conformance("generic: OBJECT", [
  `
  OBJECT
  OBJECT FOO
  OBJECT FOO a
  OBJECT ENCODING
  OBJECT ENCODING missing
  OBJECT ENCODING a b
  OBJECT REFCOUNT missing
  OBJECT IDLETIME missing
  OBJECT FREQ missing
  SET a hello
  OBJECT ENCODING a
  object encoding a
  OBJECT REFCOUNT a
  OBJECT IDLETIME a
  OBJECT FREQ a
  OBJECT REFCOUNT
  OBJECT IDLETIME
  OBJECT FREQ
  `,
  masked(/\d+/, "SET n 5", "OBJECT REFCOUNT n"),
  "OBJECT HELP",
  "OBJECT HELP x",
]);

conformance("generic: OBJECT FREQ and IDLETIME by eviction policy", [
  `
  SET a hello
  CONFIG SET maxmemory-policy allkeys-lfu
  SET b 1
  OBJECT IDLETIME a
  OBJECT IDLETIME missing
  OBJECT FREQ missing
  OBJECT REFCOUNT b
  CONFIG SET maxmemory 100mb
  SET b 1
  OBJECT REFCOUNT b
  CONFIG SET maxmemory 0
  CONFIG SET maxmemory-policy volatile-ttl
  OBJECT FREQ a
  `,
  // The frequency is read as a time now.
  sameType("OBJECT IDLETIME b"),
  "CONFIG SET maxmemory-policy noeviction",
]);

conformance("generic: other types", [
  `
  RPUSH list 1 2 3
  TYPE list
  COPY list list2
  LRANGE list2 0 -1
  RENAME list2 list3
  LRANGE list3 0 -1
  EXPIRE list 100
  TTL list
  MOVE list 1
  SET s v
  SCAN 0 TYPE list COUNT 1000
  RENAME s list3
  TYPE list3
  DEL list3
  `,
], { needs: ["list"] });

conformance("generic: SCAN returns every key that stays", [
  ["MSET", ...Array.from({ length: 200 }, (_, i) => `key${i >> 1}`)],
  notCompared("the order and the cursors are each server's own", "SCAN 0 COUNT 10"),
  unordered("KEYS key1*"),
]);

/** Commands on a few keys in two databases. */
function genericCommand(random: Random): RandomCommand {
  const key = () => `k${random.below(6)}`;
  const far = 33177117420123;
  return random.pick<() => RandomCommand>([
    () => ["SET", key(), random.below(100), ...random.pick([[], ["PXAT", far], ["NX"], ["XX"]])],
    () => ["GET", key()],
    () => ["DEL", key(), key()],
    () => ["UNLINK", key()],
    () => ["EXISTS", key(), key(), key()],
    () => ["TOUCH", key(), key()],
    () => ["RENAME", key(), key()],
    () => ["RENAMENX", key(), key()],
    () => ["COPY", key(), key(), ...random.pick([[], ["REPLACE"], ["DB", 1], ["DB", 0, "REPLACE"]])],
    () => ["MOVE", key(), random.below(2)],
    () => ["SELECT", random.below(2)],
    () => ["TYPE", key()],
    () => ["PERSIST", key()],
    () => ["PEXPIREAT", key(), random.pick([1, far, far + 1])],
    () => ["PEXPIRETIME", key()],
    () => ["DBSIZE"],
    () => random.chance(0.1) ? ["FLUSHDB"] : ["INCR", key()],
    () => random.chance(0.1) ? ["SWAPDB", 0, 1] : ["STRLEN", key()],
    () => ({
      words: ["KEYS", random.pick(["*", "k[1-3]", "?5", "k*"])],
      normalise: (raw) => sortReply(raw, 1),
    }),
  ])();
}

randomised("generic: random commands", { seed: 99, count: 4000, generate: genericCommand });
