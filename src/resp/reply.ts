/**
 * RESP reply writer, versions 2 and 3.
 *
 * One writer serves a whole turn of the server: commands append to one buffer, the session takes the filled part
 * when its batch is done. Nothing here allocates per reply, except when the buffer must grow.
 *
 * @module
 */

import { formatDouble } from "../util/float.ts";
import { ByteBuffer, type ByteSource, copyBytes } from "../util/byte_buffer.ts";
import { writeByteString } from "../util/byte_string.ts";
import { writeInteger } from "../util/number.ts";

const INITIAL_SIZE = 64 * 1024;
/** Buffers up to this size are used again, so that the pool adapts to the replies that occur. */
const MAX_POOLED_SIZE = 512 * 1024;
const MAX_POOLED = 16;

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
/** Longest text of a 64-bit integer, with type byte and CR LF. */
const INTEGER_LINE = 24;

const ASTERISK = 0x2a;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOLLAR = 0x24;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const HASH = 0x23;
const LEFT_PARENTHESIS = 0x28;
const MINUS = 0x2d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const TILDE = 0x7e;
const UNDERSCORE = 0x5f;

const pool: ByteBuffer[] = [];

/** Takes a buffer of at least {@linkcode INITIAL_SIZE} bytes. */
export function acquireBuffer(): ByteBuffer {
  return pool.pop() ?? new ByteBuffer(INITIAL_SIZE);
}

/** Gives a buffer back; only once its bytes have been sent. */
export function releaseBuffer(memory: ByteBuffer): void {
  const size = memory.buffer.length;
  if (size <= MAX_POOLED_SIZE && size >= INITIAL_SIZE && pool.length < MAX_POOLED) {
    pool.push(memory);
  }
}

/** Appends replies to a growing buffer. */
export class Reply {
  /** True for a client that said HELLO 3. Set by the session before each batch and by HELLO itself. */
  resp3 = false;
  /** Errors written so far; the dispatcher compares it around a call. */
  errors = 0;
  /** Called with the text of each error, for INFO errorstats. */
  onError: ((text: string) => void) | null = null;

  #memory: ByteBuffer = acquireBuffer();
  #buffer: Uint8Array<ArrayBuffer> = this.#memory.buffer;
  #length = 0;

  /** Bytes written and not taken. */
  get length(): number {
    return this.#length;
  }

  /** What was written, in its first `length` bytes, valid until the next write. */
  get written(): ByteSource {
    return this.#memory;
  }

  /** The filled buffer, which the caller now owns; `length` bytes of it count. The writer goes on with another. */
  take(): ByteBuffer {
    const taken = this.#memory;
    this.#memory = acquireBuffer();
    this.#buffer = this.#memory.buffer;
    this.#length = 0;
    return taken;
  }

  /** Drops everything behind offset `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Gives the memory of a long reply back that was written and dropped again. */
  trim(): void {
    if (this.#length === 0 && this.#buffer.length > MAX_POOLED_SIZE) this.take();
  }

  /** `+OK` */
  ok(): void {
    this.#ensure(5);
    const buffer = this.#buffer;
    const position = this.#length;
    buffer[position] = PLUS;
    buffer[position + 1] = 0x4f;
    buffer[position + 2] = 0x4b;
    buffer[position + 3] = CR;
    buffer[position + 4] = LF;
    this.#length = position + 5;
  }

  /** A status such as `+PONG`; no CR or LF in it. */
  simpleString(text: string): void {
    this.#line(PLUS, text);
  }

  /** An error such as `-ERR …`; CR and LF in it become spaces, as they would break the protocol. */
  error(text: string): void {
    this.errors++;
    this.onError?.(text);
    this.#line(MINUS, text.replaceAll("\r", " ").replaceAll("\n", " "));
  }

  /** An integer within ±(2^53 − 1). */
  integer(value: number): void {
    this.#ensure(INTEGER_LINE);
    const buffer = this.#buffer;
    let position = this.#length;
    buffer[position++] = COLON;
    if (value >= 0 && value <= 9) buffer[position++] = ZERO + value;
    else position = writeInteger(buffer, position, value);
    buffer[position] = CR;
    buffer[position + 1] = LF;
    this.#length = position + 2;
  }

  /** An integer of 64 bits. */
  bigInteger(value: bigint): void {
    this.#line(COLON, value.toString());
  }

  /** A bulk string from bytes `start` to `end` of `source`. */
  bulk(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    this.#ensure(size + INTEGER_LINE);
    const buffer = this.#buffer;
    let position = this.#header(DOLLAR, size);
    copyBytes(source, start, end, this.#memory, position);
    position += size;
    buffer[position] = CR;
    buffer[position + 1] = LF;
    this.#length = position + 2;
  }

  /** A bulk string from all of `source`. */
  bulkBytes(source: Uint8Array): void {
    const size = source.length;
    this.#ensure(size + INTEGER_LINE);
    const buffer = this.#buffer;
    const position = this.#header(DOLLAR, size);
    buffer.set(source, position);
    buffer[position + size] = CR;
    buffer[position + size + 1] = LF;
    this.#length = position + size + 2;
  }

  /** A bulk string from a byte string. */
  bulkText(text: string): void {
    const size = text.length;
    this.#ensure(size + INTEGER_LINE);
    const position = writeByteString(this.#buffer, this.#header(DOLLAR, size), text);
    this.#buffer[position] = CR;
    this.#buffer[position + 1] = LF;
    this.#length = position + 2;
  }

  /** A bulk string that holds an integer's decimal text. */
  bulkInteger(value: number): void {
    this.bulkText(String(value));
  }

  /** The absent value: `$-1` or RESP3 `_`. */
  nullReply(): void {
    if (this.resp3) this.#line(UNDERSCORE, "");
    else this.#line(DOLLAR, "-1");
  }

  /** The absent array: `*-1` or RESP3 `_`. */
  nullArray(): void {
    if (this.resp3) this.#line(UNDERSCORE, "");
    else this.#line(ASTERISK, "-1");
  }

  /** Header of an array of `count` elements. */
  arrayHeader(count: number): void {
    this.#aggregate(ASTERISK, count);
  }

  /** Header of a map of `pairs` pairs; in RESP2 an array of twice as many elements. */
  mapHeader(pairs: number): void {
    if (this.resp3) this.#aggregate(PERCENT, pairs);
    else this.#aggregate(ASTERISK, pairs * 2);
  }

  /**
   * Header of an array of `pairs` pairs, in which {@linkcode pairHeader} stands before each; in RESP2 an array of twice
   * as many elements.
   */
  pairsHeader(pairs: number): void {
    this.#aggregate(ASTERISK, this.resp3 ? pairs : pairs * 2);
  }

  /** Header of a pair: an array of two elements; nothing in RESP2. */
  pairHeader(): void {
    if (this.resp3) this.#aggregate(ASTERISK, 2);
  }

  /** Header of a set of `count` elements; in RESP2 an array. */
  setHeader(count: number): void {
    this.#aggregate(this.resp3 ? TILDE : ASTERISK, count);
  }

  /** Header of an out-of-band message of `count` elements; in RESP2 an array. */
  pushHeader(count: number): void {
    this.#aggregate(this.resp3 ? GREATER : ASTERISK, count);
  }

  /** A double; in RESP2 a bulk string. */
  double(value: number): void {
    const text = formatDouble(value);
    if (this.resp3) this.#line(COMMA, text);
    else this.bulkText(text);
  }

  /** A double written as this text; in RESP2 a bulk string. */
  doubleText(text: string): void {
    if (this.resp3) this.#line(COMMA, text);
    else this.bulkText(text);
  }

  /** A boolean; in RESP2 the integer 1 or 0. */
  boolean(value: boolean): void {
    if (this.resp3) this.#line(HASH, value ? "t" : "f");
    else this.integer(value ? 1 : 0);
  }

  /** A number of any size in decimal; in RESP2 a bulk string. */
  bigNumber(decimal: string): void {
    if (this.resp3) this.#line(LEFT_PARENTHESIS, decimal);
    else this.bulkText(decimal);
  }

  /** Text with a three-letter format such as `txt`; in RESP2 a bulk string. */
  verbatim(format: string, text: string): void {
    if (!this.resp3) return this.bulkText(text);
    const size = text.length + 4;
    this.#ensure(size + INTEGER_LINE);
    let position = writeByteString(this.#buffer, this.#header(EQUALS, size), `${format}:`);
    position = writeByteString(this.#buffer, position, text);
    this.#buffer[position] = CR;
    this.#buffer[position + 1] = LF;
    this.#length = position + 2;
  }

  /** Attribute header of `pairs` pairs (RESP3 only; the caller checks). */
  attributeHeader(pairs: number): void {
    this.#aggregate(0x7c, pairs);
  }

  /** Bytes that are RESP already. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const size = end - start;
    this.#ensure(size);
    this.#buffer.set(
      start === 0 && end === source.length ? source : source.subarray(start, end),
      this.#length,
    );
    this.#length += size;
  }

  #aggregate(type: number, count: number): void {
    this.#ensure(INTEGER_LINE);
    this.#length = this.#header(type, count);
  }

  /** Writes type byte, count and CR LF; the position behind them. `#length` is not moved. */
  #header(type: number, count: number): number {
    const buffer = this.#buffer;
    let position = this.#length;
    buffer[position++] = type;
    if (count <= 9) buffer[position++] = ZERO + count;
    else position = writeInteger(buffer, position, count);
    buffer[position] = CR;
    buffer[position + 1] = LF;
    return position + 2;
  }

  #line(type: number, text: string): void {
    const size = text.length;
    this.#ensure(size + 3);
    this.#buffer[this.#length] = type;
    const position = writeByteString(this.#buffer, this.#length + 1, text);
    this.#buffer[position] = CR;
    this.#buffer[position + 1] = LF;
    this.#length = position + 2;
  }

  #ensure(extra: number): void {
    if (this.#length + extra > this.#buffer.length) this.#grow(this.#length + extra);
  }

  #grow(needed: number): void {
    const larger = new ByteBuffer(Math.max(needed, this.#buffer.length * 2));
    larger.buffer.set(this.#buffer.subarray(0, this.#length));
    releaseBuffer(this.#memory);
    this.#memory = larger;
    this.#buffer = larger.buffer;
  }
}
