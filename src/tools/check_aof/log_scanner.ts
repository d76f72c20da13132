/**
 * Walks over the commands and annotations of a log, and tells up to where they are whole: the rules, and the words about
 * what breaks them, are those of redis-check-aof.
 *
 * @module
 */

import type { FileScanner } from "./file_scanner.ts";

/** Bytes of a line with a number that are looked at, and of an annotation. */
const LONGEST_NUMBER_LINE = 127;
const LONGEST_ANNOTATION = 1023;
const HASH = 0x23;
const ASTERISK = 0x2a;
const LARGEST_LONG = 2n ** 63n - 1n;
/** Enough to know MULTI and EXEC from everything else. */
const NAME_SIZE = 6;
/** Numbers with fewer digits are exact. */
const SAFE_DIGITS = 15;

/** An annotation `#TS:…` that is no number. */
export class AnnotationError extends Error {
  override name = "AnnotationError";
}

/** What a walk found. Offsets in bytes. */
export interface LogFindings {
  /** Everything before is whole. A transaction without its EXEC is not. */
  readonly goodUpTo: number;
  /** What is wrong, line by line; nothing if the file ends with a whole command. */
  readonly problems: readonly string[];
  /** Where the first annotation begins whose time is after the limit; null if there is none. */
  readonly cut: number | null;
}

/** What messages call a file; byte strings. */
export interface LogName {
  readonly path: string;
  readonly name: string;
}

/** Walks over one file. */
export class LogScanner {
  /** Lines of RESP that were read, from 1, over all files that were given the number on. */
  line: number;

  readonly #scanner: FileScanner;
  readonly #file: LogName;
  /** Seconds since 1970 up to which the log is wanted; 0 for all. */
  readonly #limit: number;
  #transactions = 0;
  #error = "";
  /** Offset of what was read last. */
  #errorOffset = 0;
  #cut: number | null = null;

  /** `line` is the number to start from. */
  constructor(scanner: FileScanner, file: LogName, limit: number, line: number) {
    this.#scanner = scanner;
    this.#file = file;
    this.#limit = limit;
    this.line = line;
  }

  /** Walks to the end of the file, or to the first thing that is wrong. Throws {@linkcode AnnotationError}. */
  scan(): LogFindings {
    const scanner = this.#scanner;
    const problems: string[] = [];
    let goodUpTo = scanner.offset;
    for (;;) {
      if (this.#transactions === 0) goodUpTo = scanner.offset;
      const first = scanner.peek();
      if (first < 0) {
        scanner.atEnd = true;
        break;
      } else if (first === HASH) {
        if (!this.#annotation()) break;
      } else if (first === ASTERISK) {
        if (!this.#command()) break;
      } else {
        problems.push(`AOF ${this.#file.name} format error`);
        break;
      }
    }
    if (this.#transactions !== 0 && scanner.atEnd && this.#error === "") {
      this.#fail("Reached EOF before reading EXEC for MULTI");
    }
    if (this.#error !== "") problems.push(this.#error);
    return { goodUpTo, problems, cut: this.#cut };
  }

  /** False if its time is after the limit. */
  #annotation(): boolean {
    const offset = this.#errorOffset = this.#scanner.offset;
    const text = this.#scanner.line(LONGEST_ANNOTATION);
    if (this.#limit === 0 || !text.startsWith("#TS:")) return true;
    const time = /^#TS:[ \t]*([+-]?[0-9]+)\r/.exec(text);
    if (time === null) throw new AnnotationError("Invalid timestamp annotation");
    if (Number(time[1]) <= this.#limit) return true;
    this.#cut = offset;
    return false;
  }

  #command(): boolean {
    const count = this.#number("*");
    if (count === null) return false;
    for (let i = 0; i < count; i++) if (!this.#argument(i === 0)) return false;
    return true;
  }

  #argument(isName: boolean): boolean {
    const length = this.#number("$");
    if (length === null) return false;
    if (length < 0 || length > LARGEST_LONG - 2n) {
      return this.#fail(`Expected to read string of ${length} bytes, which is not in the suitable range`);
    }
    const scanner = this.#scanner;
    const size = typeof length === "bigint" ? length + 2n : length + 2;
    const start = this.#errorOffset = scanner.offset;
    const name = isName ? scanner.bytes(Math.min(Number(length), NAME_SIZE)) : "";
    scanner.skip(Number(length) - name.length);
    const end = scanner.bytes(2);
    const read = scanner.offset - start;
    if (BigInt(read) !== BigInt(size)) {
      return this.#fail(`Expected to read ${size} bytes, got ${read} bytes`);
    }
    return this.#newline(end) && (!isName || this.#transaction(name));
  }

  /** Counts MULTI and EXEC. */
  #transaction(name: string): boolean {
    // A name ends at a zero byte, as in C.
    const command = name.split("\0", 1)[0].toUpperCase();
    if (command === "MULTI" && this.#transactions++ !== 0) {
      return this.#fail(`Unexpected MULTI in AOF ${this.#file.path}`);
    }
    if (command === "EXEC" && --this.#transactions !== 0) {
      return this.#fail(`Unexpected EXEC in AOF ${this.#file.path}`);
    }
    return true;
  }

  /** Reads a line with this prefix and a number; null if it is none. */
  #number(prefix: string): number | bigint | null {
    this.#errorOffset = this.#scanner.offset;
    const text = this.#scanner.line(LONGEST_NUMBER_LINE);
    if (text === "") return null;
    if (text[0] !== prefix) {
      this.#fail(`Expected prefix '${prefix}', got: '${text[0]}'`);
      return null;
    }
    const digits = /^.[ \t\n\v\f\r]*([+-]?[0-9]+)/s.exec(text);
    return this.#newline(text.slice(digits?.[0].length ?? 1)) ? longOf(digits?.[1] ?? "0") : null;
  }

  #newline(text: string): boolean {
    if (text.startsWith("\r\n")) {
      this.line++;
      return true;
    }
    return this.#fail(`Expected \\r\\n, got: ${signedHex(text, 0)}${signedHex(text, 1)}`);
  }

  #fail(message: string): false {
    const offset = this.#errorOffset.toString(16).padStart(16);
    this.#error = `0x${offset}: ${message}`;
    return false;
  }
}

/** A signed integer of 64 bits; what is beyond becomes the nearest. */
function longOf(digits: string): number | bigint {
  if (digits.length <= SAFE_DIGITS) return Number(digits);
  const value = BigInt(digits.replace(/^\+/, ""));
  if (value > LARGEST_LONG) return LARGEST_LONG;
  return value < -LARGEST_LONG - 1n ? -LARGEST_LONG - 1n : value;
}

/** A character as C's `%02x` shows a `char`, which has a sign. */
function signedHex(text: string, index: number): string {
  const code = index < text.length ? text.charCodeAt(index) : 0;
  return (code < 0x80 ? code : code - 0x100 >>> 0).toString(16).padStart(2, "0");
}
