import {
  conformance,
  on,
  type Random,
  type RandomCommand,
  randomised,
  receive,
  replies,
  type StepInput,
} from "./runner.ts";

/** A header with an encoding, an unused part and a cardinality. */
function header(encoding: number, cardinality = "\x00".repeat(8)): string {
  return `HYLL${String.fromCharCode(encoding)}\x00\x00\x00${cardinality}`;
}

const DENSE_BYTES = 12288;
const EMPTY = "\x7f\xff";
/** Opcodes of one byte: what follows an opcode that is cut off, Redis reads and writes nevertheless. */
const END = "\x80\x80\x80";
const elements = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

conformance("hyperloglog: PFADD and PFCOUNT", [
  `
  PFADD a
  GET a
  PFADD a
  PFCOUNT a
  GET a
  PFADD a x
  GET a
  PFADD a x
  PFCOUNT a
  GET a
  PFCOUNT a
  PFADD a x y z
  PFADD a z y x
  PFDEBUG DECODE a
  PFCOUNT a
  PFADD b "" 1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890123456789012345678901234567890
  GET b
  PFCOUNT b
  PFCOUNT a b
  PFCOUNT a b missing a
  PFCOUNT missing
  PFCOUNT missing missing2
  TYPE a
  STRLEN a
  OBJECT ENCODING a
  EXISTS missing
  PFADD t x
  EXPIRE t 100
  PFADD t y z
  PFCOUNT t
  TTL t
  PFADD
  PFCOUNT
  `,
  ["PFADD", "bin", "\x00\xff\r\n", "\xff".repeat(7), "\x80".repeat(8), "\xe9".repeat(1000)],
  "GET bin",
  "PFCOUNT bin",
]);

conformance("hyperloglog: growing", [
  ...[1, 10, 100, 500, 1000, 1500, 2000, 10_000].flatMap((count) => [
    ["PFADD", "h", ...elements(0, count)],
    "PFDEBUG ENCODING h",
    "PFCOUNT h",
    "GET h",
  ]),
  ["PFADD", "h", ...elements(0, 10_000)],
  "PFDEBUG GETREG h",
  ...[0, 1, 2, 3, 4].map((i) => ["PFADD", "large", ...elements(i * 50_000, (i + 1) * 50_000)]),
  "PFCOUNT large",
  "PFCOUNT large h",
  "GET large",
]);

conformance("hyperloglog: hll-sparse-max-bytes", [
  "CONFIG SET hll-sparse-max-bytes 0",
  "PFADD a\nPFDEBUG ENCODING a\nPFADD a x\nPFDEBUG ENCODING a\nGET a\nPFCOUNT a",
  "CONFIG SET hll-sparse-max-bytes 21",
  "PFADD b x\nPFDEBUG ENCODING b\nPFADD b y\nPFDEBUG ENCODING b",
  "CONFIG SET hll-sparse-max-bytes 15000",
  ["PFADD", "c", ...elements(0, 5000)],
  "STRLEN c\nPFDEBUG ENCODING c\nGET c\nPFCOUNT c",
  ["PFADD", "c", ...elements(5000, 12_000)],
  "STRLEN c\nPFDEBUG ENCODING c\nGET c\nPFCOUNT c",
  "CONFIG SET hll-sparse-max-bytes 20000",
  ["PFADD", "d", ...elements(0, 12_000)],
  "STRLEN d\nPFDEBUG ENCODING d\nGET d\nPFCOUNT d",
  "CONFIG SET hll-sparse-max-bytes 3000",
]);

conformance("hyperloglog: PFMERGE", [
  ["PFADD", "a", ...elements(0, 100)],
  ["PFADD", "b", ...elements(50, 200)],
  ["PFADD", "dense", ...elements(1000, 9000)],
  `
  PFMERGE d a b
  GET d
  PFCOUNT d
  PFMERGE d
  GET d
  PFMERGE new
  GET new
  PFCOUNT new
  PFMERGE new2 missing missing2
  GET new2
  PFMERGE a b missing
  GET a
  PFMERGE e dense
  GET e
  PFMERGE a dense
  GET a
  PFMERGE dense b
  GET dense
  PFCOUNT a
  PFCOUNT dense
  PFCOUNT a b dense d e
  OBJECT ENCODING a
  EXPIRE b 100
  PFMERGE b a
  TTL b
  PFMERGE
  `,
  ["PFADD", "s1", ...elements(0, 700)],
  ["PFADD", "s2", ...elements(700, 1400)],
  ["PFADD", "s3", ...elements(1400, 2500)],
  "PFMERGE u s1 s2\nPFDEBUG ENCODING u\nGET u\nPFMERGE u s3\nPFDEBUG ENCODING u\nGET u\nPFCOUNT u",
]);

conformance("hyperloglog: PFDEBUG", [
  `
  PFADD a x y z
  PFDEBUG ENCODING a
  PFDEBUG encoding a
  PFDEBUG DECODE a
  PFDEBUG TODENSE a
  PFDEBUG TODENSE a
  PFDEBUG ENCODING a
  PFDEBUG DECODE a
  GET a
  PFCOUNT a
  PFADD b 1 2 3
  PFDEBUG GETREG b
  PFDEBUG ENCODING b
  PFDEBUG GETREG b
  PFDEBUG FOO a
  PFDEBUG "foo bar" a
  PFDEBUG ENCODING missing
  PFDEBUG FOO missing
  PFDEBUG ENCODING a b
  PFDEBUG ENCODING
  PFDEBUG
  PFSELFTEST
  PFSELFTEST x
  `,
  ["PFDEBUG", "a\x00b", "a"],
]);

conformance("hyperloglog: not one, or a corrupt one", [
  ["SET", "text", "hello"],
  ["SET", "number", "12345"],
  ["SET", "short", "HYLL\x01\x00\x00"],
  ["SET", "magic", header(1).replace("HYLL", "hyll") + EMPTY],
  ["SET", "encoding", header(2) + EMPTY],
  ["SET", "short dense", header(0) + "\x00".repeat(DENSE_BYTES - 1)],
  ["SET", "long dense", header(0) + "\x00".repeat(DENSE_BYTES + 1)],
  ["SET", "no registers", header(1)],
  ["SET", "few registers", header(1) + "\x40\x10"],
  ["SET", "few, out of date", header(1, "\x00".repeat(7) + "\x80") + "\x40\x10"],
  ["SET", "too many", header(1, "\x00".repeat(7) + "\x80") + EMPTY + EMPTY],
  ["SET", "cut off", header(1, "\x00".repeat(7) + "\x80") + "\x7f"],
  ...[
    ...["text", "number", "short", "magic", "encoding", "short dense", "long dense"],
    ...["no registers", "few registers", "few, out of date", "too many", "cut off"],
  ].flatMap((key) => [
    ["PFADD", key],
    ["PFADD", key, "x"],
    ["PFADD", key, "x", "y", "z"],
    ["PFCOUNT", key],
    ["PFCOUNT", key, "missing"],
    ["PFCOUNT", "missing", key],
    ["PFMERGE", "d", key],
    ["PFMERGE", key, "d"],
    ["PFDEBUG", "ENCODING", key],
    ["PFDEBUG", "DECODE", key],
    ["PFDEBUG", "TODENSE", key],
    ["PFDEBUG", "GETREG", key],
    ["GET", key],
    ["OBJECT", "ENCODING", key],
  ]),
  "EXISTS d",
  ["PFADD", "good", ...elements(0, 20)],
  ["PFMERGE", "good", "few registers"],
  "GET good",
]);

conformance("hyperloglog: by hand", [
  ["SET", "a", header(1) + EMPTY],
  "PFCOUNT a\nOBJECT ENCODING a\nPFADD a\nOBJECT ENCODING a\nGET a",
  ["SET", "cached", header(1, "\x01\x02\x03\x04\x05\x06\x07\x08") + EMPTY],
  "PFCOUNT cached\nPFADD cached x\nPFCOUNT cached\nGET cached",
  ["SET", "cached", header(1, "\xff\xff\xff\xff\xff\xff\x1f\x00") + EMPTY],
  "PFCOUNT cached",
  ["SET", "cached", header(1, "\x00\x00\x00\x00\x00\x00\x20\x00") + EMPTY],
  "PFCOUNT cached\nPFDEBUG TODENSE cached\nGET cached",
  ...["\xff", "\x33\xcf\x3c", "\x20\x08\x82", "\x31\xc7\x1c", "\x00\x10\x00", "\xb2\x2c\xcb"].flatMap((
    bytes,
  ) => [
    ["SET", "full", header(0, "\x00".repeat(7) + "\x80") + bytes.repeat(DENSE_BYTES / bytes.length)],
    "PFCOUNT full\nGET full\nPFCOUNT full missing\nPFADD full x y z\nPFCOUNT full\nPFMERGE m full\nPFCOUNT m",
  ]),
  // Every register in a VAL of its own, all alike: the least compact there is.
  ["SET", "vals", header(1) + "\x80".repeat(16384)],
  "PFADD vals a b c d e f g\nSTRLEN vals\nPFDEBUG ENCODING vals\nPFCOUNT vals",
  ["SET", "fours", header(1) + "\xff".repeat(4096)],
  "PFADD fours a b c d e f g\nSTRLEN fours\nPFDEBUG ENCODING fours\nPFCOUNT fours\nGET fours",
  ["SET", "fours", header(1) + "\x87".repeat(4096)],
  "CONFIG SET hll-sparse-max-bytes 16000",
  ["PFADD", "fours", ...elements(0, 300)],
  "GET fours\nPFCOUNT fours",
  "CONFIG SET hll-sparse-max-bytes 3000",
  ["SET", "short zeros", header(1) + "\x3f".repeat(256)],
  ["PFADD", "short zeros", ...elements(0, 300)],
  "GET 'short zeros'",
  ["SET", "single zeros", header(1) + "\x00".repeat(16384)],
  ["PFADD", "single zeros", ...elements(0, 300)],
  "GET 'single zeros'\nPFCOUNT 'single zeros'",
]);

conformance("hyperloglog: what counts as a change", [
  "PFADD a x\nWATCH a\nPFADD a x\nMULTI\nPING\nEXEC",
  "WATCH a\nPFCOUNT a\nMULTI\nPING\nEXEC",
  "WATCH a\nPFCOUNT a\nMULTI\nPING\nEXEC",
  "WATCH a\nPFCOUNT a b\nMULTI\nPING\nEXEC",
  "WATCH a\nPFMERGE a\nMULTI\nPING\nEXEC",
]);

conformance("hyperloglog: events", [
  "CONFIG SET notify-keyspace-events EAmn",
  replies(1, on("listener", "PSUBSCRIBE __keyevent@*")),
  ...([
    ["PFCOUNT a", 1],
    ["PFCOUNT a b", 2],
    ["PFADD a", 2],
    ["PFADD a", 0],
    ["PFADD a x", 1],
    ["PFADD a x", 0],
    ["PFCOUNT a", 0],
    ["PFADD b x y z", 2],
    ["PFMERGE a b", 1],
    ["PFMERGE a b", 1],
    ["PFMERGE c a missing", 4],
    ["PFDEBUG TODENSE a", 0],
    ["PFDEBUG ENCODING missing", 0],
    ["PFADD a w", 1],
  ] as const).flatMap(([command, events]): StepInput[] =>
    events === 0 ? [command] : [command, receive("listener", events)]
  ),
  "SET last 1",
  receive("listener", 2),
  'CONFIG SET notify-keyspace-events ""',
]);

conformance("hyperloglog: wrong type", [
  `
  RPUSH list 1
  PFADD list x
  PFADD list
  PFCOUNT list
  PFCOUNT missing list
  PFMERGE list
  PFMERGE d list
  PFDEBUG ENCODING list
  EXISTS d
  `,
], { needs: ["list"] });

function hyperloglogCommand(random: Random): RandomCommand {
  const key = () => `h${random.below(5)}`;
  const some = () => Array.from({ length: random.below(30) }, () => `e${random.below(4000)}`);
  return random.pick<() => RandomCommand>([
    () => ["PFADD", key(), ...some()],
    () => ["PFADD", key(), ...some()],
    () => ["PFADD", key(), ...some(), ...some(), ...some(), ...some()],
    () => ["PFADD", key(), random.bytes(random.below(40)), random.between(-1e6, 1e6)],
    () => ["PFADD", key(), `e${random.below(4000)}`],
    () => ["PFADD", key(), `e${random.below(40)}`],
    () => ["PFCOUNT", key()],
    () => ["PFCOUNT", key(), key(), key()],
    () => ["PFMERGE", key(), ...(random.chance(0.3) ? [key(), key()] : [])],
    () => ["PFDEBUG", "ENCODING", key()],
    () => ["PFDEBUG", "DECODE", key()],
    () => ["GET", key()],
    () => ["GET", key()],
    () => ["STRLEN", key()],
    () => ["OBJECT", "ENCODING", key()],
    () => random.chance(0.3) ? ["PFDEBUG", "TODENSE", key()] : ["COPY", key(), key(), "REPLACE"],
    () => ["DEL", key()],
    () => ["DEL", key()],
    () => [
      "CONFIG",
      "SET",
      "hll-sparse-max-bytes",
      random.pick([0, 18, 25, 100, 300, 1000, 3000, 3000, 3000]),
    ],
  ])();
}

/** As above, but strings are tampered with: small registers, wrong opcodes, cut ends. */
function tamperingCommand(random: Random): RandomCommand {
  const key = () => `h${random.below(4)}`;
  const opcodes = () =>
    Array.from(
      { length: random.between(1, 300) },
      () => String.fromCharCode(random.pick([random.below(256), 255, 128])),
    );
  return random.pick<() => RandomCommand>([
    () => ["PFADD", key(), ...Array.from({ length: random.below(10) }, () => `e${random.below(4000)}`)],
    () => ["PFADD", key(), ...Array.from({ length: random.below(40) }, () => `e${random.below(4000)}`)],
    () => ["PFCOUNT", key()],
    () => ["PFDEBUG", "DECODE", key()],
    () => ["GET", key()],
    () => ["SETRANGE", key(), random.between(16, 120), String.fromCharCode(random.between(128, 255))],
    () => ["SETRANGE", key(), random.between(8, 15), random.bytes(1)],
    () => ["SET", key(), header(1) + opcodes().join("") + END],
    () => ["SET", key(), header(1) + opcodes().join("") + EMPTY + END],
    () => ["SET", key(), header(0) + random.bytes(3).repeat(DENSE_BYTES / 3)],
    () => ["DEL", key()],
    () => ["OBJECT", "ENCODING", key()],
  ])();
}

randomised("hyperloglog: random commands", { seed: 20240502, count: 12_000, generate: hyperloglogCommand });
conformance("hyperloglog: the default again", ["CONFIG SET hll-sparse-max-bytes 3000"]);
randomised("hyperloglog: tampered strings", { seed: 20240503, count: 4000, generate: tamperingCommand });
