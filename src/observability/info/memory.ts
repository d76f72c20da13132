/** INFO memory. */

import type { ClientKind } from "../../command/client.ts";
import { type Field, humanSize, type InfoSource, ratio } from "./source.ts";

/** The lines of INFO memory. */
export function memorySection(source: InfoSource): Field[] {
  const { memory, config } = source;
  const { used, allocated, resident, reserved } = memory.figures();
  const peak = Math.max(memory.peak, used);
  const clients = clientMemory(source);
  const replicas = clientMemory(source, "replica");
  const backlog = source.replication.stream.backlog?.size ?? 0;
  const dataset = used - Math.min(used, memory.startup);
  const system = Deno.systemMemoryInfo().total;
  return [
    ["used_memory", used],
    ["used_memory_human", humanSize(used)],
    ["used_memory_rss", resident],
    ["used_memory_rss_human", humanSize(resident)],
    ["used_memory_peak", peak],
    ["used_memory_peak_human", humanSize(peak)],
    ["used_memory_peak_perc", `${ratio(used * 100, peak)}%`],
    ["used_memory_overhead", memory.startup + clients + backlog],
    ["used_memory_startup", memory.startup],
    ["used_memory_dataset", dataset],
    ["used_memory_dataset_perc", `${ratio(dataset * 100, used)}%`],
    ["allocator_allocated", allocated],
    ["allocator_active", reserved],
    ["allocator_resident", resident],
    ["total_system_memory", system],
    ["total_system_memory_human", humanSize(system)],
    ...scriptMemory(),
    ["maxmemory", config.get("maxmemory")],
    ["maxmemory_human", humanSize(config.get("maxmemory"))],
    ["maxmemory_policy", config.get("maxmemory-policy")],
    ["allocator_frag_ratio", ratio(reserved, allocated)],
    ["allocator_frag_bytes", reserved - allocated],
    ["allocator_rss_ratio", ratio(resident, reserved)],
    ["allocator_rss_bytes", resident - reserved],
    ["rss_overhead_ratio", "1.00"],
    ["rss_overhead_bytes", 0],
    ["mem_fragmentation_ratio", ratio(resident, used)],
    ["mem_fragmentation_bytes", resident - used],
    ["mem_not_counted_for_evict", 0],
    ["mem_replication_backlog", backlog],
    ["mem_total_replication_buffers", backlog + replicas],
    ["mem_clients_slaves", replicas],
    ["mem_clients_normal", clients - replicas],
    ["mem_cluster_links", source.cluster?.memory ?? 0],
    ["mem_aof_buffer", 0],
    ["mem_allocator", "libc"],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
    ["lazyfreed_objects", 0],
  ];
}

/** Buffers of all clients, or of those of one kind, in bytes. */
export function clientMemory({ clients }: Pick<InfoSource, "clients">, wanted?: ClientKind): number {
  let bytes = 0;
  for (const { kind, transport } of clients.all()) {
    if (wanted !== undefined && kind !== wanted) continue;
    const usage = transport.usage();
    bytes += usage.queryBuffer + usage.queryBufferFree + usage.replyBuffer;
  }
  return bytes;
}

/** No script engine is running, so all of these are zero. */
function scriptMemory(): Field[] {
  return [
    ["used_memory_lua", 0],
    ["used_memory_vm_eval", 0],
    ["used_memory_lua_human", humanSize(0)],
    ["used_memory_scripts_eval", 0],
    ["number_of_cached_scripts", 0],
    ["number_of_functions", 0],
    ["number_of_libraries", 0],
    ["used_memory_vm_functions", 0],
    ["used_memory_vm_total", 0],
    ["used_memory_vm_total_human", humanSize(0)],
    ["used_memory_functions", 0],
    ["used_memory_scripts", 0],
    ["used_memory_scripts_human", humanSize(0)],
  ];
}
