/**
 * The servers that the load goes to, and what the report says of them.
 *
 * @module
 */

import { connect, type ConnectOptions, type Reply, ReplyMap } from "../../client/mod.ts";
import { systemReason } from "../../util/system_reason.ts";
import { findMasters, type Master, tagged } from "./cluster.ts";
import type { LoadTarget } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { Request } from "./requests.ts";

const SETTINGS = ["save", "appendonly"] as const;

/** Where the output goes. */
export interface Output {
  write(text: string): void;
  writeError(text: string): void;
}

/** The servers can't be reached, or are none; `message` is for the user. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** The servers of a run. */
export interface Servers {
  /** Lines of the report. */
  readonly settings: readonly string[];
  /** The masters of a cluster; null for a single server. */
  readonly masters: readonly Master[] | null;
  /** Where a request goes. */
  targets(request: Request): LoadTarget[];
}

/** Connects once to each server. Throws {@linkcode ServerError}. */
export async function findServers(options: BenchOptions, output: Output): Promise<Servers> {
  return options.cluster ? await findCluster(options, output) : await findServer(options, output);
}

async function findServer({ connection }: BenchOptions, output: Output): Promise<Servers> {
  const values = await settingsOf(connection);
  if (values === null) output.writeError("WARNING: Could not fetch server CONFIG\n");
  const settings = values === null
    ? []
    : SETTINGS.map((name) => `host configuration "${name}": ${values.get(name) ?? ""}`);
  const { hostname, port, tls, unix } = connection;
  const address = { hostname, port, tls, unix };
  return { settings, masters: null, targets: (request) => [{ address, request }] };
}

async function findCluster({ connection }: BenchOptions, output: Output): Promise<Servers> {
  let masters: Master[];
  try {
    masters = await findMasters(connection);
  } catch (error) {
    throw new ServerError(
      `Failed to fetch cluster configuration from ${placeOf(connection)}: ${systemReason(error)}`,
    );
  }
  if (masters.length <= 1) throw new ServerError(`Invalid cluster: ${masters.length} node(s).`);
  output.write(`Cluster has ${masters.length} master nodes:\n\n`);
  const settings = [`cluster mode: yes (${masters.length} masters)`];
  for (const [index, { hostname, id, port }] of masters.entries()) {
    output.write(`Master ${index}: ${id} ${hostname}:${port}\n`);
    const values = await settingsOf({ ...connection, unix: undefined, hostname, port });
    if (values === null) output.writeError(`WARNING: Could not fetch node CONFIG ${hostname}:${port}\n`);
    else {
      settings.push(
        `node [${index}] configuration:`,
        `  save: ${values.get("save") || "NONE"}`,
        `  appendonly: ${values.get("appendonly")}`,
      );
    }
  }
  output.write("\n");
  const targets = (request: Request) =>
    masters.map((master) => ({
      address: { hostname: master.hostname, port: master.port, tls: connection.tls },
      request: tagged(request, master),
    }));
  return { settings, masters, targets };
}

/** What CONFIG GET says; null if it is refused. Throws {@linkcode ServerError} if there is no connection. */
async function settingsOf(
  options: ConnectOptions & { hostname: string; port: number },
): Promise<Map<string, string> | null> {
  // The load's connections select the database: a number that can't be is told by the first of them.
  const opening = connect({ ...options, database: undefined }).catch((error) => {
    throw new ServerError(`Could not connect to Redis at ${placeOf(options)}: ${systemReason(error)}`);
  });
  using connection = await opening;
  const values = new Map<string, string>();
  for (const name of SETTINGS) {
    const value = valueOf(await connection.call("CONFIG", "GET", name));
    if (value === null) return null;
    values.set(name, value);
  }
  return values;
}

/** The value in an answer to CONFIG GET with one name; null if there is none. */
function valueOf(reply: Reply): string | null {
  const value = reply instanceof ReplyMap ? reply.entries[0]?.[1] : Array.isArray(reply) ? reply[1] : null;
  return typeof value === "string" ? value : null;
}

/** How messages call a server. */
export function placeOf({ hostname, port, unix }: ConnectOptions): string {
  return unix ?? `${hostname}:${port}`;
}
