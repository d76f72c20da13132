import { Client, runCommand } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { measureInTurns, sleep } from "../persistence/data.ts";
import { type Line, linesOf } from "../persistence/line.ts";
import { startLoad } from "../persistence/saving.ts";
import { runBenchmark } from "../redis_benchmark.ts";
import { kill, type Server, type ServerName } from "../servers.ts";
import { percentile } from "../statistics.ts";
import { isLinked, lagOf, until, withFresh } from "./replica.ts";

const DEPTHS = [1, 16];
/** Requests of a run at depth 1; a deeper one makes more. */
const REQUESTS = 100_000;
const QUICK_REQUESTS = 10_000;
const VALUE_SIZE = 3;
/** Milliseconds of load before anything is measured, and between two looks at the lag. */
const SETTLING = 1000;
const LAG_PERIOD = 20;
const LAG_SAMPLES = 200;
const QUICK_SAMPLES = 50;
const WAITS = 300;
const QUICK_WAITS = 50;

/** One round of one server. */
interface Stream {
  /** SETs a second for each of {@linkcode DEPTHS}. */
  alone: number[];
  replicated: number[];
  /** Bytes. */
  lag: { median: number; max: number };
  /** Milliseconds. */
  catchUp: number;
  idleWait: { median: number; p99: number };
  busyWait: { median: number; p99: number };
}

/** SETs a second on a master with a replica, and how far that is behind. */
export async function measureStream(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Line[]> {
  const run = (name: ServerName) => withFresh(name, [], (master) => measure(name, master, options));
  const rounds = await measureInTurns(options.rounds, "writing with a replica", progress, run);
  const line = linesOf(rounds);
  return [
    ...DEPTHS.map((depth, i) => ({
      ...line(`SET, depth ${depth}, with a replica`, "req/s", ({ replicated }) => replicated[i]),
      base: rounds["mini-redis"].map(({ alone }) => alone[i]),
    })),
    line("lag under load", "bytes", ({ lag }) => lag.median),
    line("lag under load, greatest", "bytes", ({ lag }) => lag.max),
    line("catching up after the load", "ms", ({ catchUp }) => catchUp),
    line("SET and WAIT 1, idle", "ms", ({ idleWait }) => idleWait.median),
    line("SET and WAIT 1, idle, p99", "ms", ({ idleWait }) => idleWait.p99),
    line("SET and WAIT 1, under load", "ms", ({ busyWait }) => busyWait.median),
    line("SET and WAIT 1, under load, p99", "ms", ({ busyWait }) => busyWait.p99),
  ];
}

async function measure(name: ServerName, master: Server, options: BenchOptions): Promise<Stream> {
  await rates(master, { ...options, quick: true });
  const alone = await rates(master, options);
  return withFresh(name, [], async (server) => {
    const [writer, replica] = await Promise.all([master, server].map(({ port }) => Client.connect(port)));
    try {
      await replica.command("REPLICAOF", "127.0.0.1", String(master.port));
      await until("the replica follows", () => isLinked(replica));
      const replicated = await rates(master, options);
      await until("the replica is there", async () => await lagOf(writer, replica) === 0);
      const idleWait = await waits(writer, options);
      return { alone, replicated, idleWait, ...await underLoad(master, writer, replica, options) };
    } finally {
      writer.close();
      replica.close();
    }
  });
}

/** SETs a second of 50 clients at each depth. */
async function rates(server: Server, { quick }: BenchOptions): Promise<number[]> {
  const found: number[] = [];
  for (const depth of DEPTHS) {
    await runCommand(server.port, "FLUSHALL");
    const requests = (quick ? QUICK_REQUESTS : REQUESTS) * (depth > 1 ? depth / 2 : 1);
    const run = { test: ["-t", "set"], requests, depth, size: VALUE_SIZE, keyspace: 0 };
    const [sample] = await runBenchmark(server, run);
    found.push(sample.requestsPerSecond);
  }
  return found;
}

async function underLoad(
  master: Server,
  writer: Client,
  replica: Client,
  options: BenchOptions,
): Promise<Pick<Stream, "lag" | "catchUp" | "busyWait">> {
  const load = startLoad(master, options.keys);
  try {
    await sleep(SETTLING);
    const lags = new Float64Array(options.quick ? QUICK_SAMPLES : LAG_SAMPLES);
    for (let i = 0; i < lags.length; i++) {
      lags[i] = await lagOf(writer, replica);
      await sleep(LAG_PERIOD);
    }
    const busyWait = await waits(writer, options);
    kill(load, "SIGKILL");
    await load.status;
    const ended = performance.now();
    await until("the replica has caught up", async () => await lagOf(writer, replica) === 0, 0);
    const catchUp = performance.now() - ended;
    return { lag: { median: percentile(lags, 0.5), max: percentile(lags, 1) }, catchUp, busyWait };
  } finally {
    kill(load, "SIGKILL");
    await load.status;
  }
}

/** Milliseconds that a SET and its WAIT take. */
async function waits(client: Client, { quick }: BenchOptions): Promise<{ median: number; p99: number }> {
  const times = new Float64Array(quick ? QUICK_WAITS : WAITS);
  for (let i = 0; i < times.length; i++) {
    const start = performance.now();
    await client.command("SET", "waited-for", String(i));
    if (await client.command("WAIT", "1", "0") !== 1) throw new Error("WAIT 1 ended without a replica");
    times[i] = performance.now() - start;
  }
  return { median: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
