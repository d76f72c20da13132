/**
 * JSON, written byte by byte.
 *
 * @module
 */

import { Buffer, isUtf8 } from "node:buffer";
import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { writeByteString } from "../util/byte_string.ts";
import type { ByteSlice } from "../util/byte_slice.ts";

/** From this size on what was written goes out. */
const CHUNK_SIZE = 256 * 1024;
/** Bytes of a string that are written at a time: a multiple of three, for base64. */
const BLOCK = 48 * 1024;
/** What a byte takes at most: `\u0000`. */
const LONGEST_ESCAPE = 6;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const HIGH = 0x80;

/** What stands for a byte in a string if not the byte itself. */
const ESCAPES: (string | undefined)[] = Array.from(
  { length: SPACE },
  (_, byte) => "\\u" + byte.toString(16).padStart(4, "0"),
);
ESCAPES[0x08] = "\\b";
ESCAPES[0x09] = "\\t";
ESCAPES[0x0a] = "\\n";
ESCAPES[0x0c] = "\\f";
ESCAPES[0x0d] = "\\r";
ESCAPES[QUOTE] = '\\"';
ESCAPES[BACKSLASH] = "\\\\";

/** Writes JSON into memory, from which full chunks go to `write`. */
export class JsonText {
  #memory = new ByteBuffer(CHUNK_SIZE + LONGEST_ESCAPE * BLOCK);
  #length = 0;
  readonly #write: (bytes: Uint8Array) => void;

  /** `write` has to be done with the bytes when it returns. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Punctuation, numbers and the like: short ASCII. */
  ascii(text: string): void {
    this.#ensure(text.length);
    this.#length = writeByteString(this.#memory.buffer, this.#length, text);
  }

  /** Bytes: a JSON string if they are UTF-8, else `{"base64":"…"}`. */
  bytes({ source, start, end }: ByteSlice): void {
    if (!isText(source, start, end)) return this.#base64(source, start, end);
    this.ascii('"');
    for (let at = start; at < end; at += BLOCK) this.#escaped(source.buffer, at, Math.min(end, at + BLOCK));
    this.ascii('"');
  }

  /** Has everything go out. */
  flush(): void {
    if (this.#length > 0) this.#write(this.#memory.buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  #escaped(source: Uint8Array, start: number, end: number): void {
    this.#ensure((end - start) * LONGEST_ESCAPE);
    const { buffer } = this.#memory;
    let at = this.#length;
    for (let i = start; i < end; i++) {
      const byte = source[i];
      const escape = byte < HIGH ? ESCAPES[byte] : undefined;
      if (escape === undefined) buffer[at++] = byte;
      else at = writeByteString(buffer, at, escape);
    }
    this.#length = at;
  }

  #base64(source: ByteSource, start: number, end: number): void {
    this.ascii('{"base64":"');
    for (let at = start; at < end; at += BLOCK) {
      const size = Math.min(end, at + BLOCK) - at;
      this.ascii(Buffer.from(source.buffer.buffer, source.buffer.byteOffset + at, size).toString("base64"));
    }
    this.ascii('"}');
  }

  #ensure(extra: number): void {
    if (this.#length + extra > this.#memory.buffer.length) this.flush();
    // Nothing is larger than the escapes of a block, for which there is room.
    if (this.#length > CHUNK_SIZE) this.flush();
  }
}

/** Whether the bytes are UTF-8. */
export function isText({ buffer }: ByteSource, start: number, end: number): boolean {
  let all = 0;
  for (let i = start; i < end; i++) all |= buffer[i];
  return all < HIGH || isUtf8(buffer.subarray(start, end));
}
