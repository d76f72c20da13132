/**
 * DEBUG OBJECT: how a value is kept.
 *
 * @module
 */

import type { EncodingLimits } from "../../data/encoding_limits.ts";
import { List } from "../../data/list.ts";
import type { Database } from "../../keyspace/database.ts";
import { LongString, type Value } from "../../keyspace/value.ts";
import { encodingOf } from "../string/value.ts";
import { nodeFigures, savedSize } from "./saved_size.ts";

/**
 * The line that describes the value. Redis shows a memory address; here the number in it names the value's place in
 * the arena, or is zero for a value on the heap. `compress` is the directive `rdbcompression`; `fast` leaves out what
 * takes a walk through the value.
 */
export function describeObject(database: Database, value: Value, compress: boolean, fast: boolean): string {
  const { accessClock } = database.keyspace;
  const clock = database.clockOf(value);
  const idle = accessClock.frequency ? 0 : accessClock.idleSeconds(clock);
  const place = typeof value === "number" ? (value >>> 0).toString(16) : "0";
  const isString = typeof value === "number" || value instanceof LongString;
  const encoding = isString ? encodingOf(database, value) : value.encoding;
  const saved = fast ? "" : ` serializedlength:${savedSize(database, value, compress)}`;
  const chain = value instanceof List ? describeNodes(value, database.keyspace.limits, fast) : "";
  return `Value at:0x${place} refcount:1 encoding:${encoding}${saved} lru:${clock} lru_seconds_idle:${idle}${chain}`;
}

/** What is special to a quicklist; nothing if the list is one listpack. */
function describeNodes(list: List, limits: EncodingLimits, fast: boolean): string {
  if (list.firstNode === null) return "";
  const { nodes, bytes } = nodeFigures(list);
  const average = (list.size / nodes).toFixed(2);
  const isCompressed = list.compressDepth === 0 ? 0 : 1;
  const size = fast ? "" : ` ql_uncompressed_size:${bytes}`;
  return ` ql_nodes:${nodes} ql_avg_node:${average} ql_listpack_max:${limits.listMaxListpackSize} ` +
    `ql_compressed:${isCompressed}${size}`;
}
