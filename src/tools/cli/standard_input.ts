/**
 * Standard input, read as bytes.
 *
 * @module
 */

import { concatBytes, fromBytes } from "../../util/byte_string.ts";

const LF = "\n";

/** Everything up to its end, as a byte string. */
export async function readAllInput(): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of inputPieces()) pieces.push(piece);
  return fromBytes(concatBytes(pieces));
}

/** Its lines as byte strings, without their ends. */
export async function* inputLines(): AsyncGenerator<string> {
  let text = "";
  for await (const piece of inputPieces()) {
    text += fromBytes(piece);
    let start = 0;
    for (let end = text.indexOf(LF); end >= 0; end = text.indexOf(LF, start)) {
      yield text.slice(start, end);
      start = end + 1;
    }
    text = text.slice(start);
  }
  if (text !== "") yield text;
}

/** Its bytes as they come. */
export async function* inputPieces(): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return;
    yield buffer.slice(0, count);
  }
}
