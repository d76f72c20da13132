/**
 * RESP encoder for commands, outside the hot path.
 *
 * @module
 */

import { toBytes } from "../util/byte_string.ts";

/** A command as a RESP array of bulk strings. Strings are byte strings. */
export function encodeCommand(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [toBytes(`*${parts.length}\r\n`)];
  for (const part of parts) {
    pieces.push(toBytes(`$${part.length}\r\n`), typeof part === "string" ? toBytes(part) : part, CR_LF);
  }
  return concatenate(pieces);
}

const CR_LF = toBytes("\r\n");

function concatenate(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
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
