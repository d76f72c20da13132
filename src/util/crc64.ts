/**
 * The CRC-64 at the end of RDB files and DUMP payloads: Jones's polynomial 0xad93d23594c935a9, bits reflected
 * in and out, initial value 0, no final exclusive-or.
 *
 * Numbers here have 32 bits of integer arithmetic, so the register is two halves; eight bytes are taken at a
 * time with eight tables ("slicing by 8", Kounavis and Berry 2005).
 */

/** The polynomial with its bits reflected, in halves. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;
const SLICES = 8;

const LOW = new Int32Array(SLICES * 256);
const HIGH = new Int32Array(SLICES * 256);
fillTables();

/** Entry `256 * k + byte` is the effect of a byte that has k zero bytes after it. */
function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    LOW[byte] = low;
    HIGH[byte] = high;
  }
  for (let i = 256; i < SLICES * 256; i++) {
    const low = LOW[i - 256];
    const high = HIGH[i - 256];
    LOW[i] = ((low >>> 8) | (high << 24)) ^ LOW[low & 255];
    HIGH[i] = (high >>> 8) ^ HIGH[low & 255];
  }
}

/** A running checksum. */
export class Crc64 {
  #low = 0;
  #high = 0;

  /** Adds the bytes from `start` up to `end`. */
  update(buf: Uint8Array, start = 0, end = buf.length): this {
    let low = this.#low;
    let high = this.#high;
    let i = start;
    for (const last = end - 8; i <= last; i += 8) {
      low ^= buf[i] | (buf[i + 1] << 8) | (buf[i + 2] << 16) | (buf[i + 3] << 24);
      high ^= buf[i + 4] | (buf[i + 5] << 8) | (buf[i + 6] << 16) | (buf[i + 7] << 24);
      const a = 1792 + (low & 255), b = 1536 + ((low >>> 8) & 255);
      const c = 1280 + ((low >>> 16) & 255), d = 1024 + (low >>> 24);
      const e = 768 + (high & 255), f = 512 + ((high >>> 8) & 255);
      const g = 256 + ((high >>> 16) & 255), h = high >>> 24;
      low = LOW[a] ^ LOW[b] ^ LOW[c] ^ LOW[d] ^ LOW[e] ^ LOW[f] ^ LOW[g] ^ LOW[h];
      high = HIGH[a] ^ HIGH[b] ^ HIGH[c] ^ HIGH[d] ^ HIGH[e] ^ HIGH[f] ^ HIGH[g] ^ HIGH[h];
    }
    for (; i < end; i++) {
      const index = (low ^ buf[i]) & 255;
      low = ((low >>> 8) | (high << 24)) ^ LOW[index];
      high = (high >>> 8) ^ HIGH[index];
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** Writes the checksum as 8 little-endian bytes at `pos`; the position after them. */
  writeTo(buf: Uint8Array, pos: number): number {
    for (let i = 0; i < 4; i++) {
      buf[pos + i] = this.#low >>> (8 * i);
      buf[pos + 4 + i] = this.#high >>> (8 * i);
    }
    return pos + 8;
  }

  /** The checksum as 8 little-endian bytes, the order in which RDB files and DUMP payloads hold it. */
  digest(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(8);
    this.writeTo(bytes, 0);
    return bytes;
  }

  /** Starts anew. */
  reset(): void {
    this.#low = 0;
    this.#high = 0;
  }
}

/** The checksum of the bytes from `start` up to `end`, as 8 little-endian bytes. */
export function crc64(buf: Uint8Array, start = 0, end = buf.length): Uint8Array<ArrayBuffer> {
  return new Crc64().update(buf, start, end).digest();
}
