import { assert, assertEquals } from "@std/assert";
import { countRegisters, HyperLogLog, Outcome, REGISTERS } from "../../src/data/hyperloglog.ts";
import { INDEX_BITS, murmurHash64A, registerFor } from "../../src/data/hyperloglog_hash.ts";
import { selfTest } from "../../src/data/hyperloglog_self_test.ts";
import { ByteBuffer } from "../../src/util/byte_buffer.ts";
import { Random } from "../../src/util/random.ts";

const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SPARSE_LIMIT = 3000;

/** MurmurHash64A as its author wrote it, with integers of 64 bits. */
function naiveHash(bytes: Uint8Array): bigint {
  const times = (value: bigint) => BigInt.asUintN(64, value * MULTIPLIER);
  let hash = 0xadc83b19n ^ times(BigInt(bytes.length));
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let word = 0n;
    for (let i = 7; i >= 0; i--) word = word << 8n | BigInt(bytes[at + i]);
    word = times(word);
    hash = times(hash ^ times(word ^ (word >> 47n)));
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= BigInt(bytes[at]) << BigInt((at - whole) * 8);
  if (whole < bytes.length) hash = times(hash);
  hash = times(hash ^ (hash >> 47n));
  return hash ^ (hash >> 47n);
}

function randomBytes(random: Random, size: number): ByteBuffer {
  const memory = new ByteBuffer(size);
  for (let i = 0; i < size; i++) memory.buffer[i] = random.below(4) === 0 ? 0xff : random.below(256);
  return memory;
}

Deno.test("hash and register are those of the definition", () => {
  const random = new Random(31);
  for (let step = 0; step < 5000; step++) {
    const start = random.below(8);
    const memory = randomBytes(random, start + random.below(40));
    const end = memory.buffer.length;
    const hash = naiveHash(memory.buffer.subarray(start));
    assertEquals(murmurHash64A(memory, start, end), hash);
    const counted = (hash >> 14n) | (1n << 50n);
    const zeros = (counted & -counted).toString(2).length;
    const packed = registerFor(memory, start, end);
    assertEquals([packed & (REGISTERS - 1), packed >>> INDEX_BITS], [Number(hash & 0x3fffn), zeros]);
  }
});

/** A copy of its own, as if it had been stored. */
function stored(hll: HyperLogLog): HyperLogLog {
  const before = new Uint8Array(3);
  const bytes = hll.buffer.subarray(hll.start, hll.end);
  const memory = Uint8Array.from([...before, ...bytes, 0xee]);
  return HyperLogLog.open(memory, 3, 3 + bytes.length)!;
}

function registersOf(hll: HyperLogLog): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  assert(hll.raiseTo(registers));
  return registers;
}

/** The runs cover every register once, none is longer than its code allows. */
function checkRuns(hll: HyperLogLog): void {
  let registers = 0;
  const runs = hll.runs();
  while (runs.next()) {
    registers += runs.length;
    assert(runs.length <= (runs.isLong ? REGISTERS : runs.value === 0 ? 64 : 4));
  }
  assertEquals(registers, REGISTERS);
}

Deno.test("registers keep the largest value, sparse or dense, whatever the order", () => {
  for (
    const [seed, range, limit] of [[1, REGISTERS, 3000], [2, 60, 3000], [3, 300, 200], [4, REGISTERS, 20_000]]
  ) {
    const random = new Random(seed);
    const model = new Uint8Array(REGISTERS);
    let hll = stored(HyperLogLog.empty());
    for (let step = 0; step < 3000; step++) {
      const index = random.below(range);
      const value = 1 + random.below(random.below(500) === 0 ? 51 : seed === 4 ? 32 : 4);
      const outcome = hll.raise(index, value, limit);
      assertEquals(outcome, value > model[index] ? Outcome.CHANGED : Outcome.UNCHANGED);
      model[index] = Math.max(model[index], value);
      if (hll.isSparse) assert(hll.end - hll.start <= limit);
      if (hll.moved) hll = stored(hll);
      if (step % 50 !== 0) continue;
      if (hll.isSparse) checkRuns(hll);
      assertEquals(registersOf(hll), model);
    }
    assertEquals(hll.count(), countRegisters(model));
    assert(hll.toDense());
    assertEquals(registersOf(hll), model);
    assertEquals(hll.count(), countRegisters(model));
  }
});

Deno.test("estimates are near the truth", () => {
  const random = new Random(32);
  const element = new ByteBuffer(8);
  for (const cardinality of [0, 1, 5, 100, 1000, 20_000, 200_000]) {
    const hll = HyperLogLog.empty();
    for (let i = 0; i < cardinality; i++) {
      element.view.setUint32(0, i);
      element.view.setUint32(4, random.uint32());
      hll.add(element, 0, 8, SPARSE_LIMIT);
      hll.add(element, 0, 8, SPARSE_LIMIT);
    }
    assertEquals(hll.isSparse, cardinality <= 1000);
    const error = Math.abs(Number(hll.count()) - cardinality);
    assert(error <= cardinality * 0.03, `${cardinality}: ${error}`);
  }
});

Deno.test("what no real set gives does not do harm: the estimate is the smallest integer", () => {
  assertEquals(countRegisters(new Uint8Array(REGISTERS).fill(63)), -(2n ** 63n));
  assertEquals(countRegisters(new Uint8Array(REGISTERS).fill(51)), -(2n ** 63n));
  const large = countRegisters(new Uint8Array(REGISTERS).fill(48));
  assert(typeof large === "bigint" && large > 2n ** 53n);
});

Deno.test("the cardinality is kept in the header, to the last bit", () => {
  const hll = stored(HyperLogLog.empty());
  for (const value of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n]) {
    hll.cached = value;
    assertEquals(hll.cached, value);
    hll.invalidate();
    assertEquals(hll.cached, undefined);
  }
  hll.cached = -(2n ** 63n);
  assertEquals(hll.cached, undefined);
  assertEquals(hll.moved, false);
});

Deno.test("what is not one is not opened, and a corrupt one is found out", () => {
  const good = HyperLogLog.empty();
  const bytes = good.buffer.slice(good.start, good.end);
  const changed = (at: number, value: number, size = bytes.length) => {
    const copy = bytes.slice(0, size);
    if (at < size) copy[at] = value;
    return HyperLogLog.open(copy, 0, size);
  };
  assertEquals(changed(0, 0x68), undefined);
  assertEquals(changed(4, 2), undefined);
  assertEquals(changed(4, 0), undefined);
  assertEquals(changed(0, 0x48, 15), undefined);
  for (const corrupt of [changed(16, 0x40), changed(16, 0x48, 16), changed(16, 0x40, 17)]) {
    if (corrupt === undefined) throw new Error("its header is in order");
    assertEquals(corrupt.count(), undefined);
    assertEquals(corrupt.toDense(), false);
    assertEquals(corrupt.raise(16_000, 1, SPARSE_LIMIT), Outcome.CORRUPT);
    assertEquals(corrupt.raise(0, 40, SPARSE_LIMIT), Outcome.CORRUPT);
    assertEquals(corrupt.raiseTo(new Uint8Array(REGISTERS)), false);
  }
});

Deno.test("the self-test passes", () => {
  assertEquals(selfTest(new Random(33), SPARSE_LIMIT), null);
});
