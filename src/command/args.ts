/**
 * The arguments of the command being run.
 *
 * @module
 */

import { decodeKey, hashBytes, ReceivedKey } from "../keyspace/key.ts";
import { type CommandError, Errors } from "../resp/errors.ts";
import { Frame } from "../resp/frame.ts";
import { fromBytes } from "../util/byte_string.ts";
import { parseFloat64 } from "../util/float.ts";
import { parseInt64Bytes, parseSafeIntegerBytes } from "../util/number.ts";

const receivedKey = new ReceivedKey();

/**
 * A frame with ways to read its arguments. Index 0 is the command's name. Nothing is decoded before it is asked for;
 * `buffer`, `starts` and `ends` are there for commands that copy bytes without a view.
 */
export class Args extends Frame {
  /** Hash of argument 1 as a key, if {@linkcode isHashed}. Whoever fills the frame again takes it back. */
  firstHash = 0;
  isHashed = false;

  /** Argument `index` as a key. */
  key(index: number): string {
    return decodeKey(this, this.starts[index], this.ends[index]);
  }

  /**
   * Argument `index` as a key in its received form, which costs least, for commands that use one key at a time: it is
   * valid until the next call, and the command's end.
   */
  receivedKey(index: number): ReceivedKey {
    const start = this.starts[index];
    const end = this.ends[index];
    const hash = index === 1 && this.isHashed ? this.firstHash : hashBytes(this, start, end);
    return receivedKey.set(this, start, end, hash);
  }

  /** Computes the hash of argument 1 ahead, for {@linkcode receivedKey}. */
  hashFirst(): number {
    this.isHashed = true;
    return this.firstHash = hashBytes(this, this.starts[1], this.ends[1]);
  }

  /** Argument `index` as a byte string. */
  text(index: number): string {
    return fromBytes(this.buffer, this.starts[index], this.ends[index]);
  }

  /** At most the first `size` bytes of argument `index`: for messages, as the whole may be longer than a string can be. */
  beginning(index: number, size: number): string {
    const start = this.starts[index];
    return fromBytes(this.buffer, start, Math.min(this.ends[index], start + size));
  }

  /** The beginnings of all arguments, one after the other. */
  *beginnings(size: number): Iterable<string> {
    for (let i = 0; i < this.length; i++) yield this.beginning(i, size);
  }

  /** Argument `index` as a byte string in lower case (ASCII letters only). */
  lower(index: number): string {
    return this.text(index).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  }

  /** A view of argument `index`, valid until the command returns. */
  bytes(index: number): Uint8Array {
    return this.buffer.subarray(this.starts[index], this.ends[index]);
  }

  /** Argument `index` as an integer within ±(2^53 − 1); throws "value is not an integer or out of range". */
  int(index: number): number {
    const value = parseSafeIntegerBytes(this.buffer, this.starts[index], this.ends[index]);
    if (Number.isNaN(value)) throw Errors.NOT_INTEGER;
    return value;
  }

  /** Argument `index` as a signed integer of 64 bits; throws "value is not an integer or out of range". */
  int64(index: number): bigint {
    const value = parseInt64Bytes(this.buffer, this.starts[index], this.ends[index]);
    if (value === undefined) throw Errors.NOT_INTEGER;
    return value;
  }

  /**
   * Argument `index` as an integer of 64 bits brought to a number: exact within ±(2^53 − 1), else the nearest
   * double. For lengths, counts and offsets, where "very large" is all that matters.
   */
  clampedInt(index: number): number {
    const value = parseSafeIntegerBytes(this.buffer, this.starts[index], this.ends[index]);
    return Number.isNaN(value) ? Number(this.int64(index)) : value;
  }

  /** As {@linkcode clampedInt}, but throws `error` for what is no integer or less than `least`. */
  intFrom(index: number, least: number, error: CommandError): number {
    const start = this.starts[index];
    const end = this.ends[index];
    let value = parseSafeIntegerBytes(this.buffer, start, end);
    if (Number.isNaN(value)) value = Number(parseInt64Bytes(this.buffer, start, end) ?? NaN);
    if (!(value >= least)) throw error;
    return value;
  }

  /** The `count` keys from argument `first` on; throws "syntax error" if there are not so many arguments. */
  keys(first: number, count: number): string[] {
    if (count > this.length - first) throw Errors.SYNTAX;
    const keys: string[] = [];
    for (let i = first; i < first + count; i++) keys.push(this.key(i));
    return keys;
  }

  /** Argument `index` as a double; throws "value is not a valid float". */
  float(index: number): number {
    const value = parseFloat64(this.text(index));
    if (value === undefined) throw Errors.NOT_FLOAT;
    return value;
  }

  /** Whether argument `index` is `word` (upper case ASCII), in any case. */
  is(index: number, word: string): boolean {
    const start = this.starts[index];
    if (this.ends[index] - start !== word.length) return false;
    for (let i = 0; i < word.length; i++) {
      const byte = this.buffer[start + i];
      const upper = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
      if (upper !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** All arguments as byte strings. */
  texts(from = 0): string[] {
    const texts: string[] = [];
    for (let i = from; i < this.length; i++) texts.push(this.text(i));
    return texts;
  }
}
