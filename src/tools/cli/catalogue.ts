/**
 * What is known about commands, for help, hints and completion: taken from the server's own command table.
 *
 * @module
 */

import { type ArgumentSpec, parseSyntax } from "../../command/syntax.ts";
import type { CommandSpec } from "../../command/spec.ts";
import { commandTable } from "../../commands/mod.ts";

/** One command or subcommand. */
export interface CatalogueEntry {
  /** Upper case, a subcommand behind its container: `CONFIG GET`. */
  readonly name: string;
  readonly words: readonly string[];
  readonly summary: string;
  readonly since: string;
  /** As `help @group` takes it. */
  readonly group: string;
  readonly arguments: readonly ArgumentSpec[];
}

/** All commands and subcommands, by name. */
export const catalogue: readonly CatalogueEntry[] = commandTable
  .flatMap((spec) => [entry([], spec), ...(spec.subcommands ?? []).map((sub) => entry([spec.name], sub))])
  .sort((one, other) => one.name < other.name ? -1 : 1);

/** The groups, in the order of the alphabet. */
export const groups: readonly string[] = [...new Set(catalogue.map((entry) => entry.group))].sort();

function entry(container: string[], spec: CommandSpec): CatalogueEntry {
  const words = [...container, spec.name];
  return {
    name: words.join(" "),
    words,
    summary: spec.summary,
    since: spec.since,
    group: spec.group.replace("_", "-"),
    arguments: spec.syntax === undefined ? [] : parseSyntax(spec.syntax),
  };
}

/** The command that the first words of a line name, the longest name first; undefined if none. */
export function findCommand(words: readonly string[]): CatalogueEntry | undefined {
  const upper = words.slice(0, 2).map((word) => word.toUpperCase());
  const named = (name: string) => catalogue.find((entry) => entry.name === name);
  return (upper.length > 1 ? named(upper.join(" ")) : undefined) ?? named(upper[0] ?? "");
}

/** Arguments as redis-cli shows them: `key value [NX|XX] [GET]`. */
export function formatArguments(items: readonly ArgumentSpec[]): string {
  return items.map(formatArgument).join(" ");
}

/** One argument, in brackets if it may be left out. */
export function formatArgument(argument: ArgumentSpec): string {
  const text = repeated(argument);
  return argument.optional ? `[${text}]` : text;
}

function repeated(argument: ArgumentSpec): string {
  const value = formatValue(argument);
  const token = argument.token === undefined ? "" : argument.token || '""';
  const first = [token, value].filter((part) => part !== "").join(" ");
  if (!argument.multiple) return first;
  return argument.multipleToken || token === "" ? `${first} [${first} ...]` : `${first} [${value} ...]`;
}

/** The argument itself, without its token. */
function formatValue({ type, name, display, arguments: parts = [] }: ArgumentSpec): string {
  if (type === "pure-token") return "";
  if (type === "oneof") return parts.map(formatArgument).join("|");
  if (type === "block") return formatArguments(parts);
  return display ?? name;
}
