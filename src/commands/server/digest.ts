/**
 * 20 bytes that stand for data: the mixing of Redis's debug.c.
 *
 * @module
 */

import { createHash } from "node:crypto";

const DIGEST_SIZE = 20;

/** A sum of SHA-1 hashes. What has an order is mixed in, what has none is only xored. */
export class Digest {
  readonly bytes = new Uint8Array(DIGEST_SIZE);

  /** Adds something whose place among others doesn't matter. */
  xor(data: Uint8Array): void {
    const hash = sha1(data);
    for (let i = 0; i < DIGEST_SIZE; i++) this.bytes[i] ^= hash[i];
  }

  /** Adds something whose place among others matters. */
  mix(data: Uint8Array): void {
    this.xor(data);
    this.bytes.set(sha1(this.bytes));
  }

  /** Adds a number of 32 bits, big-endian. */
  mixNumber(value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.mix(bytes);
  }

  /** 40 hexadecimal digits. */
  toString(): string {
    return Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

function sha1(data: Uint8Array): Uint8Array {
  return createHash("sha1").update(data).digest();
}
