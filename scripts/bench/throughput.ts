import type { BenchTable, TableResult } from "./bench_table.ts";
import { type BenchTest, findTest, type TestSetting } from "./bench_tests.ts";
import { runCommand } from "./client.ts";
import type { BenchOptions } from "./options.ts";
import { cpuSeconds } from "./process_stats.ts";
import { runBenchmark } from "./redis_benchmark.ts";
import { type Pair, type Server, ServerEnded, withPair } from "./servers.ts";
import { median, ratio } from "./statistics.ts";
import { figures, formatCount, formatFixed, words } from "./table.ts";
import { formatTargets, type Target } from "./target.ts";

/** Seconds that a run should last about, and requests that it has at least and at most at depth 1. */
const RUN_SECONDS = 1;
const REQUESTS = { least: 20_000, most: 200_000 };
const QUICK_SECONDS = 0.1;
const QUICK_REQUESTS = { least: 5000, most: 20_000 };
const CALIBRATION_REQUESTS = 10_000;

/** One run of one server, or the medians of several. Latencies in milliseconds. */
export interface Measurement {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** CPU seconds of the server per million commands. */
  cpuPerMillion: number;
}

/** One line of the table: a test, its setting, and every run of both servers, in order. */
export interface Configuration {
  test: BenchTest;
  setting: TestSetting;
  ours: Measurement[];
  reference: Measurement[];
  /** Why there are no measurements, when redis-benchmark failed. */
  failure?: string;
}

/** Throughput, latency and CPU time under redis-benchmark. */
export const throughput: BenchTable = {
  name: "throughput",
  summary: "redis-benchmark's tests: requests per second, latency, CPU time",
  run: (options, progress) => withPair([], (pair) => measureAll(pair, options, progress)),
};

/** Every test with every depth, size and key space that matters to it; `base` is the requests at depth 1. */
export function configurations(options: BenchOptions, base: number): Configuration[] {
  const all: Configuration[] = [];
  for (const test of options.tests.map((name) => findTest(name)!)) {
    for (const depth of options.depths) {
      for (const size of test.sized ? options.sizes : options.sizes.slice(0, 1)) {
        for (const keyspace of test.keyed ? [0, options.keys] : [0]) {
          const requests = requestCount(test, depth, base);
          all.push({ test, setting: { requests, depth, size, keyspace }, ours: [], reference: [] });
        }
      }
    }
  }
  return all;
}

/** What is to be reached: throughput at depths 1 and 16, and at 64 over many keys; p99 at every depth. */
export function targetsOf(test: BenchTest, setting: TestSetting, rate: number, p99: number): Target[] {
  if (!test.targeted) return [];
  const targets: Target[] = [{ name: "p99", value: p99, atMost: 1.5 }];
  if (setting.depth <= 16) targets.unshift({ name: "rps", value: rate, atLeast: 1 });
  else if (setting.keyspace > 0) targets.unshift({ name: "rps", value: rate, atLeast: 0.9 });
  return targets;
}

/** The medians of several runs, each figure by itself. */
export function medians(runs: readonly Measurement[]): Measurement {
  const of = (name: keyof Measurement) => median(runs.map((run) => run[name]));
  return {
    requestsPerSecond: of("requestsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    cpuPerMillion: of("cpuPerMillion"),
  };
}

/** How far apart the throughputs of equal runs lie, as a part of their median. */
export function spread(runs: readonly Measurement[]): number {
  const rates = runs.map((run) => run.requestsPerSecond);
  return ratio(Math.max(...rates) - Math.min(...rates), median(rates));
}

/** Deeper pipelines get more requests, so that every run lasts about as long. */
function requestCount(test: BenchTest, depth: number, base: number): number {
  return Math.round(base * Math.max(1, depth ** 0.65 * (test.weight ?? 1)));
}

/** Requests at depth 1 for a run of the wanted length, by what the reference does on this machine now. */
async function calibrate(reference: Server, quick: boolean): Promise<number> {
  const test = ["-t", "ping_mbulk"];
  const run = { test, requests: CALIBRATION_REQUESTS, depth: 1, size: 3, keyspace: 0 };
  const [{ requestsPerSecond }] = await runBenchmark(reference, run);
  const { least, most } = quick ? QUICK_REQUESTS : REQUESTS;
  const wanted = requestsPerSecond * (quick ? QUICK_SECONDS : RUN_SECONDS);
  return Math.round(Math.min(Math.max(wanted, least), most));
}

async function measureAll(
  pair: Pair,
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<TableResult> {
  const all = configurations(options, await calibrate(pair.reference, options.quick));
  for (const [i, configuration] of all.entries()) {
    const { test, setting } = configuration;
    progress(`${i + 1}/${all.length} ${test.name}, depth ${setting.depth}, ${setting.size} bytes`);
    try {
      await measure(pair, configuration, options.rounds);
    } catch (error) {
      if (error instanceof ServerEnded) throw error;
      // A command that one of the servers lacks costs its own row only.
      configuration.failure = error instanceof Error ? error.message : String(error);
    }
  }
  return tabulate(all, options);
}

async function measure(
  pair: Pair,
  { test, setting, ours, reference }: Configuration,
  rounds: number,
): Promise<void> {
  const turns: [Server, Measurement[]][] = [[pair.ours, ours], [pair.reference, reference]];
  for (const [server] of turns) {
    await prepare(server, test, setting);
    // A tenth of a run, not counted: caches fill, and code that is compiled as it runs gets there.
    await measureOnce(server, test, { ...setting, requests: Math.ceil(setting.requests / 10) });
  }
  for (let round = 0; round < rounds; round++) {
    if (!test.readOnly) {
      for (const [server] of turns) await prepare(server, test, setting);
    }
    for (const [server, runs] of turns) runs.push(await measureOnce(server, test, setting));
    // Who goes first changes every round, so that a drift of the machine favours neither.
    turns.reverse();
  }
}

async function prepare(server: Server, test: BenchTest, setting: TestSetting): Promise<void> {
  await runCommand(server.port, "FLUSHALL");
  await test.fill?.(server.port, setting);
}

async function measureOnce(server: Server, test: BenchTest, setting: TestSetting): Promise<Measurement> {
  const before = cpuSeconds(server.pid);
  const samples = await runBenchmark(server, { test: test.arguments, ...setting });
  const seconds = cpuSeconds(server.pid) - before;
  // Some tests (LRANGE) have a filling run of the same length in front: the last sample is the test itself.
  const { requestsPerSecond, p50, p99 } = samples[samples.length - 1];
  return { requestsPerSecond, p50, p99, cpuPerMillion: seconds / (setting.requests * samples.length) * 1e6 };
}

const COLUMNS = [
  words("test"),
  figures("depth"),
  figures("bytes"),
  figures("keys"),
  figures("req/s"),
  figures("redis"),
  figures("ratio"),
  figures("p50 ms"),
  figures("redis"),
  figures("ratio"),
  figures("p99 ms"),
  figures("redis"),
  figures("ratio"),
  figures("CPU s/M"),
  figures("redis"),
  words("target"),
];

function tabulate(all: Configuration[], options: BenchOptions): TableResult {
  const targets: Target[] = [];
  const rows = all.map((configuration) => row(configuration, targets));
  const measured = all.filter((one) => !one.failure);
  const noise = formatFixed(100 * median(measured.map((one) => spread(one.reference))), 0);
  const failures = all.filter((one) => one.failure).map((one) => `${one.test.name}: ${one.failure}`);
  return {
    title: `Throughput and latency: medians of ${options.rounds} rounds, 50 clients`,
    columns: COLUMNS,
    rows,
    notes: [
      "Targets of PING, SET, GET, INCR and MSET: throughput at least 1.0 times redis-server's at depths up to 16 " +
      "and 0.9 at deeper ones over many keys; p99 at most 1.5 times.",
      "CPU s/M: CPU seconds of the server per million commands. MSET sets 10 keys per command.",
      `Noise: redis-server's own runs of one row lie ${noise} % apart (median of the rows); ratios nearer to 1 ` +
      "than that tell nothing.",
      ...new Set(failures),
    ],
    targets,
    data: all.map(({ test, setting, ours, reference, failure }) => ({
      test: test.name,
      ...setting,
      ours,
      reference,
      failure,
    })),
  };
}

function row({ test, setting, ours, reference, failure }: Configuration, targets: Target[]): string[] {
  const [our, their] = [medians(failure ? [] : ours), medians(failure ? [] : reference)];
  const rate = ratio(our.requestsPerSecond, their.requestsPerSecond);
  const p99 = ratio(our.p99, their.p99);
  const own = targetsOf(test, setting, rate, p99);
  targets.push(...own);
  return [
    test.name,
    String(setting.depth),
    test.sized ? String(setting.size) : "-",
    setting.keyspace > 0 ? formatCount(setting.keyspace) : test.keyed ? "1" : "-",
    formatCount(our.requestsPerSecond),
    formatCount(their.requestsPerSecond),
    formatFixed(rate, 2),
    formatFixed(our.p50, 3),
    formatFixed(their.p50, 3),
    formatFixed(ratio(our.p50, their.p50), 2),
    formatFixed(our.p99, 3),
    formatFixed(their.p99, 3),
    formatFixed(p99, 2),
    formatFixed(our.cpuPerMillion, 2),
    formatFixed(their.cpuPerMillion, 2),
    formatTargets(own),
  ];
}
