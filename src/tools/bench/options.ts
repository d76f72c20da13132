/**
 * The command line, with redis-benchmark's options; they end at the first word that is none.
 *
 * @module
 */

import { type ConnectOptions, parseRedisUrl, type TlsOptions } from "../../client/mod.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";

const LARGEST_SIZE = 1024 * 1024 * 1024;
const MOST_THREADS = 500;
const MOST_DIGITS = 4;
const LARGEST_INT = 2 ** 31 - 1;

/** A command line that can't be followed; `message` is for the user. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** What the command line asks for. */
export interface BenchOptions {
  /** Where, as whom, which database and protocol. */
  connection: ConnectOptions & { hostname: string; port: number };
  /** Connections in all. */
  clients: number;
  requests: number;
  /** Bytes of a value. */
  size: number;
  /** 0: the main thread alone. */
  threads: number;
  /** False: a new connection for each batch. */
  keepAlive: boolean;
  /** Marks become random numbers below this; null leaves them as they are. */
  keyspace: number | null;
  pipeline: number;
  quiet: boolean;
  csv: boolean;
  /** Print the distribution of latencies in the form of HdrHistogram. */
  histogram: boolean;
  loop: boolean;
  idle: boolean;
  /** Exact digits of latencies. */
  precision: number;
  cluster: boolean;
  tracking: boolean;
  /** Names of tests in small letters; null for all of them. */
  tests: string[] | null;
  inputLast: boolean;
  /** What to do instead of a load. */
  mode: "load" | "help" | "version";
  /** What is behind the options, byte strings. */
  command: string[];
  warnings: string[];
}

/** The settings of an empty command line. */
export function defaultOptions(): BenchOptions {
  return {
    connection: { hostname: "127.0.0.1", port: 6379 },
    clients: 50,
    requests: 100_000,
    size: 3,
    threads: 0,
    keepAlive: true,
    keyspace: null,
    pipeline: 1,
    quiet: false,
    csv: false,
    histogram: false,
    loop: false,
    idle: false,
    precision: 3,
    cluster: false,
    tracking: false,
    tests: null,
    inputLast: false,
    mode: "load",
    command: [],
    warnings: [],
  };
}

/** Options without a value. */
const SWITCHES: Readonly<Record<string, (options: BenchOptions) => void>> = {
  "-3": (options) => options.connection.protocol = 3,
  "-q": (options) => options.quiet = true,
  "-l": (options) => options.loop = true,
  "-I": (options) => options.idle = true,
  "-x": (options) => options.inputLast = true,
  "-e": (options) =>
    options.warnings.push(
      "WARNING: -e option has no effect. We now immediately exit on error to avoid false results.",
    ),
  "--csv": (options) => options.csv = true,
  "--histogram": (options) => options.histogram = true,
  "--cluster": (options) => options.cluster = true,
  "--enable-tracking": (options) => options.tracking = true,
  "--tls": (options) => tlsOf(options),
  "--insecure": (options) => tlsOf(options).insecure = true,
  "--help": (options) => options.mode = "help",
  "-v": (options) => options.mode = "version",
  "--version": (options) => options.mode = "version",
};

/** Options with a value. */
const SETTINGS: Readonly<Record<string, (options: BenchOptions, value: string) => void>> = {
  "-h": (options, value) => options.connection.hostname = value,
  "-p": (options, value) => options.connection.port = numberIn(value, 0, 65535),
  "-s": (options, value) => options.connection.unix = value,
  "-a": (options, value) => options.connection.password = utf8ToByteString(value),
  "--user": (options, value) => options.connection.username = utf8ToByteString(value),
  "-u": (options, value) => Object.assign(options.connection, parseRedisUrl(value)),
  "-c": (options, value) => options.clients = numberIn(value, 1, LARGEST_INT),
  "-n": (options, value) => options.requests = numberIn(value, 1, LARGEST_INT),
  "-d": (options, value) => options.size = Math.min(Math.max(numberOf(value), 1), LARGEST_SIZE),
  "-k": (options, value) => options.keepAlive = numberOf(value) !== 0,
  "-r": (options, value) => options.keyspace = Math.max(numberOf(value), 0),
  "-P": (options, value) => options.pipeline = Math.max(numberOf(value), 1),
  "-t": (options, value) => options.tests = value.toLowerCase().split(","),
  "--dbnum": (options, value) => options.connection.database = numberIn(value, 0, LARGEST_INT),
  "--precision": setPrecision,
  "--threads": setThreads,
  "--sni": (options, value) => tlsOf(options).serverName = value,
  "--cacert": (options, value) => tlsOf(options).caCerts = [readPem(value)],
  "--cacertdir": (options, value) => tlsOf(options).caCerts = readPems(value),
  "--cert": (options, value) => tlsOf(options).cert = readPem(value),
  "--key": (options, value) => tlsOf(options).key = readPem(value),
  "--tls-ciphers": (options, value) => tlsOf(options).ciphers = value,
  "--tls-ciphersuites": (options, value) => tlsOf(options).ciphers = value,
};

/** Reads the arguments. Throws {@linkcode UsageError}. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const options = defaultOptions();
  let index = 0;
  for (; index < args.length && args[index].startsWith("-"); index++) {
    const name = args[index];
    const value = args[index + 1];
    try {
      if (Object.hasOwn(SWITCHES, name)) SWITCHES[name](options);
      else if (Object.hasOwn(SETTINGS, name) && value !== undefined) {
        SETTINGS[name](options, value);
        index++;
      } else throw new Error("");
    } catch (error) {
      const reason = systemReason(error);
      throw new UsageError(
        `Invalid option "${name}" or option argument missing${reason === "" ? "" : `: ${reason}`}`,
      );
    }
  }
  options.command = args.slice(index).map(utf8ToByteString);
  finish(options);
  return options;
}

function finish(options: BenchOptions): void {
  const { command, connection, csv, histogram, tests, warnings } = options;
  if (csv && histogram) throw new UsageError("--csv and --histogram can't be combined");
  if (tests !== null && command.length > 0) warnings.push("WARNING: Option -t is ignored.");
  // As redis-benchmark: the certificate's chain is checked, the name in it is not.
  if (connection.tls !== undefined) connection.tls = { checkServerName: false, ...connection.tls };
}

function setPrecision(options: BenchOptions, value: string): void {
  const digits = numberOf(value);
  if (digits >= 0) options.precision = Math.min(digits, MOST_DIGITS);
}

function setThreads(options: BenchOptions, value: string): void {
  const threads = numberOf(value);
  if (threads > MOST_THREADS) {
    options.warnings.push(`WARNING: Too many threads, limiting threads to ${MOST_THREADS}.`);
  }
  options.threads = Math.min(Math.max(threads, 0), MOST_THREADS);
}

function tlsOf({ connection }: BenchOptions): TlsOptions {
  return connection.tls ??= {};
}

function numberOf(value: string): number {
  if (!/^[+-]?\d{1,15}$/.test(value)) throw new Error(`'${value}' is not a number`);
  return Number(value);
}

function numberIn(value: string, least: number, most: number): number {
  const number = numberOf(value);
  if (number < least || number > most) throw new Error(`'${value}' is not between ${least} and ${most}`);
  return number;
}

function readPem(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Error(`can't read '${path}': ${systemReason(error)}`);
  }
}

function readPems(directory: string): string[] {
  return [...Deno.readDirSync(directory)]
    .filter(({ isDirectory }) => !isDirectory)
    .map(({ name }) => readPem(`${directory}/${name}`));
}
