/**
 * Commands in RESP, from JavaScript values.
 *
 * @module
 */

import { encodeCommand } from "../resp/encode.ts";
import type { RedisArgument } from "./types.ts";

const encoder = new TextEncoder();

/** A command and its arguments in RESP. Throws a TypeError for what can't be an argument. */
export function frameOf(words: readonly RedisArgument[]): Uint8Array {
  return encodeCommand(words.map(partOf));
}

/** Bytes, or a byte string of ASCII. */
function partOf(word: RedisArgument): string | Uint8Array {
  switch (typeof word) {
    case "string":
      return /^[\0-\x7f]*$/.test(word) ? word : encoder.encode(word);
    case "number":
    case "bigint":
      return String(word);
    default:
      if (word instanceof Uint8Array) return word;
      throw new TypeError(`an argument is a string, a number, a bigint or bytes, not ${describe(word)}`);
  }
}

function describe(value: unknown): string {
  return value === null || typeof value !== "object" ? String(value) : value.constructor?.name ?? "an object";
}
