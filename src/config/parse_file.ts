/** Configuration text (redis.conf) to directives, with the error report that Redis gives at start. */

import { splitArguments } from "./arguments.ts";
import type { Config, LineOrigin } from "./config.ts";
import { findDirective, RETIRED_NAMES } from "./directives.ts";
import { ConfigValueError } from "./types.ts";

/** The version that error reports name unless told otherwise. */
const REPORTED_VERSION = "7.2.0";
const DEEPEST_INCLUDE = 16;

/** Why the configuration cannot be used. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";

  /** `origin` is null when the fault is in no single line. The message is the reason alone. */
  constructor(reason: string, readonly origin: LineOrigin | null) {
    super(reason);
  }

  /** The report for the standard error stream, as Redis prints it; its last line names the file. */
  report(version = REPORTED_VERSION): string {
    const lines = ["", `*** FATAL CONFIG FILE ERROR (Redis ${version}) ***`];
    if (this.origin !== null) {
      lines.push(`Reading the configuration file, at line ${this.origin.line}`, `>>> '${this.origin.text}'`);
    }
    lines.push(this.message);
    if (this.origin !== null && this.origin.source !== null) lines.push(`In the file ${this.origin.source}`);
    return lines.join("\n") + "\n";
  }
}

/** A configuration file that cannot be read; the message is Redis's log line. */
export class ConfigReadError extends Error {
  override readonly name = "ConfigReadError";

  constructor(path: string, reason: string) {
    super(`Fatal error, can't open config file '${path}': ${reason}`);
  }
}

/** A line of configuration text that is neither blank nor a comment. */
export interface DirectiveLine {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
  readonly origin: LineOrigin;
}

/** A piece of configuration text. */
export interface ConfigSource {
  /** A byte string. */
  readonly text: string;
  /** The file that it came from, or null. */
  readonly path: string | null;
  /** The number of its first line in error reports; 1 if left out. */
  readonly firstLine?: number;
}

/**
 * Yields the directives of a text in order. Throws {@link ConfigFileError} when it comes to a line with
 * unbalanced quotes.
 */
export function* directiveLines({ text, path, firstLine = 1 }: ConfigSource): Generator<DirectiveLine> {
  let next = firstLine;
  for (const raw of text.split("\n")) {
    const line = next++;
    const trimmed = trimLine(raw);
    if (trimmed === "" || trimmed[0] === "#") continue;
    const origin: LineOrigin = { source: path, line, text: trimmed };
    const words = splitArguments(trimmed);
    if (words === null) throw new ConfigFileError("Unbalanced quotes in configuration line", origin);
    if (words.length > 0) yield { name: words[0].toLowerCase(), args: words.slice(1), origin };
  }
}

/** A line without the blanks at both ends that Redis strips (no form feed and no vertical tab). */
export function trimLine(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && " \t\r\n".includes(line[start])) start++;
  while (end > start && " \t\r\n".includes(line[end - 1])) end--;
  return line.slice(start, end);
}

/** Reads the files that the argument of an `include` stands for, in order. */
export type IncludeReader = (pattern: string) => readonly ConfigSource[];

/**
 * Applies configuration text to `config`; later lines win. Throws {@link ConfigFileError} at the first wrong
 * line, with the lines before it applied.
 */
export function applyConfigText(
  config: Config,
  source: ConfigSource,
  readIncluded: IncludeReader,
  depth = 0,
): void {
  for (const line of directiveLines(source)) {
    if (line.name === "include" && line.args.length === 1) {
      if (depth === DEEPEST_INCLUDE) throw new ConfigFileError("Too many nested includes", line.origin);
      for (const file of readIncluded(line.args[0])) {
        applyConfigText(config, file, readIncluded, depth + 1);
      }
    } else {
      applyLine(config, line);
    }
  }
}

function applyLine(config: Config, line: DirectiveLine): void {
  const { name, args, origin } = line;
  if (findDirective(name) !== undefined) {
    try {
      config.setFromArguments(name, args, origin);
    } catch (error) {
      if (error instanceof ConfigValueError) throw new ConfigFileError(error.message, origin);
      throw error;
    }
    return;
  }
  if (RETIRED_NAMES.has(name) && args.length === 1) return;
  if (name === "rename-command" && args.length === 2) config.renamedCommands.push({ args, origin });
  else if (name === "user" && args.length >= 1) config.users.push({ args, origin });
  else if (name === "loadmodule" && args.length >= 1) config.modules.push({ args, origin });
  else throw new ConfigFileError(refusal(name, args.length), origin);
}

/** The reason why a line whose first word is no directive is refused. */
function refusal(name: string, argumentCount: number): string {
  if (name.includes(".")) {
    return argumentCount === 1
      ? "Module Configuration detected without loadmodule directive or no ApplyConfig call: aborting"
      : "Module config specified without value";
  }
  if (name === "sentinel" && argumentCount > 0) return "sentinel directive while not in sentinel mode";
  return "Bad directive or wrong number of arguments";
}
