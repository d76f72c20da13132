import type { BenchTable, TableResult } from "./bench_table.ts";
import { Client, pipeline } from "./client.ts";
import { settledResidentBytes } from "./process_stats.ts";
import { runTables } from "./runner.ts";
import { type Server, withPair } from "./servers.ts";
import { figures, formatCount, formatFixed, words } from "./table.ts";
import { formatTargets, type Target } from "./target.ts";

const KEYS = 10_000_000;
const QUICK_KEYS = 1_000_000;
/** Keys that are read back after the filling. */
const CHECKED = 20_000;
/** A number without a divisor in common with the key counts: its multiples meet all keys in a scattered order. */
const STRIDE = 7_368_787;

/** What a server did with a large key space. */
interface Filling {
  seconds: number;
  /** Longest round trip of a client that PINGs during the filling, milliseconds. */
  longestPing: number;
  bytesPerKey: number;
  /** Keys of the checked ones that hold their value. */
  right: number;
  size: number;
}

/** Ten million keys: do they fit, are they all there, and what do they cost? */
export const tenMillion: BenchTable = {
  name: "ten-million",
  summary: "filling with ten million keys, and reading them back",
  run: (options, progress) =>
    withPair([], async (pair) => {
      const keys = options.quick ? QUICK_KEYS : KEYS;
      progress(`${keys} keys in ${pair.ours.name}`);
      const ours = await fill(pair.ours, keys);
      progress(`${keys} keys in ${pair.reference.name}`);
      return tabulate(keys, ours, await fill(pair.reference, keys));
    }),
};

function keyOf(index: number): string {
  return `key:${String(index).padStart(12, "0")}`;
}

async function fill(server: Server, keys: number): Promise<Filling> {
  const empty = await settledResidentBytes(server.pid);
  const start = performance.now();
  let isFilling = true;
  const pings = longestPing(server.port, () => isFilling);
  await pipeline(server.port, keys, (i) => ["SET", keyOf(i), `value:${i}`]);
  isFilling = false;
  const seconds = (performance.now() - start) / 1000;
  const loaded = await settledResidentBytes(server.pid);
  const { right, size } = await check(server.port, keys);
  return { seconds, longestPing: await pings, bytesPerKey: (loaded - empty) / keys, right, size };
}

async function longestPing(port: number, goesOn: () => boolean): Promise<number> {
  const client = await Client.connect(port);
  let longest = 0;
  while (goesOn()) {
    const start = performance.now();
    await client.command("PING");
    longest = Math.max(longest, performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  client.close();
  return longest;
}

async function check(port: number, keys: number): Promise<{ right: number; size: number }> {
  const client = await Client.connect(port);
  let right = 0;
  for (let i = 0; i < CHECKED; i++) {
    const index = (i * STRIDE) % keys;
    if (await client.command("GET", keyOf(index)) === `value:${index}`) right++;
  }
  const size = Number(await client.command("DBSIZE"));
  client.close();
  return { right, size };
}

function tabulate(keys: number, ours: Filling, reference: Filling): TableResult {
  const targets: Target[] = [
    { name: "keys", value: ours.size, atLeast: keys, atMost: keys },
    { name: "values", value: ours.right, atLeast: CHECKED },
  ];
  const row = (name: string, filling: Filling, mark: string) => [
    name,
    formatCount(filling.size),
    formatCount(filling.right),
    formatFixed(filling.seconds, 1),
    formatFixed(filling.longestPing, 1),
    formatFixed(filling.bytesPerKey, 1),
    mark,
  ];
  return {
    title: `${formatCount(keys)} keys in one database`,
    columns: [
      words("server"),
      figures("keys"),
      figures(`right of ${formatCount(CHECKED)}`),
      figures("filled in s"),
      figures("longest PING ms"),
      figures("bytes/key"),
      words("target"),
    ],
    rows: [row("mini-redis", ours, formatTargets(targets)), row("redis-server", reference, "-")],
    notes: ["longest PING: the longest round trip of another client while the keys are being written."],
    targets,
    data: { keys, ours, reference },
  };
}

if (import.meta.main) await runTables([tenMillion], [...Deno.args, "--tables", "ten-million"]);
