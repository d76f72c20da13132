import {
  conformance,
  masked,
  notCompared,
  type Random,
  type RandomCommand,
  randomised,
  since72,
} from "./runner.ts";

const TYPES = { needs: ["list", "set", "hash", "sorted_set"] };
const ALL_TYPES = { needs: [...TYPES.needs, "stream"] };

/** What differs from run to run. */
const PLACE_AND_CLOCK = /0x[0-9a-f]+|lru:\d+|lru_seconds_idle:\d+/;

conformance("debug: digests of collections", [
  `
  RPUSH l a b c 1 2 300000
  SADD s a b c
  SADD ints 3 1 2 70000
  HSET h f v g 12 "" ""
  ZADD z 1 a 2.5 b -3 c 1000000 d inf e -inf f
  DEBUG DIGEST-VALUE l s ints h z missing
  DEBUG DIGEST
  RPUSH l2 a b c 300000 2 1
  DEBUG DIGEST-VALUE l l2
  EXPIRE l2 1000
  DEBUG DIGEST-VALUE l2
  CONFIG SET hash-max-listpack-entries 2 zset-max-listpack-entries 2 set-max-intset-entries 2
  HSET h2 g 12 "" "" f v
  ZADD z2 -3 c 1 a 2.5 b
  ZADD z2 1000000 d inf e -inf f
  SADD ints2 70000 1 2 3
  DEBUG DIGEST-VALUE h h2 z z2 ints ints2
  CONFIG SET hash-max-listpack-entries 512 zset-max-listpack-entries 128 set-max-intset-entries 512
  SELECT 1
  RPUSH l x
  DEBUG DIGEST
  `,
  ["HSET", "bin", "\x00\xff\r\n", "\x80"],
  "DEBUG DIGEST-VALUE bin",
], TYPES);

// Where the last digits show, 7.2 prints other ones than 7.0.
conformance("debug: scores in digests", [
  "ZADD z 1e15 a",
  since72("DEBUG DIGEST-VALUE z", "*1\r\n+907f70c1c08fa0cc4323da52d5068a9dcaeb2539"),
  "ZADD z 123456789012345678901 a",
  since72("DEBUG DIGEST-VALUE z", "*1\r\n+83fd982bb759a4440648bfc9860ca74020eed037"),
  "ZADD z 1.5e300 a",
  since72("DEBUG DIGEST-VALUE z", "*1\r\n+2c78e57e5e96309c1bb10e9f2f4054328ea263e9"),
], TYPES);

conformance("debug: digests of streams", [`
  XADD x 1-1 a b
  XADD x 1-2 a c d e
  XADD x 2-0 f g
  DEBUG DIGEST-VALUE x
  XDEL x 1-2
  DEBUG DIGEST-VALUE x
  XGROUP CREATE x group 0
  DEBUG DIGEST-VALUE x
  DEBUG DIGEST
`], ALL_TYPES);

const LONG = "0123456789abcdefghijklmnopqrstuvwxyz";

conformance("debug: OBJECT", [
  "CONFIG SET rdbcompression no",
  masked(
    PLACE_AND_CLOCK,
    `
    SADD ints 1 2 3
    DEBUG OBJECT ints
    SADD ints 70000
    DEBUG OBJECT ints
    HSET h f v g 12
    DEBUG OBJECT h
    HSET h long ${LONG.repeat(3)}
    DEBUG OBJECT h
    ZADD z 1 a 2.5 b
    DEBUG OBJECT z
    ZADD z 1 ${LONG.repeat(3)}
    DEBUG OBJECT z
    DEBUG OBJECT missing
    DEBUG OBJECT
    `,
    ["RPUSH", "l", ...Array.from({ length: 300 }, (_, i) => `${LONG}${i}`)],
    "DEBUG OBJECT l",
    ["RPUSH", "mixed", "x", "y".repeat(9000), ...Array.from({ length: 300 }, (_, i) => `${LONG}${i}`)],
    "CONFIG SET list-max-listpack-size 3",
    "RPUSH counted 1 2 3 4 5 6 7",
    "DEBUG OBJECT counted",
    "CONFIG SET list-max-listpack-size -2",
    ["SADD", "s", ...Array.from({ length: 200 }, (_, i) => `member:${i}`)],
    "DEBUG OBJECT s",
  ),
  "CONFIG SET rdbcompression yes",
], TYPES);

conformance("debug: OBJECT of streams", [
  "CONFIG SET rdbcompression no",
  masked(
    PLACE_AND_CLOCK,
    `
    XADD x 1-1 a b
    DEBUG OBJECT x
    XADD x 5000000000000-1 a b c d
    XDEL x 1-1
    DEBUG OBJECT x
    XGROUP CREATE x group 0
    XGROUP CREATE x group2 $ ENTRIESREAD 1
    DEBUG OBJECT x
    `,
  ),
  "CONFIG SET rdbcompression yes",
], ALL_TYPES);

conformance("debug: HTSTATS-KEY, LISTPACK, QUICKLIST", [
  `
  DEBUG HTSTATS-KEY missing
  DEBUG HTSTATS-KEY
  SET s v
  DEBUG HTSTATS-KEY s
  SADD ints 1 2 3
  DEBUG HTSTATS-KEY ints
  HSET h f v
  DEBUG HTSTATS-KEY h
  DEBUG LISTPACK h
  DEBUG LISTPACK s
  DEBUG LISTPACK ints
  DEBUG LISTPACK missing
  DEBUG LISTPACK
  DEBUG QUICKLIST missing
  DEBUG QUICKLIST h
  DEBUG QUICKLIST
  ZADD z 1 a
  DEBUG LISTPACK z
  `,
  ["RPUSH", "l", "x".repeat(5000), "y".repeat(5000)],
  "DEBUG QUICKLIST l",
  "DEBUG QUICKLIST l 1",
  "DEBUG LISTPACK l",
], TYPES);

conformance("debug: QUICKLIST-PACKED-THRESHOLD", [
  `
  DEBUG QUICKLIST-PACKED-THRESHOLD 5gb
  DEBUG QUICKLIST-PACKED-THRESHOLD 4096mb
  DEBUG QUICKLIST-PACKED-THRESHOLD 4095mb
  DEBUG QUICKLIST-PACKED-THRESHOLD -1
  DEBUG QUICKLIST-PACKED-THRESHOLD foo
  DEBUG QUICKLIST-PACKED-THRESHOLD ""
  DEBUG QUICKLIST-PACKED-THRESHOLD
  DEBUG QUICKLIST-PACKED-THRESHOLD 10b
  CONFIG SET list-max-listpack-size -1 rdbcompression no
  `,
  ["RPUSH", "l", "x".repeat(3000), "y".repeat(3000), "a", "0123456789", "b", "c"],
  "OBJECT ENCODING l",
  masked(PLACE_AND_CLOCK, "DEBUG OBJECT l"),
  "LRANGE l 2 -1",
  "CONFIG SET list-max-listpack-size -2 rdbcompression yes",
  "DEBUG QUICKLIST-PACKED-THRESHOLD 0",
  notCompared("lists of one listpack are new in 7.2", "RPUSH m a", "DEBUG OBJECT m FAST"),
], TYPES);

function text(random: Random): string | number {
  return random.chance(0.5)
    ? random.between(-300, 300)
    : random.pick(["a", "", "b".repeat(70), "\x00\xff\r\n"]);
}

/** Changes values of all types. */
function change(random: Random): RandomCommand {
  const number = random.below(3);
  const score = () => random.between(-100, 100) / 4;
  return random.pick<() => RandomCommand>([
    () => ["RPUSH", `l${number}`, text(random), text(random)],
    () => ["LPOP", `l${number}`],
    () => ["SADD", `s${number}`, random.below(30)],
    () => ["SADD", `t${number}`, text(random), text(random)],
    () => ["SREM", `t${number}`, text(random), random.below(30)],
    () => ["HSET", `h${number}`, text(random), text(random)],
    () => ["HDEL", `h${number}`, text(random)],
    () => ["ZADD", `z${number}`, score(), text(random), score(), text(random)],
    () => ["ZREM", `z${number}`, text(random)],
    () => ["APPEND", `k${number}`, text(random)],
    () => ["PEXPIREAT", `${random.pick(["l", "s", "t", "h", "z"])}${number}`, 33177117420123],
    () => ["PERSIST", `${random.pick(["l", "s", "t", "h", "z"])}${number}`],
    () => ["DEL", `${random.pick(["l", "s", "t", "h", "z"])}${number}`],
    () => ["DEBUG", "DIGEST"],
    () => ["DEBUG", "DIGEST-VALUE", `l${number}`, `s${number}`, `t${number}`, `h${number}`, `z${number}`],
  ])();
}

randomised("debug: digests of random data", { seed: 4, count: 4000, generate: change, ...TYPES });
