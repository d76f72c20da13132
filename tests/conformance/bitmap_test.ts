import {
  conformance,
  on,
  type Random,
  type RandomCommand,
  randomised,
  receive,
  replies,
  since72,
  type StepInput,
} from "./runner.ts";

const NO_INTEGER = "-ERR value is not an integer or out of range";
const SYNTAX = "-ERR syntax error";

conformance("bitmap: SETBIT and GETBIT", [
  `
  GETBIT missing 0
  SETBIT a 7 1
  GET a
  SETBIT a 7 0
  SETBIT a 7 0
  SETBIT a 0 1
  SETBIT a 0 1
  GET a
  GETBIT a 0
  GETBIT a 7
  GETBIT a 8
  GETBIT a 4294967295
  SETBIT a 100 1
  STRLEN a
  GET a
  OBJECT ENCODING a
  SETBIT new 20 0
  GET new
  OBJECT ENCODING new
  SET n 12
  GETBIT n 3
  OBJECT ENCODING n
  SETBIT n 7 1
  GET n
  OBJECT ENCODING n
  SET e hello
  OBJECT ENCODING e
  SETBIT e 1 1
  OBJECT ENCODING e
  SET t v EX 100
  SETBIT t 5 0
  TTL t
  SETBIT a -1 1
  SETBIT a 4294967296 1
  SETBIT a 9223372036854775808 1
  SETBIT a abc 1
  SETBIT a #1 1
  SETBIT a 01 1
  SETBIT a "" 1
  SETBIT a 0 2
  SETBIT a 0 -1
  SETBIT a 0 abc
  SETBIT a 0 01
  SETBIT a -1 2
  SETBIT missing 0 2
  EXISTS missing
  GETBIT a -1
  GETBIT a 4294967296
  GETBIT a abc
  GETBIT missing abc
  GETBIT a
  GETBIT a 1 2
  SETBIT a 1
  SETBIT a 1 1 1
  SETBIT large 100000 1
  SETBIT large 65536 1
  STRLEN large
  GETBIT large 100000
  GETBIT large 100007
  GETBIT large 100008
  GETBIT large 65536
  BITCOUNT large
  BITPOS large 1
  GET large
  CONFIG SET proto-max-bulk-len 1mb
  SETBIT a 8388608 1
  SETBIT large 8388607 1
  GETBIT a 8388608
  BITFIELD a GET u8 8388608
  BITFIELD a GET u8 8388600
  CONFIG SET proto-max-bulk-len 512mb
  `,
]);

conformance("bitmap: BITCOUNT", [
  `
  SET a foobar
  BITCOUNT a
  BITCOUNT a 0 0
  BITCOUNT a 1 1
  BITCOUNT a 0 -1
  BITCOUNT a -2 -1
  BITCOUNT a -1 -2
  BITCOUNT a 3 1
  BITCOUNT a -100 100
  BITCOUNT a -100 -50
  BITCOUNT a 100 200
  BITCOUNT a 0 9223372036854775807
  BITCOUNT a -9223372036854775808 9223372036854775807
  BITCOUNT a 1 1 BYTE
  BITCOUNT a 5 30 BIT
  BITCOUNT a 5 30 bit
  BITCOUNT a 5 5 BIT
  BITCOUNT a 0 -1 BIT
  BITCOUNT a -10 -1 BIT
  BITCOUNT a -3 -20 BIT
  BITCOUNT a -1000 7 BIT
  BITCOUNT a 47 48 BIT
  BITCOUNT a 48 48 BIT
  SET n 123
  BITCOUNT n
  BITCOUNT n 0 9 BIT
  SET e ""
  BITCOUNT e
  BITCOUNT e 0 -1
  BITCOUNT e 0 0 BIT
  BITCOUNT missing
  BITCOUNT missing 0 -1
  BITCOUNT a 0
  BITCOUNT a a 1
  BITCOUNT a 1 a
  BITCOUNT a 0 1 BITS
  BITCOUNT a 0 a BITS
  BITCOUNT a 0 1 BIT x
  BITCOUNT a 0 9223372036854775808
  BITCOUNT
  `,
  since72("BITCOUNT missing 0", SYNTAX),
  since72("BITCOUNT missing a b", NO_INTEGER),
  since72("BITCOUNT missing 0 1 BITS", SYNTAX),
]);

conformance("bitmap: BITPOS", [
  ["SET", "a", "\x00\xff\xf0"],
  ["SET", "ones", "\xff\xff\xff"],
  ["SET", "zeros", "\x00\x00\x00"],
  `
  BITPOS a 0
  BITPOS a 1
  BITPOS a 1 1
  BITPOS a 0 1
  BITPOS a 0 1 1
  BITPOS a 0 1 -1
  BITPOS a 1 2 2
  BITPOS a 1 -1
  BITPOS a 0 -1
  BITPOS a 1 3
  BITPOS a 0 3
  BITPOS a 1 2 1
  BITPOS a 1 -100 100
  BITPOS a 0 8 15 BIT
  BITPOS a 0 8 19 BIT
  BITPOS a 0 8 20 BIT
  BITPOS a 1 0 7 BIT
  BITPOS a 1 0 8 BIT
  BITPOS a 1 9 9 BIT
  BITPOS a 1 20 23 BIT
  BITPOS a 0 20 -1 bit
  BITPOS a 0 21 21 BIT
  BITPOS a 1 1 -1 BYTE
  BITPOS a 0 1 1 byte
  BITPOS ones 0
  BITPOS ones 0 0
  BITPOS ones 0 1
  BITPOS ones 0 3
  BITPOS ones 0 0 -1
  BITPOS ones 0 0 -1 BIT
  BITPOS ones 0 3 5 BIT
  BITPOS ones 1 3 5 BIT
  BITPOS zeros 1
  BITPOS zeros 1 0 -1
  BITPOS zeros 1 0 -1 BIT
  BITPOS zeros 0 2
  SET e ""
  BITPOS e 0
  BITPOS e 1
  BITPOS e 0 0
  BITPOS e 0 0 -1
  SET n 12
  BITPOS n 1
  BITPOS missing 0
  BITPOS missing 1
  BITPOS missing 0 5 6
  BITPOS missing 1 5 6 BIT
  BITPOS a 2
  BITPOS a -1
  BITPOS a abc
  BITPOS a 0 abc
  BITPOS a 0 0 abc
  BITPOS a 0 0 1 BITS
  BITPOS a 0 0 abc BITS
  BITPOS a 0 0 1 BIT x
  BITPOS a 2 0 1 BIT x
  BITPOS a
  `,
  since72("BITPOS missing 0 abc", NO_INTEGER),
  since72("BITPOS missing 0 0 1 BITS", SYNTAX),
  ["SET", "long", "\x00".repeat(5000) + "\x01" + "\x00".repeat(4000)],
  "BITPOS long 1",
  "BITPOS long 1 4999",
  "BITPOS long 1 5001",
  "BITPOS long 1 3 5000",
  "BITPOS long 1 3 4999",
  "BITPOS long 1 40006 40007 BIT",
  "BITCOUNT long 1 5001",
  "BITOP NOT long long",
  "BITPOS long 0",
  "BITPOS long 0 5001",
  "BITPOS long 0 5001 -1",
  "BITCOUNT long",
]);

conformance("bitmap: BITOP", [
  ["SET", "a", "foobar\xff\x00"],
  ["SET", "b", "abcdefghijklm\xf0\x0f"],
  ["SET", "long", "\xa5\x3c\x00\xff".repeat(3000) + "z"],
  ["SET", "longer", "\x0f\x33\x55".repeat(5000)],
  `
  BITOP AND d a b
  GET d
  BITOP OR d a b
  GET d
  BITOP XOR d a b
  GET d
  BITOP NOT d a
  GET d
  BITOP and d a
  GET d
  BITOP xor d a a a
  GET d
  BITOP OR d a missing
  GET d
  BITOP AND d a missing
  GET d
  BITOP AND d missing missing
  EXISTS d
  BITOP NOT d missing
  SET e ""
  BITOP OR d e e
  EXISTS d
  BITOP OR a a b
  GET a
  BITOP NOT a a
  GET a
  SET n 12
  BITOP OR d n
  GET d
  OBJECT ENCODING d
  SET t v EX 100
  BITOP OR t n
  TTL t
  BITOP AND d long longer
  STRLEN d
  GET d
  BITOP OR d long longer a
  GET d
  BITOP XOR d longer long b
  GET d
  BITOP NOT d long
  GET d
  BITOP AND d a b long
  GET d
  BITOP XOR long long longer
  GET long
  BITOP NOT d a b
  BITOP NOT d
  BITOP NAND d a
  BITOP AND d
  BITOP AND
  `,
]);

conformance("bitmap: BITFIELD", [
  `
  BITFIELD missing
  BITFIELD missing GET u8 0
  BITFIELD missing GET i64 100 GET u1 7
  EXISTS missing
  BITFIELD a SET u8 0 255 GET u8 0 GET i8 0 GET u4 2 GET u16 0
  BITFIELD a SET i8 #1 -5 GET i8 #1 GET u8 8
  BITFIELD a INCRBY u8 0 1 GET u8 0
  BITFIELD a OVERFLOW SAT INCRBY u2 100 5 INCRBY u2 100 1 OVERFLOW FAIL INCRBY u2 100 1 OVERFLOW WRAP INCRBY u2 100 1
  BITFIELD a OVERFLOW SAT INCRBY i8 200 -500 OVERFLOW SAT INCRBY i8 200 1000
  BITFIELD a OVERFLOW FAIL SET i8 200 128 SET i8 200 127 INCRBY i8 200 1
  BITFIELD a OVERFLOW FAIL SET u8 200 -1
  BITFIELD a OVERFLOW SAT SET u8 200 -1 GET u8 200
  BITFIELD a OVERFLOW WRAP SET u8 200 -2 GET u8 200
  BITFIELD a OVERFLOW SAT SET i8 200 -129 GET i8 200
  BITFIELD a OVERFLOW SAT SET i8 200 -9223372036854775808 GET i8 200
  BITFIELD a OVERFLOW SAT SET i8 200 -9223372036854775680 GET i8 200
  BITFIELD a OVERFLOW SAT SET i8 200 -9223372036854775681 GET i8 200
  BITFIELD a SET i64 3 9223372036854775807 GET i64 3 INCRBY i64 3 1 GET i64 3
  BITFIELD a OVERFLOW SAT INCRBY i64 3 -1 INCRBY i64 3 -9223372036854775808
  BITFIELD a OVERFLOW FAIL INCRBY i64 3 -1
  BITFIELD a SET u63 3 9223372036854775807 GET u63 3 INCRBY u63 3 1 GET u63 3 INCRBY u63 3 -1
  BITFIELD a SET u63 3 -1 GET u63 3
  BITFIELD a SET u33 5 4294967296 GET u33 5 INCRBY u33 5 4294967295 INCRBY u33 5 1
  BITFIELD a SET i53 5 -4503599627370496 GET i53 5 INCRBY i53 5 -1
  BITFIELD a SET u51 5 2251799813685247 INCRBY u51 5 1 INCRBY u51 5 -1 INCRBY u51 5 9223372036854775807
  BITFIELD a SET u1 0 1 SET u1 1 0 SET i1 2 -1 GET i1 2 GET u1 2
  GET a
  STRLEN a
  BITFIELD new OVERFLOW FAIL INCRBY u1 100 5
  STRLEN new
  OBJECT ENCODING new
  BITFIELD a get U8 0
  BITFIELD a get u0 0
  BITFIELD a get u64 0
  BITFIELD a get i65 0
  BITFIELD a get i64 0
  BITFIELD a get x8 0
  BITFIELD a get u 0
  BITFIELD a get "" 0
  BITFIELD a get u08 0
  BITFIELD a get u8 -1
  BITFIELD a get u8 abc
  BITFIELD a get u8 #
  BITFIELD a get u8 #-1
  BITFIELD a get u8 #abc
  BITFIELD a get u8 ""
  BITFIELD a get u8 4294967295
  BITFIELD a get u8 4294967296
  BITFIELD a get u8 #536870911
  BITFIELD a get u8 #536870912
  BITFIELD a get u8 #2305843009213693952
  BITFIELD a get u8 #2305843009213693953
  BITFIELD a get u8 #9223372036854775807
  BITFIELD a get u8 #9223372036854775808
  BITFIELD a get u8
  BITFIELD a set u8 0
  BITFIELD a set u8 0 abc
  BITFIELD a set u8 0 9223372036854775808
  BITFIELD a set u8 0 1.5
  BITFIELD a incrby u8 0
  BITFIELD a incrby u8 0 abc
  BITFIELD a overflow
  BITFIELD a overflow foo
  BITFIELD a overflow foo set u8 0 1
  BITFIELD a set u8 0 1 foo
  BITFIELD a foo
  BITFIELD a overflow sat
  BITFIELD a overflow sat get u8 0
  BITFIELD
  BITFIELD_RO a GET u8 0 GET i8 #1
  BITFIELD_RO missing GET u8 0
  BITFIELD_RO a
  BITFIELD_RO a OVERFLOW SAT GET u8 0
  BITFIELD_RO a SET u8 0 1
  BITFIELD_RO a GET u8 0 INCRBY u8 0 1
  BITFIELD_RO missing SET u8 0 1
  BITFIELD_RO a SET u8 0 abc
  BITFIELD_RO
  SET n 123
  BITFIELD n GET u8 0 GET u8 #1 GET u8 #2 GET u8 #3
  OBJECT ENCODING n
  BITFIELD n INCRBY u8 #2 1
  OBJECT ENCODING n
  INCR n
  SET t v EX 100
  BITFIELD t SET u8 0 1
  TTL t
  BITFIELD far SET u8 80000 255 GET u16 79996
  STRLEN far
  `,
  ["BITFIELD", "a", "GET", "u8\x00zzz", "0"],
]);

conformance("bitmap: changes that change nothing do not count", [
  "SETBIT a 5 1\nWATCH a",
  "SETBIT a 5 1\nBITFIELD a SET u8 0 4\nMULTI\nPING\nEXEC",
  "WATCH a\nBITFIELD a GET u8 0\nMULTI\nPING\nEXEC",
  "WATCH a\nSETBIT a 5 0\nMULTI\nPING\nEXEC",
  "WATCH a\nSETBIT a 15 0\nMULTI\nPING\nEXEC",
  "WATCH a\nBITFIELD a OVERFLOW FAIL INCRBY u1 99 5\nMULTI\nPING\nEXEC\nSTRLEN a",
]);

conformance("bitmap: events", [
  "CONFIG SET notify-keyspace-events EAmn",
  replies(1, on("listener", "PSUBSCRIBE __keyevent@*")),
  ...([
    ["GETBIT a 0", 1],
    ["SETBIT a 0 0", 2],
    ["SETBIT a 0 0", 0],
    ["SETBIT a 0 1", 1],
    ["SETBIT a 9 0", 1],
    ["BITFIELD missing GET u8 0", 1],
    ["BITFIELD a SET u8 0 128", 0],
    ["BITFIELD a SET u8 0 127 INCRBY u8 0 1", 1],
    ["BITFIELD b OVERFLOW FAIL INCRBY u1 0 5", 1],
    ["BITOP OR d a missing", 3],
    ["BITOP NOT d a", 1],
    ["BITOP AND d missing", 2],
    ["BITOP AND d missing", 1],
  ] as const).flatMap(([command, events]): StepInput[] =>
    events === 0 ? [command] : [command, receive("listener", events)]
  ),
  "SET last 1",
  receive("listener", 2),
  'CONFIG SET notify-keyspace-events ""',
]);

conformance("bitmap: wrong type", [
  `
  RPUSH list 1
  SET s v
  GETBIT list 0
  SETBIT list 0 1
  SETBIT list x 1
  BITCOUNT list
  BITCOUNT list 0 1
  BITPOS list 1
  BITPOS list 0 1 2
  BITFIELD list GET u8 0
  BITFIELD list SET u8 0 1
  BITFIELD_RO list GET u8 0
  BITOP AND d list
  BITOP AND d s list
  BITOP OR list s
  TYPE list
  GET list
  RPUSH gone 1
  BITOP OR gone missing
  EXISTS gone
  `,
], { needs: ["list"] });

function bitmapCommand(random: Random): RandomCommand {
  const key = () => `k${random.below(5)}`;
  // Mostly short, now and then beyond the limit of what lies in the arena.
  const bit = () => random.chance(0.01) ? random.below(100_000) : random.between(-2, 400);
  const position = () => random.between(-60, 60);
  const unit = () => random.pick<string[]>([[], ["BIT"], ["BYTE"]]);
  const operations = (): (string | number)[] =>
    Array.from({ length: random.between(1, 4) }, () => fieldOperation(random)).flat();
  return random.pick<() => RandomCommand>([
    () => ["SETBIT", key(), bit(), random.below(20) === 0 ? 2 : random.below(2)],
    () => ["SETBIT", key(), bit(), random.below(2)],
    () => ["GETBIT", key(), bit()],
    () => ["BITCOUNT", key()],
    () => ["BITCOUNT", key(), position(), position(), ...unit()],
    () => ["BITCOUNT", key(), position() * 8, position() * 8, ...unit()],
    () => ["BITPOS", key(), random.below(2)],
    () => ["BITPOS", key(), random.below(2), position()],
    () => ["BITPOS", key(), random.below(2), position(), position(), ...unit()],
    () => ["BITPOS", key(), random.below(2), position() * 8, position() * 8, ...unit()],
    () => ["BITOP", random.pick(["AND", "OR", "XOR"]), key(), key(), key(), key()],
    () => ["BITOP", random.pick(["AND", "OR", "XOR", "NOT"]), key(), key()],
    () => ["BITFIELD", key(), ...operations()],
    () => ["BITFIELD", key(), ...operations()],
    () => ["BITFIELD_RO", key(), "GET", fieldType(random), bit()],
    () => ["SET", key(), random.bytes(random.below(60))],
    () => ["SET", key(), random.pick([0, 255]) === 0 ? "\x00".repeat(50) : "\xff".repeat(50)],
    () => ["SET", key(), random.below(1000)],
    () => ["GET", key()],
    () => ["GET", key()],
    () => ["OBJECT", "ENCODING", key()],
    () => ["DEL", key()],
  ])();
}

function fieldType(random: Random): string {
  return `${random.pick(["u", "i"])}${
    random.chance(0.5) ? random.pick([1, 8, 16, 32, 63]) : random.between(1, 63)
  }`;
}

function fieldOperation(random: Random): (string | number)[] {
  const offset = random.chance(0.3) ? `#${random.below(6)}` : random.below(300);
  const value = random.pick<() => string | number>([
    () => random.between(-300, 300),
    () => random.between(-5, 5) * 2 ** random.below(50) + random.between(-1, 1),
    () =>
      random.pick([
        ...["9223372036854775807", "-9223372036854775808", "4611686018427387904", "-4611686018427387905"],
        ...["2251799813685248", "-2251799813685249", "9007199254740992", "9007199254740993"],
      ]),
  ])();
  const type = random.chance(0.05) ? "i64" : fieldType(random);
  return random.pick<() => (string | number)[]>([
    () => ["GET", type, offset],
    () => ["SET", type, offset, value],
    () => ["INCRBY", type, offset, value],
    () => ["OVERFLOW", random.pick(["WRAP", "SAT", "FAIL"])],
  ])();
}

randomised("bitmap: random commands", { seed: 20240501, count: 12_000, generate: bitmapCommand });
