/** INFO stats and debug. */

import type { Field, InfoSource } from "./source.ts";

/** The lines of INFO stats. */
export function statsSection(source: InfoSource): Field[] {
  const { stats } = source;
  return [
    ...trafficFields(source),
    ...keyspaceFields(source),
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", source.migrator.targets.size],
    ["slave_expires_tracked_keys", 0],
    ["active_defrag_hits", 0],
    ["active_defrag_misses", 0],
    ["active_defrag_key_hits", 0],
    ["active_defrag_key_misses", 0],
    ["total_active_defrag_time", 0],
    ["current_active_defrag_time", 0],
    ["tracking_total_keys", 0],
    ["tracking_total_items", 0],
    ["tracking_total_prefixes", 0],
    ["unexpected_error_replies", 0],
    ["total_error_replies", stats.errorReplies],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", stats.reads],
    ["total_writes_processed", stats.writes],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
    ...eventLoopFields(source),
    ["acl_access_denied_auth", stats.deniedLogins],
    ["acl_access_denied_cmd", 0],
    ["acl_access_denied_key", 0],
    ["acl_access_denied_channel", 0],
  ];
}

function trafficFields({ stats, dispatcher, rates }: InfoSource): Field[] {
  return [
    ["total_connections_received", stats.connectionsReceived],
    ["total_commands_processed", dispatcher.commandsProcessed],
    ["instantaneous_ops_per_sec", Math.round(rates.commandsPerSecond)],
    ["total_net_input_bytes", stats.inputBytes],
    ["total_net_output_bytes", stats.outputBytes],
    ["total_net_repl_input_bytes", stats.replicationInputBytes],
    ["total_net_repl_output_bytes", stats.replicationOutputBytes],
    ["instantaneous_input_kbps", (rates.inputBytesPerSecond / 1024).toFixed(2)],
    ["instantaneous_output_kbps", (rates.outputBytesPerSecond / 1024).toFixed(2)],
    ["instantaneous_input_repl_kbps", "0.00"],
    ["instantaneous_output_repl_kbps", "0.00"],
    ["rejected_connections", stats.connectionsRejected],
    ["sync_full", stats.syncFull],
    ["sync_partial_ok", stats.syncPartialOk],
    ["sync_partial_err", stats.syncPartialErr],
  ];
}

function keyspaceFields({ evictor, expireCycle, keyspace, pubsub }: InfoSource): Field[] {
  return [
    ["expired_keys", keyspace.expired],
    ["expired_stale_perc", expireCycle.stalePercent.toFixed(2)],
    ["expired_time_cap_reached_count", expireCycle.timeCapReached],
    ["expire_cycle_cpu_milliseconds", Math.round(expireCycle.timeUsed)],
    ["evicted_keys", keyspace.evicted],
    ["evicted_clients", 0],
    ["total_eviction_exceeded_time", Math.round(evictor.totalExceededTime)],
    ["current_eviction_exceeded_time", Math.round(evictor.currentExceededTime)],
    ["keyspace_hits", keyspace.hits],
    ["keyspace_misses", keyspace.misses],
    ["pubsub_channels", pubsub.channels.size],
    ["pubsub_patterns", pubsub.patterns.size],
    ["pubsubshard_channels", pubsub.shardChannels.size],
  ];
}

/** A cycle of the event loop, as far as this program sees it, is a group of commands that are served together. */
function eventLoopFields({ dispatcher, rates, stats }: InfoSource): Field[] {
  return [
    ["eventloop_cycles", dispatcher.batches],
    ["eventloop_duration_sum", Math.round(stats.loop.total)],
    ["eventloop_duration_cmd_sum", Math.round(dispatcher.busyMicroseconds)],
    ["instantaneous_eventloop_cycles_per_sec", Math.round(rates.cyclesPerSecond)],
    ["instantaneous_eventloop_duration_usec", Math.round(rates.cycleMicroseconds)],
  ];
}

/** The lines of INFO debug, which is shown only when asked for by name. */
export function debugSection({ dispatcher, stats: { loop } }: InfoSource): Field[] {
  return [
    ["eventloop_duration_aof_sum", Math.round(loop.log)],
    ["eventloop_duration_cron_sum", Math.round(loop.cron)],
    ["eventloop_duration_max", Math.round(loop.longest)],
    ["eventloop_cmd_per_cycle_max", dispatcher.largestBatch],
  ];
}
