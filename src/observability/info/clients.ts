/** INFO clients. */

import type { Field, InfoSource } from "./source.ts";

/** The lines of INFO clients. */
export function clientsSection(source: InfoSource): Field[] {
  const { blocked: { figures }, clients, cluster, config, replication } = source;
  let blocked = 0;
  let largestInput = 0;
  let largestOutput = 0;
  for (const client of clients.all()) {
    const usage = client.transport.usage();
    if (client.suspended) blocked++;
    largestInput = Math.max(largestInput, usage.queryBuffer + usage.queryBufferFree);
    largestOutput = Math.max(largestOutput, usage.queuedBytes);
  }
  const { keys, keysOnMissing, timeouts } = figures;
  return [
    ["connected_clients", clients.size - replication.replicas.size],
    ["cluster_connections", cluster?.connections ?? 0],
    ["maxclients", config.get("maxclients")],
    ["client_recent_max_input_buffer", largestInput],
    ["client_recent_max_output_buffer", largestOutput],
    ["blocked_clients", blocked],
    ["tracking_clients", 0],
    ["clients_in_timeout_table", timeouts + replication.replicas.waiters.timeouts],
    ["total_blocking_keys", keys],
    ["total_blocking_keys_on_nokey", keysOnMissing],
  ];
}
