/**
 * Hash of a piece of bytes for tables in memory.
 *
 * The rounds are those of MurmurHash3 (Appleby 2011, 32 bits), but the last word overlaps the one before instead of
 * being padded, and the multipliers are drawn when the process starts. With the published ones, inputs that collide
 * under every seed are known (Aumasson, Bernstein and Boßlet, "Hash-flooding DoS reloaded", 2012), and whoever may add
 * elements could make a table's chains as long as he likes.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";

const [SEED, FIRST, SECOND] = crypto.getRandomValues(new Int32Array(3));
/** Odd, so that multiplication loses nothing. */
const FIRST_MULTIPLIER = FIRST | 1;
const SECOND_MULTIPLIER = SECOND | 1;

/** 32 bits, signed, of `source[start..end)`; differs from process to process. */
export function hashPiece(source: ByteSource, start: number, end: number): number {
  const size = end - start;
  let hash = SEED ^ size;
  if (size >= 4) {
    const view = source.view;
    const last = end - 4;
    for (let i = start; i < last; i += 4) hash = mix(hash, view.getInt32(i, true));
    hash = mix(hash, view.getInt32(last, true));
  } else {
    const bytes = source.buffer;
    let word = 0;
    for (let i = start; i < end; i++) word = (word << 8) | bytes[i];
    hash = mix(hash, word);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  let scrambled = Math.imul(word, FIRST_MULTIPLIER);
  scrambled = (scrambled << 15) | (scrambled >>> 17);
  const mixed = hash ^ Math.imul(scrambled, SECOND_MULTIPLIER);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
