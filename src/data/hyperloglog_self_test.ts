/**
 * PFSELFTEST: whether registers keep what is stored in them, and estimates stay near the truth.
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";
import type { Random } from "../util/random.ts";
import { HyperLogLog, REGISTERS } from "./hyperloglog.ts";
import { DENSE_BYTES, denseRegister, setDenseRegister } from "./hyperloglog_dense.ts";
import { REGISTER_MAX } from "./hyperloglog_hash.ts";

/** Far fewer rounds and elements than in Redis, as everybody waits meanwhile: about a quarter of a second. */
const ROUNDS = 50;
const ELEMENTS = 1_000_000;
/** Six times the standard error: chance does not make the test fail. */
const TOLERANCE = 6 * 1.04 / Math.sqrt(REGISTERS);

/** Tests with random data. What is wrong, or null; `sparseLimit` as in {@linkcode HyperLogLog.add}. */
export function selfTest(random: Random, sparseLimit: number): string | null {
  for (let round = 0; round < ROUNDS; round++) {
    const failure = testRegisters(random);
    if (failure !== null) return failure;
  }
  return testEstimates(random, sparseLimit);
}

/** Sets all registers, and reads them again. */
function testRegisters(random: Random): string | null {
  const expected = new Uint8Array(REGISTERS);
  const registers = new Uint8Array(DENSE_BYTES);
  for (let i = 0; i < REGISTERS; i++) {
    expected[i] = random.uint32() & REGISTER_MAX;
    setDenseRegister(registers, 0, i, expected[i]);
  }
  for (let i = 0; i < REGISTERS; i++) {
    const value = denseRegister(registers, 0, i);
    if (value !== expected[i]) return `Register ${i} should be ${expected[i]} but is ${value}`;
  }
  return null;
}

/** Adds the same elements to a dense one and to one that begins as sparse; compares them at every power of ten. */
function testEstimates(random: Random, sparseLimit: number): string | null {
  const dense = ownDense();
  const mixed = HyperLogLog.empty();
  const element = new ByteBuffer(8);
  element.view.setUint32(4, random.uint32());
  const seed = random.uint32();
  let checkpoint = 1;
  for (let j = 1; j <= ELEMENTS; j++) {
    element.view.setUint32(0, j ^ seed, true);
    dense.add(element, 0, 8, 0);
    mixed.add(element, 0, 8, sparseLimit);
    if (j !== checkpoint) continue;
    if (j < sparseLimit / 2 && !mixed.isSparse) return "sparse encoding not used";
    const count = Number(dense.count());
    if (Number(mixed.count()) !== count) return "dense/sparse disagree";
    const failure = checkError(j, count);
    if (failure !== null) return failure;
    checkpoint *= 10;
  }
  return null;
}

/** An empty dense one in memory of its own, besides the working memory that the other one needs. */
function ownDense(): HyperLogLog {
  const empty = HyperLogLog.empty();
  empty.toDense();
  const bytes = empty.buffer.slice(empty.start, empty.end);
  return HyperLogLog.open(bytes, 0, bytes.length)!;
}

function checkError(cardinality: number, count: number): string | null {
  // Among ten elements, two that share a register are no rarity.
  const tolerated = cardinality === 10 ? 1 : Math.ceil(TOLERANCE * cardinality);
  const error = Math.abs(cardinality - count);
  return error <= tolerated ? null : `Too big error. card:${cardinality} abserr:${error}`;
}
