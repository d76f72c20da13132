/**
 * Byte strings: JavaScript strings that hold one byte (0..255) in each char. Keys, channels and small values
 * are byte strings, because V8 keeps them in one byte per char and hashes them well. Never UTF-8: bytes are
 * bytes.
 *
 * The limits between the ways of copying were measured on Deno 2.9 (x86-64).
 */

import { Buffer } from "node:buffer";

/** Up to this length a direct call with every byte is faster than node's native slice. */
const SHORT_DECODE = 24;
/**
 * From this length on `encodeInto` is faster than a loop (48 chars: 107 and 165 ns, 64 chars: 150 and 127
 * ns).
 */
const LONG_ENCODE = 56;
/** From this length on node's native comparison is faster than a loop. */
const LONG_COMPARE = 48;

const chars = String.fromCharCode;
const latin1Slice = Buffer.prototype.latin1Slice as (this: Uint8Array, start: number, end: number) => string;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The bytes from `start` up to `end` as a byte string. */
export function fromBytes(buf: Uint8Array, start = 0, end = buf.length): string {
  const length = end - start;
  return length <= SHORT_DECODE ? decodeShort(buf, start, length) : latin1Slice.call(buf, start, end);
}

/** A byte string's bytes, newly allocated. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  writeByteString(bytes, 0, text);
  return bytes;
}

/** The pieces one behind the other, newly allocated. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const whole = new Uint8Array(size);
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}

/** Writes a byte string at `pos`, where there must be room; the position after it. */
export function writeByteString(buf: Uint8Array, pos: number, text: string): number {
  const length = text.length;
  const end = pos + length;
  // As UTF-8 the text has exactly this length only when it is all ASCII; otherwise not all of it was read.
  if (length >= LONG_ENCODE && encoder.encodeInto(text, buf.subarray(pos, end)).read === length) return end;
  for (let i = 0; i < length; i++) buf[pos + i] = text.charCodeAt(i);
  return end;
}

/** Whether two arrays hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (a.length >= LONG_COMPARE) return Buffer.compare(a, b) === 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** Orders byte strings as C's memcmp does, the shorter first when it begins the longer: -1, 0 or 1. */
export function compareByteStrings(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The UTF-8 bytes of an ordinary string, as a byte string. */
export function utf8ToByteString(text: string): string {
  return fromBytes(encoder.encode(text));
}

/** Reads a byte string as UTF-8; what is not UTF-8 becomes U+FFFD. For display only. */
export function byteStringToUtf8(text: string): string {
  return decoder.decode(toBytes(text));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

/**
 * A byte string in double quotes, what does not print escaped as `\n`, `\x00` and so on: Redis's
 * `sdscatrepr`.
 */
export function escapeForDisplay(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (char) => ESCAPES[char] ?? hexEscape(char));
  return `"${escaped}"`;
}

function hexEscape(char: string): string {
  return "\\x" + char.charCodeAt(0).toString(16).padStart(2, "0");
}

// deno-fmt-ignore: one case per length, not one line per byte.
function decodeShort(b: Uint8Array, s: number, length: number): string {
  switch (length) {
    case 0: return "";
    case 1: return chars(b[s]);
    case 2: return chars(b[s], b[s + 1]);
    case 3: return chars(b[s], b[s + 1], b[s + 2]);
    case 4: return chars(b[s], b[s + 1], b[s + 2], b[s + 3]);
    case 5: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4]);
    case 6: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5]);
    case 7: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6]);
    case 8: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7]);
    case 9: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8]);
    case 10: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9]);
    case 11: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10]);
    case 12: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11]);
    case 13: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12]);
    case 14: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13]);
    case 15: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14]);
    case 16: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15]);
    case 17: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16]);
    case 18: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17]);
    case 19: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18]);
    case 20: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18], b[s + 19]);
    case 21: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18], b[s + 19], b[s + 20]);
    case 22: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18], b[s + 19], b[s + 20], b[s + 21]);
    case 23: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18], b[s + 19], b[s + 20], b[s + 21], b[s + 22]);
    case 24: return chars(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7],
      b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15], b[s + 16],
      b[s + 17], b[s + 18], b[s + 19], b[s + 20], b[s + 21], b[s + 22], b[s + 23]);
    default: return latin1Slice.call(b, s, s + length);
  }
}
