/** Commands that remove members: ZREM, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX. */

import type { CommandContext } from "../../command/context.ts";
import { FAST, WRITE } from "../../command/flags.ts";
import { DELETE, key, RW } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { RankRange, SortedSet } from "../../data/sorted_set.ts";
import type { ChangeEvent } from "../../keyspace/change.ts";
import type { Key } from "../../keyspace/key.ts";
import { SortedSetEvents } from "./events.ts";
import { ranksOfScores, readMemberRange, readScoreRange } from "./score_argument.ts";
import { findSortedSetForWrite, tellRemoved } from "./value.ts";

const ranks: RankRange = { first: 0, count: 0 };

export const zrem = defineCommand({
  name: "ZREM",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Removes members from a sorted set, and the set once it is empty.",
  complexity: "O(M*log(N)) with N the size of the sorted set and M the members removed.",
  syntax: "key member [member ...]",
  flags: WRITE | FAST,
  keys: [key(1, RW | DELETE)],
  history: [["2.4.0", "Takes several members"]],
  run(ctx, args) {
    const key = args.receivedKey(1);
    const set = findSortedSetForWrite(ctx.db, key);
    let removed = 0;
    if (set !== undefined) {
      for (let i = 2; i < args.length && set.size > 0; i++) {
        if (set.remove(args, args.starts[i], args.ends[i])) removed++;
      }
      if (removed > 0) tellRemoved(ctx.db, key, set, SortedSetEvents.ZREM, removed);
    }
    ctx.reply.integer(removed);
  },
});

export const zremrangebyrank = defineCommand({
  name: "ZREMRANGEBYRANK",
  group: "sorted_set",
  since: "2.0.0",
  summary: "Removes the members within a range of ranks.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members removed.",
  syntax: "key start stop",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const start = args.clampedInt(2);
    const stop = args.clampedInt(3);
    const key = args.receivedKey(1);
    const set = findSortedSetForWrite(ctx.db, key);
    if (set === undefined) return ctx.reply.integer(0);
    const { size } = set;
    ranks.first = Math.max(0, start < 0 ? start + size : start);
    const last = Math.min(size - 1, stop < 0 ? stop + size : stop);
    ranks.count = Math.max(0, last - ranks.first + 1);
    removeRanks(ctx, key, set, SortedSetEvents.ZREMRANGEBYRANK);
  },
});

export const zremrangebyscore = defineCommand({
  name: "ZREMRANGEBYSCORE",
  group: "sorted_set",
  since: "1.2.0",
  summary: "Removes the members within a range of scores.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members removed.",
  syntax: "key min max",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const range = readScoreRange(args, 2, 3);
    const key = args.receivedKey(1);
    const set = findSortedSetForWrite(ctx.db, key);
    if (set === undefined) return ctx.reply.integer(0);
    ranksOfScores(set, range, ranks);
    removeRanks(ctx, key, set, SortedSetEvents.ZREMRANGEBYSCORE);
  },
});

export const zremrangebylex = defineCommand({
  name: "ZREMRANGEBYLEX",
  group: "sorted_set",
  since: "2.8.9",
  summary: "Removes the members within a lexicographical range.",
  complexity: "O(log(N)+M) with N the size of the sorted set and M the members removed.",
  syntax: "key min:string max:string",
  flags: WRITE,
  keys: [key(1, RW | DELETE)],
  run(ctx, args) {
    const range = readMemberRange(args, 2, 3);
    const key = args.receivedKey(1);
    const set = findSortedSetForWrite(ctx.db, key);
    if (set === undefined) return ctx.reply.integer(0);
    set.memberRange(range, false, ranks);
    removeRanks(ctx, key, set, SortedSetEvents.ZREMRANGEBYLEX);
  },
});

/** Removes the members with the ranks in `ranks`, tells so and replies how many. */
function removeRanks(ctx: CommandContext, key: Key, set: SortedSet, event: ChangeEvent): void {
  if (ranks.count > 0) {
    set.removeRange(ranks.first, ranks.count);
    tellRemoved(ctx.db, key, set, event, ranks.count);
  }
  ctx.reply.integer(ranks.count);
}
