/**
 * Walking through the keys of a database, for the modes that look at all of them.
 *
 * @module
 */

import { type RedisConnection, refuseError } from "../../client/mod.ts";
import type { Options } from "./options.ts";
import { sleep } from "./sleep.ts";

/** How many SCAN calls go between two pauses of the modes that look at every key. */
const CALLS_PER_PAUSE = 100;

/** The keys as SCAN gives them, a batch a call. Throws the error if the server answers with one. */
export async function* scanKeys(
  connection: RedisConnection,
  { pattern, scanCount, interval = 0 }: Options,
  callsPerPause = CALLS_PER_PAUSE,
): AsyncGenerator<string[]> {
  const filter = pattern === undefined ? [] : ["MATCH", pattern];
  const count = scanCount === undefined ? [] : ["COUNT", String(scanCount)];
  let cursor = "0";
  for (let calls = 1;; calls++) {
    const reply = refuseError(await connection.call("SCAN", cursor, ...filter, ...count));
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw new Error("Invalid reply to SCAN");
    cursor = String(reply[0]);
    yield reply[1].map(String);
    if (cursor === "0") return;
    if (interval > 0 && calls % callsPerPause === 0) await sleep(interval);
  }
}

/** `part` of `whole` as `05.25`; `00.00` if there is no whole. */
export function percent(part: number, whole: number): string {
  return (whole === 0 ? 0 : 100 * part / whole).toFixed(2).padStart(5, "0");
}

/** What the modes that look at every key print first. */
export function announceScan(wanted: string): string {
  return `
# Scanning the entire keyspace to find ${wanted} keys as well as
# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec
# per 100 SCAN commands (not usually needed).

`;
}
