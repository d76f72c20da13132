/**
 * JSON, read byte by byte from an input of any length.
 *
 * Strings come as bytes: what stands in the input as UTF-8 is handed out as it is, without becoming a JavaScript string
 * in between. Values end with their line, so that an error can name it.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import { ByteBuffer } from "../util/byte_buffer.ts";
import { ByteSlice } from "../util/byte_slice.ts";
import { fromBytes } from "../util/byte_string.ts";
import { TransferError } from "./entry.ts";
import { GrowingBytes } from "./growing_bytes.ts";

const WINDOW_SIZE = 256 * 1024;
/** A token may be as long as this: a value of 512 MiB in base64 is shorter. */
const LONGEST_TOKEN = 2 ** 30;
/** Redis has no longer strings. */
const LONGEST_STRING = 512 * 1024 * 1024;
/** Numbers are shorter. */
const LONGEST_WORD = 400;
const NONE = -1;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HIGH = 0x80;
const CLOSING = { "[": 0x5d, "{": 0x7d } as const;
const COMMA = 0x2c;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  '"': QUOTE,
  "\\": BACKSLASH,
  "/": 0x2f,
  b: 0x08,
  f: 0x0c,
  n: LF,
  r: CR,
  t: TAB,
};

/** Where bytes come from. */
interface ByteInput {
  readSync(target: Uint8Array): number | null;
}

/** What opens an array or an object. */
type Opening = keyof typeof CLOSING;

/** Reads tokens. Everything that is not as expected throws {@linkcode TransferError} with line and column. */
export class JsonReader {
  /** Number of the present line, from 1. */
  line: number;
  readonly #name: string;
  readonly #input: ByteInput;
  #window = new ByteBuffer(WINDOW_SIZE);
  /** Offset of the window's first byte in the input. */
  #base = 0;
  #position = 0;
  #filled = 0;
  /** What has to stay in the window while more is read, and by how much reading on moved it last. */
  #mark = NONE;
  #shift = 0;
  /** Offset of the present line's first byte from that of the window, often negative. */
  #lineStart = 0;
  /** Strings that don't stand in the input as they are. */
  readonly #decoded = new GrowingBytes();
  readonly #piece = new ByteSlice();

  /** `name` is what messages call the input; `line` and `column` say where its first byte stands, counted from 1. */
  constructor(input: ByteInput, name: string, line = 1, column = 1) {
    this.#input = input;
    this.#name = name;
    this.line = line;
    this.#lineStart = 1 - column;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#base + this.#position;
  }

  /** Bytes from the beginning of the line to the present position, from 1. */
  get column(): number {
    return this.#position - this.#lineStart + 1;
  }

  fail(problem: string): never {
    throw new TransferError(`${this.#name}, line ${this.line}, column ${this.column}: ${problem}`);
  }

  /** Moves to the next line that has something in it. False if there is none. */
  nextLine(): boolean {
    if (this.line === 1 && this.column === 1) this.#skipByteOrderMark();
    while (this.peek() === LF) {
      this.#position++;
      this.line++;
      this.#lineStart = this.#position;
    }
    return this.#has();
  }

  /** Nothing may follow on this line. */
  endLine(): void {
    if (this.peek() !== LF && this.#has()) this.fail("the line should end here");
  }

  /** The next byte that is no blank; 0 at the end of the input. It is not read yet. */
  peek(): number {
    while (this.#has()) {
      const byte = this.#window.buffer[this.#position];
      if (byte !== SPACE && byte !== TAB && byte !== CR) return byte;
      this.#position++;
    }
    return 0;
  }

  /** Whether `char` comes next. */
  isNext(char: string): boolean {
    return this.peek() === char.charCodeAt(0);
  }

  /** Reads `char`, which must come next. */
  take(char: string): void {
    if (!this.isNext(char) || !this.#has()) this.fail(`expected ${char} here`);
    this.#position++;
  }

  /** Reads the beginning of an array or object: whether anything is in it. */
  open(opening: Opening): boolean {
    this.take(opening);
    if (this.peek() !== CLOSING[opening]) return true;
    this.#position++;
    return false;
  }

  /** Reads what is behind an element: whether another one follows. */
  more(opening: Opening): boolean {
    const next = this.peek();
    if (next !== COMMA && next !== CLOSING[opening]) {
      this.fail(`expected , or ${String.fromCharCode(CLOSING[opening])} here`);
    }
    this.#position++;
    return next === COMMA;
  }

  /** Reads a name in an object and the colon behind it. */
  name(): string {
    this.string(this.#piece);
    const name = this.#piece.text();
    this.take(":");
    return name;
  }

  /** Reads a string; its bytes are valid until something else is read. */
  string(out: ByteSlice): void {
    this.take('"');
    this.#decoded.clear();
    this.#mark = this.#position;
    let seen = 0;
    for (let at = this.#position;; at++) {
      if (at === this.#filled) at = this.#readOn(at, "a string that does not end");
      const byte = this.#window.buffer[at];
      if (byte === QUOTE) {
        this.#position = at;
        this.#endString(out, seen);
        return;
      }
      if (byte < SPACE) this.#failAt(at, "a control character or the end of the line within a string");
      seen |= byte;
      if (byte === BACKSLASH) {
        this.#keepDecoded(this.#mark, at);
        this.#position = at + 1;
        this.#escape();
        this.#mark = this.#position;
        at = this.#position - 1;
      }
    }
  }

  /** Reads bytes: a string, or an object with their base64. Numbers stand for their text. */
  bytes(out: ByteSlice): void {
    const next = this.peek();
    if (next === QUOTE) return this.string(out);
    if (next === 0x7b) return this.#base64(out);
    if (next !== 0x2d && !(next >= 0x30 && next <= 0x39)) {
      this.fail('expected a string, a number or {"base64":"…"} here');
    }
    const text = this.number();
    this.#decoded.clear();
    for (let i = 0; i < text.length; i++) this.#decoded.byte(text.charCodeAt(i));
    out.set(this.#decoded.memory, 0, this.#decoded.length);
  }

  /** As {@linkcode bytes}, as a byte string. */
  byteString(): string {
    this.bytes(this.#piece);
    return this.#piece.text();
  }

  /** Reads a number as it is written. */
  number(): string {
    const text = this.#word();
    if (!NUMBER.test(text)) this.fail("expected a number here");
    return text;
  }

  /** Reads an integer, a number or a string, between two bounds. */
  integer(least: bigint, most: bigint): bigint {
    let text: string;
    if (this.isNext('"')) {
      this.string(this.#piece);
      text = this.#piece.text();
    } else text = this.#word();
    if (text.length > 20 || !INTEGER.test(text)) this.fail("expected an integer here");
    const value = BigInt(text);
    if (value < least || value > most) this.fail(`expected an integer from ${least} to ${most} here`);
    return value;
  }

  /** Reads `null` if it comes next. */
  tryNull(): boolean {
    if (!this.isNext("n")) return false;
    if (this.#word() !== "null") this.fail("expected null here");
    return true;
  }

  /** Passes over a value: its bytes, and the column where they begin. Whoever reads them finds what is wrong in them. */
  capture(): { bytes: Uint8Array<ArrayBuffer>; column: number } {
    this.peek();
    const { column } = this;
    this.#mark = this.#position;
    let at = this.#position;
    let isInString = false;
    for (let depth = 0;; at++) {
      if (at === this.#filled) at = this.#readOn(at, "a value that does not end");
      const byte = this.#window.buffer[at];
      if (byte === LF) this.#failAt(at, "the line ends within a value");
      if (isInString) {
        if (byte === BACKSLASH && at + 1 < this.#filled) at++;
        else if (byte === BACKSLASH) at = this.#readOn(at + 1, "a value that does not end");
        else if (byte === QUOTE) isInString = false;
      } else if (byte === QUOTE) isInString = true;
      else if (byte === 0x5b || byte === 0x7b) depth++;
      else if (byte === 0x5d || byte === 0x7d || byte === COMMA) {
        if (depth === 0) break;
        if (byte !== COMMA) depth--;
      }
    }
    const bytes = this.#window.buffer.slice(this.#mark, at);
    this.#position = at;
    this.#mark = NONE;
    return { bytes, column };
  }

  /** Letters, digits and signs. */
  #word(): string {
    this.peek();
    this.#mark = this.#position;
    let at = this.#position;
    for (;; at++) {
      if (at === this.#filled) {
        const hasMore = this.#fill();
        at -= this.#shift;
        if (!hasMore) break;
      }
      if (!isWordByte(this.#window.buffer[at])) break;
      if (at - this.#mark > LONGEST_WORD) this.fail("expected a value here");
    }
    const text = fromBytes(this.#window.buffer, this.#mark, at);
    this.#position = at;
    this.#mark = NONE;
    return text;
  }

  #endString(out: ByteSlice, seen: number): void {
    if (this.#decoded.length === 0) out.set(this.#window, this.#mark, this.#position);
    else {
      this.#keepDecoded(this.#mark, this.#position);
      out.set(this.#decoded.memory, 0, this.#decoded.length);
    }
    if (out.length > LONGEST_STRING) this.fail("a string longer than 512 MiB");
    if (seen >= HIGH && !isUtf8(out.view())) {
      this.fail('a string that is not UTF-8: such bytes are written as {"base64":"…"}');
    }
    this.#mark = NONE;
    this.#position++;
  }

  /** Reads an escape behind its backslash. */
  #escape(): void {
    const char = String.fromCharCode(this.#next());
    if (char === "u") return this.#unicodeEscape();
    const byte = SIMPLE_ESCAPES[char];
    if (byte === undefined) this.fail("an escape that JSON does not have");
    this.#decoded.byte(byte);
  }

  #unicodeEscape(): void {
    let code = this.#fourDigits();
    if (code >= 0xdc00 && code <= 0xdfff) this.fail("half of a surrogate pair: no character");
    if (code >= 0xd800 && code <= 0xdbff) {
      const low = this.#next() === BACKSLASH && this.#next() === 0x75 ? this.#fourDigits() : 0;
      if (low < 0xdc00 || low > 0xdfff) this.fail("half of a surrogate pair: no character");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code < 0x80) return this.#decoded.byte(code);
    if (code < 0x800) this.#decoded.byte(0xc0 | (code >> 6));
    else {
      if (code < 0x10000) this.#decoded.byte(0xe0 | (code >> 12));
      else {
        this.#decoded.byte(0xf0 | (code >> 18));
        this.#decoded.byte(0x80 | ((code >> 12) & 0x3f));
      }
      this.#decoded.byte(0x80 | ((code >> 6) & 0x3f));
    }
    this.#decoded.byte(0x80 | (code & 0x3f));
  }

  #fourDigits(): number {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = parseInt(String.fromCharCode(this.#next()), 16);
      if (Number.isNaN(digit)) this.fail("expected four hexadecimal digits behind \\u");
      code = code * 16 + digit;
    }
    return code;
  }

  /** Reads `{"base64":"…"}`. */
  #base64(out: ByteSlice): void {
    if (!this.open("{") || this.name() !== "base64") this.fail('expected {"base64":"…"} here');
    this.string(out);
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = Uint8Array.fromBase64(out.text(), { lastChunkHandling: "strict" });
    } catch {
      this.fail("a string that is not base64");
    }
    if (bytes.length > LONGEST_STRING) this.fail("a string longer than 512 MiB");
    if (this.more("{")) this.fail('expected nothing besides "base64" here');
    out.set(new ByteBuffer(bytes), 0, bytes.length);
  }

  /** Appends a part of the window to what was decoded. */
  #keepDecoded(start: number, end: number): void {
    this.#decoded.append(this.#window.buffer.subarray(start, end));
  }

  /** The next byte, which must be there. */
  #next(): number {
    this.#mark = NONE;
    if (!this.#has()) this.fail("the input ends within a string");
    return this.#window.buffer[this.#position++];
  }

  /** Whether there is a byte at the position. */
  #has(): boolean {
    return this.#position < this.#filled || this.#fill();
  }

  #failAt(position: number, problem: string): never {
    this.#position = position;
    this.fail(problem);
  }

  /** Has more in the window while a token is being read up to `at`: where that is then. */
  #readOn(at: number, problem: string): number {
    if (!this.#fill()) this.#failAt(this.#filled, problem);
    return at - this.#shift;
  }

  /** Reads on; what is behind the mark or the position stays. False at the end of the input. */
  #fill(): boolean {
    const kept = this.#mark === NONE ? this.#position : this.#mark;
    const left = this.#filled - kept;
    const { buffer } = this.#window;
    if (left * 2 > buffer.length) this.#grow(kept);
    else buffer.copyWithin(0, kept, this.#filled);
    this.#shift = kept;
    this.#base += kept;
    this.#position -= kept;
    this.#lineStart -= kept;
    if (this.#mark !== NONE) this.#mark = 0;
    this.#filled = left;
    const count = this.#input.readSync(this.#window.buffer.subarray(left));
    if (count === null || count === 0) return false;
    this.#filled += count;
    return true;
  }

  #grow(kept: number): void {
    const { buffer } = this.#window;
    if (buffer.length > LONGEST_TOKEN) this.fail("a value longer than 1 GiB");
    this.#window = new ByteBuffer(buffer.length * 2);
    this.#window.buffer.set(buffer.subarray(kept, this.#filled));
  }

  #skipByteOrderMark(): void {
    if (!this.#has() || this.#window.buffer[0] !== BYTE_ORDER_MARK[0]) return;
    while (this.#filled < BYTE_ORDER_MARK.length && this.#fill());
    if (!BYTE_ORDER_MARK.every((byte, i) => this.#window.buffer[i] === byte)) return;
    this.#position = this.#lineStart = BYTE_ORDER_MARK.length;
  }
}

function isWordByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2b || byte === 0x2d || byte === 0x2e;
}
