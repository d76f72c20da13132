/**
 * Checks the documents: every link within the project leads to a file, and every anchor to a heading, that exists;
 * links to other places are well-formed (nothing is fetched). Every fenced block of README.md and docs/ is of a
 * language that tests/docs runs, or says in a comment directly before it who runs it or why nobody does:
 *
 * ```md
 * <!-- not run: needs a container engine -->
 * <!-- run by tests/replication/sentinel_test.ts -->
 * ```
 *
 * What only shows something, such as output or a drawing, is `text`. Prints one line for each problem and exits 1 if
 * there are any.
 */
import { fileURLToPath } from "node:url";
import { walk } from "@std/fs";
import { dirname, join, normalize } from "node:path/posix";
import { type Block, type Link, type Markdown, parseMarkdown } from "./docs/markdown.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Languages of blocks that tests/docs runs. */
export const RUN_LANGUAGES: ReadonlySet<string> = new Set(["sh", "console", "ts", "conf"]);
/** The language of what is shown and not run. */
const SHOWN_LANGUAGE = "text";

/** Where documents are: files and folders relative to the root; those that don't exist are passed over. */
const PLACES = [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "npm/README.md"],
  ...["docs", "examples", "deploy", ".github"],
];

/** Whether the blocks of a document have to be run or marked. */
export function blocksAreRun(path: string): boolean {
  return path === "README.md" || path.startsWith("docs/");
}

/** All documents, by their path relative to `root`. */
export async function findDocuments(root = ROOT): Promise<string[]> {
  const found: string[] = [];
  for (const place of PLACES) {
    const info = await Deno.stat(root + place).catch(() => undefined);
    if (info?.isFile) found.push(place);
    if (!info?.isDirectory) continue;
    for await (const { path } of walk(root + place, { exts: [".md"], skip: [/\/node_modules\//] })) {
      found.push(path.slice(root.length));
    }
  }
  return found.sort();
}

/** All that is wrong with the documents below `root`, one readable line for each problem. */
export async function checkDocuments(root = ROOT): Promise<string[]> {
  const documents = new Map<string, Markdown>();
  for (const path of await findDocuments(root)) {
    documents.set(path, parseMarkdown(await Deno.readTextFile(root + path)));
  }
  const problems: string[] = [];
  for (const [path, { blocks, links }] of documents) {
    for (const link of links) {
      const problem = await linkProblem(root, path, link, documents);
      if (problem !== undefined) problems.push(`${path}:${link.line}: ${problem}`);
    }
    for (const block of blocksAreRun(path) ? blocks : []) {
      const problem = await blockProblem(root, block);
      if (problem !== undefined) problems.push(`${path}:${block.line}: ${problem}`);
    }
  }
  return problems;
}

async function linkProblem(
  root: string,
  document: string,
  { target }: Link,
  documents: ReadonlyMap<string, Markdown>,
): Promise<string | undefined> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return externalProblem(target);
  const [path, anchor] = target.split("#");
  const file = path === "" ? document : normalize(join(dirname(document), decodeURI(path)));
  if (file.startsWith("..")) return `${target} leads out of the project`;
  const info = await Deno.stat(root + file).catch(() => undefined);
  if (info === undefined) return `${target} doesn't exist`;
  if (anchor === undefined) return undefined;
  const anchors = documents.get(file)?.anchors;
  if (anchors === undefined) return `${target} has an anchor, but isn't a document`;
  return anchors.has(anchor) ? undefined : `there is no heading for ${target}`;
}

function externalProblem(target: string): string | undefined {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined) return `${target} is no address`;
  if (url.protocol === "mailto:") return undefined;
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${target} isn't a web address`;
  return url.hostname.includes(".") ? undefined : `${target} has no full host name`;
}

async function blockProblem(root: string, { language, marker }: Block): Promise<string | undefined> {
  if (marker?.kind === "run by") {
    const info = await Deno.stat(root + marker.path).catch(() => undefined);
    return info?.isFile ? undefined : `${marker.path}, which is to run this block, doesn't exist`;
  }
  if (marker !== undefined) {
    return marker.reason.length > 3 ? undefined : "no reason for not running this block";
  }
  if (language === SHOWN_LANGUAGE || RUN_LANGUAGES.has(language)) return undefined;
  const named = language === "" ? "a block without a language" : `a block of ${language}`;
  return `${named} is neither run nor marked: <!-- not run: REASON --> or <!-- run by tests/FILE --> before it`;
}

if (import.meta.main) {
  const problems = await checkDocuments();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.info(`${(await findDocuments()).length} documents, every link leads somewhere`);
}
