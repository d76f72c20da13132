import type { Client } from "../client.ts";
import { infoField, sleep } from "../persistence/data.ts";
import { makeDirectory, type Server, type ServerName, withServer } from "../servers.ts";

/** Milliseconds between two looks at whether something has come about, and after which it is given up. */
const POLL = 2;
const LIMIT = 120_000;

/** Throughput, lag and the like should not be those of the pause before a synchronisation. */
const AT_ONCE = ["--repl-diskless-sync-delay", "0"];

/** Runs `use` with a server of its own directory. */
export function withFresh<T>(
  name: ServerName,
  extra: string[],
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const directory = makeDirectory();
  const directories = { "mini-redis": directory, "redis-server": directory };
  return withServer(name, { extra: [...AT_ONCE, ...extra], directories }, use);
}

/** Asks until `condition` is true. Throws with `what` when that takes too long. */
export async function until(what: string, condition: () => Promise<boolean>, poll = POLL): Promise<void> {
  for (const end = performance.now() + LIMIT; performance.now() < end;) {
    if (await condition()) return;
    await sleep(poll);
  }
  throw new Error(`never: ${what}`);
}

/** Whether a replica has its master's data and follows its stream. */
export async function isLinked(replica: Client): Promise<boolean> {
  return String(await replica.command("INFO", "replication")).includes("master_link_status:up");
}

/** How many bytes the master has written that the replica has not applied; never below 0. */
export async function lagOf(master: Client, replica: Client): Promise<number> {
  const [ours, theirs] = await Promise.all(
    [master, replica].map((each) => each.command("INFO", "replication")),
  );
  const written = infoField(String(ours), "master_repl_offset");
  return Math.max(0, written - infoField(String(theirs), "slave_repl_offset"));
}
