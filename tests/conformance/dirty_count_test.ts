/**
 * What commands count as changes: INFO's `rdb_changes_since_last_save`, which the rules of `save` go by. After each
 * command the figure must have moved as far as that of a real redis-server.
 */
import { assertEquals } from "@std/assert";
import { referenceAvailable, startRedis, startServer, type TestServer } from "../harness.ts";
import type { RespClient } from "../support/resp_client.ts";
import { splitWords } from "../support/split_words.ts";
import { Random } from "./random.ts";

/**
 * Commands by what they are about. Behind `=>` is what the command has to count where 7.2 differs from 7.0: it makes a
 * consumer whenever one is named.
 */
const COMMANDS: Record<string, string> = {
  strings: String.raw`
    SET a 1
    SET a 1 NX
    SET a 1 EX 100
    SET a 1 GET
    SET a 2 EX 100 GET
    SETNX a 1
    SETNX aa 1
    SETEX a 100 1
    PSETEX a 100000 1
    GETSET a 2
    GETDEL aa
    GETDEL aa
    GETEX a EX 100
    GETEX a PERSIST
    GETEX a PERSIST
    GETEX a
    GETEX a PXAT 1
    MSET a 1 b 2 c 3
    MSETNX a 1 d 2
    MSETNX e 1 d 2
    MSET a 1 a 2
    APPEND a xyz
    APPEND a ""
    SETRANGE a 3 hello
    SETRANGE a 3 ""
    SETRANGE none 3 ""
    SET n 1
    INCR n
    INCRBY n 0
    INCRBYFLOAT n 1.5
    DECR n2
  `,
  bitmaps: String.raw`
    SETBIT bits 7 1
    SETBIT bits 7 1
    SETBIT bits 100 0
    SETBIT bits 7 0
    BITFIELD bits SET u8 0 255 SET u8 0 255 INCRBY u4 9 3 GET u8 0
    BITFIELD bits SET u8 0 255 SET u8 0 255
    BITFIELD bits2 SET u8 100 0 SET u8 0 0
    BITFIELD bits2 OVERFLOW FAIL INCRBY u2 0 100
    BITFIELD bits2 GET u8 0
    BITOP AND r bits bits2
    BITOP NOT r bits
    BITOP AND r no1 no2
    BITOP AND r no1 no2
  `,
  sets: String.raw`
    SADD s a b c
    SADD s a b c
    SADD s a d
    SREM s a zz b
    SREM s zz
    SMOVE s t c
    SMOVE s t c
    SADD s x
    SADD t x
    SMOVE s t x
    SMOVE t t x
    SADD s 1 2 3 4 5 6 7 8 9 10
    SPOP s
    SPOP s 3
    SPOP s 0
    SPOP s 100
    SPOP s 2
    SADD s 1
    SPOP s
    SADD s 1 2 3 4 5 6 7 8 9 10
    SPOP s 9
    DEL s
    SADD s 1 2 3
    SADD t 2 3 4
    SINTERSTORE u s t
    SUNIONSTORE u s t
    SDIFFSTORE u s t
    SDIFFSTORE u s s
    SDIFFSTORE u s s
    SINTERSTORE u s nokey
    SUNIONSTORE u nokey
    SUNIONSTORE s s t
  `,
  lists: String.raw`
    LPUSH l a b c
    RPUSH l d e
    LPUSHX l f g
    RPUSHX nol f g
    LSET l 0 z
    LINSERT l BEFORE a n
    LINSERT l BEFORE nono n
    RPUSH l q q q q
    LREM l 2 q
    LREM l 0 q
    LREM l 0 q
    LPOP l
    LPOP l 2
    LPOP l 0
    RPOP l 1
    LRANGE l 0 -1
    LTRIM l 0 -1
    LTRIM l 1 -2
    LTRIM l 5 1
    LPOP l
    RPUSH l 1 2 3 4 5 6 7 8 9
    LMOVE l m LEFT RIGHT
    LMOVE l l LEFT RIGHT
    RPOPLPUSH l m
    RPOPLPUSH nol m
    LMPOP 2 nol l LEFT COUNT 2
    LMPOP 1 nol LEFT COUNT 2
    BLPOP l 1
    BLMPOP 1 1 m LEFT COUNT 2
    BLMOVE l m LEFT LEFT 1
    BRPOPLPUSH l m 1
    RPUSH l 1
    BRPOP l 1
  `,
  hashes: String.raw`
    HSET h a 1 b 2 c 3
    HSET h a 1 b 2 c 3
    HSET h a 1
    HMSET h d 1 e 2
    HSETNX h a 1
    HSETNX h f 1
    HINCRBY h n 1
    HINCRBY h n 0
    HINCRBYFLOAT h n 1.5
    HDEL h a b zz
    HDEL h zz
    HDEL h c d e f n
  `,
  "sorted sets": String.raw`
    ZADD z 1 a 2 b 3 c
    ZADD z 1 a 2 b 4 c 5 d
    ZADD z NX 1 a 9 e
    ZADD z XX CH 1 a 9 f
    ZADD z GT 10 a 1 b
    ZADD z INCR 1 a
    ZADD z INCR 0 a
    ZADD z XX INCR 1 nono
    ZADD nz XX 1 nono
    ZINCRBY z 1 a
    ZINCRBY z 0 a
    ZREM z a zz
    ZREM z zz
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h
    ZREMRANGEBYRANK z 0 1
    ZREMRANGEBYSCORE z 3 4
    ZREMRANGEBYSCORE z 100 200
    ZREMRANGEBYLEX z [g [h
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h
    ZPOPMIN z
    ZPOPMAX z 3
    ZPOPMAX z 0
    ZMPOP 1 z MIN COUNT 2
    BZPOPMIN z 1
    ZPOPMIN z 100
    ZPOPMIN z 100
    ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h
    ZADD y 1 a 2 b
    BZMPOP 1 1 y MIN COUNT 2
    ZADD y 1 a 2 b
    ZRANGESTORE zz z 0 -1
    ZRANGESTORE zz z 20 30
    ZRANGESTORE zz z 20 30
    ZRANGESTORE zz nokey 20 30
    ZUNIONSTORE zz 2 z y
    ZINTERSTORE zz 2 z y
    ZDIFFSTORE zz 2 y z
    ZDIFFSTORE zz 2 y z
  `,
  geo: String.raw`
    GEOADD g 1 1 a 2 2 b 3 3 c
    GEOADD g 1 1 a 2 2.5 b
    GEOADD g XX CH 1 1.5 a 2 2 b
    GEOADD g XX 1 1 q
    GEOSEARCHSTORE gg g FROMLONLAT 1 1 BYRADIUS 10000 km
    GEORADIUS g 1 1 10000 km STORE gg COUNT 2
    GEORADIUS g 1 1 10000 km STOREDIST gg
    GEOSEARCHSTORE gg g FROMLONLAT 80 1 BYRADIUS 1 km
    GEOSEARCHSTORE gg g FROMLONLAT 80 1 BYRADIUS 1 km
    GEOSEARCHSTORE gg nog FROMLONLAT 80 1 BYRADIUS 1 km
  `,
  HyperLogLogs: String.raw`
    PFADD p a b c
    PFADD p a b c
    PFADD p
    PFADD pp
    PFADD pp
    PFCOUNT p
    PFCOUNT p
    PFADD p d
    PFCOUNT p pp
    PFMERGE ppp p pp
    PFMERGE ppp p pp
    PFMERGE pnew
    PFDEBUG GETREG p
    PFDEBUG TODENSE p
  `,
  keys: String.raw`
    RPUSH sl 3 1 2
    SORT sl STORE sorted
    SORT sl LIMIT 0 2 STORE sorted
    SORT nosl STORE sorted
    SORT nosl STORE sorted
    SORT sl GET # GET nope_* STORE sorted
    RENAME sorted sorted2
    RENAMENX sorted2 sorted
    RENAMENX sorted sl
    RENAME sorted sorted
    RENAME sorted sl
    COPY sl slc
    COPY sl slc
    COPY sl slc REPLACE
    MOVE slc 3
    MOVE slc 3
    SWAPDB 3 4
    SWAPDB 3 3
    DEL slc
    DEL sl n a nono
    UNLINK b c nono
    SET a 1
    SET b 1
    TOUCH a b
    EXPIRE a 100
    EXPIRE a 100 NX
    PEXPIRE a 100000
    PEXPIREAT a 99999999999999
    PERSIST a
    PERSIST a
    EXPIRE a -1
    EXPIRE nono 1
    RESTORE r1 0 "\x00\xc0\x01\n\x00\xfe\xbe\x7f\x1fJ\xb5\xa4\xe8"
    RESTORE r1 0 "\x00\xc0\x01\n\x00\xfe\xbe\x7f\x1fJ\xb5\xa4\xe8" REPLACE
    RESTORE r1 1 "\x00\xc0\x01\n\x00\xfe\xbe\x7f\x1fJ\xb5\xa4\xe8" REPLACE ABSTTL
    RESTORE r1 1 "\x00\xc0\x01\n\x00\xfe\xbe\x7f\x1fJ\xb5\xa4\xe8" REPLACE ABSTTL
    RESTORE r1 1000000 "\x00\xc0\x01\n\x00\xfe\xbe\x7f\x1fJ\xb5\xa4\xe8"
  `,
  streams: String.raw`
    XADD x 1-1 a 1
    XADD x 2-1 a 1
    XADD x 3-1 a 1
    XADD x 4-1 a 1
    XADD x MAXLEN 3 5-1 a 1
    XADD nox NOMKSTREAM 5-1 a 1
    XTRIM x MAXLEN 2
    XTRIM x MAXLEN 2
    XADD x 6-1 a 1
    XADD x 7-1 a 1
    XADD x 8-1 a 1
    XADD x 9-1 a 1
    XDEL x 6-1 99-1 7-1
    XDEL x 99-1
    XSETID x 10-1
  `,
  "consumer groups": String.raw`
    XADD x 8-1 a 1
    XADD x 9-1 a 1
    XGROUP CREATE x g 0
    XGROUP CREATE x2 g 0 MKSTREAM
    XGROUP CREATECONSUMER x g bob
    XGROUP CREATECONSUMER x g bob
    XGROUP SETID x g 0
    XREADGROUP GROUP g alice COUNT 2 STREAMS x >
    XREADGROUP GROUP g alice STREAMS x 0
    XREADGROUP GROUP g carl STREAMS x 0
    XREADGROUP GROUP g carl STREAMS x 0
    XREADGROUP GROUP g carl STREAMS x2 >  => 1
    XREADGROUP GROUP g carl STREAMS x2 >
    XREADGROUP GROUP g alice STREAMS x x2 > 0
    XREADGROUP GROUP g alice NOACK STREAMS x >
    XADD x 11-1 a 1
    XADD x 12-1 a 1
    XREADGROUP GROUP g dora NOACK STREAMS x >
    XADD x 13-1 a 1
    XREADGROUP GROUP g dora NOACK STREAMS x >
    XADD x 14-1 a 1
    XADD x 15-1 a 1
    XREADGROUP GROUP g dora STREAMS x >
    XADD x2 14-1 a 1
    XADD x2 15-1 a 1
    XADD x 16-1 a 1
    XREADGROUP GROUP g emil STREAMS x x2 > >
    XPENDING x g
    XACK x g 4-1 5-1 99-1
    XACK x g 4-1
    XCLAIM x g bob 0 14-1 15-1 99-1
    XCLAIM x g fritz 0 99-1  => 1
    XCLAIM x g gerd 0 14-1
    XCLAIM x g bob 0 15-1 LASTID 20-1
    XCLAIM x g bob 0 99-1 LASTID 21-1
    XCLAIM x g bob 100000 14-1
    XDEL x 14-1
    XCLAIM x g bob 0 14-1 15-1
    XCLAIM x g bob 0 9-1 FORCE
    XCLAIM x g bob 0 9-1 15-1 JUSTID
    XADD x 23-1 a 1
    XADD x 24-1 a 1
    XADD x 25-1 a 1
    XREADGROUP GROUP g emil STREAMS x >
    XDEL x 23-1
    XAUTOCLAIM x g hans 0 0
    XAUTOCLAIM x g hans 0 0
    XAUTOCLAIM x g ida 1000000 0  => 1
    XAUTOCLAIM x g hans 1000000 0
    XAUTOCLAIM x g hans 0 99
    XGROUP DELCONSUMER x g bob
    XGROUP DELCONSUMER x g bob
    XGROUP DESTROY x g
    XGROUP DESTROY x g
  `,
  transactions: String.raw`
    MULTI
    SET a 1
    SADD s2 1 2 3
    EXEC
    MULTI
    GET a
    EXEC
  `,
  databases: String.raw`
    FLUSHALL
    FLUSHDB
    DEBUG SET-ACTIVE-EXPIRE 1
    PUBLISH a b
    CONFIG SET maxmemory 0
    SET a 1
    DEBUG POPULATE 10 pop
    FLUSHDB
    FLUSHDB
    SET a 1
    SELECT 2
    SET b 1
    SET c 1
    SWAPDB 2 3
    SELECT 0
    FLUSHALL ASYNC
    FLUSHALL
    FLUSHDB ASYNC
  `,
};

/** The commands of a text, without blank lines, and what they have to count if that is said. */
function linesOf(text: string): { command: string; since72: string | undefined }[] {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.map((line) => {
    const [command, since72] = line.split(/ +=> /);
    return { command, since72 };
  });
}

/** Runs the commands and says how many changes each has counted. */
async function changesOf(server: TestServer, commands: readonly string[]): Promise<string[]> {
  using client = await server.connect();
  // Inside MULTI the first connection would have it queued.
  using counting = await server.connect();
  await client.call("FLUSHALL");
  const changes: string[] = [];
  let before = await changesSoFar(counting);
  for (const command of commands) {
    await client.call(...splitWords(command));
    const after = await changesSoFar(counting);
    changes.push(`${after - before} by ${command}`);
    before = after;
  }
  return changes;
}

async function changesSoFar(client: RespClient): Promise<number> {
  const text = String(await client.ask("INFO", "persistence"));
  return Number(/rdb_changes_since_last_save:(\d+)/.exec(text)![1]);
}

/** A random command whose effect does not depend on the server's own randomness. */
function randomCommand(random: Random): string {
  const key = (type: string) => `${type}${random.below(3)}`;
  const few = (word: () => string | number) => Array.from({ length: random.between(1, 4) }, word).join(" ");
  const letter = () => "abcdefgh"[random.below(8)];
  const index = () => random.between(-4, 6);
  const makers: (() => string)[] = [
    () => `SADD ${key("s")} ${few(letter)}`,
    () => `SREM ${key("s")} ${few(letter)}`,
    () => `SMOVE ${key("s")} ${key("s")} ${letter()}`,
    () => `${random.pick(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"])} ${few(() => key("s"))} ${key("s")}`,
    () => `${random.pick(["LPUSH", "RPUSH", "LPUSHX", "RPUSHX"])} ${key("l")} ${few(letter)}`,
    () => `${random.pick(["LPOP", "RPOP"])} ${key("l")} ${random.below(4)}`,
    () => `LREM ${key("l")} ${random.between(-2, 2)} ${letter()}`,
    () => `LTRIM ${key("l")} ${index()} ${index()}`,
    () => `LINSERT ${key("l")} BEFORE ${letter()} ${letter()}`,
    () => `LMOVE ${key("l")} ${key("l")} LEFT ${random.pick(["LEFT", "RIGHT"])}`,
    () => `LMPOP 2 ${key("l")} ${key("l")} RIGHT COUNT 2`,
    () => `HSET ${key("h")} ${few(() => `${letter()} ${random.below(3)}`)}`,
    () => `HDEL ${key("h")} ${few(letter)}`,
    () => `HINCRBY ${key("h")} ${letter()} ${random.below(2)}`,
    () =>
      `ZADD ${key("z")} ${random.pick(["NX", "XX", "GT", "CH"])} ${
        few(() => `${random.below(4)} ${letter()}`)
      }`,
    () => `ZINCRBY ${key("z")} ${random.below(2)} ${letter()}`,
    () => `ZREM ${key("z")} ${few(letter)}`,
    () =>
      `${random.pick(["ZREMRANGEBYRANK", "ZREMRANGEBYSCORE"])} ${key("z")} ${random.below(2)} ${
        random.below(3)
      }`,
    () => `${random.pick(["ZPOPMIN", "ZPOPMAX"])} ${key("z")} ${random.below(3)}`,
    () => `ZUNIONSTORE ${key("z")} 2 ${key("z")} ${key("z")}`,
    () => `SORT ${random.pick([key("s"), key("l"), key("z")])} ALPHA STORE ${key("l")}`,
    () => `MSET ${few(() => `${key("v")} ${random.below(10)}`)}`,
    () => `SETRANGE ${key("v")} ${random.below(4)} ${random.pick(["x", "yz"])}`,
    () => `BITFIELD ${key("v")} ${few(() => `SET u4 #${random.below(8)} ${random.below(16)}`)}`,
    () => `PFADD ${key("p")} ${few(letter)}`,
    () => `PFCOUNT ${key("p")}`,
    () => `XADD ${key("x")} * field ${letter()}`,
    () => `XTRIM ${key("x")} MAXLEN ${random.below(5)}`,
    () => `${random.pick(["DEL", "UNLINK"])} ${key(random.pick(["s", "l", "h", "z", "v"]))} ${key("v")}`,
    () => `RENAME ${key("s")} ${key("s")}`,
    () => `COPY ${key("z")} ${key("z")} REPLACE`,
    () => `EXPIRE ${key("h")} ${random.pick([-1, 1000])} ${random.pick(["NX", "XX"])}`,
    () => `PERSIST ${key("h")}`,
  ];
  return random.pick(makers)();
}

Deno.test({
  name: "commands count as many changes as those of redis-server",
  ignore: !referenceAvailable(),
  async fn(t) {
    const options = { config: { "enable-debug-command": "yes" } };
    await using ours = await startServer(options);
    await using reference = await startRedis(options);
    const compare = async (lines: ReturnType<typeof linesOf>) => {
      const commands = lines.map(({ command }) => command);
      const [got, model] = await Promise.all([changesOf(ours, commands), changesOf(reference, commands)]);
      const wanted = lines.map(({ command, since72 }, i) => since72 ? `${since72} by ${command}` : model[i]);
      assertEquals(got, wanted);
    };
    for (const [name, text] of Object.entries(COMMANDS)) {
      await t.step(name, () => compare(linesOf(text)));
    }
    await t.step("random commands", async () => {
      const random = new Random(Number(Deno.env.get("CONFORMANCE_SEED") ?? 20241));
      const commands = Array.from({ length: 2000 }, () => randomCommand(random));
      await compare(commands.map((command) => ({ command, since72: undefined })));
    });
  },
});
