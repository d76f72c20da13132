/** The text of docs/configuration.md, out of the table of directives. */
import { fileURLToPath } from "node:url";
import { walk } from "@std/fs";
import {
  clusterDirectives,
  replicationDirectives,
  tlsDirectives,
} from "../../src/config/directives_cluster.ts";
import {
  encodingDirectives,
  memoryDirectives,
  persistenceDirectives,
} from "../../src/config/directives_data.ts";
import {
  accessDirectives,
  connectionDirectives,
  diagnosisDirectives,
  processDirectives,
} from "../../src/config/directives_server.ts";
import { specialDirectives } from "../../src/config/directives_special.ts";
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
} from "../../src/config/mod.ts";
import { refuseUnsupported } from "../../src/server/unsupported.ts";
import { code, table } from "./format.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Whether a directive does something: yes, never will, or not yet because its area doesn't exist. */
type Effect = "yes" | "**none**" | "**not yet**";

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

const HEAD = ["name", "alias", "type and values", "default", "while running", "effect", "summary"];

/** The page, not formatted yet. */
export async function configurationPage(): Promise<string> {
  const unsupported = unsupportedDirectives();
  const read = await directivesRead();
  const effectOf = (name: DirectiveName): Effect => {
    if ((DIRECTIVES[name].flags & MEANINGLESS) !== 0) return "**none**";
    return read.has(name) && !unsupported.has(name) ? "yes" : "**not yet**";
  };
  const rows = new Map(
    DIRECTIVE_NAMES.map((name) => [name, directiveRow(name, effectOf(name), unsupported.has(name))]),
  );
  const sections = DIRECTIVE_GROUPS.map(([title, names]) => {
    const ofGroup = [...rows].filter(([name]) => names.includes(name)).map(([, row]) => row);
    return `## ${title}\n\n${table(HEAD, ofGroup)}`;
  });
  const without = (effect: Effect) =>
    DIRECTIVE_NAMES.filter((name) => effectOf(name) === effect).sort().map(code).join(", ");
  return [
    introduction(DIRECTIVE_NAMES.length),
    ...sections,
    `## Accepted without effect\n\nFor good: ${without("**none**")}.\n\nUntil their area exists: ${
      without("**not yet**")
    }.`,
  ].join("\n\n");
}

function introduction(count: number): string {
  return `# Directives

The ${count} directives that this server knows: those of Redis 7.2, with their defaults as CONFIG GET prints them.
They are written as lines of a configuration file (\`maxmemory 100mb\`) or as options of the command line
(\`--maxmemory 100mb\`). How files, options and CONFIG SET go together is in the [README](../README.md#configuration).

"Alias" is an older name, taken everywhere; CONFIG GET finds the directive under both.

"While running" tells whether CONFIG SET takes a new value:

- \`yes\`: it does.
- \`at start\`: never; the value is that of the file and the command line.
- \`protected\`: only where \`enable-protected-configs\` allows it.
- \`refused\`: it takes no other value than the default, because the directive would promise something that does not
  exist yet.

"Effect":

- \`yes\`: the server acts by it, or shows it in the reply of a command.
- **none**: it has no meaning in this server. It is accepted, kept and shown by CONFIG GET; a value other than the
  default is named by one warning at start.
- **not yet**: it belongs to something that does not exist yet. It is accepted and shown by CONFIG GET; another value
  than the default is named by one warning at start where "while running" says \`refused\`.

These two are [listed once more](#accepted-without-effect) at the end.

In configuration files there are four words more: \`include\` reads other files, \`rename-command\` gives a command another
name or takes it away; \`user\` and \`loadmodule\` lines have no effect, and one warning each says so.

Sizes take units: \`k\`, \`m\` and \`g\` are powers of 1000, \`kb\`, \`mb\` and \`gb\` powers of 1024, in any case.`;
}

function directiveRow(name: DirectiveName, effect: Effect, unsupported: boolean): string[] {
  const directive: Omit<Directive<unknown>, "parse"> = DIRECTIVES[name];
  const { alias, flags } = directive;
  const alsoHidden = (flags & HIDDEN) !== 0 ? " CONFIG GET shows it by its exact name only." : "";
  const initial = directive.initial.text;
  return [
    code(name),
    alias === undefined ? "" : code(alias),
    `${directive.kind}: ${directive.accepts}`,
    code(initial === "" ? '""' : initial),
    whileRunning(flags, unsupported),
    effect,
    directive.summary + alsoHidden,
  ];
}

function whileRunning(flags: number, unsupported: boolean): string {
  if ((flags & IMMUTABLE) !== 0) return "at start";
  if (unsupported) return "refused";
  return (flags & PROTECTED) !== 0 ? "protected" : "yes";
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
