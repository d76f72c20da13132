/** INFO replication. */

import type { Field, InfoSource } from "./source.ts";

/** The lines of INFO replication. */
export function replicationSection(source: InfoSource): Field[] {
  const { config, replication } = source;
  const { failover, stream } = replication;
  const { backlog } = stream;
  return [
    ["role", replication.role],
    ...masterFields(source),
    ...replicaFields(source),
    ["master_failover_state", failover.state],
    ["master_replid", stream.id],
    ["master_replid2", stream.secondId],
    ["master_repl_offset", stream.offset],
    ["second_repl_offset", stream.secondOffset],
    ["repl_backlog_active", backlog === null ? 0 : 1],
    ["repl_backlog_size", config.get("repl-backlog-size")],
    ["repl_backlog_first_byte_offset", backlog?.firstOffset ?? 0],
    ["repl_backlog_histlen", backlog?.length ?? 0],
  ];
}

/** What a replica tells of its master. */
function masterFields({ config, replication: { link } }: InfoSource): Field[] {
  if (link === null) return [];
  const isUp = link.state === "connected";
  const fields: Field[] = [
    ["master_host", link.host],
    ["master_port", link.port],
    ["master_link_status", isUp ? "up" : "down"],
    ["master_last_io_seconds_ago", link.lastIoSeconds],
    ["master_sync_in_progress", link.progress === null ? 0 : 1],
    ["slave_read_repl_offset", link.readOffset],
    ["slave_repl_offset", link.appliedOffset],
  ];
  if (link.progress !== null) fields.push(...progressFields(link.progress));
  if (!isUp) fields.push(["master_link_down_since_seconds", link.downSeconds]);
  return [
    ...fields,
    ["slave_priority", config.get("replica-priority")],
    ["slave_read_only", config.get("replica-read-only") ? 1 : 0],
    ["replica_announced", config.get("replica-announced") ? 1 : 0],
  ];
}

function progressFields(
  { total, read, lastIoSeconds }: { total: number; read: number; lastIoSeconds: number },
): Field[] {
  return [
    ["master_sync_total_bytes", total],
    ["master_sync_read_bytes", read],
    ["master_sync_left_bytes", total - read],
    ["master_sync_perc", (total > 0 ? read / total * 100 : 0).toFixed(2)],
    ["master_sync_last_io_seconds_ago", lastIoSeconds],
  ];
}

function replicaFields({ config, replication: { replicas } }: InfoSource): Field[] {
  const fields: Field[] = [["connected_slaves", replicas.size]];
  if (config.get("min-replicas-to-write") > 0 && config.get("min-replicas-max-lag") > 0) {
    fields.push(["min_slaves_good_slaves", replicas.good]);
  }
  let number = 0;
  for (const { address, port, state, ackedOffset, lag } of replicas.figures()) {
    fields.push([
      `slave${number++}`,
      `ip=${address},port=${port},state=${state},offset=${ackedOffset},lag=${lag}`,
    ]);
  }
  return fields;
}
