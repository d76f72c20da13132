/**
 * `--askpass`: a password typed without being seen.
 *
 * @module
 */

import { fromBytes } from "../../util/byte_string.ts";
import type { Output } from "./output.ts";
import { Exit } from "./session.ts";

const CTRL_C = 0x03;
const BACKSPACE = 0x08;
const DELETE = 0x7f;
const LF = 0x0a;
const CR = 0x0d;

/** Asks on standard error and reads a line of standard input; a byte string. Ends the run at Ctrl-C. */
export function askPassword(output: Output): string {
  const terminal = Deno.stdin.isTerminal();
  output.writeError("Please input password: ");
  if (terminal) Deno.stdin.setRaw(true);
  try {
    return readHidden(terminal ? output : null);
  } finally {
    if (terminal) Deno.stdin.setRaw(false);
    output.writeError("\n");
  }
}

function readHidden(echo: Output | null): string {
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1 && byte[0] !== LF && byte[0] !== CR) {
    if (byte[0] === CTRL_C) throw new Exit(1);
    if (byte[0] === DELETE || byte[0] === BACKSPACE) {
      if (typed.pop() !== undefined) echo?.writeError("\b \b");
      continue;
    }
    typed.push(byte[0]);
    echo?.writeError("*");
  }
  return fromBytes(Uint8Array.from(typed));
}
