import type { BenchTable, TableResult } from "./bench_table.ts";
import { BENCH_TESTS } from "./bench_tests.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { type ProcessorTime, processorTime } from "./process_stats.ts";
import { killAll, removeDirectories, requireTools } from "./servers.ts";
import { formatFixed, formatTable } from "./table.ts";
import { isMet } from "./target.ts";

const INTERRUPTED = 130;
const encoder = new TextEncoder();

/**
 * Runs the tables that `args` choose, prints each when it is done, and leaves no process and no file behind, on Ctrl-C
 * either. The exit code is 1 when the benchmark could not be run; a missed target is a result, not an error.
 */
export async function runTables(tables: readonly BenchTable[], args: string[]): Promise<void> {
  const interrupt = () => {
    killAll();
    removeDirectories();
    Deno.exit(INTERRUPTED);
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    const options = parseOptions(args, tables.map((table) => table.name));
    if (options.help) return print(helpText(tables));
    await requireTools();
    await runChosen(tables, options);
  } catch (error) {
    complain(`\nbench: ${error instanceof Error ? error.message : error}\n`);
    Deno.exitCode = 1;
  } finally {
    killAll();
    removeDirectories();
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}

async function runChosen(tables: readonly BenchTable[], options: BenchOptions): Promise<void> {
  if (options.quick) print("Quick run on small data: the figures are rough, and targets mean little.\n\n");
  const results: Record<string, TableResult> = {};
  for (const name of options.tables) {
    const table = tables.find((one) => one.name === name)!;
    const before = processorTime();
    const result = await table.run(options, (text) => complain(`${name}: ${text}\n`));
    results[name] = result;
    print(describe(result, stolenShare(before, processorTime())));
  }
  const targets = Object.values(results).flatMap((result) => result.targets);
  const met = targets.filter(isMet).length;
  print(`${met} targets met, ${targets.length - met} missed\n`);
  if (options.json !== undefined) await writeJson(options.json, options, results);
}

function describe(result: TableResult, stolen: number): string {
  const notes = [...result.notes];
  if (stolen > 0) {
    notes.push(
      `Of the processor time that was wanted meanwhile, this machine's host gave ${
        formatFixed(stolen * 100, 1)
      } % to others.`,
    );
  }
  return `## ${result.title}\n\n${formatTable(result.columns, result.rows)}\n\n${notes.join("\n")}\n\n`;
}

/** NaN where the system does not tell. */
function stolenShare(before: ProcessorTime, after: ProcessorTime): number {
  return (after.stolen - before.stolen) / (after.wanted - before.wanted);
}

async function writeJson(
  file: string,
  options: BenchOptions,
  results: Record<string, TableResult>,
): Promise<void> {
  const tables = Object.fromEntries(
    Object.entries(results).map(([name, { title, targets, data }]) => [name, { title, targets, data }]),
  );
  const machine = { os: Deno.build.os, arch: Deno.build.arch, cores: navigator.hardwareConcurrency };
  await Deno.writeTextFile(
    file,
    JSON.stringify({ options, machine, deno: Deno.version.deno, tables }, null, 2) + "\n",
  );
}

function helpText(tables: readonly BenchTable[]): string {
  const list = tables.map((table) => `    ${table.name.padEnd(14)}${table.summary}\n`).join("");
  return `Compares mini-redis with redis-server, which take turns on this machine.

  --tables LIST     tables to run, or "all"; without it the first two:
${list}  --connections     run the table "connections"
  --loop-hold       run the table "loop-hold"
  --skip-memory     leave out the table "memory"
  --quick           short runs on small data
  --rounds N        rounds of each measurement (3)
  --tests LIST      of ${wrap(BENCH_TESTS.map((test) => test.name))}
  --depths LIST     pipeline depths (1,16,64)
  --sizes LIST      bytes of values (3,100,1024)
  --keys N          size of the key space (1000000)
  --json FILE       write the unrounded results to a file

The environment variable MINI_REDIS_SERVER gives another command line for our server, split on spaces.
`;
}

function wrap(names: string[]): string {
  const half = Math.ceil(names.length / 2);
  return `${names.slice(0, half).join(", ")},\n${" ".repeat(20)}${names.slice(half).join(", ")}`;
}

function print(text: string): void {
  writeSync(Deno.stdout, text);
}

function complain(text: string): void {
  writeSync(Deno.stderr, text);
}

function writeSync(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
