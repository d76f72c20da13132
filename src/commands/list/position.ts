/** LPOS: where elements are. */

import type { Args } from "../../command/args.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { List } from "../../data/list.ts";
import { ListCursor } from "../../data/list_cursor.ts";
import { Errors } from "../../resp/errors.ts";
import { ListErrors } from "./errors.ts";
import { findList } from "./value.ts";

/** The one integer of 64 bits that has no negative. */
const LEAST_INTEGER = -(2n ** 63n);

const cursor = new ListCursor();

export const lpos = defineCommand({
  name: "LPOS",
  group: "list",
  since: "6.0.6",
  summary: "Finds the index of matching elements in a list.",
  complexity: "O(N) with N the length of the list.",
  syntax: "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    const search = readSearch(args);
    const list = findList(ctx.db, args.receivedKey(1));
    const found = list === undefined ? [] : findIndices(list, args, search);
    if (search.count === undefined) {
      if (found.length === 0) ctx.reply.nullReply();
      else ctx.reply.integer(found[0]);
      return;
    }
    ctx.reply.arrayHeader(found.length);
    for (const index of found) ctx.reply.integer(index);
  },
});

/** What LPOS is to look for. */
interface Search {
  /** 1 is the first match, -1 the last one. */
  rank: number;
  /** Most matches; 0 means all, undefined one. */
  count: number | undefined;
  /** Most elements to look at; 0 means all. */
  maxLength: number;
}

function readSearch(args: Args): Search {
  const search: Search = { rank: 1, count: undefined, maxLength: 0 };
  for (let i = 3; i < args.length; i += 2) {
    if (i + 1 === args.length) throw Errors.SYNTAX;
    if (args.is(i, "RANK")) search.rank = readRank(args, i + 1);
    else if (args.is(i, "COUNT")) search.count = args.intFrom(i + 1, 0, ListErrors.COUNT_NEGATIVE);
    else if (args.is(i, "MAXLEN")) search.maxLength = args.intFrom(i + 1, 0, ListErrors.MAXLEN_NEGATIVE);
    else throw Errors.SYNTAX;
  }
  return search;
}

function readRank(args: Args, index: number): number {
  const rank = args.clampedInt(index);
  if (rank === 0) throw ListErrors.RANK_ZERO;
  if (!Number.isSafeInteger(rank) && args.int64(index) === LEAST_INTEGER) throw ListErrors.RANK_OUT_OF_RANGE;
  return rank;
}

/** Indices of the elements that are equal to argument 2. */
function findIndices(list: List, args: Args, { rank, count = 1, maxLength }: Search): number[] {
  const backwards = rank < 0;
  const last = list.size - 1;
  const end = maxLength === 0 ? list.size : Math.min(maxLength, list.size);
  const found: number[] = [];
  let skip = Math.abs(rank) - 1;
  list.seek(backwards ? -1 : 0, cursor);
  for (let passed = 0; passed < end; passed++) {
    if (cursor.equals(args, args.starts[2], args.ends[2]) && skip-- <= 0) {
      found.push(backwards ? last - passed : passed);
      if (found.length === count) break;
    }
    if (backwards) cursor.previous();
    else cursor.next();
  }
  return found;
}
