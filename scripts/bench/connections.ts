import type { BenchTable, TableResult } from "./bench_table.ts";
import { writeAll } from "./client.ts";
import { settledResidentBytes } from "./process_stats.ts";
import { runTables } from "./runner.ts";
import { type Server, withPair } from "./servers.ts";
import { ratio } from "./statistics.ts";
import { figures, formatCount, formatFixed, words } from "./table.ts";
import { formatTargets, type Target } from "./target.ts";

/** Files that a process needs beyond its connections. */
const SPARE_FILES = 100;
/** Connections that are opened, or asked, at the same time. */
const BATCH = 100;
/** What 10,000 idle connections may cost together. */
const LIMIT_PER_CONNECTION = 250e6 / 10_000;
const PING = new TextEncoder().encode("*1\r\n$4\r\nPING\r\n");

/** Resident memory of a server around its idle connections, in bytes. */
export interface ConnectionCost {
  before: number;
  after: number;
  perConnection: number;
}

/** Resident memory per idle connection, each of which has been served. */
export const connections: BenchTable = {
  name: "connections",
  summary: "resident memory per idle connection",
  async run(options, progress) {
    const count = options.connections;
    await requireFiles(count + SPARE_FILES);
    return await withPair(["--maxclients", String(count + SPARE_FILES)], async (pair) => {
      progress(`${count} connections to ${pair.ours.name}`);
      const ours = await measure(pair.ours, count);
      progress(`${count} connections to ${pair.reference.name}`);
      const reference = await measure(pair.reference, count);
      return tabulate(count, ours, reference);
    });
  },
};

/** Throws when processes started from here may not open so many files. The limit is left as it is. */
async function requireFiles(needed: number): Promise<void> {
  if (Deno.build.os === "windows") return;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const limit = new TextDecoder().decode(stdout).trim();
  if (limit === "unlimited" || Number(limit) >= needed) return;
  throw new Error(
    `ulimit -n is ${limit}, too low for this table: ${needed} are needed (ulimit -n ${needed})`,
  );
}

async function measure(server: Server, count: number): Promise<ConnectionCost> {
  const open: Deno.TcpConn[] = [];
  try {
    const before = await settledResidentBytes(server.pid);
    while (open.length < count) {
      const size = Math.min(BATCH, count - open.length);
      const batch = Array.from(
        { length: size },
        () => Deno.connect({ hostname: "127.0.0.1", port: server.port }),
      );
      open.push(...await Promise.all(batch));
    }
    await pingAll(open);
    const after = await settledResidentBytes(server.pid);
    await pingAll(open);
    return { before, after, perConnection: (after - before) / count };
  } finally {
    for (const connection of open) connection.close();
  }
}

async function pingAll(open: Deno.TcpConn[]): Promise<void> {
  for (let i = 0; i < open.length; i += BATCH) await Promise.all(open.slice(i, i + BATCH).map(ping));
}

async function ping(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64);
  await writeAll(connection, PING);
  let reply = "";
  while (!reply.endsWith("\r\n")) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("the server closed one of the connections");
    reply += new TextDecoder().decode(buffer.subarray(0, length));
  }
  if (reply !== "+PONG\r\n") throw new Error(`the server answered PING with ${reply.trim()}`);
}

function tabulate(count: number, ours: ConnectionCost, reference: ConnectionCost): TableResult {
  const target: Target = { name: "RSS", value: ours.perConnection, atMost: LIMIT_PER_CONNECTION };
  const row = (name: string, cost: ConnectionCost, last: string[]) => [
    name,
    formatFixed(cost.before / 1e6, 1),
    formatFixed(cost.after / 1e6, 1),
    formatCount(cost.perConnection),
    ...last,
  ];
  return {
    title: `Connections: ${
      formatCount(count)
    } idle ones, each served with a PING before and after the reading`,
    columns: [
      words("server"),
      figures("before MB"),
      figures("after MB"),
      figures("bytes/connection"),
      figures("ratio"),
      words("target"),
    ],
    rows: [
      row("mini-redis", ours, [
        formatFixed(ratio(ours.perConnection, reference.perConnection), 2),
        formatTargets([target]),
      ]),
      row("redis-server", reference, ["1.00", "-"]),
    ],
    notes: [`Target: at most ${formatCount(LIMIT_PER_CONNECTION)} bytes each, which is 250 MB for 10,000.`],
    targets: [target],
    data: { count, ours, reference },
  };
}

if (import.meta.main) await runTables([connections], Deno.args);
