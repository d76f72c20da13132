/** The text of docs/commands.md, out of the table of commands and the facts of Redis 7.2. */
import { commandFlagNames } from "../../src/command/flags.ts";
import type { CommandSpec } from "../../src/command/spec.ts";
import { commandTable } from "../../src/commands/mod.ts";
import { type CommandFacts, countCommands, readFacts } from "../check_commands.ts";
import { code, table } from "./format.ts";

/** What is to be known of single commands besides what their definitions say. */
const NOTES: Readonly<Record<string, string>> = {
  "AUTH": "Knows one user, `default`, with the password of `requirepass`.",
  "BGSAVE": "Written in slices by the server itself, without a child process.",
  "BGREWRITEAOF": "Written in slices by the server itself, without a child process.",
  "CLIENT LIST": "`fd` is always -1.",
  "CONFIG SET": 'See the column "while running" of [the directives](configuration.md).',
  "DEBUG": "Needs `enable-debug-command`.",
  "HELLO": "AUTH knows one user, `default`, with the password of `requirepass`.",
  "MIGRATE": "Holds its own client, not the server; refused inside MULTI.",
  "SCAN": "Cursors are any numbers below 2^42.",
};

const HEAD = ["name", "implemented", "since", "complexity", "what it does, and notes"];

/** The page, not formatted yet. */
export function commandsPage(): string {
  const facts = readFacts();
  const specs = new Map(commandTable.map((spec) => [spec.name, spec]));
  const groups = [...new Set(Object.values(facts).map(({ group }) => String(group)))].sort();
  const sections = groups.map((group) => {
    const rows = Object.entries(facts).filter(([, fact]) => fact.group === group).sort(([a], [b]) =>
      a < b ? -1 : 1
    )
      .flatMap(([name, fact]) => commandRows(name, fact, specs.get(name)));
    return `## ${titleOf(group)}\n\n${table(HEAD, rows)}`;
  });
  return [introduction(facts), ...sections, missingSection(facts, specs)].join("\n\n");
}

function introduction(facts: Readonly<Record<string, CommandFacts>>): string {
  return `# Commands

This server has ${countCommands(commandTable)} of the ${
    countCommands(Object.values(facts))
  } commands and subcommands of
Redis 7.2; the others are in the tables with a **no**, and [once more at the end](#not-implemented-yet). A command that
is implemented has all options of Redis 7.2, but for those about what is not, such as the user names of AUTH.

"Since" is the version of Redis that introduced the command, not one of this server. "Complexity" is what Redis
states. The list comes from the definitions that the server runs, which are compared with the facts
of Redis 7.2 by \`scripts/check_commands.ts\`.`;
}

function commandRows(name: string, fact: CommandFacts, spec: CommandSpec | undefined): string[][] {
  const rows = [commandRow(name, fact, spec)];
  const specs = new Map(spec?.subcommands?.map((sub) => [sub.name, sub]));
  for (const [sub, subFact] of Object.entries(fact.subcommands ?? {}).sort(([a], [b]) => a < b ? -1 : 1)) {
    rows.push(commandRow(`${name} ${sub}`, subFact, specs.get(sub)));
  }
  return rows;
}

function commandRow(name: string, fact: CommandFacts, spec: CommandSpec | undefined): string[] {
  if (spec === undefined) {
    const complexity = Array.isArray(fact.complexity) ? fact.complexity.join(", ") : "";
    return [code(name), "**no**", String(fact.since), complexity, ""];
  }
  const text = [spec.summary, ...notesOf(spec, name)].join(" ");
  return [code(name), "yes", spec.since, spec.complexity ?? "", text];
}

function notesOf(spec: CommandSpec, name: string): string[] {
  const notes: string[] = [];
  if (commandFlagNames(spec.flags).includes("blocking")) notes.push("May block.");
  if (spec.deprecatedSince !== undefined) {
    const instead = spec.replacedBy === undefined ? "" : `: use ${spec.replacedBy}`;
    notes.push(`Deprecated since ${spec.deprecatedSince}${instead}.`);
  }
  if (Object.hasOwn(NOTES, name)) notes.push(NOTES[name]);
  return notes;
}

function missingSection(
  facts: Readonly<Record<string, CommandFacts>>,
  specs: ReadonlyMap<string, CommandSpec>,
): string {
  const missing = new Map<string, string[]>();
  for (const [name, fact] of Object.entries(facts)) {
    const names = missingNames(name, fact, specs.get(name));
    const group = String(fact.group);
    if (names.length > 0) missing.set(group, [...missing.get(group) ?? [], ...names]);
  }
  const rows = [...missing].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, names]) => [titleOf(group), names.sort().map(code).join(", ")]);
  const list = rows.length === 0 ? "None." : table(["group", "commands"], rows);
  return `## Not implemented yet\n\n${list}`;
}

/** The command, if it isn't implemented, or those of its subcommands that aren't. */
function missingNames(name: string, fact: CommandFacts, spec: CommandSpec | undefined): string[] {
  if (spec === undefined) return [name];
  const known = new Set(spec.subcommands?.map((sub) => sub.name));
  return Object.keys(fact.subcommands ?? {}).filter((sub) => !known.has(sub)).map((sub) => `${name} ${sub}`);
}

function titleOf(group: string): string {
  if (group === "pubsub") return "Pub/sub";
  if (group === "hyperloglog") return "HyperLogLog";
  const words = group.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}
