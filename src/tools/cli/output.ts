/**
 * What the client prints, byte for byte and at once: a command's answer must be on the screen, or in the pipe, before
 * the next one is sent.
 *
 * @module
 */

import { toBytes } from "../../util/byte_string.ts";

/** Where the client prints to. Texts are byte strings. */
export interface Output {
  /** The answers. */
  write(text: string): void;
  /** Warnings and errors of the client itself. */
  writeError(text: string): void;
}

/** The standard output and standard error of the process. */
export const standardOutput: Output = {
  write: (text) => writeAll(Deno.stdout, text),
  writeError: (text) => writeAll(Deno.stderr, text),
};

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  for (let rest = toBytes(text); rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
}
