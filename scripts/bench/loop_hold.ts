import type { BenchTable, TableResult } from "./bench_table.ts";
import { Client, pipeline, runCommand } from "./client.ts";
import { askInfo, measureInTurns } from "./persistence/data.ts";
import { runTables } from "./runner.ts";
import { type Server, type ServerName, withPair } from "./servers.ts";
import { median, percentile } from "./statistics.ts";
import { figures, formatCount, formatFixed, words } from "./table.ts";
import { formatTargets, type Target } from "./target.ts";

/** Milliseconds of measuring before the keys expire: what the client and the machine do by themselves. */
const QUIET = 2000;
/** Milliseconds after which a server that still holds keys is given up. */
const EXPIRY_LIMIT = 60_000;
const MAX_SAMPLES = 4_000_000;
/** Every so many requests one is a DBSIZE, to see the end; it counts like a PING. */
const SIZE_EVERY = 200;
const LONGEST_HOLD = 5;

/** Round trips of a client that PINGs without a pause, in milliseconds. */
export interface Latency {
  requests: number;
  p999: number;
  max: number;
  /** The longest time the loop was held by the server's own account; NaN if it does not tell. */
  held: number;
}

/** One server's answers before and while its keys expire, in one round. */
export interface LoopHold {
  quiet: Latency;
  expiring: Latency;
  /** Seconds from the moment of expiry until the server held no key; NaN if it still did at the end. */
  emptyAfter: number;
}

/** The longest time the loop is held while many keys expire in the same second, and what a client sees of it. */
export const loopHold: BenchTable = {
  name: "loop-hold",
  summary: "latency while a million keys expire in the same second",
  run: (options, progress) =>
    withPair([], async ({ ours, reference }) => {
      const lead = options.quick ? 4000 : 12_000;
      const run = (name: ServerName) => measure(name === "mini-redis" ? ours : reference, options.keys, lead);
      return tabulate(options.keys, await measureInTurns(options.rounds, "expiry", progress, run));
    }),
};

async function measure(server: Server, keys: number, lead: number): Promise<LoopHold> {
  const expiry = await fill(server, keys, lead);
  await sleep(expiry - QUIET - Date.now());
  const client = await Client.connect(server.port);
  try {
    const quiet = await ping(client, () => Date.now() >= expiry - 100);
    let emptyAt = NaN;
    const expiring = await ping(client, (size) => {
      if (size === 0) emptyAt = Date.now();
      return size === 0 || Date.now() >= expiry + EXPIRY_LIMIT;
    });
    return { quiet, expiring, emptyAfter: (emptyAt - expiry) / 1000 };
  } finally {
    client.close();
  }
}

/**
 * Fills the server with keys that expire at random milliseconds of one second, and returns the start of that
 * second (ms since the epoch). Where `lead` milliseconds are too short for the filling, it starts anew with more.
 */
async function fill(server: Server, keys: number, lead: number): Promise<number> {
  for (let attempt = 0; attempt < 4; attempt++, lead *= 2) {
    await runCommand(server.port, "FLUSHALL");
    const expiry = Math.ceil((Date.now() + lead) / 1000) * 1000;
    await pipeline(server.port, keys, (i) => [
      "SET",
      `key:${String(i).padStart(12, "0")}`,
      `value:${i}`,
      "PXAT",
      String(expiry + i % 1000),
    ]);
    if (Date.now() < expiry - QUIET - 500) return expiry;
  }
  throw new Error(`${server.name} took too long to be filled with ${keys} keys`);
}

/** Sends PINGs, each after the reply to the last, until `done`, which is told the latest DBSIZE reply. */
async function ping(client: Client, done: (size: number) => boolean): Promise<Latency> {
  const samples = new Float64Array(MAX_SAMPLES);
  let count = 0;
  let max = 0;
  let size = NaN;
  await client.command("CONFIG", "RESETSTAT");
  while (!done(size) && count < MAX_SAMPLES) {
    const start = performance.now();
    if (count % SIZE_EVERY === 0) size = Number(await client.command("DBSIZE"));
    else await client.command("PING");
    const elapsed = performance.now() - start;
    samples[count++] = elapsed;
    max = Math.max(max, elapsed);
  }
  const held = await askInfo(client, "debug", "eventloop_duration_max") / 1000;
  return { requests: count, p999: percentile(samples.subarray(0, count), 0.999), max, held };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

function tabulate(keys: number, rounds: Record<ServerName, LoopHold[]>): TableResult {
  const middle = (name: ServerName, figure: (hold: LoopHold) => number) => median(rounds[name].map(figure));
  const targets: Target[] = [
    { name: "max", value: middle("mini-redis", ({ expiring }) => expiring.max), atMost: LONGEST_HOLD },
    { name: "held", value: middle("mini-redis", ({ expiring }) => expiring.held), atMost: LONGEST_HOLD },
  ];
  const row = (name: ServerName, mark: string) => [
    name,
    formatCount(middle(name, ({ expiring }) => expiring.requests)),
    formatFixed(middle(name, ({ quiet }) => quiet.p999), 2),
    formatFixed(middle(name, ({ quiet }) => quiet.max), 2),
    formatFixed(middle(name, ({ quiet }) => quiet.held), 2),
    formatFixed(middle(name, ({ expiring }) => expiring.p999), 2),
    formatFixed(middle(name, ({ expiring }) => expiring.max), 2),
    formatFixed(middle(name, ({ expiring }) => expiring.held), 2),
    formatFixed(middle(name, ({ emptyAfter }) => emptyAfter), 1),
    mark,
  ];
  return {
    title: `Longest hold of the loop while ${formatCount(keys)} keys expire in the same second`,
    columns: [
      words("server"),
      figures("requests"),
      figures("quiet p99.9 ms"),
      figures("quiet max ms"),
      figures("quiet held ms"),
      figures("p99.9 ms"),
      figures("max ms"),
      figures("held ms"),
      figures("empty after s"),
      words("target"),
    ],
    rows: [
      row("mini-redis", formatTargets(targets)),
      row("redis-server", "-"),
    ],
    notes: [
      `Target: never over ${LONGEST_HOLD} ms. "held" is eventloop_duration_max, which counts commands with their replies, and ` +
      "periodic work; the other times are round trips, so they hold the client's own pauses as well. The quiet columns " +
      "show what there is with no key expiring. Medians of the rounds.",
    ],
    targets,
    data: { keys, rounds },
  };
}

if (import.meta.main) await runTables([loopHold], Deno.args);
