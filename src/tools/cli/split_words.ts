/**
 * Words of a line that a user typed.
 *
 * @module
 */

import { splitInline } from "../../resp/inline.ts";
import { fromBytes, toBytes } from "../../util/byte_string.ts";

/** The words of a byte string by the rules of inline commands; null if quotes are unbalanced. */
export function splitWords(line: string): string[] | null {
  const bytes = toBytes(line);
  const words = splitInline(bytes, 0, bytes.length);
  return words === null ? null : words.map((word) => fromBytes(Uint8Array.from(word)));
}
