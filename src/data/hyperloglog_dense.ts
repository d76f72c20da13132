/**
 * The dense encoding of a HyperLogLog: 16,384 registers of six bits, one behind the other, lowest bits first.
 *
 * `at` is where the registers begin. One register is read and set in O(1).
 *
 * @module
 */

import { REGISTER_MAX, REGISTERS } from "./hyperloglog_hash.ts";

/** Bytes of all registers. */
export const DENSE_BYTES = REGISTERS * 6 / 8;

/** Value of a register. */
export function denseRegister(buffer: Uint8Array, at: number, index: number): number {
  const bit = index * 6;
  const byte = at + (bit >>> 3);
  const shift = bit & 7;
  // What is read behind the last register, by it alone, is shifted out again.
  return ((buffer[byte] | (buffer[byte + 1] << 8)) >>> shift) & REGISTER_MAX;
}

/** Sets a register to `value`. */
export function setDenseRegister(buffer: Uint8Array, at: number, index: number, value: number): void {
  const bit = index * 6;
  const byte = at + (bit >>> 3);
  const shift = bit & 7;
  buffer[byte] = (buffer[byte] & ~(REGISTER_MAX << shift)) | (value << shift);
  // The last register of all ends with its byte.
  if (shift <= 2) return;
  const rest = 8 - shift;
  buffer[byte + 1] = (buffer[byte + 1] & ~(REGISTER_MAX >>> rest)) | (value >>> rest);
}

/** Sets all registers to `values`, one byte for each. */
export function packDense(buffer: Uint8Array, at: number, values: Uint8Array): void {
  let byte = at;
  for (let i = 0; i < REGISTERS; i += 4) {
    const four = values[i] | (values[i + 1] << 6) | (values[i + 2] << 12) | (values[i + 3] << 18);
    buffer[byte] = four;
    buffer[byte + 1] = four >>> 8;
    buffer[byte + 2] = four >>> 16;
    byte += 3;
  }
}

/** Adds the number of registers of each value to `histogram`. */
export function countDense(buffer: Uint8Array, at: number, histogram: Int32Array): void {
  const end = at + DENSE_BYTES;
  for (let i = at; i < end; i += 3) {
    const four = buffer[i] | (buffer[i + 1] << 8) | (buffer[i + 2] << 16);
    histogram[four & REGISTER_MAX]++;
    histogram[(four >>> 6) & REGISTER_MAX]++;
    histogram[(four >>> 12) & REGISTER_MAX]++;
    histogram[four >>> 18]++;
  }
}

/** Raises each of `maxima` to the register's value. */
export function raiseByDense(buffer: Uint8Array, at: number, maxima: Uint8Array): void {
  const end = at + DENSE_BYTES;
  let index = 0;
  for (let i = at; i < end; i += 3) {
    const four = buffer[i] | (buffer[i + 1] << 8) | (buffer[i + 2] << 16);
    // Most registers are zero as long as few elements were added.
    if (four !== 0) {
      raise(maxima, index, four & REGISTER_MAX);
      raise(maxima, index + 1, (four >>> 6) & REGISTER_MAX);
      raise(maxima, index + 2, (four >>> 12) & REGISTER_MAX);
      raise(maxima, index + 3, four >>> 18);
    }
    index += 4;
  }
}

function raise(maxima: Uint8Array, index: number, value: number): void {
  if (value > maxima[index]) maxima[index] = value;
}
