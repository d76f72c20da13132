/**
 * RESP encoder for commands, outside the hot path.
 *
 * @module
 */

import { concatBytes, toBytes } from "../util/byte_string.ts";

/** A command as a RESP array of bulk strings. Strings are byte strings. */
export function encodeCommand(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [toBytes(`*${parts.length}\r\n`)];
  for (const part of parts) {
    pieces.push(toBytes(`$${part.length}\r\n`), typeof part === "string" ? toBytes(part) : part, CR_LF);
  }
  return concatBytes(pieces);
}

const CR_LF = toBytes("\r\n");
