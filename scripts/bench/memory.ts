import type { BenchTable, TableResult } from "./bench_table.ts";
import { pipeline, runCommand } from "./client.ts";
import type { BenchOptions } from "./options.ts";
import { settledResidentBytes } from "./process_stats.ts";
import { type Server, withPair } from "./servers.ts";
import { median, ratio } from "./statistics.ts";
import { figures, formatCount, formatFixed, words } from "./table.ts";
import { formatTargets, type Target } from "./target.ts";

/** Resident memory of one server process, in bytes. */
export interface Footprint {
  empty: number;
  loaded: number;
  perKey: number;
}

/** Resident memory per key: keys of 16 bytes, values of 32, each server fresh in every round. */
export const memory: BenchTable = {
  name: "memory",
  summary: "resident memory per key",
  async run(options, progress) {
    const ours: Footprint[] = [];
    const reference: Footprint[] = [];
    for (let round = 0; round < options.rounds; round++) {
      progress(`round ${round + 1}/${options.rounds}, ${options.keys} keys`);
      await withPair([], async (pair) => {
        ours.push(await measure(pair.ours, options.keys));
        reference.push(await measure(pair.reference, options.keys));
      });
    }
    return tabulate(options, ours, reference);
  },
};

async function measure(server: Server, keys: number): Promise<Footprint> {
  const empty = await settledResidentBytes(server.pid);
  await pipeline(server.port, keys, (i) => [
    "SET",
    `key:${String(i).padStart(12, "0")}`,
    `value:${String(i).padStart(26, "0")}`,
  ]);
  const size = await runCommand(server.port, "DBSIZE");
  if (size !== keys) throw new Error(`${server.name} holds ${size} keys of ${keys}`);
  const loaded = await settledResidentBytes(server.pid);
  return { empty, loaded, perKey: (loaded - empty) / keys };
}

function tabulate(options: BenchOptions, ours: Footprint[], reference: Footprint[]): TableResult {
  const perKey = (all: Footprint[]) => median(all.map((one) => one.perKey));
  const ownRatio = ratio(perKey(ours), perKey(reference));
  const target: Target = { name: "RSS", value: ownRatio, atMost: 1.2 };
  const row = (name: string, all: Footprint[], last: string[]) => [
    name,
    formatFixed(median(all.map((one) => one.empty)) / 1e6, 1),
    formatFixed(median(all.map((one) => one.loaded)) / 1e6, 1),
    formatFixed(perKey(all), 1),
    ...last,
  ];
  return {
    title: `Memory: ${
      formatCount(options.keys)
    } keys of 16 bytes with values of 32, medians of ${options.rounds} rounds`,
    columns: [
      words("server"),
      figures("empty MB"),
      figures("loaded MB"),
      figures("bytes/key"),
      figures("ratio"),
      words("target"),
    ],
    rows: [
      row("mini-redis", ours, [formatFixed(ownRatio, 2), formatTargets([target])]),
      row("redis-server", reference, ["1.00", "-"]),
    ],
    notes: [
      "bytes/key: resident memory beyond that of the empty server. Target: at most 1.2 times redis-server's.",
    ],
    targets: [target],
    data: { keys: options.keys, ours, reference },
  };
}
