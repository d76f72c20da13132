import type { BenchTable } from "./bench_table.ts";
import { measureAppending } from "./persistence/appending.ts";
import { measureFiles } from "./persistence/files.ts";
import { tabulate } from "./persistence/line.ts";
import { measureSaving } from "./persistence/saving.ts";
import { runTables } from "./runner.ts";
import { formatCount } from "./table.ts";

const NOTES = [
  "Loading: from the start of the process to the first answer that is not -LOADING, less that of a start without " +
  "data. Each server loads what it wrote itself.",
  "BGSAVE: from the command until INFO says that none is under way, which redis-server notices ten times a second.",
  "Own: beside our own throughput without an append-only file. 50 clients, one key.",
  "Under load: eight clients of redis-benchmark write random keys, pipelined, while another client sends PINGs. The " +
  "round trips hold the client's own pauses and the machine's: the lines without BGSAVE show how long those are.",
  "Extra memory: for us the highest resident memory during BGSAVE over that before it, under the same load; for " +
  "redis-server what it copied on write. Both as a part of what the data set takes.",
];

/** Loading, saving, and what both cost while clients are served. */
export const persistence: BenchTable = {
  name: "persistence",
  summary: "loading and saving, throughput with an append-only file, latency during BGSAVE",
  async run(options, progress) {
    const files = await measureFiles(options, progress);
    const appending = await measureAppending(options, progress);
    const saving = await measureSaving(options, progress);
    const keys = `${formatCount(options.keys)} keys of 16 bytes with values of 32`;
    return tabulate(
      `Persistence: ${keys}, medians of ${options.rounds} rounds`,
      [...files, ...appending, ...saving],
      NOTES,
    );
  },
};

if (import.meta.main) await runTables([persistence], [...Deno.args, "--tables", "persistence"]);
