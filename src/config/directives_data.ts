/** Directives about memory, eviction, expiry, encodings of values and persistence. */

import {
  type Bounds,
  choice,
  INT_MAX,
  INT_MIN,
  integer,
  LONG_MAX,
  memory,
  text,
  ULONG_MAX,
  yesNo,
} from "./builders.ts";
import { DENY_LOADING, IMMUTABLE, MEANINGLESS, PROTECTED } from "./types.ts";

const NATURAL_INT: Bounds = { min: 0n, max: INT_MAX };
const NATURAL_LONG: Bounds = { min: 0n, max: LONG_MAX };
const PERCENT: Bounds = { min: 1n, max: 99n };

/** A check that the value names a file in the data directory and nothing elsewhere. */
function baseName(directive: string, noun: string, mayBeEmpty: boolean): (value: string) => string | null {
  return (value) => {
    if (value === "" && !mayBeEmpty) return `${directive} can't be empty`;
    return /[/\\]/.test(value) ? `${directive} can't be a path, just a ${noun}` : null;
  };
}

export const memoryDirectives = {
  "maxmemory": memory(0, { min: 0n, max: ULONG_MAX }, 0, "How much memory the data may use; 0 is no limit."),
  "maxmemory-policy": choice(
    [
      "volatile-lru",
      "volatile-lfu",
      "volatile-random",
      "volatile-ttl",
      "allkeys-lru",
      "allkeys-lfu",
      "allkeys-random",
      "noeviction",
    ],
    "noeviction",
    0,
    "Which keys are removed when the memory limit is reached.",
  ),
  "maxmemory-samples": integer(5, { min: 1n, max: INT_MAX }, 0, "How many keys eviction compares at a time."),
  "maxmemory-eviction-tenacity": integer(
    10,
    { min: 0n, max: 100n },
    0,
    "How long eviction may hold up commands.",
  ),
  "lfu-log-factor": integer(10, NATURAL_INT, 0, "How many uses it takes to raise a key's use counter."),
  "lfu-decay-time": integer(1, NATURAL_INT, 0, "Minutes after which a key's use counter goes down by one."),
  "active-expire-effort": integer(1, { min: 1n, max: 10n }, 0, "How hard the server looks for expired keys."),
  "activerehashing": yesNo(true, MEANINGLESS, "Spends idle time on rehashing the tables of keys."),
  "lazyfree-lazy-eviction": yesNo(false, MEANINGLESS, "Frees evicted keys in the background."),
  "lazyfree-lazy-expire": yesNo(false, MEANINGLESS, "Frees expired keys in the background."),
  "lazyfree-lazy-server-del": yesNo(false, MEANINGLESS, "Frees overwritten keys in the background."),
  "lazyfree-lazy-user-del": yesNo(false, MEANINGLESS, "Makes DEL free in the background, as UNLINK does."),
  "lazyfree-lazy-user-flush": yesNo(false, MEANINGLESS, "Makes flushes free in the background by default."),
  "jemalloc-bg-thread": yesNo(
    true,
    MEANINGLESS,
    "Lets the allocator return memory from a thread of its own.",
  ),
  "activedefrag": yesNo(false, MEANINGLESS, "Moves values in memory to reduce fragmentation."),
  "active-defrag-cycle-min": integer(
    1,
    PERCENT,
    MEANINGLESS,
    "The least processor share for defragmentation.",
  ),
  "active-defrag-cycle-max": integer(
    25,
    PERCENT,
    MEANINGLESS,
    "The largest processor share for defragmentation.",
  ),
  "active-defrag-threshold-lower": integer(
    10,
    { min: 0n, max: 1000n },
    MEANINGLESS,
    "The percentage of fragmentation from which defragmentation starts.",
  ),
  "active-defrag-threshold-upper": integer(
    100,
    { min: 0n, max: 1000n },
    MEANINGLESS,
    "The percentage of fragmentation from which defragmentation works hardest.",
  ),
  "active-defrag-max-scan-fields": integer(
    1000,
    { min: 1n, max: LONG_MAX },
    MEANINGLESS,
    "Values with more elements than this are defragmented separately.",
  ),
  "active-defrag-ignore-bytes": memory(
    100 << 20,
    { min: 1n, max: LONG_MAX },
    MEANINGLESS,
    "The waste of memory below which defragmentation does nothing.",
  ),
};

export const encodingDirectives = {
  "hash-max-listpack-entries": integer(
    512,
    NATURAL_LONG,
    0,
    "The most fields of a hash in compact encoding.",
    "hash-max-ziplist-entries",
  ),
  "hash-max-listpack-value": memory(
    64,
    NATURAL_LONG,
    0,
    "The longest field or value of a hash in compact encoding.",
    "hash-max-ziplist-value",
  ),
  "list-max-listpack-size": integer(
    -2,
    { min: INT_MIN, max: INT_MAX },
    0,
    "The size of a list node: elements, or from -1 (4 KiB) to -5 (64 KiB) bytes.",
    "list-max-ziplist-size",
  ),
  "list-compress-depth": integer(
    0,
    NATURAL_INT,
    0,
    "How many nodes at each end of a list stay uncompressed; 0 is all.",
  ),
  "set-max-intset-entries": integer(
    512,
    NATURAL_LONG,
    0,
    "The most members of a set kept as sorted integers.",
  ),
  "set-max-listpack-entries": integer(128, NATURAL_LONG, 0, "The most members of a set in compact encoding."),
  "set-max-listpack-value": memory(64, NATURAL_LONG, 0, "The longest member of a set in compact encoding."),
  "zset-max-listpack-entries": integer(
    128,
    NATURAL_LONG,
    0,
    "The most members of a sorted set in compact encoding.",
    "zset-max-ziplist-entries",
  ),
  "zset-max-listpack-value": memory(
    64,
    NATURAL_LONG,
    0,
    "The longest member of a sorted set in compact encoding.",
    "zset-max-ziplist-value",
  ),
  "hll-sparse-max-bytes": memory(3000, NATURAL_LONG, 0, "The largest HyperLogLog in sparse encoding."),
  "stream-node-max-bytes": memory(
    4096,
    NATURAL_LONG,
    0,
    "The most bytes in a node of a stream; 0 is no limit.",
  ),
  "stream-node-max-entries": integer(
    100,
    NATURAL_LONG,
    0,
    "The most entries in a node of a stream; 0 is no limit.",
  ),
};

export const persistenceDirectives = {
  "dbfilename": text(
    "dump.rdb",
    PROTECTED,
    "The file name of snapshots.",
    baseName("dbfilename", "filename", true),
  ),
  "rdbchecksum": yesNo(true, IMMUTABLE, "Ends snapshots with a checksum and verifies it."),
  "rdbcompression": yesNo(true, 0, "Compresses strings in snapshots."),
  "rdb-del-sync-files": yesNo(false, 0, "Deletes the snapshots that were only made for replication."),
  "rdb-save-incremental-fsync": yesNo(true, 0, "Syncs a snapshot to the disk in steps while it is written."),
  "sanitize-dump-payload": choice(
    ["no", "yes", "clients"],
    "no",
    MEANINGLESS,
    "Whether values from RESTORE and from snapshots are checked in depth; they always are.",
  ),
  "stop-writes-on-bgsave-error": yesNo(true, 0, "Refuses writes after a snapshot has failed."),
  "appendonly": yesNo(false, DENY_LOADING, "Logs every change to the append-only file (AOF)."),
  "appendfilename": text(
    "appendonly.aof",
    IMMUTABLE,
    "The base name of the files of the AOF.",
    baseName("appendfilename", "filename", false),
  ),
  "appenddirname": text(
    "appendonlydir",
    IMMUTABLE,
    "The directory of the AOF inside the data directory.",
    baseName("appenddirname", "dirname", false),
  ),
  "appendfsync": choice(
    ["everysec", "always", "no"],
    "everysec",
    0,
    "How often the AOF is synced to the disk.",
  ),
  "no-appendfsync-on-rewrite": yesNo(
    false,
    0,
    "Leaves out syncs of the AOF while a snapshot or rewrite runs.",
  ),
  "auto-aof-rewrite-percentage": integer(
    100,
    NATURAL_INT,
    0,
    "By how many percent the AOF must have grown to be rewritten; 0 is never.",
  ),
  "auto-aof-rewrite-min-size": memory(
    64 << 20,
    NATURAL_LONG,
    0,
    "The smallest AOF that is rewritten by itself.",
  ),
  "aof-load-truncated": yesNo(true, 0, "Loads an AOF whose last command is incomplete."),
  "aof-use-rdb-preamble": yesNo(true, 0, "Writes the base of the AOF in the snapshot format."),
  "aof-timestamp-enabled": yesNo(false, 0, "Writes times into the AOF."),
  "aof-rewrite-incremental-fsync": yesNo(true, 0, "Syncs a rewritten AOF to the disk in steps."),
  "aof-disable-auto-gc": yesNo(false, 0, "Keeps the files of the AOF that are no longer needed."),
};
