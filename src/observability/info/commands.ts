/** INFO commandstats, latencystats and errorstats. */

import type { CommandRecord } from "../../command/registry.ts";
import type { Field, InfoSource } from "./source.ts";

/** One line for each command that was called or refused. */
export function commandStatsSection({ dispatcher }: InfoSource): Field[] {
  return allRecords(dispatcher.registry.records())
    .filter(({ calls, rejected, failed }) => calls > 0 || rejected > 0 || failed > 0)
    .map((record) => [`cmdstat_${record.fullName}`, describeCalls(record)]);
}

function describeCalls({ calls, microseconds, rejected, failed }: CommandRecord): string {
  const perCall = (calls > 0 ? microseconds / calls : 0).toFixed(2);
  return `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${perCall},` +
    `rejected_calls=${rejected},failed_calls=${failed}`;
}

/** One line for each command that has a distribution of latencies, unless they are not tracked. */
export function latencyStatsSection({ dispatcher, config }: InfoSource): Field[] {
  if (!config.get("latency-tracking")) return [];
  const percentiles = config.get("latency-tracking-info-percentiles");
  return allRecords(dispatcher.registry.records())
    .filter(({ latency }) => latency.count > 0)
    .map(({ fullName, latency }) => [
      `latency_percentiles_usec_${fullName}`,
      percentiles.map((percent) => `p${percent}=${latency.percentile(percent).toFixed(3)}`).join(","),
    ]);
}

/** One line for each code that error replies have had. */
export function errorStatsSection({ stats }: InfoSource): Field[] {
  return Array.from(stats.errors, ([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

/** Commands, each followed by its subcommands. */
function allRecords(records: Iterable<CommandRecord>): CommandRecord[] {
  return [...records].flatMap((record) => [record, ...record.subcommands?.values() ?? []]);
}
