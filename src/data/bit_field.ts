/**
 * Integers of any width from 1 to 64 bits at any place of a string, the highest bit first.
 *
 * Up to {@linkcode NARROW} bits they are computed as numbers, whose sums are then exact; wider ones, and those that a
 * very large number is written to, as bigints.
 *
 * @module
 */

/** What happens to a result that its field is too narrow for. */
export type Overflow = "wrap" | "saturate" | "fail";

/** One step of BITFIELD. */
export interface FieldOperation {
  kind: "get" | "set" | "increment";
  signed: boolean;
  /** Width: 1 to 64, without a sign to 63. */
  bits: number;
  /** The field's first bit, counted from the string's beginning. */
  offset: number;
  overflow: Overflow;
  /** What is set or added: an integer of 64 bits. A number if it is within ±(2^53 − 1). */
  value: number | bigint;
}

/** Up to this width a field plus an increment of up to {@linkcode LARGEST_NARROW} is exact, and so is wrapping it. */
const NARROW = 51;
const LARGEST_NARROW = 2 ** 51;
const WORD = 2 ** 32;
const INT64_MAX = 2n ** 63n - 1n;

/** The fields of one string, which lies in `buffer[start..end)`. Every operation is O(1). */
export class BitFields {
  /** How many operations have stored something else than was there. */
  changes = 0;
  readonly #buffer: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(buffer: Uint8Array, start: number, end: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
  }

  /** The field's value; what lies behind the string's end counts as zeros. */
  get(operation: FieldOperation): number | bigint {
    return operation.bits <= NARROW ? this.#readNarrow(operation) : this.#readWide(operation);
  }

  /**
   * Sets or increments a field that lies within the string: the old value when set, the new one when incremented, null
   * if it overflowed and was to fail, in which case it is as it was.
   */
  change(operation: FieldOperation): number | bigint | null {
    const { bits, value } = operation;
    return bits <= NARROW && typeof value === "number" && Math.abs(value) <= LARGEST_NARROW
      ? this.#changeNarrow(operation, value)
      : this.#changeWide(operation, BigInt(value));
  }

  #changeNarrow(operation: FieldOperation, value: number): number | null {
    const { kind, signed, bits, overflow, offset } = operation;
    const old = this.#readNarrow(operation);
    const exact = kind === "set" ? value : old + value;
    const size = 2 ** bits;
    const lowest = signed ? -size / 2 : 0;
    const highest = lowest + size - 1;
    let stored = exact;
    if (exact < lowest || exact > highest) {
      if (overflow === "fail") return null;
      // A negative number that is set counts as a very large one if the field has no sign.
      const isAbove = exact > highest || (kind === "set" && !signed);
      if (overflow === "saturate") stored = isAbove ? highest : lowest;
      else stored = wrap(exact, lowest, size);
    }
    this.#write(offset, bits, stored < 0 ? stored + size : stored);
    if (stored !== old) this.changes++;
    return kind === "set" ? old : stored;
  }

  #changeWide(operation: FieldOperation, value: bigint): bigint | null {
    const { kind, signed, bits, overflow, offset } = operation;
    const old = this.#readWide(operation);
    const exact = kind === "set" ? value : old + value;
    const size = 1n << BigInt(bits);
    const lowest = signed ? -size / 2n : 0n;
    const highest = lowest + size - 1n;
    let stored = exact;
    if (exact < lowest || exact > highest) {
      if (overflow === "fail") return null;
      // As Redis computes in 64 bits, numbers that are set and far below the range count as above it.
      const isAbove = exact > highest || (kind === "set" && (!signed || highest - exact > INT64_MAX));
      if (overflow === "saturate") stored = isAbove ? highest : lowest;
      else stored = signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
    }
    this.#writeWide(offset, bits, stored);
    if (stored !== old) this.changes++;
    return kind === "set" ? old : stored;
  }

  #readNarrow({ signed, bits, offset }: FieldOperation): number {
    const value = bits <= 32
      ? this.#read(offset, bits)
      : this.#read(offset, bits - 32) * WORD + this.#read(offset + bits - 32, 32);
    return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }

  #readWide(operation: FieldOperation): bigint {
    const { signed, bits, offset } = operation;
    if (bits <= NARROW) return BigInt(this.#readNarrow(operation));
    const high = BigInt(this.#read(offset, bits - 32));
    const value = (high << 32n) | BigInt(this.#read(offset + bits - 32, 32));
    return signed ? BigInt.asIntN(bits, value) : value;
  }

  #writeWide(offset: number, bits: number, value: bigint): void {
    const field = BigInt.asUintN(bits, value);
    if (bits <= 32) return this.#write(offset, bits, Number(field));
    this.#write(offset, bits - 32, Number(field >> 32n));
    this.#write(offset + bits - 32, 32, Number(field & 0xffffffffn));
  }

  /** An unsigned field of up to 32 bits. */
  #read(offset: number, bits: number): number {
    let byte = this.#start + Math.floor(offset / 8);
    let skipped = offset % 8;
    let value = 0;
    for (let left = bits; left > 0; byte++) {
      const taken = Math.min(8 - skipped, left);
      const piece = byte < this.#end ? this.#buffer[byte] >>> (8 - skipped - taken) : 0;
      value = value * (1 << taken) + (piece & ((1 << taken) - 1));
      left -= taken;
      skipped = 0;
    }
    return value;
  }

  /** Stores an unsigned number in a field of up to {@linkcode NARROW} bits. */
  #write(offset: number, bits: number, value: number): void {
    if (bits > 32) {
      this.#write(offset, bits - 32, Math.floor(value / WORD));
      return this.#write(offset + bits - 32, 32, value % WORD);
    }
    const buffer = this.#buffer;
    let end = offset + bits;
    let rest = value;
    for (let left = bits; left > 0;) {
      const byte = this.#start + Math.floor((end - 1) / 8);
      const room = (end - 1) % 8 + 1;
      const taken = Math.min(room, left);
      const mask = ((1 << taken) - 1) << (8 - room);
      buffer[byte] = (buffer[byte] & ~mask) | ((rest << (8 - room)) & mask);
      rest >>>= taken;
      end -= taken;
      left -= taken;
    }
  }
}

/** The number modulo `size`, in the range that begins with `lowest`. */
function wrap(value: number, lowest: number, size: number): number {
  const rest = (value - lowest) % size;
  return (rest < 0 ? rest + size : rest) + lowest;
}
