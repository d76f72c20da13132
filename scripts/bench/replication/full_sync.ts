import { Client } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { askInfo, fill, measureInTurns, requireKeys } from "../persistence/data.ts";
import { type Limit, type Line, linesOf } from "../persistence/line.ts";
import type { Server, ServerName } from "../servers.ts";
import { formatCount } from "../table.ts";
import { isLinked, until, withFresh } from "./replica.ts";

/** Milliseconds for which PINGs are sent before the synchronisation. */
const QUIET = 3000;
const LONGEST_HOLD: Limit[] = [{ of: "figure", atMost: 10 }];

/** One round of one server: seconds, and milliseconds of the longest PINGs and of the master's longest turn. */
interface FullSync {
  seconds: number;
  quietPing: number;
  longestPing: number;
  /** NaN if the server does not tell. */
  longestTurn: number;
}

/** A full synchronisation, and what the master's clients notice of it. */
export async function measureFullSync(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Line[]> {
  const run = (name: ServerName) => withFresh(name, [], (master) => measure(name, master, options));
  const line = linesOf(await measureInTurns(options.rounds, "full synchronisation", progress, run));
  return [
    line(`full sync of ${formatCount(options.keys)} keys`, "s", ({ seconds }) => seconds),
    line("longest PING before", "ms", ({ quietPing }) => quietPing),
    line("longest PING during full sync", "ms", ({ longestPing }) => longestPing),
    line("eventloop_duration_max during it", "ms", ({ longestTurn }) => longestTurn, LONGEST_HOLD),
  ];
}

async function measure(name: ServerName, master: Server, { keys }: BenchOptions): Promise<FullSync> {
  await fill(master, keys);
  return withFresh(name, [], async (server) => {
    const [pinger, replica] = await Promise.all([master, server].map(({ port }) => Client.connect(port)));
    try {
      const quietEnd = performance.now() + QUIET;
      const quietPing = await longestPing(pinger, () => performance.now() >= quietEnd);
      await pinger.command("CONFIG", "RESETSTAT");
      const start = performance.now();
      await replica.command("REPLICAOF", "127.0.0.1", String(master.port));
      let end = 0;
      const linked = until("the replica follows", () => isLinked(replica)).then(() =>
        end = performance.now()
      );
      const [longest] = await Promise.all([longestPing(pinger, () => end > 0), linked]);
      const longestTurn = await askInfo(pinger, "debug", "eventloop_duration_max") / 1000;
      await requireKeys(server, keys);
      return { seconds: (end - start) / 1000, quietPing, longestPing: longest, longestTurn };
    } finally {
      pinger.close();
      replica.close();
    }
  });
}

/** Sends PINGs, each after the reply to the last, until `done`; milliseconds of the longest. */
async function longestPing(client: Client, done: () => boolean): Promise<number> {
  let longest = 0;
  while (!done()) {
    const start = performance.now();
    await client.command("PING");
    longest = Math.max(longest, performance.now() - start);
  }
  return longest;
}
