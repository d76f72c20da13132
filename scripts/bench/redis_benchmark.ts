import { kill, type Server, spawn } from "./servers.ts";

/** A run that takes longer than this is taken for hung. */
const RUN_LIMIT = 120_000;

/** One line of `redis-benchmark --csv`. Latencies are milliseconds. */
export interface Sample {
  test: string;
  requestsPerSecond: number;
  p50: number;
  p99: number;
}

/** What one run of redis-benchmark does. */
export interface Run {
  /** What selects the test: `-t name`, or a command with its arguments. */
  test: string[];
  requests: number;
  depth: number;
  /** Bytes of each value. */
  size: number;
  /** Keys are drawn from so many (`-r`); 0 uses one key. */
  keyspace: number;
}

/** The arguments of redis-benchmark for a run on 127.0.0.1. */
export function benchmarkArguments(port: number, run: Run): string[] {
  const keyspace = run.keyspace > 0 ? ["-r", String(run.keyspace)] : [];
  const load = ["-c", "50", "-n", String(run.requests), "-P", String(run.depth), "-d", String(run.size)];
  return ["-h", "127.0.0.1", "-p", String(port), "--csv", ...load, ...keyspace, ...run.test];
}

/**
 * The samples in the output of `redis-benchmark --csv`. Warnings between the lines are passed over.
 * Throws when there is no sample, or no header line that names the latency columns (Redis before 6.2).
 */
export function parseBenchmarkCsv(text: string): Sample[] {
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith('"')).map((line) => line.slice(1, -1));
  const header = lines.shift()?.split('","') ?? [];
  const column = (name: string) => {
    const index = header.indexOf(name);
    if (index < 0) {
      throw new Error(`redis-benchmark's output has no column ${name}: Redis 6.2 or newer is needed`);
    }
    // From the right: the title in front is a whole command line for custom tests, and may hold quotes.
    return index - header.length;
  };
  const [rate, p50, p99] = ["rps", "p50_latency_ms", "p99_latency_ms"].map(column);
  if (lines.length === 0) throw new Error("redis-benchmark printed no result");
  return lines.map((line) => {
    const cells = line.split('","');
    return {
      test: cells.slice(0, 1 - header.length).join('","'),
      requestsPerSecond: Number(cells.at(rate)),
      p50: Number(cells.at(p50)),
      p99: Number(cells.at(p99)),
    };
  });
}

/**
 * Runs redis-benchmark against `server`. Throws when it fails, hangs, or the server dies meanwhile: by itself
 * it would go on trying to connect for ever.
 */
export async function runBenchmark(server: Server, run: Run): Promise<Sample[]> {
  const child = spawn("redis-benchmark", benchmarkArguments(server.port, run));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("redis-benchmark did not end")), RUN_LIMIT);
  });
  try {
    const output = await Promise.race([child.output(), server.died, hung]);
    const decoder = new TextDecoder();
    if (!output.success) {
      throw new Error(
        `redis-benchmark failed: ${decoder.decode(output.stderr).trim() || `code ${output.code}`}`,
      );
    }
    return parseBenchmarkCsv(decoder.decode(output.stdout));
  } catch (error) {
    kill(child, "SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
