/**
 * Inline commands: what a person types over telnet, with the quoting rules of redis-cli and redis.conf
 * (`sdssplitargs` in the original).
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";
import type { Frame } from "./frame.ts";

const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;

/** Bytes that a letter behind a backslash stands for, within double quotes. */
const ESCAPES: Record<number, number> = { 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x62: 0x08, 0x61: 0x07 };

/** The arguments of the line `buffer[start..end)`, or null if its quotes are unbalanced. */
export function splitInline(buffer: Uint8Array, start: number, end: number): number[][] | null {
  const parts: number[][] = [];
  let position = start;
  for (;;) {
    while (position < end && isSpace(buffer[position])) position++;
    if (position >= end) return parts;
    const part: number[] = [];
    position = readArgument(buffer, position, end, part);
    if (position < 0) return null;
    parts.push(part);
  }
}

/** Reads one argument into `part`; the offset behind it, or -1 if a quote is not closed properly. */
function readArgument(buffer: Uint8Array, from: number, end: number, part: number[]): number {
  let position = from;
  while (position < end && !endsArgument(buffer[position])) {
    const byte = buffer[position];
    if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      const read = byte === DOUBLE_QUOTE ? readDoubleQuoted : readSingleQuoted;
      position = read(buffer, position + 1, end, part);
      // A closing quote must be followed by a space or by nothing.
      if (position < 0 || (position < end && !isSpace(buffer[position]))) return -1;
      return position;
    }
    part.push(byte);
    position++;
  }
  return position;
}

function readDoubleQuoted(buffer: Uint8Array, from: number, end: number, part: number[]): number {
  let position = from;
  while (position < end) {
    const byte = buffer[position];
    if (byte === DOUBLE_QUOTE) return position + 1;
    if (byte !== BACKSLASH || position + 1 >= end) {
      part.push(byte);
      position++;
      continue;
    }
    const next = buffer[position + 1];
    const high = hexDigit(buffer[position + 2]);
    const low = hexDigit(buffer[position + 3]);
    if (next === LETTER_X && position + 3 < end && high >= 0 && low >= 0) {
      part.push(high * 16 + low);
      position += 4;
    } else {
      part.push(ESCAPES[next] ?? next);
      position += 2;
    }
  }
  return -1;
}

function readSingleQuoted(buffer: Uint8Array, from: number, end: number, part: number[]): number {
  let position = from;
  while (position < end) {
    const byte = buffer[position];
    if (byte === SINGLE_QUOTE) return position + 1;
    const escaped = byte === BACKSLASH && buffer[position + 1] === SINGLE_QUOTE && position + 1 < end;
    part.push(escaped ? SINGLE_QUOTE : byte);
    position += escaped ? 2 : 1;
  }
  return -1;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
}

/** Vertical tab and form feed separate arguments, but inside of one they are bytes like others. */
function endsArgument(byte: number): boolean {
  return byte === SPACE || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Fills `frame` with the parts as a RESP command in a buffer of its own, so that `copyFrame` is RESP as always. */
export function encodeInlineCommand(parts: number[][], frame: Frame): void {
  const bytes: number[] = [];
  pushText(bytes, `*${parts.length}\r\n`);
  while (frame.starts.length < parts.length) frame.grow(frame.starts.length);
  parts.forEach((part, index) => {
    pushText(bytes, `$${part.length}\r\n`);
    frame.starts[index] = bytes.length;
    for (const byte of part) bytes.push(byte);
    frame.ends[index] = bytes.length;
    pushText(bytes, "\r\n");
  });
  const memory = new ByteBuffer(Uint8Array.from(bytes));
  frame.buffer = memory.buffer;
  frame.view = memory.view;
  frame.length = parts.length;
  frame.frameStart = 0;
  frame.frameEnd = bytes.length;
}

function pushText(bytes: number[], text: string): void {
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
}
