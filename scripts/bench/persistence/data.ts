import { type Client, pipeline, runCommand } from "../client.ts";
import type { Server, ServerName } from "../servers.ts";

/** Both servers, ours first. */
export const NAMES: readonly ServerName[] = ["mini-redis", "redis-server"];

/** What was measured of each server, in the order of the rounds. */
export type Rounds = Record<ServerName, number[]>;

/** Figures of no round yet. */
export function noRounds(): Rounds {
  return { "mini-redis": [], "redis-server": [] };
}

/** The servers in the order of a round: who goes first changes, so that a drift of the machine favours neither. */
export function turnsOf(round: number): readonly ServerName[] {
  return round % 2 === 0 ? NAMES : NAMES.toReversed();
}

/** Every round of both servers, which take turns. `what` is told with the progress. */
export async function measureInTurns<Round>(
  rounds: number,
  what: string,
  progress: (text: string) => void,
  measure: (name: ServerName) => Promise<Round>,
): Promise<Record<ServerName, Round[]>> {
  const measured: Record<ServerName, Round[]> = { "mini-redis": [], "redis-server": [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of turnsOf(round)) {
      progress(`round ${round + 1}/${rounds} of ${what}, ${name}`);
      measured[name].push(await measure(name));
    }
  }
  return measured;
}

/** Fills a server with keys of 16 bytes and values of 32. The keys are those that `redis-benchmark -r` draws from. */
export async function fill(server: Server, keys: number): Promise<void> {
  await pipeline(server.port, keys, (i) => {
    const digits = String(i).padStart(12, "0");
    return ["SET", `key:${digits}`, `value:${digits.padStart(26, "0")}`];
  });
  await requireKeys(server, keys);
}

/** Throws if the server does not hold as many keys. */
export async function requireKeys(server: Server, keys: number): Promise<void> {
  const size = await runCommand(server.port, "DBSIZE");
  if (size !== keys) throw new Error(`${server.name} holds ${size} keys of ${keys}`);
}

/** A field in the text of INFO, as a number; NaN if there is none. */
export function infoField(text: string, name: string): number {
  const line = text.split("\r\n").find((each) => each.startsWith(`${name}:`));
  return line === undefined ? NaN : Number(line.slice(name.length + 1));
}

/** A number that INFO tells; NaN if the server does not have it. */
export async function askInfo(client: Client, section: string, name: string): Promise<number> {
  return infoField(String(await client.command("INFO", section)), name);
}

/** Whether a BGSAVE is under way. Throws if the last one failed. */
export async function isSaving(client: Client): Promise<boolean> {
  const text = String(await client.command("INFO", "persistence"));
  if (infoField(text, "rdb_bgsave_in_progress") === 1) return true;
  if (!text.includes("rdb_last_bgsave_status:ok")) throw new Error("BGSAVE failed");
  return false;
}

/** Seconds of loading that the server's log tells last; NaN if it tells none. */
export function loggedSeconds(log: string): number {
  const lines = [...log.matchAll(/DB loaded from (?:disk|append only file): ([\d.]+) seconds/g)];
  return Number(lines.at(-1)?.[1] ?? NaN);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
