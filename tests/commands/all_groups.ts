/**
 * Random commands of all groups that hold data, over few keys: valid ones mostly, and some that have been damaged, so
 * that types, options and numbers are wrong.
 */

import { bitmapCommands } from "../../src/commands/bitmap/mod.ts";
import { genericCommands } from "../../src/commands/generic/mod.ts";
import { geoCommands } from "../../src/commands/geo/mod.ts";
import { hashCommands } from "../../src/commands/hash/mod.ts";
import { hyperloglogCommands } from "../../src/commands/hyperloglog/mod.ts";
import { listCommands } from "../../src/commands/list/mod.ts";
import { dbsize, flushdb, swapdb } from "../../src/commands/server/database.ts";
import { setCommands } from "../../src/commands/set/mod.ts";
import { sortedSetCommands } from "../../src/commands/sorted_set/mod.ts";
import { streamCommands } from "../../src/commands/stream/mod.ts";
import { stringCommands } from "../../src/commands/string/mod.ts";
import type { Random } from "../conformance/random.ts";

/** The commands that the templates name. */
export const dataCommands = [
  ...bitmapCommands,
  ...genericCommands,
  ...geoCommands,
  ...hashCommands,
  ...hyperloglogCommands,
  ...listCommands,
  dbsize,
  flushdb,
  swapdb,
  ...setCommands,
  ...sortedSetCommands,
  ...streamCommands,
  ...stringCommands,
];

/**
 * Forms of commands. Words of one letter stand for something random: K a key, M an element, I an integer, F a number,
 * S a score, L and H bounds of members, C a small count, T a stream ID, N a new one, G a group, U a consumer, X an end of a range of
 * stream IDs, P a pattern, B a bound of scores; `*` behind a word repeats it and those before it in the same parentheses.
 */
const TEMPLATES = `
  SET K M | SET K M EX C | SET K M KEEPTTL GET | SETEX K C M | GETSET K M | GETDEL K | GETEX K PERSIST | MSET (K M)*
  MSETNX (K M)* | APPEND K M | SETRANGE K C M | GETRANGE K I I | INCR K | DECRBY K I | INCRBYFLOAT K F | MGET (K)*
  STRLEN K | LCS K K | LCS K K IDX WITHMATCHLEN | SETNX K M
  SETBIT K C 1 | GETBIT K C | BITCOUNT K I I BIT | BITPOS K 1 I | BITOP AND K (K)* | BITOP XOR K (K)* | BITOP NOT K K
  BITFIELD K SET u8 C C INCRBY i16 C I GET u4 C | BITFIELD_RO K GET i8 C
  PFADD K (M)* | PFCOUNT K | PFCOUNT (K)* | PFMERGE K (K)*
  LPUSH K (M)* | RPUSH K (M)* | LPUSHX K (M)* | RPUSHX K M | LPOP K | RPOP K C | LPOP K C | LLEN K | LINDEX K I
  LRANGE K I I | LSET K I M | LINSERT K BEFORE M M | LINSERT K AFTER M M | LREM K I M | LTRIM K I I
  LPOS K M COUNT 0 RANK I | LMPOP 2 K K LEFT COUNT C | LMOVE K K LEFT RIGHT | LMOVE K K RIGHT LEFT | RPOPLPUSH K K
  BLPOP K K 0 | BRPOP K 0.1 | BLMPOP 0 2 K K RIGHT COUNT C | BLMOVE K K LEFT LEFT 0 | BRPOPLPUSH K K 0
  SADD K (M)* | SADD K (I)* | SREM K (M)* | SREM K (I)* | SMOVE K K M | SMOVE K K I | SCARD K | SISMEMBER K M
  SMISMEMBER K (M)* | SMEMBERS K | SPOP K | SPOP K C | SRANDMEMBER K I | SRANDMEMBER K | SSCAN K 0 COUNT C
  SSCAN K 0 MATCH P | SUNION (K)* | SINTER (K)* | SDIFF (K)* | SUNIONSTORE K (K)* | SINTERSTORE K (K)*
  SDIFFSTORE K (K)* | SINTERCARD 2 K K LIMIT C
  HSET K (M M)* | HMSET K (M M)* | HSETNX K M M | HGET K M | HMGET K (M)* | HDEL K (M)* | HEXISTS K M | HLEN K
  HSTRLEN K M | HGETALL K | HKEYS K | HVALS K | HINCRBY K M I | HINCRBYFLOAT K M F | HRANDFIELD K I WITHVALUES
  HRANDFIELD K | HSCAN K 0 COUNT C MATCH P | HSET K M I
  ZADD K (S M)* | ZADD K NX (S M)* | ZADD K XX CH (S M)* | ZADD K GT (S M)* | ZADD K INCR S M | ZINCRBY K S M
  ZREM K (M)* | ZCARD K | ZSCORE K M | ZMSCORE K (M)* | ZRANK K M | ZREVRANK K M WITHSCORE | ZCOUNT K B B
  ZLEXCOUNT K L H | ZRANGE K I I WITHSCORES | ZRANGE K L H BYLEX | ZRANGE K B B BYSCORE LIMIT C C | ZREVRANGE K I I
  ZRANGEBYSCORE K B B | ZREVRANGEBYSCORE K B B WITHSCORES | ZRANGEBYLEX K L H | ZREVRANGEBYLEX K H L
  ZRANGESTORE K K I I | ZRANGESTORE K K B B BYSCORE | ZREMRANGEBYRANK K I I | ZREMRANGEBYSCORE K B B
  ZREMRANGEBYLEX K L H | ZPOPMIN K C | ZPOPMAX K | ZMPOP 2 K K MIN COUNT C | BZPOPMIN K K 0 | BZPOPMAX K 0
  BZMPOP 0 2 K K MAX COUNT C | ZUNIONSTORE K 2 K K WEIGHTS F F AGGREGATE MAX | ZINTERSTORE K 2 K K | ZDIFFSTORE K 2 K K
  ZUNION 2 K K WITHSCORES | ZINTER 2 K K | ZDIFF 2 K K | ZINTERCARD 2 K K LIMIT C | ZRANDMEMBER K I WITHSCORES
  ZRANDMEMBER K | ZSCAN K 0 COUNT C
  GEOADD K (F F M)* | GEOPOS K (M)* | GEODIST K M M km | GEOHASH K (M)*
  GEOSEARCH K FROMMEMBER M BYRADIUS 5000 km ASC WITHDIST | GEOSEARCH K FROMLONLAT F F BYBOX 9000 9000 km
  GEOSEARCHSTORE K K FROMLONLAT F F BYRADIUS 9000 km STOREDIST | GEORADIUS K F F 5000 km STORE K
  GEORADIUSBYMEMBER K M 5000 km COUNT C
  XADD v * (M M)* | XADD K N (M M)* | XADD K N (M M)* | XADD K T M M | XADD K MAXLEN ~ C N M M | XADD K NOMKSTREAM N M M | XTRIM K MAXLEN C
  XTRIM K MINID T | XDEL K (T)* | XLEN K | XRANGE K X X | XRANGE K X X COUNT C | XREVRANGE K X X | XSETID K T
  XREAD COUNT C STREAMS K K T T | XREAD BLOCK 1000 STREAMS K $ | XGROUP CREATE K G T MKSTREAM | XGROUP CREATE K G $
  XGROUP CREATE K G 0 MKSTREAM | XGROUP CREATE K h 0 MKSTREAM | XGROUP CREATE K g 0 | XADD K N (M M)* | XADD K N (M M)* | XACK K G (T)*
  XREADGROUP GROUP G U STREAMS K > | XREADGROUP GROUP G U COUNT C STREAMS K >
  XGROUP DESTROY K G | XGROUP CREATECONSUMER K G U | XGROUP DELCONSUMER K G U | XGROUP SETID K G T
  XREADGROUP GROUP G U COUNT C STREAMS K > | XREADGROUP GROUP G U STREAMS K 0 | XREADGROUP GROUP G U NOACK STREAMS K >
  XREADGROUP GROUP G U BLOCK 1000 STREAMS K K > > | XACK K G (T)* | XPENDING K G | XPENDING K G X X C
  XCLAIM K G U 0 (T)* FORCE | XCLAIM K G U 0 T JUSTID | XAUTOCLAIM K G U 0 T COUNT C | XINFO STREAM K FULL
  XINFO GROUPS K | XINFO CONSUMERS K G
  DEL K | UNLINK (K)* | EXISTS (K)* | TYPE K | RENAME K K | RENAMENX K K | COPY K K REPLACE | COPY K K DB 1 REPLACE
  MOVE K 1 | SWAPDB 0 1 | EXPIRE K C | PEXPIRE K 1 | PERSIST K | TTL K | OBJECT ENCODING K | RANDOMKEY | SCAN 0 | DUMP K
  SORT K | SORT K ALPHA | SORT K ALPHA DESC LIMIT C C STORE K | SORT K BY P GET P GET # STORE K | SORT_RO K BY nosort
`;

const forms = TEMPLATES.split(/\n|\|/).map((form) => form.trim()).filter((form) => form !== "")
  .map((form) => form.split(/ +/));

/** Keys that the commands of each group mostly use, so that they mostly meet what they are for. */
const KEYS: Record<string, readonly string[]> = {
  string: ["a", "m1"],
  bitmap: ["a", "b"],
  hyperloglog: ["p", "q"],
  list: ["l", "am1", "k"],
  set: ["s", "t", "u"],
  hash: ["h", "i"],
  sorted_set: ["z", "y", "x"],
  geo: ["z", "o"],
  stream: ["e", "f"],
};
/** All of them. */
export const ALL_KEYS = [...new Set(Object.values(KEYS).flat())];

const groups = new Map(dataCommands.map(({ name, group }) => [name, group as string]));

const INTEGERS = "0 1 2 3 -1 -2 -3 5 7 -7 100 -100 127 128 -129 32767 32768 2147483648 9007199254740993"
  .split(" ");
const NUMBERS = "0 1 -1 2.5 -0.25 13.5 40 -60 1e3 0.125".split(" ");
const WRONG = [
  "",
  "x",
  "-",
  "+",
  "nan",
  "inf",
  "-9223372036854775808",
  "9223372036854775807",
  "1.5",
  "WITHSCORES",
  "STORE",
];

const RANDOM_WORDS: Record<string, (commands: RandomCommands) => string> = {
  K: ({ random, group }) => random.pick(random.chance(0.85) && group in KEYS ? KEYS[group] : ALL_KEYS),
  M: ({ random }) => element(random),
  I: ({ random }) => random.pick(INTEGERS),
  F: ({ random }) => random.pick(NUMBERS),
  S: ({ random }) => random.pick(random.chance(0.1) ? ["inf", "-inf"] : [...NUMBERS, ...INTEGERS]),
  B: ({ random }) => random.pick(["-inf", "+inf", "(", ""]).replace(/^\(?$/, "$&" + random.pick(NUMBERS)),
  L: ({ random }) => random.pick(["-", "[", "("]).replace(/[[(]/, "$&" + element(random)),
  H: ({ random }) => random.pick(["+", "[", "("]).replace(/[[(]/, "$&" + element(random)),
  C: ({ random }) => String(random.below(random.chance(0.1) ? 400 : 12)),
  T: ({ random, lastId }) => random.chance(0.1) ? "0" : `${Math.max(0, lastId - random.below(8))}-0`,
  N: (commands) => `${++commands.lastId}-0`,
  X: ({ random, lastId }) => random.pick(["-", "+", `${lastId - 3}`, `(${lastId - random.below(12)}-0`]),
  G: ({ random }) => random.pick(["g", "h"]),
  U: ({ random }) => random.pick(["alice", "bob", "carol"]),
  P: ({ random }) => random.pick(["*", "a*", "*->m1", "[ab]*", "nosort"]),
};

/** Short ones that collide, and some around the sizes at which encodings and memory classes change. */
function element(random: Random): string {
  if (random.chance(0.6)) return `m${random.below(12)}`;
  if (random.chance(0.3)) return random.pick(INTEGERS);
  const size = random.pick([0, 1, 20, 63, 64, 65, 120, 200, 500, 4000, 4090, 8180, 9000, 20_000]);
  return String.fromCharCode(random.below(256)).repeat(size > 1000 && random.chance(0.8) ? 30 : size);
}

/** A sequence of random commands. */
export class RandomCommands {
  readonly random: Random;
  /** Milliseconds of the last stream ID that was made. */
  lastId = 0;
  /** The group of the command that is being made. */
  group = "";

  constructor(random: Random) {
    this.random = random;
  }

  /** The words of the next command. */
  next(): string[] {
    const { random } = this;
    const form = random.pick(forms);
    this.group = groups.get(form[0])!;
    const words = this.#expand(form);
    if (random.chance(0.06)) words[random.below(words.length)] = random.pick(WRONG);
    if (random.chance(0.02)) words.splice(random.below(words.length), 1);
    if (random.chance(0.02)) words.push(random.pick(WRONG));
    return words;
  }

  #expand(form: readonly string[]): string[] {
    const words: string[] = [];
    for (let i = 0; i < form.length; i++) {
      if (!form[i].startsWith("(")) {
        words.push(this.#fill(form[i]));
        continue;
      }
      let end = i;
      while (!form[end].endsWith(")*")) end++;
      const repeated = form.slice(i, end + 1).map((word) => word.replace(/[()*]/g, ""));
      const times = this.random.chance(0.03) ? 200 : 1 + this.random.below(5);
      for (let time = 0; time < times; time++) words.push(...repeated.map((word) => this.#fill(word)));
      i = end;
    }
    return words;
  }

  #fill(word: string): string {
    return word in RANDOM_WORDS ? RANDOM_WORDS[word](this) : word;
  }
}
