/** Commands of all kinds on few keys, so that they get in each other's way. */
import { RedisError, type RedisServer } from "../../src/embedding/mod.ts";
import { Random } from "../../src/util/random.ts";

type Words = [string, ...(string | number)[]];

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

  #draw(): Words {
    const number = this.#random.below(100);
    const key = () => `key:${this.#random.below(8)}`;
    const database = () => this.#random.below(this.#databases);
    const value = () => "v".repeat(this.#random.below(40) === 0 ? 9000 : this.#random.below(80)) + number;
    const other = () => `other:${this.#random.below(4)}`;
    const field = () => `f${this.#random.below(20)}`;
    const group = ["GROUP", "group", `consumer:${this.#random.below(2)}`] as const;
    const commands: (() => Words)[] = [
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
    ];
    return commands[this.#random.below(commands.length)]();
  }
}
