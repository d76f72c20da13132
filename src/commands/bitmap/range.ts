/** Commands that look through the bits of a string: BITCOUNT and BITPOS. */

import type { Args } from "../../command/args.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { countBits, findBit, NO_BIT } from "../../data/bits.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { findString } from "../string/value.ts";
import { StringBytes } from "./string_bits.ts";

const BIT_ARGUMENT = new CommandError("ERR The bit argument must be 1 or 0.");

export const bitcount = defineCommand({
  name: "BITCOUNT",
  group: "bitmap",
  since: "2.6.0",
  summary: "Counts the bits that are set in a string.",
  complexity: "O(N) with N the number of bytes looked at.",
  syntax: "key [start end [BYTE | BIT]:unit@7.0.0]:range",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["7.0.0", "Added the options `BYTE` and `BIT`"]],
  run(ctx, args) {
    if (args.length === 3 || args.length > 5) throw Errors.SYNTAX;
    const isRange = args.length > 2;
    const start = isRange ? args.clampedInt(2) : 0;
    const end = isRange ? args.clampedInt(3) : -1;
    const unit = args.length === 5 ? readUnit(args, 4) : BYTE;
    const bytes = new StringBytes(ctx.db, findString(ctx.db, args.receivedKey(1)));
    if (start < 0 && end < 0 && start > end) return ctx.reply.integer(0);
    const size = bytes.length * 8 / unit;
    const from = clampStart(start, size) * unit;
    const to = clampEnd(end, size) * unit;
    ctx.reply.integer(countBits(bytes, bytes.start, from, to));
  },
});

export const bitpos = defineCommand({
  name: "BITPOS",
  group: "bitmap",
  since: "2.8.7",
  summary: "Finds the first bit that is set or clear in a string.",
  complexity: "O(N) with N the number of bytes looked at.",
  syntax: "key bit [start [end [BYTE | BIT]:unit@7.0.0]:end-unit-block]:range",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  history: [["7.0.0", "Added the options `BYTE` and `BIT`"]],
  run(ctx, args) {
    const bit = args.clampedInt(2);
    if (bit !== 0 && bit !== 1) throw BIT_ARGUMENT;
    if (args.length > 6) throw Errors.SYNTAX;
    const start = args.length > 3 ? args.clampedInt(3) : 0;
    const unit = args.length === 6 ? readUnit(args, 5) : BYTE;
    const end = args.length > 4 ? args.clampedInt(4) : -1;
    const value = findString(ctx.db, args.receivedKey(1));
    // A missing string is one of clear bits without an end; an empty one is not.
    if (value === undefined) return ctx.reply.integer(bit === 0 ? 0 : NO_BIT);
    const bytes = new StringBytes(ctx.db, value);
    const size = bytes.length * 8 / unit;
    const from = clampStart(start, size) * unit;
    const to = clampEnd(end, size) * unit;
    let found = findBit(bytes, bytes.start, from, to, bit);
    // Without an end the string counts as followed by clear bits.
    if (found === NO_BIT && bit === 0 && args.length < 5 && from < to) found = to;
    ctx.reply.integer(found);
  },
});

/** Bits of a unit. */
const BYTE = 8;
const BIT = 1;

function readUnit(args: Args, index: number): number {
  if (args.is(index, "BIT")) return BIT;
  if (args.is(index, "BYTE")) return BYTE;
  throw Errors.SYNTAX;
}

/** The first of the range, of a string of `size` units; negative counts from the end. */
function clampStart(start: number, size: number): number {
  return start < 0 ? Math.max(0, size + start) : start;
}

/** What comes behind the last of the range. */
function clampEnd(end: number, size: number): number {
  return Math.min(size, (end < 0 ? Math.max(0, size + end) : end) + 1);
}
