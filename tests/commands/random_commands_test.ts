import { assertEquals, assertNotEquals } from "@std/assert";
import { collectionArena } from "../../src/data/memory_block.ts";
import { LARGEST_SLOT } from "../../src/data/slab_arena.ts";
import { crc64 } from "../../src/util/crc64.ts";
import { Random } from "../conformance/random.ts";
import { bytesOf } from "../support/bytes.ts";
import { ALL_KEYS, dataCommands, RandomCommands } from "./all_groups.ts";
import { InProcess } from "./in_process.ts";

const WAITERS = ["w1", "w2", "w3", "w4", "w5"];
/** Bytes of a payload's version and checksum, which come last. */
const CHECKSUM_SIZE = 8;

/** A session that runs random commands, blocking ones as clients of their own. */
class RandomSession {
  readonly redis = new InProcess(dataCommands);
  readonly random: Random;
  readonly #commands: RandomCommands;
  #turn = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.#commands = new RandomCommands(this.random);
    this.redis.as("").raw("PING");
    for (const name of WAITERS) this.redis.as(name).raw("PING");
  }

  /** Runs the next command: what it and whoever it woke got. */
  step(): string {
    const { random, redis } = this;
    if (random.chance(0.01)) redis.advance(random.below(2000));
    if (random.chance(0.002)) this.#changeLimits();
    const words = this.#commands.next();
    const isBlocking = /^B[LRZ]/.test(words[0]) || words.includes("BLOCK");
    redis.as(isBlocking ? WAITERS[this.#turn++ % WAITERS.length] : "");
    redis.client.unblock?.("timeout");
    const reply = redis.raw(words);
    redis.takeEvents();
    redis.takePropagated();
    return `${JSON.stringify(words)}: ${reply} ${WAITERS.map((name) => redis.received(name)).join("|")}`;
  }

  /** From now on collections change their encodings at other sizes. */
  #changeLimits(): void {
    const { random, redis: { keyspace: { limits } } } = this;
    limits.listMaxListpackSize = random.pick([-2, -1, 1, 3, 128]);
    limits.listCompressDepth = random.pick([0, 1, 2]);
    limits.setMaxIntsetEntries = random.pick([0, 2, 512]);
    limits.setMaxListpackEntries = limits.hashMaxListpackEntries = random.pick([0, 3, 128]);
    limits.setMaxListpackValue = limits.hashMaxListpackValue = random.pick([5, 64, 5000]);
    limits.zsetMaxListpackEntries = random.pick([0, 4, 128]);
    limits.zsetMaxListpackValue = random.pick([5, 64, 5000]);
    limits.streamNodeMaxEntries = random.pick([0, 2, 100]);
  }

  /** Ends all waiting and deletes all keys. */
  end(): void {
    for (const name of WAITERS) this.redis.as(name).client.unblock?.("timeout");
    for (const database of this.redis.keyspace.databases()) this.redis.keyspace.clear(database);
    assertEquals([this.redis.blocked.size, this.redis.blocked.figures.keys], [0, 0]);
  }
}

/** While it is in force, memory that is given back is overwritten, and so is memory before it is handed out. */
class Poison implements Disposable {
  readonly #allocate = collectionArena.allocate;
  readonly #free = collectionArena.free;

  constructor() {
    collectionArena.allocate = (size) => {
      const handle = this.#allocate.call(collectionArena, size);
      overwrite(handle, 0x55);
      return handle;
    };
    collectionArena.free = (handle) => {
      overwrite(handle, 0xaa);
      this.#free.call(collectionArena, handle);
    };
  }

  [Symbol.dispose](): void {
    collectionArena.allocate = this.#allocate;
    collectionArena.free = this.#free;
  }
}

function overwrite(handle: number, byte: number): void {
  const start = collectionArena.start(handle);
  collectionArena.page(handle).buffer.fill(byte, start, start + collectionArena.slotSize(handle));
}

Deno.test("commands of all groups give all memory back, whatever their arguments", () => {
  const before = collectionArena.usedBytes;
  const session = new RandomSession(1);
  for (let i = 0; i < 50_000; i++) {
    if (i % 5000 === 0) session.end();
    session.step();
  }
  assertNotEquals(collectionArena.usedBytes, before);
  session.end();
  assertEquals(collectionArena.usedBytes, before);
});

Deno.test("commands of all groups never read memory that was given back, or not written yet", () => {
  const plain = new RandomSession(2);
  const replies = Array.from({ length: 20_000 }, () => plain.step());
  plain.end();
  using _poison = new Poison();
  const poisoned = new RandomSession(2);
  for (const reply of replies) assertEquals(poisoned.step(), reply);
  poisoned.end();
});

Deno.test("counts of draws with repetitions have a limit", () => {
  const { redis } = new RandomSession(1);
  redis.as("").raw("SADD s a");
  redis.raw("HSET h a b");
  redis.raw("ZADD z 1 a");
  for (const command of ["SRANDMEMBER s", "HRANDFIELD h", "ZRANDMEMBER z"]) {
    for (const count of ["-134217729", "-2147483648", "-9007199254740993", "-9223372036854775807"]) {
      assertEquals(redis.raw(`${command} ${count}`), "-ERR value is out of range\r\n");
    }
    assertEquals(redis.raw(`${command} 9223372036854775807`), "*1\r\n$1\r\na\r\n");
    assertEquals(redis.raw(`${command} -2`), "*2\r\n$1\r\na\r\n$1\r\na\r\n");
  }
  redis.raw("FLUSHDB");
});

Deno.test("RESTORE gives all memory back, however its payload is damaged", () => {
  const before = collectionArena.usedBytes;
  const session = new RandomSession(3);
  const { random, redis } = session;
  for (let i = 0; i < 1000; i++) session.step();
  for (let i = 0; i < 20_000; i++) {
    session.step();
    const payload = redis.as("").run(["DUMP", random.pick(ALL_KEYS)]);
    if (typeof payload === "string" && payload.length < LARGEST_SLOT) {
      redis.raw(["RESTORE", "restored", "0", damaged(payload, random), "REPLACE"]);
    }
    if (i % 1000 === 0) session.end();
  }
  session.end();
  assertEquals(collectionArena.usedBytes, before);
});

/** A payload of which some bytes were changed or cut off, with a checksum that is right all the same. */
function damaged(payload: string, random: Random): Uint8Array {
  const bytes = bytesOf(payload);
  const size = bytes.length - CHECKSUM_SIZE;
  const end = random.chance(0.3) ? Math.max(2, random.below(size)) : size;
  const copy = new Uint8Array(end + CHECKSUM_SIZE);
  copy.set(bytes.subarray(0, end));
  // The version stands before the checksum.
  copy.set(bytes.subarray(size - 2, size), end - 2);
  for (let i = random.below(4); i > 0; i--) {
    if (end > 3) copy[random.below(end - 2)] = random.below(256);
  }
  copy.set(crc64(copy, 0, end), end);
  return copy;
}
