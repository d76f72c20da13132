/**
 * Events of the sorted set commands.
 *
 * @module
 */

import { type ChangeEvent, EventClass } from "../../keyspace/change.ts";

function event(name: string): ChangeEvent {
  return { name, eventClass: EventClass.SORTED_SET };
}

/** What can happen to a sorted set. */
export const SortedSetEvents = {
  ZADD: event("zadd"),
  ZINCR: event("zincr"),
  ZREM: event("zrem"),
  ZREMRANGEBYRANK: event("zremrangebyrank"),
  ZREMRANGEBYSCORE: event("zremrangebyscore"),
  ZREMRANGEBYLEX: event("zremrangebylex"),
  ZPOPMIN: event("zpopmin"),
  ZPOPMAX: event("zpopmax"),
  ZUNIONSTORE: event("zunionstore"),
  ZINTERSTORE: event("zinterstore"),
  ZDIFFSTORE: event("zdiffstore"),
  ZRANGESTORE: event("zrangestore"),
} as const;
