/**
 * Opening a connection: socket, protocol, password, database.
 *
 * @module
 */

import { RedisConnection } from "./connection.ts";
import { refuseError } from "./reply.ts";
import { openTransport, type TlsOptions } from "./transport.ts";

const DEFAULT_PORT = 6379;

/** Where to connect, and as whom. Names and passwords are byte strings. */
export interface ConnectOptions {
  /** 127.0.0.1 unless told. */
  hostname?: string;
  /** 6379 unless told. */
  port?: number;
  /** Path of a Unix socket, instead of host and port. */
  unix?: string;
  /** Needs a password. */
  username?: string;
  password?: string;
  /** Number of the database to select. */
  database?: number;
  /** 3 says `HELLO 3` first; with 2, or left out, nothing is said. */
  protocol?: 2 | 3;
  tls?: TlsOptions;
}

/**
 * Connects, and where it is asked for agrees on RESP3, authenticates and selects a database.
 * @throws {ReplyError} if the server refuses one of these; whatever the system says if there is no connection
 */
export async function connect(options: ConnectOptions): Promise<RedisConnection> {
  const { hostname = "127.0.0.1", port = DEFAULT_PORT, unix, tls } = options;
  const connection = new RedisConnection(await openTransport({ hostname, port, unix, tls }));
  try {
    for (const words of greeting(options)) refuseError(await connection.call(...words));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** What is to be said before anything else. */
function greeting({ username, password, database, protocol }: ConnectOptions): string[][] {
  const commands: string[][] = [];
  if (protocol === 3) {
    const credentials = password === undefined ? [] : ["AUTH", username ?? "default", password];
    commands.push(["HELLO", "3", ...credentials]);
  } else if (password !== undefined) {
    commands.push(username === undefined ? ["AUTH", password] : ["AUTH", username, password]);
  }
  if (database !== undefined && database !== 0) commands.push(["SELECT", String(database)]);
  return commands;
}
