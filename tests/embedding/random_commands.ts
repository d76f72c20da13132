/** Commands of all kinds on few keys, so that they get in each other's way. */
import { RedisError, type RedisServer } from "../../src/embedding/mod.ts";
import { Random } from "../../src/util/random.ts";

/** What DUMP gives for the string "restored": version 10 of the format, with its checksum. */
const STRING_PAYLOAD = Uint8Array.fromHex("0008726573746f7265640a00b565b8d8d26f0af4");

type Words = [string, ...(string | number | Uint8Array)[]];

/** Draws commands; equal seeds give equal ones. */
export class RandomCommands {
  readonly #random: Random;
  readonly #databases: number;

  constructor(seed: number, databases: number) {
    this.#random = new Random(seed);
    this.#databases = databases;
  }

  /** Runs `count` commands; what they answer, errors too, does not matter. */
  async run(redis: RedisServer, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (this.#random.below(40) === 0) await redis.clock.advance(this.#random.below(2000));
      const [command, ...args] = this.#draw();
      try {
        await redis.call(command, ...args);
      } catch (error) {
        if (!(error instanceof RedisError) || /^ERR (unknown|wrong number|syntax)/.test(error.message)) {
          throw error;
        }
      }
    }
    await redis.call("SELECT", 0);
  }

  /** Names of all commands that are drawn. */
  names(): ReadonlySet<string> {
    // Some draws choose between two commands.
    const drawn = this.#choices().flatMap((draw) => Array.from({ length: 100 }, draw));
    return new Set(drawn.map(([name, sub]) => name === "XGROUP" ? `${name} ${sub}` : name));
  }

  #draw(): Words {
    const choices = this.#choices();
    return choices[this.#random.below(choices.length)]();
  }

  /** Every command that can change data, and some that read. */
  #choices(): (() => Words)[] {
    const number = this.#random.below(100);
    const key = () => `key:${this.#random.below(8)}`;
    const database = () => this.#random.below(this.#databases);
    const value = () => "v".repeat(this.#random.below(40) === 0 ? 9000 : this.#random.below(80)) + number;
    const other = () => `other:${this.#random.below(4)}`;
    const field = () => `f${this.#random.below(20)}`;
    const group = ["GROUP", "group", `consumer:${this.#random.below(2)}`] as const;
    return [
      () => ["SELECT", database()],
      () => ["SWAPDB", database(), database()],
      () => this.#random.below(4) === 0 ? ["FLUSHDB"] : ["DBSIZE"],
      () => this.#random.below(8) === 0 ? ["FLUSHALL"] : ["RANDOMKEY"],
      () => ["MOVE", key(), database()],
      () => ["COPY", key(), other(), "DB", database(), "REPLACE"],
      () => ["RENAME", key(), other()],
      () => ["RENAMENX", other(), key()],
      () => ["DEL", key(), other()],
      () => ["UNLINK", key()],
      () => ["PEXPIRE", key(), this.#random.below(100_000)],
      () => ["PEXPIREAT", key(), "9223372036854775000"],
      () => ["PERSIST", key()],
      () => ["GETEX", key(), "PX", 5000],
      () => ["TOUCH", key(), other()],
      () => ["SET", key(), value()],
      () => ["SET", key(), value(), "PX", 60_000],
      () => ["SET", key(), number, "KEEPTTL"],
      () => ["GET", key()],
      () => ["GETDEL", key()],
      () => ["APPEND", key(), value()],
      () => ["SETRANGE", key(), number, value()],
      () => ["SETBIT", key(), number * 100, 1],
      () => ["BITOP", "XOR", other(), key(), key()],
      () => ["INCRBY", key(), number],
      () => ["INCRBYFLOAT", key(), "0.5"],
      () => ["PFADD", key(), value(), value()],
      () => ["PFCOUNT", key()],
      () => ["PFMERGE", other(), key()],
      () => ["HSET", key(), field(), value(), field(), number],
      () => ["HINCRBY", key(), field(), 3],
      () => ["HDEL", key(), field(), field()],
      () => ["RPUSH", key(), value(), value(), number],
      () => ["LPUSH", key(), value()],
      () => ["LINSERT", key(), "BEFORE", number, value()],
      () => ["LSET", key(), 0, value()],
      () => ["LTRIM", key(), 1, 20],
      () => ["LPOP", key(), 2],
      () => ["LMOVE", key(), other(), "LEFT", "RIGHT"],
      () => ["SADD", key(), number, field(), value()],
      () => ["SADD", key(), number, number + 1],
      () => ["SREM", key(), number, field()],
      () => ["SPOP", key(), 2],
      () => ["SMOVE", key(), other(), number],
      () => ["SUNIONSTORE", other(), key(), key()],
      () => ["ZADD", key(), number, field(), 1.5, value()],
      () => ["ZINCRBY", key(), 2, field()],
      () => ["ZPOPMIN", key()],
      () => ["ZRANGESTORE", other(), key(), 0, 5],
      () => ["ZUNIONSTORE", other(), 2, key(), key()],
      () => ["GEOADD", key(), 13.4, 52.5, field()],
      () => ["SORT", key(), "ALPHA", "STORE", other()],
      () => ["XADD", key(), "*", field(), value()],
      () => ["XADD", key(), "MAXLEN", "~", 10, "*", field(), value()],
      () => ["XGROUP", "CREATE", key(), "group", "$", "MKSTREAM"],
      () => ["XGROUP", "DESTROY", key(), "group"],
      () => ["XREADGROUP", ...group, "COUNT", 2, "STREAMS", key(), ">"],
      () => ["XACK", key(), "group", "0-1"],
      () => ["XAUTOCLAIM", key(), "group", "consumer:0", 0, "0"],
      () => ["XTRIM", key(), "MAXLEN", 3],
      () => ["XDEL", key(), "0-1"],
      ...this.#rarerChoices(key, other, value, field, number),
    ];
  }

  /** What is left, so that no command is without a draw. */
  #rarerChoices(
    key: () => string,
    other: () => string,
    value: () => string,
    field: () => string,
    number: number,
  ): (() => Words)[] {
    const consumer = () => `consumer:${this.#random.below(2)}`;
    return [
      () => ["EXPIRE", key(), number],
      () => ["EXPIREAT", key(), 4102444800],
      () => ["RESTORE", key(), 0, STRING_PAYLOAD, "REPLACE"],
      () => ["RESTORE-ASKING", key(), 9000, STRING_PAYLOAD, "REPLACE"],
      () => ["GETSET", key(), value()],
      () => ["SETEX", key(), 90, value()],
      () => ["PSETEX", key(), 9000, value()],
      () => ["SETNX", key(), value()],
      () => ["MSET", key(), value(), other(), number],
      () => ["MSETNX", key(), value(), other(), number],
      () => ["INCR", key()],
      () => ["DECR", key()],
      () => ["DECRBY", key(), number],
      () => ["BITFIELD", key(), "SET", "u8", number, 255, "INCRBY", "i5", 3, 1],
      () => ["PFDEBUG", "TODENSE", key()],
      () => ["HMSET", key(), field(), value()],
      () => ["HSETNX", key(), field(), value()],
      () => ["HINCRBYFLOAT", key(), field(), "0.25"],
      () => ["LPUSHX", key(), value()],
      () => ["RPUSHX", key(), value()],
      () => ["RPOP", key()],
      () => ["RPOPLPUSH", key(), other()],
      () => ["LREM", key(), 1, number],
      () => ["LMPOP", 2, key(), other(), "RIGHT", "COUNT", 2],
      () => ["SDIFFSTORE", other(), key(), key()],
      () => ["SINTERSTORE", other(), key(), key()],
      () => ["ZDIFFSTORE", other(), 2, key(), key()],
      () => ["ZINTERSTORE", other(), 2, key(), key()],
      () => ["ZREM", key(), field()],
      () => ["ZREMRANGEBYLEX", key(), "[f", "(f2"],
      () => ["ZREMRANGEBYRANK", key(), 0, 1],
      () => ["ZREMRANGEBYSCORE", key(), number, number + 5],
      () => ["ZPOPMAX", key()],
      () => ["ZMPOP", 2, key(), other(), "MIN"],
      () => ["GEORADIUS", key(), 13, 52, 500, "km", "STORE", other()],
      () => ["GEORADIUSBYMEMBER", key(), field(), 500, "km", "STOREDIST", other()],
      () => ["GEOSEARCHSTORE", other(), key(), "FROMLONLAT", 13, 52, "BYRADIUS", 500, "km"],
      () => ["XGROUP", "CREATECONSUMER", key(), "group", consumer()],
      () => ["XGROUP", "DELCONSUMER", key(), "group", consumer()],
      () => ["XGROUP", "SETID", key(), "group", "0-1"],
      () => ["XCLAIM", key(), "group", consumer(), 0, "0-1", "FORCE"],
      () => ["XSETID", key(), "9999999999999-1"],
    ];
  }
}
