/**
 * What a key can hold.
 *
 * @module
 */

/** Names that TYPE answers. */
export type TypeName = "string" | "list" | "set" | "zset" | "hash" | "stream";

/** A value that lives on the JavaScript heap: everything but short strings. */
export interface StoredObject {
  readonly typeName: TypeName;
  /** What OBJECT ENCODING answers. */
  readonly encoding: string;
  /** Access clock of 24 bits, see {@linkcode AccessClock}. */
  clock: number;
  /** What {@linkcode memoryUsage} answered when the database noted it last; 0 while it is not stored. */
  counted: number;
  /** A deep copy for COPY. */
  clone(): StoredObject;
  /** Believable size in bytes, for eviction and MEMORY USAGE. */
  memoryUsage(): number;
  /** Gives memory back that lies off the heap; the database calls it when it drops the value. */
  release(): void;
}

/**
 * A value: if it is a number, a short string in the entry of that handle (see {@linkcode EntryArena}), else an object.
 * Short strings are most of what people store, and off the heap they cost the garbage collector nothing.
 */
export type Value = number | StoredObject;

/** A string too long for the arena, or one that grows by APPEND, SETRANGE or SETBIT. */
export class LongString implements StoredObject {
  readonly typeName = "string";
  clock = 0;
  counted = 0;
  /** The string is `bytes[0..length)`; what lies behind is room to grow and holds zeros. */
  bytes: Uint8Array;
  length: number;

  get encoding(): string {
    return "raw";
  }

  constructor(bytes: Uint8Array, length: number = bytes.length) {
    this.bytes = bytes;
    this.length = length;
  }

  /** The string's bytes, valid until it is changed. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Makes the string `length` bytes long, zero-padded; grows by doubling so that repeated appends cost O(1). */
  resize(length: number): void {
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(this.bytes.length * 2, length + (1 << 20))));
      grown.set(this.view());
      this.bytes = grown;
    } else if (length < this.length) this.bytes.fill(0, length, this.length);
    this.length = length;
  }

  clone(): LongString {
    return new LongString(this.bytes.slice(0, this.length));
  }

  memoryUsage(): number {
    return this.bytes.length + 200;
  }

  /** The garbage collector sees to it. */
  release(): void {}
}

/** The name of a value's type. */
export function typeNameOf(value: Value): TypeName {
  return typeof value === "number" ? "string" : value.typeName;
}
