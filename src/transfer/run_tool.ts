/**
 * What both tools have in common: a transfer from a source to a target, the exit status, the server's address.
 *
 * @module
 */

import {
  connect,
  ConnectionClosed,
  type ConnectOptions,
  parseRedisUrl,
  ProtocolError,
  type RedisConnection,
  ReplyError,
  SyncError,
} from "../client/mod.ts";
import { utf8ToByteString } from "../util/byte_string.ts";
import { systemReason } from "../util/system_reason.ts";
import { nextTurn } from "../util/turn.ts";
import { type EntryReceiver, type EntrySource, TransferError } from "./entry.ts";
import { ProgressBar } from "./progress.ts";
import { RdbError } from "../persistence/rdb/reader.ts";

/** The command line can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Exit status of a command line that can't be understood, and of a transfer that failed. */
const USAGE = 2;
const FAILED = 1;
/** How long a transfer may keep the event loop for itself. */
const MILLISECONDS_PER_TURN = 100;

/** The options by which a server is named, as redis-cli has them. */
export const ADDRESS_OPTIONS = {
  string: ["h", "p", "s", "a", "user", "u", "cacert"],
  boolean: ["tls", "insecure"],
} as const;

/** What was given of {@linkcode ADDRESS_OPTIONS}. */
export type AddressFlags = Readonly<Record<string, unknown>>;

/** Runs a tool; what is wrong is said on standard error. The exit status. */
export async function runTool(name: string, usage: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`mini-redis ${name}: ${error.message}\n\n${usage}`);
      return USAGE;
    }
    if (!isExpected(error)) throw error;
    console.error(`mini-redis ${name}: ${error instanceof RdbError ? error.message : messageOf(error)}`);
    return FAILED;
  }
}

/** Moves everything from the source to the receiver, with a progress bar. The source is closed in any case. */
export async function transfer(
  source: EntrySource,
  receiver: EntryReceiver,
  bar: ProgressBar,
): Promise<void> {
  let turnAt = performance.now();
  try {
    for await (const _ of source.send(receiver)) {
      await receiver.drain();
      bar.show(source.progress);
      // From file to file nothing else would let a signal be noticed.
      if (performance.now() - turnAt < MILLISECONDS_PER_TURN) continue;
      await nextTurn();
      turnAt = performance.now();
    }
    await receiver.finish();
  } finally {
    bar.clear();
    source.close();
  }
}

/** Whether an argument names a server and no file. */
export function isServerUrl(text: string): boolean {
  return /^(?:redis|rediss|unix):\/\//.test(text);
}

/** Whether the options name a server. */
export function namesServer(flags: AddressFlags): boolean {
  return ["h", "p", "s", "u"].some((name) => flags[name] !== undefined);
}

/** Where to connect: by a URL, by options, or both, where the options count. Throws {@linkcode UsageError}. */
export function addressOf(url: string | undefined, flags: AddressFlags): ConnectOptions {
  const address = url ?? text(flags, "u");
  const options = address === undefined ? {} : readUrl(address);
  const password = text(flags, "a") ??
    (options.password === undefined ? Deno.env.get("REDISCLI_AUTH") : undefined);
  const user = text(flags, "user");
  options.hostname = text(flags, "h") ?? options.hostname;
  options.unix = text(flags, "s") ?? options.unix;
  if (text(flags, "p") !== undefined) options.port = readPort(text(flags, "p")!);
  if (password !== undefined) options.password = utf8ToByteString(password);
  if (user !== undefined) options.username = utf8ToByteString(user);
  const cacert = text(flags, "cacert");
  if (flags.tls === true || options.tls !== undefined || cacert !== undefined) {
    options.tls = {
      caCerts: cacert === undefined ? undefined : [readText(cacert)],
      insecure: flags.insecure === true,
    };
  }
  return options;
}

/** Connects, with a message that names the server if that fails. */
export async function reach(address: ConnectOptions): Promise<RedisConnection> {
  try {
    return await connect({ ...address, protocol: 2 });
  } catch (error) {
    throw new TransferError(`can't connect to ${describe(address)}: ${messageOf(error)}`);
  }
}

/** Keys that are left out or could not be stored, told on standard error. */
export class Warnings {
  count = 0;
  readonly #tool: string;
  readonly #bar: ProgressBar;

  constructor(tool: string, bar: ProgressBar) {
    this.#tool = tool;
    this.#bar = bar;
  }

  readonly add = (line: string): void => {
    this.count++;
    this.#bar.clear();
    console.error(`mini-redis ${this.#tool}: ${line}`);
  };
}

function describe({ hostname = "127.0.0.1", port = 6379, unix }: ConnectOptions): string {
  return unix ?? `${hostname}:${port}`;
}

/** An option that takes a value; undefined if it was not given. Throws {@linkcode UsageError} if it is empty. */
export function text(flags: AddressFlags, name: string): string | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw new UsageError(`${name.length === 1 ? "-" : "--"}${name} needs a value`);
}

/** A number of a database, or null for all of them. */
export function readDatabase(value: string | undefined): number | null {
  if (value === undefined || value === "all") return null;
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--db takes a number or "all", not ${value}`);
  return Number(value);
}

/** A version of the RDB format that can be written; undefined if none is asked for. */
export function readVersion(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (value !== "10" && value !== "11") {
    throw new UsageError("--rdb-version is 10 (Redis 7.0) or 11 (Redis 7.2)");
  }
  return Number(value);
}

/** An option that nobody knows. */
export function refuseUnknown(argument: string): void {
  if (argument.startsWith("-") && argument !== "-") throw new UsageError(`unknown option ${argument}`);
}

function readUrl(url: string): ConnectOptions {
  try {
    return parseRedisUrl(url);
  } catch (error) {
    throw new UsageError(`${url}: ${messageOf(error)}`);
  }
}

function readPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65535) throw new UsageError(`-p takes a port, not ${value}`);
  return port;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new TransferError(`can't read ${path}: ${systemReason(error)}`);
  }
}

/** Errors that say something about the user's data, server or system. */
function isExpected(error: unknown): boolean {
  return error instanceof TransferError || error instanceof ReplyError || error instanceof RdbError ||
    error instanceof ConnectionClosed || error instanceof SyncError || error instanceof ProtocolError ||
    isSystemError(error);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error &&
    ("code" in error || Object.values(Deno.errors).some((kind) => error instanceof kind));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
