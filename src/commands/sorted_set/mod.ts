/**
 * The commands on sorted sets.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { zadd, zincrby } from "./add.ts";
import { bzmpop, bzpopmax, bzpopmin } from "./blocking_pop.ts";
import { zdiff, zinter, zintercard, zunion } from "./combine.ts";
import { zdiffstore, zinterstore, zunionstore } from "./combine_store.ts";
import { zmpop, zpopmax, zpopmin } from "./pop.ts";
import { zrandmember } from "./random.ts";
import {
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
} from "./range.ts";
import { zcard, zcount, zlexcount, zmscore, zrank, zrevrank, zscore } from "./read.ts";
import { zrem, zremrangebylex, zremrangebyrank, zremrangebyscore } from "./remove.ts";
import { zscan } from "./scan.ts";

/** All commands of the group sorted_set. */
export const sortedSetCommands: readonly CommandSpec[] = [
  bzmpop,
  bzpopmax,
  bzpopmin,
  zadd,
  zcard,
  zcount,
  zdiff,
  zdiffstore,
  zincrby,
  zinter,
  zintercard,
  zinterstore,
  zlexcount,
  zmpop,
  zmscore,
  zpopmax,
  zpopmin,
  zrandmember,
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrank,
  zrem,
  zremrangebylex,
  zremrangebyrank,
  zremrangebyscore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
  zrevrank,
  zscan,
  zscore,
  zunion,
  zunionstore,
];
