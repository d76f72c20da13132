/**
 * Inline commands: what a person types over telnet, with the quoting rules of redis-cli and redis.conf
 * (`sdssplitargs` in the original).
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";
import { writeInteger } from "../util/number.ts";
import type { Frame } from "./frame.ts";

const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
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

/** Most bytes that the RESP form adds: for the whole, and for each argument. */
const COUNT_SIZE = 16;
const ARGUMENT_SIZE = 16;

/**
 * Fills `frame` with the words of a line without quotes, as RESP; nothing is allocated while `memory` is large enough.
 * Answers the memory used, or null for a line with quotes or a NUL, which takes the long way.
 */
export function encodePlainLine(
  buffer: Uint8Array,
  start: number,
  end: number,
  frame: Frame,
  memory: ByteBuffer | null,
): ByteBuffer | null {
  let count = 0;
  for (let i = start; i < end; count++) {
    while (i < end && isSpace(buffer[i])) i++;
    if (i >= end) break;
    if (count === frame.starts.length) frame.grow(count);
    frame.starts[count] = i;
    for (; i < end && !endsArgument(buffer[i]); i++) {
      const byte = buffer[i];
      if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE || byte === 0) return null;
    }
    frame.ends[count] = i;
  }
  const needed = COUNT_SIZE + count * ARGUMENT_SIZE + end - start;
  const target = memory !== null && memory.buffer.length >= needed ? memory : new ByteBuffer(needed * 2);
  writeWords(buffer, frame, count, target);
  return target;
}

/** Writes the words that `frame` marks in `source` to `target`, and lets it mark them there. */
function writeWords(source: Uint8Array, frame: Frame, count: number, target: ByteBuffer): void {
  const bytes = target.buffer;
  const { starts, ends } = frame;
  let at = writeCount(bytes, 0, ASTERISK, count);
  for (let i = 0; i < count; i++) {
    const [from, to] = [starts[i], ends[i]];
    at = writeCount(bytes, at, DOLLAR, to - from);
    starts[i] = at;
    for (let k = from; k < to; k++) bytes[at++] = source[k];
    ends[i] = at;
    bytes[at++] = CR;
    bytes[at++] = LF;
  }
  frame.buffer = bytes;
  frame.view = target.view;
  frame.length = count;
  frame.frameStart = 0;
  frame.frameEnd = at;
}

function writeCount(bytes: Uint8Array, at: number, type: number, count: number): number {
  bytes[at] = type;
  const end = writeInteger(bytes, at + 1, count);
  bytes[end] = CR;
  bytes[end + 1] = LF;
  return end + 2;
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
