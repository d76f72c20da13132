/**
 * Compares every implemented command with the facts of Redis 7.2 in tests/command/facts: what COMMAND INFO
 * answers, arguments, group, versions and complexity figures. Prints the differences and exits 1 if there are any.
 */
import { beginSearchPairs, commandInfo, findKeysPairs } from "../src/command/command_info.ts";
import { keyFlagNames } from "../src/command/key_spec.ts";
import type { CommandSpec } from "../src/command/spec.ts";
import { parseSyntax } from "../src/command/syntax.ts";
import type { ArgumentSpec } from "../src/command/syntax.ts";

/** What Redis says of one command; the lists in `info` are sets in no particular order. */
export interface CommandFacts {
  readonly info: Readonly<Record<string, unknown>>;
  readonly subcommands?: Readonly<Record<string, CommandFacts>>;
  readonly [fact: string]: unknown;
}

/** The facts of all commands of Redis 7.2 by upper-case name. */
export function readFacts(): Record<string, CommandFacts> {
  const file = new URL("../tests/command/facts/redis_7_2.json", import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file));
}

/**
 * Differences between a command with its subcommands and the facts, one line each; a subcommand that isn't
 * implemented is none. `facts` is undefined for a command that Redis hasn't.
 */
export function compareCommand(
  spec: CommandSpec,
  facts: CommandFacts | undefined,
  container?: CommandSpec,
): string[] {
  const name = container === undefined ? spec.name : `${container.name} ${spec.name}`;
  if (facts === undefined) return [`${name}: Redis 7.2 has no such command`];
  const ours = factsOf(spec, container);
  const theirs: Record<string, unknown> = { history_versions: [], arguments: [], ...facts, ...facts.info };
  const differences = Object.entries(ours)
    .filter(([fact, value]) => canonical(value) !== canonical(theirs[fact]))
    .map(([fact, value]) => `${name}: ${fact} is ${canonical(value)}, should be ${canonical(theirs[fact])}`);
  const below = spec.subcommands?.map((sub) => compareCommand(sub, facts.subcommands?.[sub.name], spec)) ??
    [];
  return [...differences, ...below.flat()];
}

/** How many commands and subcommands there are in a table of specs or facts. */
export function countCommands(table: readonly { readonly subcommands?: object }[]): number {
  return table.reduce((sum, { subcommands }) => sum + 1 + Object.keys(subcommands ?? {}).length, 0);
}

function factsOf(spec: CommandSpec, container?: CommandSpec): Record<string, unknown> {
  const info = commandInfo(spec, container);
  return {
    group: spec.group,
    since: spec.since,
    deprecated_since: spec.deprecatedSince,
    doc_flags: spec.docFlags?.map((flag) => flag.toUpperCase()),
    history_versions: spec.history?.map(([version]) => version) ?? [],
    complexity: complexityFigures(spec.complexity),
    arguments: parseSyntax(spec.syntax ?? "").map(argumentFacts),
    arity: info.arity,
    flags: info.flags,
    acl_categories: info.categories.map((category) => `@${category}`),
    first_key: info.firstKey,
    last_key: info.lastKey,
    step: info.step,
    tips: info.tips,
    key_specs: info.keySpecs.map((key) => ({
      flags: keyFlagNames(key.flags),
      begin_search: {
        type: key.beginSearch.type,
        spec: Object.fromEntries(beginSearchPairs(key.beginSearch)),
      },
      find_keys: { type: key.findKeys.type, spec: Object.fromEntries(findKeysPairs(key.findKeys)) },
    })),
  };
}

function argumentFacts(argument: ArgumentSpec): Record<string, unknown> {
  const { keySpecIndex, deprecatedSince, multipleToken, arguments: parts, ...same } = argument;
  return {
    ...same,
    key_spec_index: keySpecIndex,
    deprecated_since: deprecatedSince,
    multiple_token: multipleToken,
    arguments: parts?.map(argumentFacts),
  };
}

/** The "O(…)" terms of a text, each once; undefined without a text. */
function complexityFigures(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const figures = new Set<string>();
  for (const { index } of text.matchAll(/O\(/g)) {
    let depth = 1;
    let end = index + 2;
    for (; depth > 0 && end < text.length; end++) depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
    figures.add(text.slice(index, end));
  }
  return [...figures];
}

/** JSON with sorted properties, and sorted lists of words, which are sets in Redis. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part) => {
    if (Array.isArray(part)) return part.every((item) => typeof item === "string") ? [...part].sort() : part;
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  }) ?? "nothing";
}

async function main(): Promise<void> {
  const { commandTable }: { commandTable: readonly CommandSpec[] } = await import("../src/commands/mod.ts");
  const facts = readFacts();
  const differences = commandTable.flatMap((spec) => compareCommand(spec, facts[spec.name]));
  for (const difference of differences) console.error(difference);
  const all = countCommands(Object.values(facts));
  const ours = countCommands(commandTable);
  console.info(`${ours} of ${all} commands and subcommands implemented, ${differences.length} differences`);
  if (differences.length > 0) Deno.exit(1);
}

if (import.meta.main) await main();
