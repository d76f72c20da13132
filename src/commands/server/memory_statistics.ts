/**
 * The figures of MEMORY STATS.
 *
 * @module
 */

import { type Database, DEADLINE_BYTES, KEY_BYTES } from "../../keyspace/database.ts";
import { clientMemory } from "../../observability/info/memory.ts";
import type { Services } from "../services.ts";

/** One figure, or the figures of one database; integers are bytes or counts. */
export type Statistic =
  & { readonly name: string }
  & (
    | { readonly kind: "integer"; readonly value: number }
    | { readonly kind: "double"; readonly value: number }
    | { readonly kind: "database"; readonly value: readonly (readonly [name: string, bytes: number])[] }
  );

/** What the figures are made from. */
export interface StatisticParts extends Pick<Services, "clients" | "keyspace" | "memory"> {
  readonly cluster?: { readonly memory: number } | null;
  readonly replication: { readonly stream: { readonly backlog: { readonly size: number } | null } };
}

/** All figures in Redis's order. What this server does not have takes 0 bytes. */
export function memoryStatistics(parts: StatisticParts): Statistic[] {
  const { keyspace, memory } = parts;
  const { used, allocated, reserved, resident } = memory.figures();
  const databases = [...keyspace.databases()].filter((database) => database.size > 0);
  const clients = clientMemory(parts);
  const replicas = clientMemory(parts, "replica");
  const backlog = parts.replication.stream.backlog?.size ?? 0;
  const overhead = memory.startup + clients + backlog + sum(databases, (database) => keyBytes(database));
  const keys = sum(databases, (database) => database.size);
  const grown = Math.max(0, used - memory.startup);
  const dataset = Math.max(0, used - overhead);
  return [
    integer("peak.allocated", Math.max(memory.peak, used)),
    integer("total.allocated", used),
    integer("startup.allocated", memory.startup),
    integer("replication.backlog", backlog),
    integer("clients.slaves", replicas),
    integer("clients.normal", clients - replicas),
    integer("cluster.links", parts.cluster?.memory ?? 0),
    integer("aof.buffer", 0),
    integer("lua.caches", 0),
    integer("functions.caches", 0),
    ...databases.map(databaseFigures),
    integer("overhead.total", overhead),
    integer("keys.count", keys),
    integer("keys.bytes-per-key", keys === 0 ? 0 : Math.floor(grown / keys)),
    integer("dataset.bytes", dataset),
    double("dataset.percentage", ratio(dataset * 100, grown)),
    double("peak.percentage", ratio(used * 100, Math.max(memory.peak, used))),
    integer("allocator.allocated", allocated),
    integer("allocator.active", reserved),
    integer("allocator.resident", resident),
    double("allocator-fragmentation.ratio", ratio(reserved, allocated)),
    integer("allocator-fragmentation.bytes", reserved - allocated),
    double("allocator-rss.ratio", ratio(resident, reserved)),
    integer("allocator-rss.bytes", resident - reserved),
    double("rss-overhead.ratio", 1),
    integer("rss-overhead.bytes", 0),
    double("fragmentation", ratio(resident, used)),
    integer("fragmentation.bytes", resident - used),
  ];
}

function databaseFigures(database: Database): Statistic {
  return {
    name: `db.${database.index}`,
    kind: "database",
    value: [
      ["overhead.hashtable.main", database.size * KEY_BYTES],
      ["overhead.hashtable.expires", database.expiring * DEADLINE_BYTES],
      ["overhead.hashtable.slot-to-keys", 0],
    ],
  };
}

/** What the index of the keys and that of the deadlines take. */
function keyBytes(database: Database): number {
  return database.size * KEY_BYTES + database.expiring * DEADLINE_BYTES;
}

function integer(name: string, value: number): Statistic {
  return { name, kind: "integer", value };
}

function double(name: string, value: number): Statistic {
  return { name, kind: "double", value };
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
