/**
 * Strings as arrays of bits: counting, searching and combining.
 *
 * Bit 0 is the highest bit of the first byte. Ranges are given as bits `from` up to, not including, `to`, counted from
 * the byte at `start`. All functions take O(N) for N bytes and go by words of 32 bits where that pays.
 *
 * @module
 */

import type { ByteSource } from "../util/byte_buffer.ts";

/** What searching answers when there is no such bit. */
export const NO_BIT = -1;

/** How strings can be combined. */
export type BitOperation = "and" | "or" | "xor" | "not";

/** From this many bytes on words are read; for fewer the view, which may have to be made first, is not asked for. */
const WORDS_PAY = 256;

/** Number of bits that are set among those of the range. */
export function countBits(source: ByteSource, start: number, from: number, to: number): number {
  if (from >= to) return 0;
  const { buffer } = source;
  const first = start + Math.floor(from / 8);
  const last = start + Math.floor((to - 1) / 8);
  const head = headMask(from);
  const tail = tailMask(to);
  if (first === last) return population(buffer[first] & head & tail);
  return population(buffer[first] & head) + countBytes(source, first + 1, last) +
    population(buffer[last] & tail);
}

/** The first bit of the range that is `bit` (0 or 1), or {@linkcode NO_BIT}. */
export function findBit(source: ByteSource, start: number, from: number, to: number, bit: number): number {
  if (from >= to) return NO_BIT;
  const { buffer } = source;
  // Looking for a clear bit is looking for a set one among the inverted bits.
  const inversion = bit === 1 ? 0 : 0xff;
  const last = start + Math.floor((to - 1) / 8);
  let at = start + Math.floor(from / 8);
  let byte = (buffer[at] ^ inversion) & headMask(from);
  if (byte === 0 && at < last) {
    at = skipBytes(source, at + 1, last, inversion);
    byte = buffer[at] ^ inversion;
  }
  if (at === last) byte &= tailMask(to);
  return byte === 0 ? NO_BIT : (at - start) * 8 + Math.clz32(byte) - 24;
}

/**
 * Combines the `length` bytes at the beginning of `target` with `source[start..end)`, which has at most as many;
 * behind its end the source counts as zeros. "not" inverts the target and looks at no source.
 */
export function combineBits(
  operation: BitOperation,
  target: ByteSource,
  length: number,
  source: ByteSource,
  start: number,
  end: number,
): void {
  const size = end - start;
  switch (operation) {
    case "and":
      andBits(target, source, start, size);
      target.buffer.fill(0, size, length);
      return;
    case "or":
      return orBits(target, source, start, size);
    case "xor":
      return xorBits(target, source, start, size);
    case "not":
      return invertBits(target, length);
  }
}

/** The bits of the byte in which a range begins that belong to it. */
function headMask(from: number): number {
  return 0xff >>> (from % 8);
}

/** The bits of the byte in which a range ends that belong to it. */
function tailMask(to: number): number {
  return (0xff00 >>> ((to - 1) % 8 + 1)) & 0xff;
}

/** Set bits of a word (Warren, "Hacker's Delight", 5-1). */
function population(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** `population` of each byte: faster for few of them. */
const POPULATION = Uint8Array.from({ length: 256 }, (_, byte) => population(byte));

function countBytes(source: ByteSource, from: number, to: number): number {
  const { buffer } = source;
  let count = 0;
  let at = from;
  if (to - from >= WORDS_PAY) {
    at = to - (to - from) % BLOCK;
    count = countBlocks(source.view, from, at);
  }
  for (; at < to; at++) count += POPULATION[buffer[at]];
  return count;
}

/** Bytes that are counted together. */
const BLOCK = 32;

/**
 * Set bits of whole blocks: Harley and Seal's method ("Hacker's Delight", 5-1). Eight words go through a tree of
 * carry-save adders, so that only every eighth population has to be computed: four times as fast.
 */
function countBlocks(view: DataView, from: number, to: number): number {
  let count = 0;
  let ones = 0;
  let twos = 0;
  let fours = 0;
  for (let at = from; at < to; at += BLOCK) {
    let a = view.getInt32(at, true);
    let b = view.getInt32(at + 4, true);
    let half = ones ^ a;
    const twosA = (ones & a) | (half & b);
    ones = half ^ b;
    a = view.getInt32(at + 8, true);
    b = view.getInt32(at + 12, true);
    half = ones ^ a;
    const twosB = (ones & a) | (half & b);
    ones = half ^ b;
    half = twos ^ twosA;
    const foursA = (twos & twosA) | (half & twosB);
    twos = half ^ twosB;
    a = view.getInt32(at + 16, true);
    b = view.getInt32(at + 20, true);
    half = ones ^ a;
    const twosC = (ones & a) | (half & b);
    ones = half ^ b;
    a = view.getInt32(at + 24, true);
    b = view.getInt32(at + 28, true);
    half = ones ^ a;
    const twosD = (ones & a) | (half & b);
    ones = half ^ b;
    half = twos ^ twosC;
    const foursB = (twos & twosC) | (half & twosD);
    twos = half ^ twosD;
    half = fours ^ foursA;
    count += population((fours & foursA) | (half & foursB));
    fours = half ^ foursB;
  }
  return 8 * count + 4 * population(fours) + 2 * population(twos) + population(ones);
}

/** The first of the bytes that is not `skipped` (0 or 255), or `to`. */
function skipBytes(source: ByteSource, from: number, to: number, skipped: number): number {
  const { buffer } = source;
  let at = from;
  if (to - from >= WORDS_PAY) {
    const { view } = source;
    const word = skipped === 0 ? 0 : -1;
    while (at + 4 <= to && view.getInt32(at, true) === word) at += 4;
  }
  while (at < to && buffer[at] === skipped) at++;
  return at;
}

// Four words a round take half the time of one.

function andBits(target: ByteSource, source: ByteSource, start: number, size: number): void {
  const to = target.view;
  const from = source.view;
  let i = 0;
  for (; i + 16 <= size; i += 16) {
    andWord(to, i, from, start + i);
    andWord(to, i + 4, from, start + i + 4);
    andWord(to, i + 8, from, start + i + 8);
    andWord(to, i + 12, from, start + i + 12);
  }
  for (; i < size; i++) target.buffer[i] &= source.buffer[start + i];
}

function andWord(to: DataView, at: number, from: DataView, source: number): void {
  to.setInt32(at, to.getInt32(at, true) & from.getInt32(source, true), true);
}

function orBits(target: ByteSource, source: ByteSource, start: number, size: number): void {
  const to = target.view;
  const from = source.view;
  let i = 0;
  for (; i + 16 <= size; i += 16) {
    orWord(to, i, from, start + i);
    orWord(to, i + 4, from, start + i + 4);
    orWord(to, i + 8, from, start + i + 8);
    orWord(to, i + 12, from, start + i + 12);
  }
  for (; i < size; i++) target.buffer[i] |= source.buffer[start + i];
}

function orWord(to: DataView, at: number, from: DataView, source: number): void {
  to.setInt32(at, to.getInt32(at, true) | from.getInt32(source, true), true);
}

function xorBits(target: ByteSource, source: ByteSource, start: number, size: number): void {
  const to = target.view;
  const from = source.view;
  let i = 0;
  for (; i + 16 <= size; i += 16) {
    xorWord(to, i, from, start + i);
    xorWord(to, i + 4, from, start + i + 4);
    xorWord(to, i + 8, from, start + i + 8);
    xorWord(to, i + 12, from, start + i + 12);
  }
  for (; i < size; i++) target.buffer[i] ^= source.buffer[start + i];
}

function xorWord(to: DataView, at: number, from: DataView, source: number): void {
  to.setInt32(at, to.getInt32(at, true) ^ from.getInt32(source, true), true);
}

function invertBits(target: ByteSource, length: number): void {
  const { view } = target;
  let i = 0;
  for (; i + 4 <= length; i += 4) view.setInt32(i, ~view.getInt32(i, true), true);
  for (; i < length; i++) target.buffer[i] ^= 0xff;
}
