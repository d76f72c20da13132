/**
 * Function libraries in RDB files: the text of each, which is all that a library is.
 *
 * @module
 */

import { ByteSlice } from "../../util/byte_slice.ts";
import { Opcode } from "./format.ts";
import type { RdbReader } from "./reader.ts";
import type { RdbWriter } from "./writer.ts";

const text = new ByteSlice();

/** Writes libraries, given by their texts as byte strings. */
export function writeLibraries(writer: RdbWriter, texts: Iterable<string>): void {
  for (const text of texts) {
    writer.byte(Opcode.FUNCTION2);
    writer.text(text);
  }
}

/** Reads a library behind its opcode: its text, a byte string. */
export function readLibrary(reader: RdbReader, opcode: number): string {
  if (opcode === Opcode.FUNCTION_PRE_GA) reader.fail("Pre-release function format not supported.");
  return reader.text(text);
}
