/**
 * The commands on hashes.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { hgetall, hkeys, hrandfield, hscan, hvals } from "./all.ts";
import { hincrby, hincrbyfloat } from "./counter.ts";
import { hdel, hexists, hget, hlen, hmget, hmset, hset, hsetnx, hstrlen } from "./fields.ts";

/** All commands of the group hash. */
export const hashCommands: readonly CommandSpec[] = [
  hdel,
  hexists,
  hget,
  hgetall,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hrandfield,
  hscan,
  hset,
  hsetnx,
  hstrlen,
  hvals,
];
