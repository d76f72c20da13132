import type { BenchTable } from "./bench_table.ts";
import { measureAppending } from "./persistence/appending.ts";
import { measureFiles } from "./persistence/files.ts";
import { tabulate } from "./persistence/line.ts";
import { measureSaving } from "./persistence/saving.ts";
import { runTables } from "./runner.ts";

/** Loading, saving, and what both cost while clients are served. */
export const persistence: BenchTable = {
  name: "persistence",
  summary: "loading and saving, throughput with an append-only file, latency during BGSAVE",
  async run(options, progress) {
    const files = await measureFiles(options, progress);
    const appending = await measureAppending(options, progress);
    const saving = await measureSaving(options, progress);
    return tabulate(options, [...files, ...appending, ...saving]);
  },
};

if (import.meta.main) await runTables([persistence], [...Deno.args, "--tables", "persistence"]);
