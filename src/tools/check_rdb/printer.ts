/**
 * Lines on standard output.
 *
 * @module
 */

import { standardOutput } from "../cli/output.ts";

/** Takes the text that a tool shows: a byte string, with its newlines. */
export type Print = (text: string) => void;

/** What a terminal would obey instead of showing it. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/g;

/** Writes to standard output at once. */
export const printToStdout: Print = (text) => standardOutput.write(text);

/** A byte string from a file as it can be shown: control characters become `\x1b` and the like. */
export function printable(text: string): string {
  return text.replace(CONTROL, (char) => "\\x" + char.charCodeAt(0).toString(16).padStart(2, "0"));
}
