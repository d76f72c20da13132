/**
 * What modules have written: its structure is known, its meaning is not.
 *
 * @module
 */

import { ByteSlice } from "../../util/byte_slice.ts";
import { ModuleOpcode } from "./format.ts";
import type { RdbReader } from "./reader.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NAME_LENGTH = 9;
/** Bits of the version behind the name, and of a letter. */
const VERSION_BITS = 10n;
const LETTER_BITS = 6n;

const skipped = new ByteSlice();

/** The name of a module's type that is in its ID of 64 bits: nine letters, then a version. */
export function moduleName(id: bigint): string {
  let name = "";
  let rest = id >> VERSION_BITS;
  for (let i = 0; i < NAME_LENGTH; i++, rest >>= LETTER_BITS) name = LETTERS[Number(rest & 63n)] + name;
  return name;
}

/** Passes over a module's data up to their end. */
export function skipModuleData(reader: RdbReader): void {
  for (;;) {
    const opcode = reader.size();
    switch (opcode) {
      case ModuleOpcode.END:
        return;
      case ModuleOpcode.SIGNED:
      case ModuleOpcode.UNSIGNED:
        reader.wideSize();
        break;
      case ModuleOpcode.FLOAT:
        reader.float();
        break;
      case ModuleOpcode.DOUBLE:
        reader.double();
        break;
      case ModuleOpcode.STRING:
        reader.string(skipped);
        break;
      default:
        reader.fail(`Unknown module opcode ${opcode}`);
    }
  }
}
