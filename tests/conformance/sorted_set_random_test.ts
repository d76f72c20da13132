import { type Random, type RandomCommand, randomised, sortReply } from "./runner.ts";

type Word = string | number;

/** Integers around the edges of their widths, numbers that are none, bytes, now and then something long. */
const MEMBERS = [
  ...[
    "",
    "0",
    "1",
    "-1",
    "12",
    "127",
    "128",
    "-4096",
    "4095",
    "4096",
    "32767",
    "-32769",
    "8388607",
    "-8388609",
  ],
  ...[
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "007",
    "-0",
  ],
  ...["1.5", "a", "b", "ba", "c", "\x00\r\n\xff", "\xff", "\xff\xff", "x".repeat(8), "x".repeat(9)],
  ...["y".repeat(63), "y".repeat(64), "y".repeat(65), "z".repeat(300)],
];

/** Scores that 7.0 writes with the same digits as 7.2, and sums of which stay so. */
const SCORES = [
  ...[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "0.5",
    "1.25",
    "-2.75",
    "127",
    "4096",
    "65536",
    "-40000",
    "1000000000",
    "inf",
    "-inf",
  ],
  ...["-0", "1e3", "0x10", ".5", "3.", "+7"],
];
const RANGE_SCORES = [
  ...SCORES,
  "(1",
  "(0",
  "(2",
  "(inf",
  "(-inf",
  "-inf",
  "+inf",
  "",
  "(",
  " 1",
  "x",
  "nan",
];

/** A sorted set that seldom is empty. */
const STOCK = "stock";

function member(random: Random): string {
  return random.chance(0.3) ? `m${random.below(12)}` : random.pick(MEMBERS);
}

function pairs(random: Random, score: () => string): string[] {
  const count = random.chance(0.3) ? random.between(2, 4) : 1;
  return Array.from({ length: count }, () => [score(), member(random)]).flat();
}

function addOptions(random: Random): string[] {
  const options: string[] = [];
  for (const option of ["NX", "XX", "GT", "LT", "CH", "INCR"]) if (random.chance(0.12)) options.push(option);
  return options;
}

function lexBound(random: Random): string {
  return random.pick(["-", "+", `[${member(random)}`, `(${member(random)}`, `[${member(random)}`, "x"]);
}

function someLimit(random: Random): Word[] {
  return random.chance(0.7) ? [] : ["LIMIT", random.between(-1, 5), random.between(-1, 5)];
}

function withScores(random: Random): string[] {
  return random.chance(0.5) ? ["WITHSCORES"] : [];
}

/** Commands that add, change or remove single members. */
function memberCommand(random: Random, key: () => string): RandomCommand {
  const score = () => random.pick(SCORES);
  return random.pick<() => RandomCommand>([
    () => ["ZADD", key(), ...pairs(random, score)],
    () => ["ZADD", key(), ...pairs(random, score)],
    () => ["ZADD", key(), ...pairs(random, score)],
    () => ["ZADD", key(), ...addOptions(random), ...pairs(random, score)],
    () => ["ZADD", key(), ...addOptions(random), score(), member(random)],
    () => ["ZINCRBY", key(), score(), member(random)],
    () => ["ZREM", key(), member(random), member(random)],
    () => ["ZSCORE", key(), member(random)],
    () => ["ZMSCORE", key(), member(random), member(random), member(random)],
    () => ["ZRANK", key(), member(random)],
    () => ["ZREVRANK", key(), member(random)],
    () => ["ZCARD", key()],
  ])();
}

/** Commands on ranges of ranks and scores, and whole keys. */
function rangeCommand(random: Random, key: () => string): RandomCommand {
  const rank = () => random.between(-12, 12);
  const bound = () => random.pick(RANGE_SCORES);
  const few = () => random.below(4);
  return random.pick<() => RandomCommand>([
    () => ["ZRANGE", key(), rank(), rank(), ...withScores(random)],
    () => ["ZRANGE", key(), 0, -1, "WITHSCORES"],
    () => ["ZRANGE", key(), rank(), rank(), "REV", ...withScores(random)],
    () => ["ZREVRANGE", key(), rank(), rank(), ...withScores(random)],
    () => ["ZRANGEBYSCORE", key(), bound(), bound(), ...withScores(random), ...someLimit(random)],
    () => ["ZREVRANGEBYSCORE", key(), bound(), bound(), ...withScores(random), ...someLimit(random)],
    () => ["ZRANGE", key(), bound(), bound(), "BYSCORE", ...someLimit(random), ...withScores(random)],
    () => ["ZRANGE", key(), bound(), bound(), "BYSCORE", "REV", ...someLimit(random)],
    () => ["ZCOUNT", key(), bound(), bound()],
    () => ["ZREMRANGEBYRANK", key(), random.between(-4, 12), random.between(-12, 4)],
    () => ["ZREMRANGEBYSCORE", key(), bound(), bound()],
    () => [random.pick(["ZPOPMIN", "ZPOPMAX"]), key()],
    () => [random.pick(["ZPOPMIN", "ZPOPMAX"]), key(), few()],
    () => ["ZMPOP", 2, key(), key(), random.pick(["MIN", "MAX"]), "COUNT", 1 + few()],
    () => [random.pick(["BZPOPMIN", "BZPOPMAX"]), key(), STOCK, 0.001],
    () => ["BZMPOP", 0.001, 2, key(), STOCK, random.pick(["MIN", "MAX"])],
    () => [
      "ZADD",
      STOCK,
      1,
      `s${random.below(1000)}`,
      2,
      `s${random.below(1000)}`,
      3,
      `s${random.below(1000)}`,
    ],
    () => ["OBJECT", "ENCODING", key()],
    () => ["DEL", key()],
    () => ["COPY", key(), key(), "REPLACE"],
    () => ["RENAME", key(), key()],
    () => ({ words: ["ZRANDMEMBER", key(), 1000, "WITHSCORES"], normalise: (raw) => sortPairs(raw) }),
    () => ({ words: ["ZSCAN", key(), 0, "COUNT", 1000], normalise: sortScan }),
  ])();
}

/** Unions and the like; what is stored does not become a source again, or scores would outgrow their digits. */
function combinationCommand(random: Random, key: () => string): RandomCommand {
  const source = () => random.chance(0.2) ? `s${random.below(2)}` : key();
  const stored = () => `u${random.below(2)}`;
  const count = random.between(1, 3);
  const sources: Word[] = [count, ...Array.from({ length: count }, source)];
  const weights: Word[] = [
    "WEIGHTS",
    ...Array.from({ length: count }, () => random.pick([0, 1, -1, 2, "inf"])),
  ];
  const options: Word[] = [
    ...(random.chance(0.5) ? weights : []),
    ...(random.chance(0.5) ? ["AGGREGATE", random.pick(["SUM", "MIN", "MAX"])] : []),
  ];
  const rank = () => random.between(-8, 8);
  const bound = () => random.pick(RANGE_SCORES);
  return random.pick<() => RandomCommand>([
    () => ["ZUNION", ...sources, ...options, ...withScores(random)],
    () => ["ZINTER", ...sources, ...options, ...withScores(random)],
    () => ["ZDIFF", ...sources, ...withScores(random)],
    () => ["ZINTERCARD", ...sources, ...(random.chance(0.5) ? ["LIMIT", random.below(4)] : [])],
    () => ["ZUNIONSTORE", stored(), ...sources, ...options],
    () => ["ZINTERSTORE", stored(), ...sources, ...options],
    () => ["ZDIFFSTORE", stored(), ...sources],
    () => ["ZRANGESTORE", stored(), key(), rank(), rank(), ...(random.chance(0.3) ? ["REV"] : [])],
    () => ["ZRANGESTORE", stored(), key(), bound(), bound(), "BYSCORE", ...someLimit(random)],
    () => ["ZRANGE", stored(), 0, -1, "WITHSCORES"],
    () => ["OBJECT", "ENCODING", stored()],
    () => ["SADD", `s${random.below(2)}`, member(random), member(random)],
    () => ["SREM", `s${random.below(2)}`, member(random), member(random)],
  ])();
}

/** Commands on ranges of bytes; LIMIT only where all scores are the same, as it skips what is out of range, too. */
function lexCommand(random: Random, key: () => string, sameScores: boolean): RandomCommand {
  const limit = () => sameScores ? someLimit(random) : [];
  const bound = () => lexBound(random);
  return random.pick<() => RandomCommand>([
    () => ["ZRANGEBYLEX", key(), bound(), bound(), ...limit()],
    () => ["ZREVRANGEBYLEX", key(), bound(), bound(), ...limit()],
    () => ["ZRANGE", key(), bound(), bound(), "BYLEX", ...limit()],
    () => ["ZRANGE", key(), bound(), bound(), "BYLEX", "REV", ...limit()],
    () => ["ZLEXCOUNT", key(), bound(), bound()],
    () => ["ZREMRANGEBYLEX", key(), bound(), bound()],
    () => ["ZRANGESTORE", key(), key(), bound(), bound(), "BYLEX"],
  ])();
}

/** The reply of ZRANDMEMBER WITHSCORES: flat in RESP2, an array of pairs in RESP3. */
function sortPairs(raw: string): string {
  return sortReply(raw, raw.includes("\r\n*2\r\n") ? 1 : 2);
}

/** Members and scores of a ZSCAN reply in the order of the members. */
function sortScan(raw: string): string {
  const at = raw.indexOf("*", 1);
  return raw.slice(0, at) + sortReply(raw.slice(at), 2);
}

const KEYS = ["k0", "k1", "k2", "k3"];

// The first of the sequences, which leaves the limits alone: members of a listpack are compared one after the other even
// where scores differ, so that ranges of bytes have a defined result.
randomised("sorted set: random commands on listpacks", {
  seed: 20240301,
  count: 3000,
  needs: ["set"],
  generate(random) {
    const key = () => random.pick(["k0", "k1"]);
    if (random.chance(0.4)) return lexCommand(random, key, false);
    const short = (text: string) => text.length <= 64;
    const score = random.pick(SCORES);
    return random.chance(0.8)
      ? ["ZADD", key(), score, random.pick(MEMBERS.filter(short))]
      : ["ZREM", key(), random.pick(MEMBERS)];
  },
});

randomised("sorted set: random commands", {
  seed: 20240302,
  count: 10_000,
  needs: ["set"],
  generate(random) {
    const key = () => random.pick(KEYS);
    const kind = random.float();
    if (kind < 0.45) return memberCommand(random, key);
    if (kind < 0.75) return rangeCommand(random, key);
    if (kind < 0.93) return combinationCommand(random, key);
    // All scores are the same in these.
    const same = () => `l${random.below(2)}`;
    if (kind < 0.96) return lexCommand(random, same, true);
    if (kind < 0.99) return ["ZADD", same(), ...pairs(random, () => "1")];
    return random.chance(0.5)
      ? ["CONFIG", "SET", "zset-max-listpack-entries", random.pick([4, 6, 10, 128])]
      : ["CONFIG", "SET", "zset-max-listpack-value", random.pick([8, 64, 300])];
  },
});

randomised("sorted set: random commands on large sorted sets", {
  seed: 20240303,
  count: 4000,
  needs: ["set"],
  generate(random) {
    const key = () => random.pick(["big0", "big1"]);
    const kind = random.float();
    const number = () => random.between(-50, 3000);
    const score = () => random.pick([random.below(40), random.below(1e6), random.below(4000) / 4]);
    const big = () => `${random.pick(["", "n", "member:"])}${random.below(4000)}`;
    if (kind < 0.3) {
      return ["ZADD", key(), ...Array.from({ length: 60 }, () => [score(), big()]).flat()];
    }
    return random.pick<() => RandomCommand>([
      () => ["ZREM", key(), ...Array.from({ length: 20 }, big)],
      () => ["ZRANGE", key(), number(), number() % 500, "WITHSCORES"],
      () => [
        "ZRANGEBYSCORE",
        key(),
        score(),
        score(),
        "WITHSCORES",
        "LIMIT",
        random.below(30),
        random.below(50),
      ],
      () => ["ZREVRANGEBYSCORE", key(), score(), score(), "LIMIT", random.below(30), random.below(50)],
      () => ["ZCOUNT", key(), score(), `(${score()}`],
      () => ["ZRANK", key(), big()],
      () => ["ZREVRANK", key(), big()],
      () => ["ZSCORE", key(), big()],
      () => ["ZINCRBY", key(), score(), big()],
      () => ["ZPOPMIN", key(), random.below(40)],
      () => ["ZPOPMAX", key(), random.below(40)],
      () => ["ZREMRANGEBYRANK", key(), number(), number()],
      () => ["ZREMRANGEBYSCORE", key(), score(), score()],
      () => ["ZUNIONSTORE", "u", 2, "big0", "big1", "AGGREGATE", "MAX"],
      () => ["ZINTERSTORE", "u", 2, "big0", "big1", "AGGREGATE", "MIN"],
      () => ["ZDIFFSTORE", "u", 2, "big0", "big1"],
      () => ["ZRANGE", "u", number() % 300, number() % 500, "REV", "WITHSCORES"],
      () => ["ZINTERCARD", 2, "big0", "big1", "LIMIT", random.below(100)],
      () => ["ZCARD", key()],
    ])();
  },
});
