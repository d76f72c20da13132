/**
 * Counts replies in a stream of bytes without building them.
 *
 * @module
 */

import { fromBytes } from "../../util/byte_string.ts";

const LF = 0x0a;
const CR = 0x0d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
/** What has as many bytes behind its line as the line says: `$`, `=` and `!`. */
const BULK = 0x24;
const VERBATIM = 0x3d;
const BULK_ERROR = 0x21;
/** What has as many replies behind its line as the line says, or twice as many. */
const ARRAY = 0x2a;
const SET = 0x7e;
const PUSH = 0x3e;
const MAP = 0x25;
const ATTRIBUTES = 0x7c;
/** An error's text is kept up to here. */
const LONGEST_ERROR = 1024;

/** Follows RESP2 and RESP3 over chunks of any size. */
export class ReplyCounter {
  /** The text of the first error that was a reply of its own, a byte string without its `-`; null if there was none. */
  error: string | null = null;

  /** Replies that are to come before the present one is complete: elements of aggregates, and itself. */
  #open = 1;
  /** Whether what comes next is a reply of its own. */
  #isTop = true;
  /** Type of the line that is being read; 0 between two. */
  #type = 0;
  #number = 0;
  #isNegative = false;
  /** Bytes of a bulk string that are to come, its end included. */
  #skip = 0;
  /** Whether the present reply is a push message, which answers no request. */
  #isPush = false;
  #errorText: string | null = null;

  /** How many replies end within the bytes up to `end`. Whatever is not RESP is taken for lines. */
  count(bytes: Uint8Array, end: number): number {
    let replies = 0;
    let position = 0;
    while (position < end) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, end - position);
        position += skipped;
        this.#skip -= skipped;
        if (this.#skip === 0 && this.#endElement()) replies++;
        continue;
      }
      if (this.#type === 0) this.#begin(bytes[position++]);
      position = this.#isSized()
        ? this.#readNumber(bytes, position, end)
        : this.#readLine(bytes, position, end);
      if (position <= end) {
        if (this.#endLine()) replies++;
      } else position = end;
    }
    return replies;
  }

  #begin(type: number): void {
    this.#type = type;
    this.#number = 0;
    this.#isNegative = false;
    if (!this.#isTop) return;
    this.#isTop = false;
    this.#isPush = type === PUSH;
    if (type === MINUS) this.#errorText = "";
  }

  #isSized(): boolean {
    switch (this.#type) {
      case BULK:
      case VERBATIM:
      case BULK_ERROR:
      case ARRAY:
      case SET:
      case PUSH:
      case MAP:
      case ATTRIBUTES:
        return true;
      default:
        return false;
    }
  }

  /** Reads digits; the position behind the line, or one beyond `end` if the line goes on there. */
  #readNumber(bytes: Uint8Array, position: number, end: number): number {
    let number = this.#number;
    while (position < end) {
      const byte = bytes[position++];
      if (byte >= ZERO && byte <= NINE) number = number * 10 + (byte - ZERO);
      else if (byte === MINUS) this.#isNegative = true;
      else if (byte === LF) {
        this.#number = number;
        return position;
      }
    }
    this.#number = number;
    return end + 1;
  }

  /** As {@linkcode #readNumber}, where the line does not matter unless it is an error. */
  #readLine(bytes: Uint8Array, start: number, end: number): number {
    let position = start;
    while (position < end && bytes[position] !== LF) position++;
    if (this.#errorText !== null && this.#errorText.length < LONGEST_ERROR) {
      this.#errorText += fromBytes(
        bytes,
        start,
        position > start && bytes[position - 1] === CR ? position - 1 : position,
      );
    }
    return position + 1;
  }

  /** Does what the line says; true if it ends a reply. */
  #endLine(): boolean {
    const type = this.#type;
    const size = this.#isNegative ? -1 : this.#number;
    this.#type = 0;
    switch (type) {
      case BULK:
      case VERBATIM:
      case BULK_ERROR:
        if (size < 0) break;
        this.#skip = size + 2;
        return false;
      case ARRAY:
      case SET:
      case PUSH:
        if (size > 0) this.#open += size;
        break;
      case MAP:
        this.#open += size * 2;
        break;
      case ATTRIBUTES:
        // They stand before a reply, and are none.
        this.#open += size * 2;
        return false;
      case MINUS:
        if (this.#errorText !== null) {
          this.error ??= this.#errorText;
          this.#errorText = null;
        }
    }
    return this.#endElement();
  }

  /** True if a reply to a request is complete. */
  #endElement(): boolean {
    if (--this.#open > 0) return false;
    this.#open = 1;
    this.#isTop = true;
    return !this.#isPush;
  }
}
