/**
 * Cursor and options of SCAN, HSCAN, SSCAN and ZSCAN.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import { Errors } from "../resp/errors.ts";
import { matchesEverything } from "../util/glob.ts";
import { parseCursor } from "../util/number.ts";

/** COUNT when it is not given. */
const DEFAULT_COUNT = 10;

/** What the options say. */
export interface ScanOptions {
  count: number;
  /** Null for everything. */
  pattern: string | null;
  /** SCAN's TYPE: name of a type, which need not exist; null for all. */
  type: string | null;
}

/** Argument `index` as a cursor; throws "invalid cursor". One beyond 2^53 comes near enough. */
export function readScanCursor(args: Args, index: number): number {
  const cursor = parseCursor(args.text(index));
  if (cursor === undefined) throw Errors.INVALID_CURSOR;
  return Number(cursor);
}

/** The options from argument `from` on; throws "syntax error" and "value is not an integer or out of range". */
export function readScanOptions(args: Args, from: number, takesType: boolean): ScanOptions {
  const options: ScanOptions = { count: DEFAULT_COUNT, pattern: null, type: null };
  for (let i = from; i < args.length; i += 2) {
    if (i + 1 === args.length) throw Errors.SYNTAX;
    if (args.is(i, "COUNT")) {
      options.count = args.clampedInt(i + 1);
      if (options.count < 1) throw Errors.SYNTAX;
    } else if (args.is(i, "MATCH")) {
      const pattern = args.text(i + 1);
      options.pattern = matchesEverything(pattern) ? null : pattern;
    } else if (takesType && args.is(i, "TYPE")) options.type = args.lower(i + 1);
    else throw Errors.SYNTAX;
  }
  return options;
}
