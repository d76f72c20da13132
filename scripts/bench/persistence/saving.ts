import { Client } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { residentBytes, settledResidentBytes } from "../process_stats.ts";
import { kill, makeDirectory, type Server, type ServerName, spawn, withServer } from "../servers.ts";
import { percentile } from "../statistics.ts";
import { askInfo, fill, isSaving, measureInTurns, sleep } from "./data.ts";
import { type Limit, type Line, linesOf } from "./line.ts";

/** Milliseconds under load before anything is measured, and then before the BGSAVE. */
const SETTLING = 2000;
const QUIET = 4000;
const QUICK_QUIET = 1000;
/** Milliseconds between two readings of the memory, and two looks at whether the BGSAVE has ended. */
const WATCH_PERIOD = 10;
/** Milliseconds after which a BGSAVE is given up. */
const SAVE_LIMIT = 120_000;
const MAX_SAMPLES = 2_000_000;
/** More requests than will ever be made: the load goes on until it is killed. */
const ENDLESS = 2_000_000_000;
const VALUE_SIZE = 32;

const LONGEST_HOLD: Limit[] = [{ of: "figure", atMost: 10 }];
const MOST_MEMORY: Limit[] = [{ of: "figure", atMost: 15 }];

/** What one server did in one of the two times: round trips and its own longest turn in milliseconds, memory in bytes. */
interface Stretch {
  p999: number;
  max: number;
  /** NaN if the server does not tell. */
  ownMax: number;
  peak: number;
}

/** One round of one server. */
interface SaveUnderLoad {
  quiet: Stretch;
  saving: Stretch;
  seconds: number;
  /** Percent of what the data set takes. */
  extraMemory: number;
}

/** BGSAVE while every key is being overwritten. */
export async function measureSaving(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Line[]> {
  const run = (name: ServerName) => {
    // New ones each time, without a snapshot that would be loaded.
    const directories = { "mini-redis": makeDirectory(), "redis-server": makeDirectory() };
    return withServer(name, { extra: [], directories }, (server) => measure(server, options));
  };
  const line = linesOf(await measureInTurns(options.rounds, "BGSAVE under load", progress, run));
  return [
    line("under load: PING p99.9", "ms", ({ quiet }) => quiet.p999),
    line("under load: PING p99.9 during BGSAVE", "ms", ({ saving }) => saving.p999),
    line("under load: longest PING", "ms", ({ quiet }) => quiet.max),
    line("under load: longest PING during BGSAVE", "ms", ({ saving }) => saving.max, LONGEST_HOLD),
    line("under load: eventloop_duration_max", "ms", ({ quiet }) => quiet.ownMax),
    line(
      "under load: eventloop_duration_max during BGSAVE",
      "ms",
      ({ saving }) => saving.ownMax,
      LONGEST_HOLD,
    ),
    line("under load: extra memory of BGSAVE", "%", ({ extraMemory }) => extraMemory, MOST_MEMORY),
    line("under load: BGSAVE", "s", ({ seconds }) => seconds),
  ];
}

async function measure(server: Server, options: BenchOptions): Promise<SaveUnderLoad> {
  const empty = await settledResidentBytes(server.pid);
  await fill(server, options.keys);
  const dataSet = await settledResidentBytes(server.pid) - empty;
  const load = startLoad(server, options.keys);
  const client = await Client.connect(server.port);
  try {
    await sleep(options.quick ? QUICK_QUIET : SETTLING);
    const quietEnd = performance.now() + (options.quick ? QUICK_QUIET : QUIET);
    const quiet = await watch(server, client, () => Promise.resolve(performance.now() >= quietEnd));
    const before = residentBytes(server.pid);
    const begun = performance.now();
    await client.command("BGSAVE");
    const saving = await watch(server, client, async () => !await isSaving(client) || giveUp(begun));
    const seconds = (performance.now() - begun) / 1000;
    const copied = await askInfo(client, "persistence", "rdb_last_cow_size");
    const extra = server.name === "mini-redis" ? Math.max(0, saving.peak - before) : copied;
    return { quiet, saving, seconds, extraMemory: extra / dataSet * 100 };
  } finally {
    client.close();
    kill(load, "SIGKILL");
    await load.status;
  }
}

/** Eight clients that overwrite keys as fast as they can. */
export function startLoad({ port }: Server, keys: number): Deno.ChildProcess {
  const kind = ["-t", "set", "-d", String(VALUE_SIZE), "-r", String(keys), "-n", String(ENDLESS)];
  const load = spawn("redis-benchmark", [
    "-h",
    "127.0.0.1",
    "-p",
    String(port),
    "-q",
    "-c",
    "8",
    "-P",
    "16",
    ...kind,
  ]);
  // It tells how far it is, all the time; a pipe that nobody empties would stop it.
  for (const stream of [load.stdout, load.stderr]) stream.pipeTo(new WritableStream()).catch(() => {});
  return load;
}

function giveUp(begun: number): boolean {
  if (performance.now() - begun < SAVE_LIMIT) return false;
  throw new Error("BGSAVE did not end");
}

/** Sends PINGs, each after the reply to the last, and watches the memory, until `done`. */
async function watch(server: Server, client: Client, done: () => Promise<boolean>): Promise<Stretch> {
  const samples = new Float64Array(MAX_SAMPLES);
  let count = 0;
  let peak = residentBytes(server.pid);
  let max = 0;
  await client.command("CONFIG", "RESETSTAT");
  for (let next = performance.now() + WATCH_PERIOD;;) {
    const start = performance.now();
    if (start >= next) {
      next = start + WATCH_PERIOD;
      peak = Math.max(peak, residentBytes(server.pid));
      if (await done()) break;
      continue;
    }
    await client.command("PING");
    const elapsed = performance.now() - start;
    if (count < MAX_SAMPLES) samples[count++] = elapsed;
    max = Math.max(max, elapsed);
  }
  const ownMax = await askInfo(client, "debug", "eventloop_duration_max") / 1000;
  return { p999: percentile(samples.subarray(0, count), 0.999), max, ownMax, peak };
}
