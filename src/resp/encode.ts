/**
 * RESP encoder for commands, outside the hot path.
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { concatBytes, toBytes } from "../util/byte_string.ts";

/** A command in RESP: the bytes from `frameStart` to `frameEnd`. A received `Frame` is one. */
export interface CommandFrame extends ByteSource {
  readonly frameStart: number;
  readonly frameEnd: number;
}

/** A command frame that has its bytes to itself. */
export class EncodedCommand extends ByteBuffer implements CommandFrame {
  readonly frameStart = 0;
  readonly frameEnd: number;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super(bytes);
    this.frameEnd = bytes.length;
  }
}

/** As {@linkcode encodeCommand}, to be propagated. */
export function encodeFrame(parts: readonly (string | Uint8Array)[]): EncodedCommand {
  return new EncodedCommand(encodeCommand(parts));
}

/** A command as a RESP array of bulk strings. Strings are byte strings. */
export function encodeCommand(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  // An array is dearer than a text, so that what is text goes together.
  let text = `*${parts.length}\r\n`;
  for (const part of parts) {
    text += `$${part.length}\r\n`;
    if (typeof part === "string") text += part;
    else {
      pieces.push(toBytes(text), part);
      text = "";
    }
    text += "\r\n";
  }
  if (pieces.length === 0) return toBytes(text);
  pieces.push(toBytes(text));
  return concatBytes(pieces);
}
