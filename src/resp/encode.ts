/**
 * RESP encoder for commands, outside the hot path.
 *
 * @module
 */

import { concatBytes, toBytes } from "../util/byte_string.ts";

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
