import { conformance, masked, pause, type Random, type RandomCommand, randomised } from "./runner.ts";

conformance("string: GET and SET", [
  `
  GET missing
  SET a hello
  GET a
  SET a ""
  GET a
  STRLEN a
  SET a 12345678901234567890
  GET a
  get a
  SeT a x
  GET a
  `,
  ["SET", "bin\x00\r\n\xff", "\x00\x01\r\n\x80\xfe\xff"],
  ["GET", "bin\x00\r\n\xff"],
  ["STRLEN", "bin\x00\r\n\xff"],
  ["SET", "", "value of the empty key"],
  ["GET", ""],
  ["SET", "large", "\xe9\n".repeat(100_000)],
  ["GET", "large"],
  ["SET", "k".repeat(5000), "v"],
  ["GET", "k".repeat(5000)],
  `
  GET
  GET a b
  SET
  SET a
  STRLEN
  STRLEN a b
  STRLEN missing
  `,
]);

conformance("string: SET with NX, XX, GET", [`
  SET a 1 XX
  GET a
  SET a 1 NX
  SET a 2 NX
  GET a
  SET a 3 XX
  GET a
  SET a 4 GET
  SET b 1 GET
  SET b 2 NX GET
  GET b
  SET c 1 NX GET
  GET c
  SET d 1 XX GET
  EXISTS d
  SET a 5 XX GET
  GET a
  SET a 6 nx get
  SET a 6 get xx
  SET a 1 NX XX
  SET a 1 XX NX
  SET a 1 GET GET
  SET a 1 NX NX
  SET a 1 FOO
  SET a 1 NX FOO
  SET a 1 ""
  SET GET GET
  GET GET
`]);

conformance("string: SET with expiry options", [
  `
  SET a 1 EX 100
  TTL a
  SET a 2
  TTL a
  SET a 1 PX 100000
  TTL a
  SET a 2 KEEPTTL
  TTL a
  SET a 1 EXAT 33177117420
  EXPIRETIME a
  SET a 1 PXAT 33177117420123
  PEXPIRETIME a
  SET a 1 NX EX 10
  SET new 1 NX EX 100
  TTL new
  SET a 1 XX EX 100 GET
  TTL a
  SET a 1 ex 100 get xx
  SET a 1 EX
  SET a 1 PX
  SET a 1 EXAT
  SET a 1 PXAT
  SET a 1 EX 0
  SET a 1 EX -1
  SET a 1 PX 0
  SET a 1 PX -5
  SET a 1 EXAT 0
  SET a 1 EXAT -1
  SET a 1 PXAT 0
  SET a 1 PXAT -1
  SET a 1 EX abc
  SET a 1 EX 1.5
  SET a 1 EX ""
  SET a 1 EX " 1"
  SET a 1 EX 9223372036854775807
  SET a 1 EX 9223372036854776
  SET a 1 EX 9223372036854775808
  SET a 1 PX 9223372036854775807
  SET a 1 EXAT 9223372036854775807
  SET a 1 PXAT 9223372036854775807
  PEXPIRETIME a
  SET a 1 EX 10 PX 10
  SET a 1 EX 10 EX 10
  SET a 1 EX 10 KEEPTTL
  SET a 1 KEEPTTL EX 10
  SET a 1 KEEPTTL KEEPTTL
  SET a 1 PXAT 1 EXAT 1
  SET a 1 PERSIST
  SET past 1 EXAT 1
  EXISTS past
  GET past
  SET past 1 PXAT 1 GET
  EXISTS past
  SET short v PX 20
  `,
  pause(40),
  `
  GET short
  EXISTS short
  SET short v XX
  SET short v GET
  `,
]);

conformance("string: SETEX, PSETEX, SETNX, GETSET, GETDEL", [`
  SETEX a 100 v
  TTL a
  SETEX a 0 v
  SETEX a -1 v
  SETEX a abc v
  SETEX a 9223372036854775807 v
  SETEX a 100
  SETEX a 100 v x
  PSETEX a 100000 v
  TTL a
  PSETEX a 0 v
  PSETEX a -1 v
  PSETEX a x v
  PSETEX a 9223372036854775807 v
  SETNX a 1
  SETNX b 1
  GET b
  SETNX b
  GETSET b 2
  GETSET c 1
  GETSET a x
  TTL a
  GETSET a
  GETDEL a
  GETDEL a
  GETDEL
  GETDEL a b
  EXISTS a
`]);

conformance("string: GETEX", [
  `
  GETEX missing
  GETEX missing EX 10
  SET a v
  GETEX a
  TTL a
  GETEX a EX 100
  TTL a
  GETEX a
  TTL a
  GETEX a PERSIST
  TTL a
  GETEX a PX 100000
  TTL a
  GETEX a EXAT 33177117420
  EXPIRETIME a
  GETEX a PXAT 33177117420123
  PEXPIRETIME a
  GETEX a EX 0
  GETEX a EX -1
  GETEX a PX 0
  GETEX a EX abc
  GETEX a EX
  GETEX a EX 10 PERSIST
  GETEX a PERSIST EX 10
  GETEX a PERSIST PERSIST
  GETEX a EX 10 PX 10
  GETEX a KEEPTTL
  GETEX a NX
  GETEX a GET
  GETEX a foo
  GETEX a EX 9223372036854775807
  GETEX a EXAT 0
  GETEX
  GETEX missing EX abc
  GETEX missing foo
  GETEX a EXAT 1
  EXISTS a
  GETEX a PXAT 1
  `,
]);

conformance("string: MSET, MSETNX, MGET", [
  `
  MSET a 1 b 2 c 3
  MGET a b c missing a
  MSET a 1 a 2
  GET a
  MSET a
  MSET a 1 b
  MSET
  MSETNX a 9 d 4
  EXISTS d
  MSETNX d 4 e 5
  MGET d e
  MSETNX f 1 f 2
  GET f
  MSETNX x
  MSETNX x 1 y
  MSETNX
  MGET
  SET t v EX 100
  MSET t w
  TTL t
  `,
  ["MSET", "\x00", "\r\n", "\xff", ""],
  ["MGET", "\x00", "\xff"],
  ["MSET", ...Array.from({ length: 2000 }, (_, i) => String(i % 700))],
  "DBSIZE",
  ["MGET", ...Array.from({ length: 700 }, (_, i) => String(i))],
]);

conformance("string: APPEND, GETRANGE, SUBSTR", [
  `
  APPEND a hello
  APPEND a " world"
  GET a
  APPEND a ""
  APPEND missing ""
  EXISTS missing
  APPEND a
  APPEND a b c
  SET n 12
  APPEND n 34
  INCR n
  OBJECT ENCODING n
  SET t v EX 100
  APPEND t w
  TTL t
  SET s "This is a string"
  GETRANGE s 0 3
  GETRANGE s -3 -1
  GETRANGE s 0 -1
  GETRANGE s 10 100
  GETRANGE s 100 200
  GETRANGE s 5 3
  GETRANGE s -1 -3
  GETRANGE s -100 -90
  GETRANGE s -100 2
  GETRANGE s -5 100
  GETRANGE s 0 0
  GETRANGE s 15 15
  GETRANGE s 16 16
  GETRANGE s -16 -16
  GETRANGE s -17 -17
  GETRANGE s 9223372036854775807 9223372036854775807
  GETRANGE s -9223372036854775808 9223372036854775807
  GETRANGE s 0 9223372036854775808
  GETRANGE s a 1
  GETRANGE s 0 1.5
  GETRANGE s 0
  GETRANGE s
  GETRANGE missing 0 -1
  GETRANGE missing a b
  SET n 12345
  GETRANGE n 1 2
  GETRANGE n -2 -1
  SUBSTR s 0 3
  SUBSTR s -3 -1
  SUBSTR missing 0 -1
  SUBSTR s 0
  `,
  ["SET", "bin", "\x00\xff\r\n\x80"],
  "GETRANGE bin 1 3",
  ["APPEND", "bin", "\xc3\xa9"],
  "GET bin",
]);

conformance("string: SETRANGE", [
  `
  SETRANGE a 0 hello
  SETRANGE a 6 x
  GET a
  SETRANGE a 1 ""
  SETRANGE missing 5 ""
  EXISTS missing
  SETRANGE b 5 x
  GET b
  SETRANGE a 0 J
  GET a
  SETRANGE a -1 x
  SETRANGE a abc x
  SETRANGE a 536870911 xx
  SETRANGE a 536870912 x
  SETRANGE a 536870912 ""
  SETRANGE missing 536870912 x
  SETRANGE a 9223372036854775807 x
  SETRANGE a 9223372036854775808 x
  SETRANGE a 4294967296 x
  SETRANGE a 0
  SETRANGE a
  SETRANGE a 0 x y
  SET n 12345
  SETRANGE n 1 9
  GET n
  INCR n
  SET t v EX 100
  SETRANGE t 3 x
  TTL t
  STRLEN b
  `,
]);

conformance("string: LCS", [
  `
  MSET a ohmytext b mynewtext
  LCS a b
  LCS a b LEN
  LCS a b IDX
  LCS a b IDX MINMATCHLEN 4
  LCS a b IDX WITHMATCHLEN
  LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
  LCS a b idx minmatchlen 2 withmatchlen
  LCS a b WITHMATCHLEN
  LCS a b MINMATCHLEN 3
  LCS a b LEN WITHMATCHLEN
  LCS a b LEN IDX
  LCS a b IDX LEN
  LCS a b IDX MINMATCHLEN 0
  LCS a b IDX MINMATCHLEN -3
  LCS a b IDX MINMATCHLEN 100
  LCS a b IDX MINMATCHLEN abc
  LCS a b IDX MINMATCHLEN
  LCS a b FOO
  LCS a b ""
  LCS a
  LCS
  LCS a missing
  LCS a missing LEN
  LCS a missing IDX
  LCS missing missing2
  LCS missing missing2 IDX WITHMATCHLEN
  LCS a a
  LCS a a IDX WITHMATCHLEN
  SET e ""
  LCS a e
  LCS e e IDX
  MSET x aaaa y aabaa
  LCS x y
  LCS x y IDX WITHMATCHLEN
  MSET x abc y def
  LCS x y
  LCS x y LEN
  LCS x y IDX
  MSET x 12345 y 345
  LCS x y
  MSET x GGCATTCAGGATTAACCTGAGGTACA y CATTAGGATACCAGTTAACGGTCA
  LCS x y
  LCS x y LEN
  LCS x y IDX WITHMATCHLEN
  LCS x y IDX MINMATCHLEN 3
  `,
  ["MSET", "x", "\x00\xff\r\n\x80z", "y", "\xff\r\nz"],
  "LCS x y",
  "LCS x y IDX",
]);

conformance("string: limits", [
  "CONFIG SET proto-max-bulk-len 1mb",
  ["SET", "a", "x".repeat(1 << 20)],
  ["SET", "b", "y".repeat(300)],
  `
  APPEND a x
  APPEND a ""
  SETRANGE a 1048576 x
  SETRANGE a 1048575 x
  SETRANGE missing 1048576 x
  SETRANGE missing 1048576 ""
  EXISTS missing
  LCS a b
  LCS a b LEN
  LCS a missing LEN
  LCS a a
  LCS b missing
  CONFIG SET proto-max-bulk-len 512mb
  LCS a b LEN
  `,
]);

conformance("string: wrong type", [
  `
  RPUSH list 1 2 3
  GET list
  SET s v
  GETSET list x
  GETDEL list
  GETEX list
  GETEX list EX 10
  GETRANGE list 0 -1
  SETRANGE list 0 x
  SETRANGE list 0 ""
  SUBSTR list 0 1
  APPEND list x
  STRLEN list
  INCR list
  DECR list
  INCRBY list 1
  DECRBY list 1
  INCRBYFLOAT list 1
  LCS list s
  LCS s list
  LCS list list LEN
  MGET list s
  SETNX list x
  MSETNX list x
  SET list x GET
  SET list x NX
  SET list x NX GET
  TYPE list
  SET list x XX
  GET list
  RPUSH list2 1
  MSET list2 v
  GET list2
  RPUSH list3 1
  SETEX list3 100 v
  TYPE list3
  `,
], { needs: ["list"] });

/** Values around the edges of integers, floats and lengths. */
const VALUES = [
  ...[
    "0",
    "1",
    "-1",
    "10",
    "9007199254740992",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "-0",
    "007",
  ],
  ...["", " 1", "abc", "1e5", "3.0e-3", "hello world", "x".repeat(44), "x".repeat(100), "\x00\xff\r\n"],
];

function randomValue(random: Random): string {
  return random.chance(0.8) ? random.pick(VALUES) : random.bytes(random.below(80));
}

/** A command with arguments that are mostly valid; times are so far ahead that nothing expires meanwhile. */
function stringCommand(random: Random): RandomCommand {
  const key = () => `k${random.below(6)}`;
  const value = () => randomValue(random);
  const offset = () => random.between(-12, 40);
  return random.pick<() => RandomCommand>([
    () => ["SET", key(), value(), ...setOptions(random)],
    () => ["GET", key()],
    () => ["GETSET", key(), value()],
    () => ["GETDEL", key()],
    () => ["GETEX", key(), ...random.pick([[], ["PERSIST"], ["PXAT", 33177117420123], ["EX", "x"]])],
    () => ["APPEND", key(), value()],
    () => ["STRLEN", key()],
    () => ["SETRANGE", key(), offset(), value()],
    () => ["GETRANGE", key(), offset(), offset()],
    () => ["INCR", key()],
    () => ["DECR", key()],
    () => ["INCRBY", key(), value()],
    () => ["DECRBY", key(), value()],
    () => [
      "INCRBYFLOAT",
      key(),
      random.chance(0.5) ? value() : (random.float() * 100).toFixed(random.below(10)),
    ],
    () => ["MSET", key(), value(), key(), value()],
    () => ["MSETNX", key(), value(), key(), value()],
    () => ["MGET", key(), key(), key()],
    () => ["SETNX", key(), value()],
    () => ["LCS", key(), key(), ...random.pick([[], ["LEN"], ["IDX"], ["IDX", "WITHMATCHLEN"]])],
    () => ["DEL", key()],
    () => ["OBJECT", "ENCODING", key()],
    () => ["PEXPIRETIME", key()],
  ])();
}

function setOptions(random: Random): (string | number)[] {
  const options: (string | number)[][] = [["NX"], ["XX"], ["GET"], ["KEEPTTL"], ["PXAT", 33177117420123], [
    "EX",
    0,
  ]];
  return random.chance(0.6)
    ? []
    : [...random.pick(options), ...(random.chance(0.4) ? random.pick(options) : [])];
}

randomised("string: random commands", { seed: 20240111, count: 6000, generate: stringCommand });

conformance("string: TTL is kept or cleared by what overwrites", [
  "SET a 1 EX 100\nSETRANGE a 0 2\nTTL a\nINCRBY a 1\nTTL a\nGETSET a 1\nTTL a\nSET a 1 EX 100\nSETNX a 1\nTTL a",
  masked(/:(99|100)\r/, "SET b 1 PX 100000", "TTL b"),
]);
