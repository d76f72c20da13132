/** ZRANDMEMBER. */

import type { CommandContext } from "../../command/context.ts";
import { READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { distinctIndexes } from "../../data/sampling.ts";
import { type SortedSet, SortedSetCursor } from "../../data/sorted_set.ts";
import { numberOfDraws, readDrawCount, readDrawOption } from "../draw_count.ts";
import { type EntryForm, entryForm, findSortedSet, replyEntry } from "./value.ts";

const cursor = new SortedSetCursor();

export const zrandmember = defineCommand({
  name: "ZRANDMEMBER",
  group: "sorted_set",
  since: "6.2.0",
  summary: "Returns random members of a sorted set.",
  complexity: "O(N) with N the number of members returned.",
  syntax: "key [count [WITHSCORES]]:options",
  flags: READONLY,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const { db, keyspace, reply } = ctx;
    if (args.length > 2) {
      const withScores = readDrawOption(args, 3, "WITHSCORES");
      const count = readDrawCount(args, 2, withScores);
      const set = findSortedSet(db, args.receivedKey(1));
      if (set === undefined || count === 0) return reply.arrayHeader(0);
      return replyRandom(ctx, set, count, entryForm(reply, withScores));
    }
    const set = findSortedSet(db, args.receivedKey(1));
    if (set === undefined) return reply.nullReply();
    cursor.seek(set, keyspace.random.below(set.size));
    replyEntry(reply, cursor, "members");
  },
});

/** Replies `count` different members, in order, or, if it is negative, so many independent draws. */
function replyRandom(ctx: CommandContext, set: SortedSet, count: number, form: EntryForm): void {
  const { reply, keyspace: { random } } = ctx;
  const wanted = numberOfDraws(count, set.size);
  reply.arrayHeader(form === "flat" ? 2 * wanted : wanted);
  if (count < 0) {
    for (let left = wanted; left > 0; left--) {
      cursor.seek(set, random.below(set.size));
      replyEntry(reply, cursor, form);
    }
    return;
  }
  for (const rank of distinctIndexes(set.size, wanted, random)) {
    cursor.seek(set, rank);
    replyEntry(reply, cursor, form);
  }
}
