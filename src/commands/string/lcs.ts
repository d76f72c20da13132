/** LCS: the longest common subsequence of two strings. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, keys, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { commonSubsequence, commonSubsequenceLength, type MatchingRange } from "../../data/lcs.ts";
import { LongString, type Value } from "../../keyspace/value.ts";
import { Errors } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { services } from "../services.ts";
import { type StringValue, viewOf } from "./value.ts";

const EMPTY = new Uint8Array(0);
/** Bytes per cell of the original's table, by which it limits the command. */
const CELL_SIZE = 4;

export const lcs = defineCommand({
  name: "LCS",
  group: "string",
  since: "7.0.0",
  summary: "Finds the longest common subsequence of two strings.",
  complexity: "O(N*M) with N and M the lengths of the strings.",
  syntax: "key1 key2#0 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
  flags: READONLY,
  keys: [keys(1, 2, 1, RO | ACCESS)],
  run(ctx, args) {
    const { db, reply } = ctx;
    const firstValue = db.find(args.receivedKey(1));
    const secondValue = db.find(args.receivedKey(2));
    if (!isStringOrNone(firstValue) || !isStringOrNone(secondValue)) throw Errors.LCS_NOT_STRINGS;
    const options = readOptions(args);
    const first = firstValue === undefined ? EMPTY : viewOf(db, firstValue);
    const second = secondValue === undefined ? EMPTY : viewOf(db, secondValue);
    checkMemory(ctx, first, second);
    if (options.length) return reply.integer(commonSubsequenceLength(first, second));
    const found = commonSubsequence(first, second);
    if (!options.indexes) return reply.bulkBytes(found.bytes);
    reply.mapHeader(2);
    reply.bulkText("matches");
    replyRanges(reply, found.ranges, options);
    reply.bulkText("len");
    reply.integer(found.length);
  },
});

interface LcsOptions {
  /** LEN */
  length: boolean;
  /** IDX */
  indexes: boolean;
  /** MINMATCHLEN */
  minimum: number;
  /** WITHMATCHLEN */
  withLength: boolean;
}

function readOptions(args: Args): LcsOptions {
  const options: LcsOptions = { length: false, indexes: false, minimum: 0, withLength: false };
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "IDX")) options.indexes = true;
    else if (args.is(i, "LEN")) options.length = true;
    else if (args.is(i, "WITHMATCHLEN")) options.withLength = true;
    else if (args.is(i, "MINMATCHLEN") && i + 1 < args.length) options.minimum = args.clampedInt(++i);
    else throw Errors.SYNTAX;
  }
  if (options.length && options.indexes) throw Errors.LCS_LENGTH_AND_INDEXES;
  return options;
}

function isStringOrNone(value: Value | undefined): value is StringValue | undefined {
  return value === undefined || typeof value === "number" || value instanceof LongString;
}

function checkMemory(ctx: CommandContext, first: Uint8Array, second: Uint8Array): void {
  const size = (first.length + 1) * (second.length + 1) * CELL_SIZE;
  if (size > services(ctx).config.get("proto-max-bulk-len")) throw Errors.LCS_MEMORY;
}

function replyRanges(reply: Reply, ranges: readonly MatchingRange[], options: LcsOptions): void {
  const wanted = ranges.filter((range) => lengthOf(range) >= options.minimum);
  reply.arrayHeader(wanted.length);
  for (const range of wanted) {
    reply.arrayHeader(options.withLength ? 3 : 2);
    replyPair(reply, range.firstStart, range.firstEnd);
    replyPair(reply, range.secondStart, range.secondEnd);
    if (options.withLength) reply.integer(lengthOf(range));
  }
}

function lengthOf(range: MatchingRange): number {
  return range.firstEnd - range.firstStart + 1;
}

function replyPair(reply: Reply, start: number, end: number): void {
  reply.arrayHeader(2);
  reply.integer(start);
  reply.integer(end);
}
