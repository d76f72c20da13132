/**
 * DEBUG HTSTATS and HTSTATS-KEY: how the keys of a database, or the elements of a value, lie in their tables.
 *
 * @module
 */

import { ByteTable } from "../../data/byte_table.ts";
import { Hash } from "../../data/hash.ts";
import { IndexedSortedSet } from "../../data/indexed_sorted_set.ts";
import { ByteSet } from "../../data/set.ts";
import { SortedSet } from "../../data/sorted_set.ts";
import type { Database } from "../../keyspace/database.ts";
import type { Value } from "../../keyspace/value.ts";

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

/**
 * The same of the hash table that a value has; undefined if it has none. The tables have no chains but runs of used slots:
 * those elements are shown as a chain that belong to the same slot. While a table gives way to another, both are shown.
 */
export function valueTableStatistics(value: Value, full: boolean): string | undefined {
  return tablesOf(value)?.map((homes, i) => describe([...homes], full, TITLES[i])).join("");
}

function tablesOf(value: Value): Int32Array[] | undefined {
  if (value instanceof SortedSet) {
    return value.form instanceof IndexedSortedSet ? value.form.homes() : undefined;
  }
  if (!(value instanceof Hash || value instanceof ByteSet)) return undefined;
  return value.contents instanceof ByteTable ? value.contents.homes() : undefined;
}

const TITLES = ["Hash table 0 stats (main hash table):\n", "Hash table 1 stats (rehashing target):\n"];

function describe(chains: readonly number[], full: boolean, title: string = TITLES[0]): string {
  const elements = chains.reduce((sum, length) => sum + length, 0);
  if (elements === 0) return `${title}No stats available for empty dictionaries\n`;
  const used = chains.filter((length) => length > 0).length;
  const average = (elements / used).toFixed(2);
  const lines = [
    ` table size: ${chains.length}`,
    ` number of elements: ${elements}`,
    ` different slots: ${used}`,
    ` max chain length: ${chains.reduce((longest, length) => Math.max(longest, length), 0)}`,
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
