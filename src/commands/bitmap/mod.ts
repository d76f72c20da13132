/**
 * The commands on bits of strings.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { getbit, setbit } from "./bit.ts";
import { bitfield, bitfieldRo } from "./bitfield.ts";
import { bitop } from "./bitop.ts";
import { bitcount, bitpos } from "./range.ts";

/** All commands of the group bitmap. */
export const bitmapCommands: readonly CommandSpec[] = [
  bitcount,
  bitfield,
  bitfieldRo,
  bitop,
  bitpos,
  getbit,
  setbit,
];
