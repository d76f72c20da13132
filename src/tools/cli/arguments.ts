/**
 * The command line, with redis-cli's options and its way of reading them: options end at the first word that isn't one.
 *
 * @module
 */

import { parseRedisUrl, type TlsOptions } from "../../client/mod.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { splitWords } from "./split_words.ts";
import { defaultOptions, type Mode, type Options } from "./options.ts";

/** A command line that can't be followed; `message` is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /** `asAnswer`: redis-cli says it on standard output. */
  constructor(message: string, readonly asAnswer = false) {
    super(message);
  }
}

/** What the environment says. */
export interface Surroundings {
  /** Standard output is a terminal. */
  terminal: boolean;
  environment(name: string): string | undefined;
}

/** What an option does; `value` is the next word, for options that take one. */
type Action = (options: Options, value: string, warn: (text: string) => void) => void;

const mode = (name: Mode): Action => (options) => void (options.mode = name);
const fileMode = (name: Mode): Action => (options, value) => {
  options.mode = name;
  options.file = value;
};

/** Options without a value. */
const SWITCHES: Readonly<Record<string, Action>> = {
  "-x": (options) => void (options.inputLast = true),
  "-c": (options) => void (options.followRedirections = true),
  "-e": (options) => void (options.exitOnError = true),
  "-2": (options) => void (options.protocol = 2),
  "-3": (options) => void (options.protocol = 3),
  "--raw": (options) => void (options.form = "raw"),
  "--no-raw": (options) => void (options.form = "standard"),
  "--csv": (options) => void (options.form = "csv"),
  "--json": (options) => void (options.form = "json"),
  "--quoted-json": (options) => void (options.form = "quoted-json"),
  "--quoted-input": (options) => void (options.quotedInput = true),
  "--askpass": (options) => void (options.askPassword = true),
  "--no-auth-warning": (options) => void (options.authWarning = false),
  "--verbose": (options) => void (options.verbose = true),
  "-t": (options) => void tlsOf(options),
  "--tls": (options) => void tlsOf(options),
  "--insecure": (options) => void (tlsOf(options).insecure = true),
  "--scan": mode("scan"),
  "--bigkeys": mode("bigkeys"),
  "--memkeys": mode("memkeys"),
  "--hotkeys": mode("hotkeys"),
  "--stat": mode("stat"),
  "--latency": mode("latency"),
  "--latency-history": mode("latency-history"),
  "--latency-dist": mode("latency-dist"),
  "--mono": (options) => void (options.mono = true),
  "--pipe": mode("pipe"),
  "--replica": mode("replica"),
  "--slave": mode("replica"),
  "--cluster": mode("cluster"),
  "--help": mode("help"),
  "-v": mode("version"),
  "--version": mode("version"),
};

/** Options with a value. */
const SETTINGS: Readonly<Record<string, Action>> = {
  "-h": (options, value) => void (options.hostname = value),
  "-p": (options, value) => void (options.port = port(value)),
  "-s": (options, value) => void (options.unix = value),
  "-a": setPassword,
  "--pass": setPassword,
  "--user": (options, value) => void (options.username = utf8ToByteString(value)),
  "-u": setUrl,
  "-n": (options, value) => void (options.database = integer(value)),
  "-r": (options, value) => void (options.repeat = integer(value)),
  "-i": (options, value) => void (options.interval = Math.max(0, Number.parseFloat(value) || 0)),
  "-X": (options, value) => void (options.inputTag = utf8ToByteString(value)),
  "-d": (options, value) => void (options.elementDelimiter = utf8ToByteString(value)),
  "-D": (options, value) => void (options.replyDelimiter = utf8ToByteString(value)),
  "--sni": (options, value) => void (tlsOf(options).serverName = value),
  "--cacert": (options, value) => void (tlsOf(options).caCerts = [readPem(value)]),
  "--cacertdir": (options, value) => void (tlsOf(options).caCerts = readPems(value)),
  "--cert": (options, value) => void (tlsOf(options).cert = readPem(value)),
  "--key": (options, value) => void (tlsOf(options).key = readPem(value)),
  "--tls-ciphers": (options, value) => void (tlsOf(options).ciphers = value),
  "--tls-ciphersuites": (options, value) => void (tlsOf(options).ciphers = value),
  "--show-pushes": setPushes,
  "--pattern": (options, value) => void (options.pattern = utf8ToByteString(value)),
  "--quoted-pattern": setQuotedPattern,
  "--count": (options, value) => void (options.scanCount = integer(value)),
  "--memkeys-samples": (options, value) => {
    options.mode = "memkeys";
    options.memorySamples = integer(value);
  },
  "--pipe-timeout": (options, value) => void (options.pipeTimeout = integer(value)),
  "--intrinsic-latency": (options, value) => {
    options.mode = "intrinsic-latency";
    options.latencySeconds = integer(value);
  },
  "--eval": fileMode("eval"),
  "--rdb": fileMode("rdb"),
  "--functions-rdb": fileMode("functions-rdb"),
};

/** Options of redis-cli that this client doesn't have. */
const MISSING = new Set(["--lru-test", "--ldb", "--ldb-sync-mode"]);

/**
 * Reads a command line.
 * @param warn takes what the user should know although it doesn't end the run
 * @throws {UsageError}
 */
export function parseArguments(
  args: string[],
  { terminal, environment }: Surroundings,
  warn: (text: string) => void,
): Options {
  const options = defaultOptions(terminal);
  const password = environment("REDISCLI_AUTH");
  if (password !== undefined) options.password = utf8ToByteString(password);
  let index = 0;
  for (; index < args.length; index++) {
    const word = args[index];
    const value = args[index + 1];
    if (word === "-h" && value === undefined) options.mode = "help";
    else if (Object.hasOwn(SWITCHES, word)) SWITCHES[word](options, "", warn);
    else if (Object.hasOwn(SETTINGS, word) && value !== undefined) {
      SETTINGS[word](options, value, warn);
      index++;
    } else if (MISSING.has(word)) {
      throw new UsageError(`${word} is not supported by this client; redis-cli has it.`);
    } else if (word.startsWith("-")) {
      throw new UsageError(`Unrecognized option or bad number of args for: '${word}'`);
    } else break;
    // What follows is the cluster manager's, not ours.
    if (options.mode === "cluster") break;
  }
  options.command = args.slice(index).map(utf8ToByteString);
  finish(options);
  return options;
}

function finish(options: Options): void {
  if (options.inputLast && options.inputTag !== undefined) {
    throw new UsageError("Options -x and -X are mutually exclusive.");
  }
  if (options.quotedInput) options.command = options.command.map(unquote);
}

function tlsOf(options: Options): TlsOptions {
  // As redis-cli: the certificate's chain is checked, the name in it is not.
  return options.tls ??= { checkServerName: false };
}

function setPassword(options: Options, value: string): void {
  options.password = utf8ToByteString(value);
  options.passwordShown = true;
}

function setUrl(options: Options, value: string): void {
  const url = usable(() => parseRedisUrl(value));
  const { hostname, port, unix, username, password, database, tls } = url;
  if (hostname !== undefined) options.hostname = hostname;
  if (port !== undefined) options.port = port;
  if (unix !== undefined) options.unix = unix;
  if (username !== undefined) options.username = username;
  if (database !== undefined) options.database = database;
  if (tls !== undefined) tlsOf(options);
  if (password !== undefined) {
    options.password = password;
    options.passwordShown = true;
  }
}

function setPushes(options: Options, value: string, warn: (text: string) => void): void {
  if (/^y/i.test(value)) options.showPushes = true;
  else if (/^n/i.test(value)) options.showPushes = false;
  else warn(`Unknown --show-pushes value '${value}' (valid: '[y]es', '[n]o')\n`);
}

function setQuotedPattern(options: Options, value: string): void {
  const words = splitWords(utf8ToByteString(value));
  if (words?.length !== 1) throw new UsageError("Invalid quoted string specified for --quoted-pattern.");
  options.pattern = words[0];
}

function unquote(text: string): string {
  const words = splitWords(text);
  if (words?.length !== 1) throw new UsageError("Invalid quoted string", true);
  return words[0];
}

/** As C's `atoi`: leading digits, or 0. */
function integer(value: string): number {
  return Number.parseInt(value, 10) || 0;
}

function port(value: string): number {
  const number = integer(value);
  if (number < 0 || number > 65535) throw new UsageError("Invalid server port.");
  return number;
}

function readPem(path: string): string {
  return usable(() => Deno.readTextFileSync(path), `Can't read '${path}': `);
}

/** The certificates among a directory's files. */
function readPems(directory: string): string[] {
  return usable(() => {
    const files = [...Deno.readDirSync(directory)].filter((entry) => !entry.isDirectory);
    const texts = files.map((entry) => Deno.readTextFileSync(`${directory}/${entry.name}`));
    return texts.filter((text) => text.includes("BEGIN CERTIFICATE"));
  }, `Can't read '${directory}': `);
}

function usable<T>(make: () => T, prefix = ""): T {
  try {
    return make();
  } catch (error) {
    throw new UsageError(prefix + systemReason(error));
  }
}
