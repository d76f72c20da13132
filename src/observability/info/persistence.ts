/** INFO persistence. */

import type { Field, InfoSource } from "./source.ts";

/** The lines of INFO persistence. No memory is copied for a snapshot, so the figures of copy-on-write are 0. */
export function persistenceSection(source: InfoSource): Field[] {
  const { persistence } = source;
  return [
    ["loading", persistence.loading === null ? 0 : 1],
    ["async_loading", persistence.asyncLoading ? 1 : 0],
    ["current_cow_peak", 0],
    ["current_cow_size", 0],
    ["current_cow_size_age", 0],
    ...progress(source),
    ...snapshotFields(source),
    ...rewriteFields(source),
    ["module_fork_in_progress", 0],
    ["module_fork_last_cow_size", 0],
    ...logFields(source),
    ...loadingFields(source),
  ];
}

function progress({ persistence: { rewrites, snapshots } }: InfoSource): Field[] {
  const { done, total } = snapshots.active ? snapshots.progress : rewrites.progress;
  return [
    ["current_fork_perc", (total === 0 ? 0 : done / total * 100).toFixed(2)],
    ["current_save_keys_processed", done],
    ["current_save_keys_total", total],
  ];
}

function snapshotFields({ persistence: { lastLoad, saving, snapshots } }: InfoSource): Field[] {
  return [
    ["rdb_changes_since_last_save", snapshots.changes],
    ["rdb_bgsave_in_progress", saving ? 1 : 0],
    ["rdb_last_save_time", snapshots.lastSave],
    ["rdb_last_bgsave_status", snapshots.lastFailed ? "err" : "ok"],
    ["rdb_last_bgsave_time_sec", snapshots.lastDuration],
    ["rdb_current_bgsave_time_sec", snapshots.elapsed],
    ["rdb_saves", snapshots.saves],
    ["rdb_last_cow_size", 0],
    ["rdb_last_load_keys_expired", lastLoad.expired],
    ["rdb_last_load_keys_loaded", lastLoad.loaded],
  ];
}

function rewriteFields({ clock, persistence: { appendOnly } }: InfoSource): Field[] {
  const { rewrite } = appendOnly;
  return [
    ["aof_enabled", appendOnly.state === "off" ? 0 : 1],
    ["aof_rewrite_in_progress", rewrite === null ? 0 : 1],
    ["aof_rewrite_scheduled", appendOnly.rewriteScheduled ? 1 : 0],
    ["aof_last_rewrite_time_sec", appendOnly.lastRewriteSeconds],
    [
      "aof_current_rewrite_time_sec",
      rewrite === null ? -1 : elapsedSeconds(clock.monotonic() - rewrite.startedAt),
    ],
    ["aof_last_bgrewrite_status", appendOnly.lastRewriteFailed ? "err" : "ok"],
    ["aof_rewrites", appendOnly.rewrites],
    ["aof_rewrites_consecutive_failures", appendOnly.consecutiveFailures],
    ["aof_last_write_status", appendOnly.log !== null && appendOnly.log.lastError !== null ? "err" : "ok"],
    ["aof_last_cow_size", 0],
  ];
}

/** Only shown while there is a log. */
function logFields({ persistence: { appendOnly } }: InfoSource): Field[] {
  const { log } = appendOnly;
  if (log === null) return [];
  return [
    ["aof_current_size", log.totalSize],
    ["aof_base_size", appendOnly.baseSize],
    ["aof_pending_rewrite", appendOnly.rewriteScheduled ? 1 : 0],
    ["aof_buffer_length", log.dirty],
    ["aof_pending_bio_fsync", log.syncing ? 1 : 0],
    ["aof_delayed_fsync", log.delayedSyncs],
  ];
}

/** Only shown while data are being loaded. */
function loadingFields({ clock, keyspace, persistence: { loading } }: InfoSource): Field[] {
  if (loading === null) return [];
  const { startedAt, loadedBytes, totalBytes } = loading;
  const part = totalBytes === 0 ? 0 : loadedBytes / totalBytes;
  const elapsed = elapsedSeconds(clock.now() - startedAt * 1000);
  return [
    ["loading_start_time", startedAt],
    ["loading_total_bytes", totalBytes],
    ["loading_rdb_used_mem", keyspace.usedMemory()],
    ["loading_loaded_bytes", loadedBytes],
    ["loading_loaded_perc", (part * 100).toFixed(2)],
    ["loading_eta_seconds", part === 0 ? 1 : Math.floor(elapsed / part - elapsed)],
  ];
}

function elapsedSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
