/**
 * Replies as plain JavaScript values.
 *
 * @module
 */

import { fromBytes } from "../util/byte_string.ts";
import { type RedisBuffers, RedisError, type RedisValue } from "./types.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Up to this length pure ASCII is looked for first, which is then decoded faster. */
const SHORT = 32;

/** A reply as the server wrote it, RESP2 or RESP3, whole; null for none. See {@linkcode RedisValue}. */
export function toValue(bytes: Uint8Array): RedisValue {
  return bytes.length === 0 ? null : new ValueReader(bytes, false).read() as RedisValue;
}

/** As {@linkcode toValue}, but bulk strings are copies of their bytes. */
export function toBuffers(bytes: Uint8Array): RedisBuffers {
  return bytes.length === 0 ? null : new ValueReader(bytes, true).read();
}

/** Reads values one after the other from bytes that hold them whole. */
class ValueReader {
  readonly #bytes: Uint8Array;
  readonly #buffers: boolean;
  #position = 0;

  constructor(bytes: Uint8Array, buffers: boolean) {
    this.#bytes = bytes;
    this.#buffers = buffers;
  }

  read(): RedisBuffers {
    const type = String.fromCharCode(this.#bytes[this.#position++]);
    const line = this.#line();
    switch (type) {
      case "+":
        return line;
      case "-":
        return new RedisError(line);
      case ":":
        return integerOf(line);
      case "(":
        return BigInt(line);
      case ",":
        return doubleOf(line);
      case "#":
        return line === "t";
      case "_":
        return null;
      case "$":
        return line === "-1" ? null : this.#bulk(Number(line), 0);
      case "=":
        return this.#bulk(Number(line), "txt:".length);
      case "%":
        return this.#map(Number(line));
      default:
        return line === "-1" ? null : this.#array(Number(line));
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0d, this.#position);
    const line = textOf(this.#bytes.subarray(this.#position, end));
    this.#position = end + 2;
    return line;
  }

  /** `skip` bytes at the beginning are not the string's. */
  #bulk(length: number, skip: number): string | Uint8Array {
    const bytes = this.#bytes.subarray(this.#position + skip, this.#position + length);
    this.#position += length + 2;
    return this.#buffers ? bytes.slice() : textOf(bytes);
  }

  #array(length: number): RedisBuffers[] {
    const values: RedisBuffers[] = [];
    for (let i = 0; i < length; i++) values.push(this.read());
    return values;
  }

  #map(size: number): { [key: string]: RedisBuffers } {
    const map: { [key: string]: RedisBuffers } = {};
    for (let i = 0; i < size; i++) {
      const name = this.read();
      const key = name instanceof Uint8Array ? textOf(name) : String(name);
      const value = this.read();
      // A field that is called `__proto__` is a field.
      Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return map;
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length <= SHORT && bytes.every((byte) => byte < 0x80)) return fromBytes(bytes);
  return decoder.decode(bytes);
}

function integerOf(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function doubleOf(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}
