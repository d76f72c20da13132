/**
 * Writes docs/configuration.md from the table of directives and docs/commands.md from the table of commands.
 * With `--check` nothing is written: the files that are stale are named, and the exit status is 1 if there are any.
 */
import { walk } from "@std/fs";
import type { CommandSpec } from "../src/command/spec.ts";
import { commandTable } from "../src/commands/mod.ts";
import { clusterDirectives, replicationDirectives, tlsDirectives } from "../src/config/directives_cluster.ts";
import {
  encodingDirectives,
  memoryDirectives,
  persistenceDirectives,
} from "../src/config/directives_data.ts";
import {
  accessDirectives,
  connectionDirectives,
  diagnosisDirectives,
  processDirectives,
} from "../src/config/directives_server.ts";
import { specialDirectives } from "../src/config/directives_special.ts";
import {
  type ChangeListener,
  Config,
  type Directive,
  DIRECTIVE_NAMES,
  type DirectiveName,
  DIRECTIVES,
  HIDDEN,
  IMMUTABLE,
  MEANINGLESS,
  PROTECTED,
} from "../src/config/mod.ts";
import { refuseUnsupported } from "../src/server/unsupported.ts";
import { type CommandFacts, countCommands, readFacts } from "./check_commands.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const NOTICE = "<!-- Written by scripts/generate_docs.ts; changes made by hand are lost. -->";

/** Whether a directive does something: yes, never will, or not yet because its area doesn't exist. */
type Effect = "yes" | "no" | "not yet";

const DIRECTIVE_GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Directives with a form of their own", Object.keys(specialDirectives)],
  ["Connections", Object.keys(connectionDirectives)],
  ["Process and log", Object.keys(processDirectives)],
  ["Access", Object.keys(accessDirectives)],
  ["Diagnosis", Object.keys(diagnosisDirectives)],
  ["Memory and expiry", Object.keys(memoryDirectives)],
  ["Encodings of values", Object.keys(encodingDirectives)],
  ["Persistence", Object.keys(persistenceDirectives)],
  ["Replication", Object.keys(replicationDirectives)],
  ["Cluster", Object.keys(clusterDirectives)],
  ["TLS", Object.keys(tlsDirectives)],
];

/** Both documents by path relative to the root of the repository, formatted as `deno fmt` wants them. */
export async function generateDocuments(): Promise<Map<string, string>> {
  return new Map([
    ["docs/configuration.md", await formatMarkdown(await configurationPage())],
    ["docs/commands.md", await formatMarkdown(commandsPage())],
  ]);
}

/** The paths in `documents` whose file below `root` is missing or holds something else. */
export async function staleDocuments(documents: ReadonlyMap<string, string>, root = ROOT): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of documents) {
    const present = await Deno.readTextFile(root + path).catch(() => undefined);
    if (present !== text) stale.push(path);
  }
  return stale;
}

async function configurationPage(): Promise<string> {
  const unsupported = unsupportedDirectives();
  const read = await directivesRead();
  const effectOf = (name: DirectiveName): Effect => {
    if ((DIRECTIVES[name].flags & MEANINGLESS) !== 0) return "no";
    return read.has(name) && !unsupported.has(name) ? "yes" : "not yet";
  };
  const sections = DIRECTIVE_GROUPS.map(([title, names]) => {
    const rows = DIRECTIVE_NAMES.filter((name) => names.includes(name))
      .map((name) => directiveRow(name, effectOf(name), unsupported.has(name)));
    return `## ${title}\n\n${table(["name", "type", "default", "effect", "CONFIG SET", "summary"], rows)}`;
  });
  return [NOTICE, CONFIGURATION_INTRODUCTION, ...sections].join("\n\n");
}

const CONFIGURATION_INTRODUCTION = `# Directives

All directives that this server knows: those of Redis 7.2, with their defaults as CONFIG GET prints them. They are
written as lines of a configuration file (\`maxmemory 100mb\`) or as options of the command line (\`--maxmemory 100mb\`).
How files, options and CONFIG SET go together is in the [README](../README.md#configuration).

The column "effect":

- \`yes\`: the server acts by it, or shows it in the reply of a command.
- \`no\`: it has no meaning in this server. It is accepted, kept and shown by CONFIG GET; a value other than the default
  is named by one warning at start.
- \`not yet\`: it belongs to something that does not exist yet. It is accepted and shown by CONFIG GET. Where the column
  "CONFIG SET" says \`refused\`, CONFIG SET takes no other value than the default (for \`save\` also none at all); a
  directive of persistence, replication, cluster, TLS or ACL with another value is named by one warning at start.

The column "CONFIG SET" tells whether a running server takes a new value: \`at start\` means never, and \`protected\` means
only where \`enable-protected-configs\` allows it.

In configuration files there are four words more: \`include\` reads other files, \`rename-command\` gives a command another
name or takes it away; \`user\` and \`loadmodule\` lines have no effect, and one warning each says so.

Sizes take units: \`k\`, \`m\` and \`g\` are powers of 1000, \`kb\`, \`mb\` and \`gb\` powers of 1024, in any case.`;

function directiveRow(name: DirectiveName, effect: Effect, unsupported: boolean): string[] {
  const directive: Omit<Directive<unknown>, "parse"> = DIRECTIVES[name];
  const { alias, flags } = directive;
  const alsoHidden = (flags & HIDDEN) !== 0 ? " CONFIG GET shows it by its exact name only." : "";
  const initial = directive.initial.text;
  return [
    alias === undefined ? code(name) : `${code(name)}, older: ${code(alias)}`,
    `${directive.kind}: ${directive.accepts}`,
    code(initial === "" ? '""' : initial),
    effect,
    (flags & IMMUTABLE) !== 0
      ? "at start"
      : unsupported
      ? "refused"
      : (flags & PROTECTED) !== 0
      ? "protected"
      : "yes",
    directive.summary + alsoHidden,
  ];
}

/** A configuration that only notes which directives somebody wants to hear of. */
class ListeningConfig extends Config {
  readonly names = new Set<DirectiveName>();

  override onChange(names: readonly DirectiveName[], _apply: ChangeListener): void {
    for (const name of names) this.names.add(name);
  }
}

/** The directives of areas that don't exist yet, as the server itself tells them. */
function unsupportedDirectives(): ReadonlySet<DirectiveName> {
  const config = new ListeningConfig();
  refuseUnsupported(config);
  return config.names;
}

/** The directives that some source file names outside the tables: nobody acts by one that is named nowhere. */
async function directivesRead(): Promise<ReadonlySet<DirectiveName>> {
  const read = new Set<DirectiveName>();
  const skip = [/\/config\/(?:directives|rewrite|parse_file|command_line)\w*\.ts$/];
  for await (const { path } of walk(`${ROOT}src`, { exts: [".ts"], includeDirs: false, skip })) {
    const text = await Deno.readTextFile(path);
    for (const name of DIRECTIVE_NAMES) if (text.includes(`"${name}"`)) read.add(name);
  }
  return read;
}

function commandsPage(): string {
  const facts = readFacts();
  const introduction = `# Commands

This server has ${countCommands(commandTable)} of the ${
    countCommands(Object.values(facts))
  } commands and subcommands of
Redis 7.2. Each one here has all options of Redis 7.2, but for those about what is
[not implemented yet](#not-implemented-yet), such as SHUTDOWN SAVE. "Since" is the version of Redis that introduced it.`;
  const groups = [...new Set(commandTable.map(({ group }) => group))].sort();
  const sections = groups.map((group) => {
    const rows = commandTable.filter((spec) => spec.group === group).sort(byName).flatMap(commandRows);
    return `## ${titleOf(group)}\n\n${table(["name", "since", "summary"], rows)}`;
  });
  return [NOTICE, introduction, ...sections, missingSection(facts)].join("\n\n");
}

function commandRows(spec: CommandSpec): string[][] {
  const rows = [[code(spec.name), spec.since, spec.summary]];
  for (const sub of [...spec.subcommands ?? []].sort(byName)) {
    rows.push([code(`${spec.name} ${sub.name}`), sub.since, sub.summary]);
  }
  return rows;
}

function missingSection(facts: Readonly<Record<string, CommandFacts>>): string {
  const implemented = new Map(commandTable.map((spec) => [spec.name, spec]));
  const missing = new Map<string, string[]>();
  for (const [name, fact] of Object.entries(facts)) {
    const names = missingNames(name, fact, implemented.get(name));
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

function byName(a: CommandSpec, b: CommandSpec): number {
  return a.name < b.name ? -1 : 1;
}

function titleOf(group: string): string {
  if (group === "pubsub") return "Pub/sub";
  if (group === "hyperloglog") return "HyperLogLog";
  const words = group.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

async function formatMarkdown(text: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text + "\n"));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  if (!success) throw new Error(`deno fmt failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function main(args: readonly string[]): Promise<void> {
  const documents = await generateDocuments();
  const stale = await staleDocuments(documents);
  if (args.includes("--check")) {
    for (const path of stale) console.error(`${path} is stale: run scripts/generate_docs.ts`);
    if (stale.length > 0) Deno.exit(1);
    return;
  }
  await Deno.mkdir(`${ROOT}docs`, { recursive: true });
  for (const path of stale) await Deno.writeTextFile(ROOT + path, documents.get(path)!);
  console.info(stale.length > 0 ? `wrote ${stale.join(" and ")}` : "nothing has changed");
}

if (import.meta.main) await main(Deno.args);
