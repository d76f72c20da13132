/**
 * DEBUG HTSTATS: how the keys of a database lie in its tables.
 *
 * @module
 */

import type { Database } from "../../keyspace/database.ts";

/** Chains longer than this are counted together. */
const LONGEST_SHOWN = 50;

/**
 * The statistics as text. A database is an array of maps, chosen by the key's hash: the array is shown as the hash
 * table, and each map as the chain of one slot. `full` adds how long how many chains are.
 */
export function tableStatistics(database: Database, full: boolean): string {
  const keys = database.shards.map((shard) => shard.size);
  const deadlines = database.deadlines.map((shard) => shard?.size ?? 0);
  return `[Dictionary HT]\n${describe(keys, full)}[Expires HT]\n${describe(deadlines, full)}`;
}

function describe(chains: readonly number[], full: boolean): string {
  const title = "Hash table 0 stats (main hash table):\n";
  const elements = chains.reduce((sum, length) => sum + length, 0);
  if (elements === 0) return `${title}No stats available for empty dictionaries\n`;
  const used = chains.filter((length) => length > 0).length;
  const average = (elements / used).toFixed(2);
  const lines = [
    ` table size: ${chains.length}`,
    ` number of elements: ${elements}`,
    ` different slots: ${used}`,
    ` max chain length: ${Math.max(...chains)}`,
    ` avg chain length (counted): ${average}`,
    ` avg chain length (computed): ${average}`,
    ...(full ? distribution(chains) : []),
  ];
  return `${title}${lines.join("\n")}\n`;
}

function distribution(chains: readonly number[]): string[] {
  const counts = new Array<number>(LONGEST_SHOWN + 1).fill(0);
  for (const length of chains) counts[Math.min(length, LONGEST_SHOWN)]++;
  const lines = counts.flatMap((count, length) => {
    if (count === 0) return [];
    const share = ((count * 100) / chains.length).toFixed(2);
    const atLeast = length === LONGEST_SHOWN ? ">= " : "";
    return [`   ${atLeast}${length}: ${count} (${share}%)`];
  });
  return [" Chain length distribution:", ...lines];
}
