/**
 * Checks who imports whom: every import between the folders of src/ has to be in the table below, as have packages
 * and node: modules; the layers must not depend on each other in a circle; no file may be longer than 600 lines.
 */
import { fileURLToPath } from "node:url";
import { dirname, join, normalize } from "node:path/posix";
import { walk } from "@std/fs";

/** For each layer the layers it may import, besides itself and `util`; a trailing `:types` permits types only. */
const LAYERS: Record<string, readonly string[]> = {
  util: [],
  resp: [],
  data: [],
  config: [],
  keyspace: ["data"],
  command: ["keyspace", "resp"],
  pubsub: ["resp"],
  tx: ["command", "keyspace"],
  blocking: ["command", "keyspace", "resp"],
  acl: ["command", "config"],
  scripting: ["command", "resp"],
  persistence: ["keyspace", "data", "command", "resp", "config"],
  replication: ["persistence", "command", "keyspace", "resp", "config"],
  cluster: ["replication", "command", "keyspace", "resp", "config"],
  observability: ["command", "config"],
  effects: ["keyspace", "command:types"],
  commands: [
    ...["resp", "data", "config", "keyspace", "command", "pubsub", "tx", "blocking", "acl", "scripting"],
    ...["persistence", "replication", "cluster", "observability", "effects"],
  ],
  server: [
    ...["resp", "data", "config", "keyspace", "command", "pubsub", "tx", "blocking", "acl", "scripting"],
    ...["persistence", "replication", "cluster", "observability", "effects", "commands"],
  ],
  client: ["resp"],
  transfer: ["client", "resp", "data", "config", "keyspace", "command", "commands", "persistence"],
  tools: [
    ...["client", "transfer", "resp", "data", "config", "keyspace", "command", "commands", "persistence"],
    "observability",
  ],
  embedding: [
    ...["resp", "data", "config", "keyspace", "command", "pubsub", "tx", "blocking", "acl", "scripting"],
    ...[
      "persistence",
      "replication",
      "cluster",
      "observability",
      "effects",
      "commands",
      "server",
      "transfer",
    ],
  ],
  main: ["config", "server", "tools"],
};

/** Packages and node: modules that files under src/ and main.ts may import, and in which layers. */
const EXTERNAL: Record<string, readonly string[] | "everywhere"> = {
  "@std/assert": "everywhere",
  "@std/cli": ["config", "tools", "main"],
  "@std/fs": ["config", "persistence", "commands", "server", "main"],
  "@std/streams": ["resp", "server"],
  "node:buffer": "everywhere",
  "node:crypto": "everywhere",
  "node:net": ["client", "server"],
  "node:tls": ["client", "server"],
  "node:fs": ["persistence", "server"],
  "node:os": ["observability", "commands", "server"],
  "node:path": ["config", "persistence", "commands", "transfer", "server"],
  "node:process": ["observability", "commands", "tools", "server", "main"],
  "node:readline": ["tools"],
  "node:v8": ["observability", "commands", "server"],
  "node:perf_hooks": ["observability", "commands", "server"],
};

const MAXIMUM_LINES = 600;

/** One import or re-export as written. */
interface Import {
  line: number;
  /** What stands in the quotes; empty if it isn't a literal. */
  specifier: string;
  typesOnly: boolean;
}

/**
 * Checks source files.
 * @param files text by path relative to the root of the repository, with `/`
 * @returns one readable line per violation
 */
export function checkLayers(files: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (lines > MAXIMUM_LINES) problems.push(`${path}: ${lines} lines, more than ${MAXIMUM_LINES}`);
    const layer = layerOf(path);
    if (layer === undefined) continue;
    if (!Object.hasOwn(LAYERS, layer)) {
      problems.push(`${path}: there is no layer ${layer} in the table of check_layers`);
      continue;
    }
    for (const found of importsOf(text)) {
      const problem = checkImport(path, layer, found, edges);
      if (problem) problems.push(`${path}:${found.line}: ${problem}`);
    }
  }
  const circle = findCircle(edges);
  if (circle) problems.push(`layers import each other in a circle: ${circle.join(" → ")}`);
  return problems;
}

/** `main` for main.ts, the folder's name below src/, undefined for files that belong to no layer. */
function layerOf(path: string): string | undefined {
  if (path === "main.ts") return "main";
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** What is wrong with an import, if anything; notes imports between layers in `edges`. */
function checkImport(
  path: string,
  layer: string,
  { specifier, typesOnly }: Import,
  edges: Map<string, Set<string>>,
): string | undefined {
  if (specifier === "") return "dynamic import of something that isn't a literal";
  if (!specifier.startsWith(".")) return checkExternal(layer, specifier);
  const target = normalize(join(dirname(path), specifier));
  const targetLayer = layerOf(target);
  if (targetLayer === undefined) return `imports ${target}, which isn't in a layer`;
  if (targetLayer === layer) return undefined;
  if (!typesOnly) edges.set(layer, (edges.get(layer) ?? new Set()).add(targetLayer));
  if (targetLayer === "util" || LAYERS[layer].includes(targetLayer)) return undefined;
  if (!LAYERS[layer].includes(`${targetLayer}:types`)) {
    return `${layer} must not import ${targetLayer} (${target})`;
  }
  return typesOnly ? undefined : `${layer} may import only types of ${targetLayer} (${target})`;
}

function checkExternal(layer: string, specifier: string): string | undefined {
  const permitted = Object.hasOwn(EXTERNAL, specifier) ? EXTERNAL[specifier] : undefined;
  if (permitted === undefined) return `${specifier} isn't among the packages that src may import`;
  if (permitted === "everywhere" || permitted.includes(layer)) return undefined;
  return `${layer} must not import ${specifier}`;
}

/**
 * The imports of a formatted source file: statements begin at the start of a line, so that text in comments and
 * strings isn't mistaken for one. `import("…")` is found anywhere outside comment lines, as a type too.
 */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const statement =
    /^(?:import|export)\s+(type\s+)?(?:([\w$*][\w$*\s,]*?|[\w$,\s]*\{[^}]*\})\s+from\s+)?["']([^"']+)["']/gm;
  for (const match of text.matchAll(statement)) {
    const typesOnly = match[1] !== undefined || onlyTypeNames(match[2] ?? "");
    found.push({ line: lineAt(text, match.index), specifier: match[3], typesOnly });
  }
  const dynamic = /^(?!\s*(?:\/\/|\/?\*)).*?\bimport\(\s*(?:["']([^"']+)["'])?/gm;
  for (const match of text.matchAll(dynamic)) {
    found.push({ line: lineAt(text, match.index), specifier: match[1] ?? "", typesOnly: false });
  }
  return found;
}

/** True for `{ type A, type B }`. */
function onlyTypeNames(names: string): boolean {
  const list = /^\{([^}]*)\}$/.exec(names.trim())?.[1].split(",").map((name) => name.trim()).filter(Boolean);
  return list !== undefined && list.length > 0 && list.every((name) => name.startsWith("type "));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** A circle of layers, the first named again at the end; undefined if there is none. */
function findCircle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  function visit(layer: string, trail: string[]): string[] | undefined {
    if (trail.includes(layer)) return [...trail.slice(trail.indexOf(layer)), layer];
    if (done.has(layer)) return undefined;
    for (const next of edges.get(layer) ?? []) {
      const circle = visit(next, [...trail, layer]);
      if (circle) return circle;
    }
    done.add(layer);
    return undefined;
  }
  for (const layer of edges.keys()) {
    const circle = visit(layer, []);
    if (circle) return circle;
  }
  return undefined;
}

/** All TypeScript files of the repository, as {@link checkLayers} wants them. */
export async function readSources(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  files.set("main.ts", await Deno.readTextFile(`${root}main.ts`));
  for (const folder of ["src", "scripts", "tests"]) {
    for await (const entry of walk(root + folder, { exts: [".ts"], includeDirs: false })) {
      files.set(entry.path.slice(root.length), await Deno.readTextFile(entry.path));
    }
  }
  return files;
}

if (import.meta.main) {
  const files = await readSources(fileURLToPath(new URL("../", import.meta.url)));
  const problems = checkLayers(files);
  for (const problem of problems) console.error(problem);
  console.log(`layers: ${files.size} files, ${problems.length} problems`);
  if (problems.length > 0) Deno.exit(1);
}
