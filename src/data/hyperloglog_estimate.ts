/**
 * From registers to a cardinality: Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches",
 * arXiv:1702.01284, algorithm 6, which needs neither corrections for small sets nor tables of biases.
 *
 * The order of the operations is Redis's, so that the results are the same to the last bit.
 *
 * @module
 */

import { COUNTED_BITS, REGISTERS } from "./hyperloglog_hash.ts";

/** 1 / (2 ln 2) */
const ALPHA_INFINITY = 0.721347520444481703680;
const LIMIT = 2 ** 63;

/** An integer of 64 bits; a number if it is within ±(2^53 − 1). */
export type Cardinality = number | bigint;

/** The cardinality of a set by how many registers have each value. */
export function estimate(histogram: Int32Array): Cardinality {
  const m = REGISTERS;
  let z = m * tau((m - histogram[COUNTED_BITS + 1]) / m);
  for (let value = COUNTED_BITS; value >= 1; value--) z = (z + histogram[value]) * 0.5;
  z += m * sigma(histogram[0] / m);
  return toInteger(ALPHA_INFINITY * m * m / z);
}

/** C's `llroundl`: what is too large, which no real set is, becomes the smallest integer. */
function toInteger(value: number): Cardinality {
  const rounded = Math.round(value);
  if (Number.isSafeInteger(rounded)) return rounded;
  return value < LIMIT ? BigInt(rounded) : -(2n ** 63n);
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
