/**
 * Brings the memory figure up to date when `maxmemory` is set at run time.
 *
 * @module
 */

import type { Database } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Log } from "../observability/log.ts";
import type { LoopTime } from "../util/loop_time.ts";
import { SlicedTask } from "./sliced_task.ts";

/** Milliseconds between two shards; a shard has some thousand keys at most. */
const PAUSE = 2;

/** A count under way. */
export interface ObjectCount {
  stop(): void;
}

/**
 * Notes the size of every object, shard by shard: while nobody limited the memory, objects changed without their
 * sizes being followed.
 */
export function startObjectCount(keyspace: Keyspace, loop: LoopTime, log: Log): ObjectCount {
  const steps = walk(keyspace);
  const task = new SlicedTask(
    loop,
    () => !steps.next().done,
    () => PAUSE,
    (error) => log.warning(`The count of objects failed: ${error}`),
  );
  task.startLater();
  return task;
}

function* walk(keyspace: Keyspace): Generator<void> {
  for (const database of keyspace.databases()) {
    for (let shard = 0; shard < database.shards.length; shard++) {
      if (countShard(database, shard)) yield;
    }
  }
}

/** Whether there was something to count. */
function countShard(database: Database, shard: number): boolean {
  const map = database.shards[shard];
  for (const found of map.values()) {
    for (const handle of typeof found === "number" ? [found] : found) {
      database.recount(database.valueOf(handle));
    }
  }
  return map.size > 0;
}
