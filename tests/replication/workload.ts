/** Random commands of all types, for tests that compare two data sets afterwards. */

import type { RespClient } from "../harness.ts";
import { Random } from "../conformance/random.ts";
import { encodeCommand, type Word } from "../support/bytes.ts";

const KEYS = 30;
const DATABASES = 3;
const STEP = 40;

/** What {@linkcode Workload} may use besides the commands that every server has. */
export interface WorkloadOptions {
  /** EVAL, for servers that run scripts. */
  readonly scripts?: boolean;
}

/** Sends commands in pipelines. Many of them are refused, such as those that meet a key of another type. */
export class Workload {
  readonly #random: Random;
  readonly #client: RespClient;
  readonly #kinds: readonly (() => Word[][])[];
  #sent = 0;

  constructor(client: RespClient, seed: number, options: WorkloadOptions = {}) {
    this.#client = client;
    this.#random = new Random(seed);
    const kinds = [
      () => this.#string(),
      () => this.#hash(),
      () => this.#list(),
      () => this.#set(),
      () => this.#sortedSet(),
      () => this.#stream(),
      () => this.#generic(),
      () => this.#expiring(),
      () => this.#rare(),
    ];
    this.#kinds = options.scripts ? [...kinds, () => this.#script()] : kinds;
  }

  /** Sends `count` commands or a few more, and waits for their replies. */
  async run(count: number): Promise<void> {
    for (const end = this.#sent + count; this.#sent < end;) {
      const commands: Word[][] = [];
      while (commands.length < STEP) commands.push(...this.#next());
      await this.#client.sendRaw(commands.map(encodeCommand).join(""));
      for (let i = 0; i < commands.length; i++) await this.#client.read();
      this.#sent += commands.length;
    }
  }

  #next(): Word[][] {
    const random = this.#random;
    if (random.chance(0.05)) return [["SELECT", random.below(DATABASES)]];
    if (!random.chance(0.1)) return random.pick(this.#kinds)();
    const body = Array.from({ length: random.between(0, 5) }, () => random.pick(this.#kinds)()).flat();
    return [["MULTI"], ...body.filter(([name]) => name !== "MULTI"), ["EXEC"]];
  }

  #key(): string {
    return `key:${this.#random.below(KEYS)}`;
  }

  #value(): string {
    const random = this.#random;
    return random.chance(0.3) ? String(random.below(1000)) : random.bytes(random.pick([1, 10, 50, 300]));
  }

  #member(): string {
    return `m${this.#random.below(200)}`;
  }

  #string(): Word[][] {
    const random = this.#random;
    const key = this.#key();
    return random.pick<Word[][]>([
      [["SET", key, this.#value()]],
      [["SET", key, this.#value(), "GET"]],
      [["SET", key, this.#value(), "KEEPTTL"]],
      [["APPEND", key, this.#value()]],
      [["INCRBY", key, random.below(100)]],
      [["INCRBYFLOAT", key, "0.1"]],
      [["SETRANGE", key, random.below(50), this.#value()]],
      [["SETBIT", key, random.below(500), 1]],
      [["BITFIELD", key, "INCRBY", "u5", random.below(100), 7]],
      [["BITOP", "XOR", key, this.#key(), this.#key()]],
      [["MSET", key, this.#value(), this.#key(), this.#value()]],
      [["PFADD", key, this.#member(), this.#member()]],
      [["PFMERGE", key, this.#key()]],
      [["GETDEL", key]],
    ]);
  }

  #hash(): Word[][] {
    const key = this.#key();
    return this.#random.pick<Word[][]>([
      [["HSET", key, this.#member(), this.#value(), this.#member(), this.#value()]],
      [["HDEL", key, this.#member()]],
      [["HINCRBYFLOAT", key, this.#member(), "1.5"]],
      [["HINCRBY", key, this.#member(), 3]],
    ]);
  }

  #list(): Word[][] {
    const random = this.#random;
    const key = this.#key();
    return random.pick<Word[][]>([
      [["RPUSH", key, this.#value(), this.#value(), this.#value()]],
      [["LPUSH", key, this.#value()]],
      [["LPOP", key, 2]],
      [["LMOVE", key, this.#key(), "LEFT", "RIGHT"]],
      [["BLMPOP", "0.001", 2, key, this.#key(), "LEFT", "COUNT", 2]],
      [["LINSERT", key, "BEFORE", "5", "x"]],
      [["LTRIM", key, 0, 100]],
      [["LREM", key, 0, random.below(1000)]],
      [["SORT", key, "ALPHA", "STORE", this.#key()]],
    ]);
  }

  #set(): Word[][] {
    const key = this.#key();
    return this.#random.pick<Word[][]>([
      [["SADD", key, this.#member(), this.#random.below(100)]],
      [["SREM", key, this.#member()]],
      [["SPOP", key]],
      [["SPOP", key, 3]],
      [["SMOVE", key, this.#key(), this.#member()]],
      [["SUNIONSTORE", key, this.#key(), this.#key()]],
    ]);
  }

  #sortedSet(): Word[][] {
    const random = this.#random;
    const key = this.#key();
    return random.pick<Word[][]>([
      [["ZADD", key, random.below(1000) / 8, this.#member(), random.below(9), this.#member()]],
      [["ZINCRBY", key, "2.5", this.#member()]],
      [["ZPOPMIN", key]],
      [["ZREM", key, this.#member()]],
      [["ZUNIONSTORE", key, 2, this.#key(), this.#key()]],
      [["ZREMRANGEBYRANK", key, 50, -1]],
      [["GEOADD", key, "13.361389", "38.115556", this.#member()]],
    ]);
  }

  #stream(): Word[][] {
    const key = this.#key();
    const group = "group";
    return this.#random.pick<Word[][]>([
      [["XADD", key, "*", "field", this.#value()]],
      [["XADD", key, "MAXLEN", "~", 100, "*", "field", this.#value()]],
      [["XGROUP", "CREATE", key, group, "0", "MKSTREAM"]],
      [["XREADGROUP", "GROUP", group, this.#member(), "COUNT", 3, "STREAMS", key, ">"]],
      [["XAUTOCLAIM", key, group, this.#member(), 0, "0", "COUNT", 2]],
      [["XTRIM", key, "MAXLEN", 50]],
      [["XGROUP", "DELCONSUMER", key, group, this.#member()]],
    ]);
  }

  #generic(): Word[][] {
    const key = this.#key();
    return this.#random.pick<Word[][]>([
      [["DEL", key]],
      [["UNLINK", key, this.#key()]],
      [["RENAME", key, this.#key()]],
      [["COPY", key, this.#key(), "REPLACE"]],
      [["COPY", key, key, "DB", this.#random.below(DATABASES), "REPLACE"]],
      [["MOVE", key, this.#random.below(DATABASES)]],
      [["PERSIST", key]],
      [["RESTORE", key, 0, DUMPED_STRING, "REPLACE"]],
      [["RESTORE", key, this.#random.between(1, 200), DUMPED_STRING, "REPLACE"]],
      [["PUBLISH", "channel", this.#value()]],
      [["GET", key]],
    ]);
  }

  #expiring(): Word[][] {
    const random = this.#random;
    const key = this.#key();
    const milliseconds = random.chance(0.5) ? random.between(1, 60) : 100_000;
    return random.pick<Word[][]>([
      [["SET", key, this.#value(), "PX", milliseconds]],
      [["PEXPIRE", key, milliseconds]],
      [["PEXPIRE", key, milliseconds, "NX"]],
      [["PEXPIREAT", key, 1000]],
      [["GETEX", key, "PX", milliseconds]],
      [["PSETEX", key, milliseconds, this.#value()]],
    ]);
  }

  #rare(): Word[][] {
    if (this.#random.chance(0.9)) return [["PING"]];
    return this.#random.pick<Word[][]>([[["FLUSHDB"]], [["SWAPDB", 0, 1]], [["SWAPDB", 1, 2]]]);
  }

  #script(): Word[][] {
    return [["EVAL", SCRIPT, 2, this.#key(), this.#key(), this.#value()]];
  }
}

/** Writes by several commands, one of them random; its effects are replicated. */
const SCRIPT =
  `redis.pcall('set', KEYS[1], ARGV[1]); redis.pcall('incr', KEYS[2]); redis.pcall('spop', KEYS[2]);
  redis.pcall('pexpire', KEYS[1], 50); return redis.pcall('lpush', KEYS[2], redis.call('time')[1])`;

/** DUMP of the string "dumped", version 10. */
const DUMPED_STRING = "\x00\x06dumped\n\x00\xdcJ\x84\xcd\x9a\x91\xec\xe2";
