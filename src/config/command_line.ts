/** The arguments of `redis-server`, and the configuration that they and the file make together. */

import { parseArgs } from "@std/cli";
import { quoteArgument, splitArguments, toByteString } from "./arguments.ts";
import { Config } from "./config.ts";
import { hasWildcard, listFiles } from "./include_files.ts";
import { applyConfigText, ConfigFileError, ConfigReadError, type ConfigSource } from "./parse_file.ts";
import { systemReason } from "../util/system_reason.ts";

/** What the arguments ask for. */
export interface CommandLine {
  readonly showVersion: boolean;
  readonly showHelp: boolean;
  /** The path of the configuration file as written, or null. */
  readonly configFile: string | null;
  /** True if more configuration is to be read from the standard input. */
  readonly stdin: boolean;
  /** The options as lines of configuration text (a byte string), to be read after file and standard input. */
  readonly overrides: string;
  /** The value of `--cluster-local`, not checked yet; null without that option. */
  readonly localCluster: string | null;
}

/** The fewest nodes that a cluster can elect a master with, and the most that one machine is asked to run. */
const FEWEST_LOCAL_NODES = 3;
const MOST_LOCAL_NODES = 64;

/**
 * Reads the arguments of `redis-server [file] [-] [--name value...]...`. `-v`, `--version`, `-h` and `--help`
 * count only as the first argument. Every option becomes a line of configuration text, whose mistakes show up
 * when that is read. With a `directory`, a relative path of the file is taken from there and so stays right
 * when the server changes its directory.
 */
export function parseCommandLine(args: readonly string[], directory?: string): CommandLine {
  const [first = "-"] = args;
  const isFile = !first.startsWith("-");
  const flags = leadingFlags(isFile ? [] : [first]);
  return {
    ...flags,
    configFile: isFile ? absolutePath(first, directory) : null,
    stdin: args[0] === "-" || args.at(-1) === "-",
    ...takeLocalCluster(optionLines(args.slice(isFile ? 1 : 0), args.length, isFile ? 1 : 0)),
  };
}

/** Takes `--cluster-local` out, which is no directive. Its line stays as an empty one, for the numbers of the others. */
function takeLocalCluster(lines: string): Pick<CommandLine, "overrides" | "localCluster"> {
  let localCluster: string | null = null;
  const overrides = lines.replace(/^[ \t]*cluster-local(?:[ \t](.*))?$/gim, (_line, value = "") => {
    localCluster = splitArguments(value)?.join(" ") ?? value;
    return "";
  });
  return { overrides, localCluster };
}

/** The number of nodes that the value of `--cluster-local` asks for. Throws {@link ConfigFileError}. */
export function localClusterSize(value: string): number {
  const size = /^\d{1,3}$/.test(value) ? Number(value) : NaN;
  if (size >= FEWEST_LOCAL_NODES && size <= MOST_LOCAL_NODES) return size;
  throw new ConfigFileError(
    `--cluster-local takes the number of nodes, from ${FEWEST_LOCAL_NODES} to ${MOST_LOCAL_NODES}, ` +
      `not '${value}'`,
    null,
  );
}

function leadingFlags(args: string[]): { showVersion: boolean; showHelp: boolean } {
  let isOther = false;
  const flags = parseArgs(args, {
    boolean: ["version", "help"],
    alias: { version: "v", help: "h" },
    unknown: () => {
      isOther = true;
      return false;
    },
  });
  return { showVersion: !isOther && flags.version === true, showHelp: !isOther && flags.help === true };
}

function absolutePath(path: string, directory: string | undefined): string {
  if (directory === undefined || path === "" || /^(?:[a-zA-Z]:)?[/\\]/.test(path)) return path;
  return directory.endsWith("/") ? directory + path : `${directory}/${path}`;
}

/** `offset` is the place of `args[0]` among all `total` arguments: only at the ends `-` is standard input. */
function optionLines(args: readonly string[], total: number, offset: number): string {
  let lines = "";
  let nameMayFollow = true;
  for (const [index, argument] of args.entries()) {
    const place = index + offset;
    if (argument === "-" && (place === 0 || place === total - 1)) continue;
    if (!nameMayFollow || !argument.startsWith("--")) {
      lines += quoteArgument(toByteString(argument)) + " ";
      nameMayFollow = true;
      continue;
    }
    if (lines !== "") lines += "\n";
    lines += toByteString(argument.slice(2)) + " ";
    // A name alone takes the next argument as its value even if that looks like an option,
    // but "--save" without a value has always meant an empty one.
    const isNameAlone = splitArguments(argument)?.length === 1;
    const next = args[index + 1];
    const isEmptySave = isNameAlone && argument.toLowerCase() === "--save" &&
      (next === undefined || next.startsWith("--"));
    if (isEmptySave) lines += '""';
    nameMayFollow = !isNameAlone || isEmptySave;
  }
  return lines;
}

/** Reads a file whole, as a byte string; throws when it cannot. */
export type FileReader = (path: string) => string;

/**
 * Builds the configuration: defaults, then the file, then standard input, then the options. Paths of included
 * files are as written, so they count from the directory that the server was started in. Throws
 * {@link ConfigFileError} or {@link ConfigReadError}.
 *
 * `list` names the files that a glob pattern of `include` stands for.
 */
export function load(
  commandLine: CommandLine,
  readFile: FileReader,
  readStdin: () => string,
  list: (pattern: string) => readonly string[] = listFiles,
): Config {
  const read = (path: string) => ({ path, text: readOrExplain(path, readFile) });
  const config = new Config();
  config.file = commandLine.configFile;
  const sources: ConfigSource[] = config.file === null ? [] : [read(config.file)];
  if (commandLine.stdin) sources.push({ text: readStdin(), path: null });
  // As in Redis's reports, line numbers run on from the file through standard input to the options.
  let firstLine = 1;
  const readIncluded = (pattern: string) => hasWildcard(pattern) ? list(pattern).map(read) : [read(pattern)];
  for (const source of sources) {
    applyConfigText(config, { ...source, firstLine }, readIncluded);
    firstLine += countLineBreaks(source.text);
  }
  applyConfigText(
    config,
    { text: commandLine.overrides, path: null, firstLine: firstLine + 1 },
    readIncluded,
  );
  if (config.get("cluster-enabled") && config.get("replicaof") !== null) {
    throw new ConfigFileError("replicaof directive not allowed in cluster mode", null);
  }
  return config;
}

function countLineBreaks(text: string): number {
  return text.split("\n").length - 1;
}

function readOrExplain(path: string, readFile: FileReader): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigReadError(path, systemReason(error));
  }
}
