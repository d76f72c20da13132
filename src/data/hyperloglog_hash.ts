/**
 * From an element to its register.
 *
 * The hash is MurmurHash64A (Austin Appleby, 2008), as bytes are read on little-endian machines. It is computed in
 * halves of 32 bits: with bigints it would take longer than all the rest of PFADD. O(N) for N bytes.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";

/** Bits of the hash that choose the register. */
export const INDEX_BITS = 14;
/** Registers of a HyperLogLog. */
export const REGISTERS = 1 << INDEX_BITS;
/** Bits of the hash whose trailing zeros are counted. */
export const COUNTED_BITS = 64 - INDEX_BITS;
/** Largest value of a register of six bits. */
export const REGISTER_MAX = 63;

/** The multiplier, 0xc6a4a7935bd1e995, in pieces. */
const M_HIGH = 0xc6a4a793 | 0;
const M_LOW = 0x5bd1e995;
const M_LOW_LOWER = 0xe995;
const M_LOW_UPPER = 0x5bd1;
/** Redis's seed; its upper half is zero. */
const SEED = 0xadc83b19 | 0;
/** Shifting by 47 bits leaves the upper half shifted by this. */
const SHIFT = 47 - 32;

/**
 * Number of the register and the value that the element calls for, packed: `index | value << 14`. The value is the
 * number of zeros at the end of the hash's remaining 50 bits, plus one.
 */
export function registerFor(source: ByteSource, start: number, end: number): number {
  hash64(source, start, end);
  const index = hashLow & (REGISTERS - 1);
  const low = (hashLow >>> INDEX_BITS) | (hashHigh << (32 - INDEX_BITS));
  if (low !== 0) return index | ((32 - Math.clz32(low & -low)) << INDEX_BITS);
  // A bit behind the last one ends the count at 51.
  const high = (hashHigh >>> INDEX_BITS) | (1 << (COUNTED_BITS - 32));
  return index | ((64 - Math.clz32(high & -high)) << INDEX_BITS);
}

/** The halves of the hash that {@linkcode hash64} computed last, signed. */
let hashLow = 0;
let hashHigh = 0;

/** MurmurHash64A of some bytes, with Redis's seed; for tests. */
export function murmurHash64A(source: ByteSource, start: number, end: number): bigint {
  hash64(source, start, end);
  return (BigInt(hashHigh >>> 0) << 32n) | BigInt(hashLow >>> 0);
}

function hash64(source: ByteSource, start: number, end: number): void {
  const { view, buffer } = source;
  const length = end - start;
  const tail = start + (length & ~7);
  multiply(length, 0);
  hashLow ^= SEED;
  for (let at = start; at < tail; at += 8) {
    const low = hashLow;
    const high = hashHigh;
    multiply(view.getInt32(at, true), view.getInt32(at + 4, true));
    hashLow ^= hashHigh >>> SHIFT;
    multiply(hashLow, hashHigh);
    multiply(hashLow ^ low, hashHigh ^ high);
  }
  if (tail < end) {
    for (let at = tail; at < end; at++) {
      const place = at - tail;
      if (place < 4) hashLow ^= buffer[at] << (place * 8);
      else hashHigh ^= buffer[at] << (place * 8 - 32);
    }
    multiply(hashLow, hashHigh);
  }
  hashLow ^= hashHigh >>> SHIFT;
  multiply(hashLow, hashHigh);
  hashLow ^= hashHigh >>> SHIFT;
}

/** Multiplies by the constant, modulo 2^64, by the schoolbook method with digits of 16 bits. */
function multiply(low: number, high: number): void {
  const lower = low & 0xffff;
  const upper = low >>> 16;
  // No sum here exceeds 32 bits.
  const first = Math.imul(upper, M_LOW_LOWER) + (Math.imul(lower, M_LOW_LOWER) >>> 16) | 0;
  const second = Math.imul(lower, M_LOW_UPPER) + (first & 0xffff) | 0;
  const carry = Math.imul(upper, M_LOW_UPPER) + (first >>> 16) + (second >>> 16) | 0;
  hashHigh = carry + Math.imul(low, M_HIGH) + Math.imul(high, M_LOW) | 0;
  hashLow = Math.imul(low, M_LOW);
}
