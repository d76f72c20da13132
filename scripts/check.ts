/** Everything that is checked besides the tests; one line per item, and the output of those that fail. */

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** The version of Deno that the project is built and tested with. */
const VERSION_FILE = ".deno-version";
/** Files that may name that version, and then have to name the same. */
const NAMING_FILES = ["README.md", "Dockerfile", "docs/architecture.md"];

/** What has to pass the type check: all but what other programs run, which the tests of npm's package check. */
const CHECKED = ["main.ts", "src", "tests", "scripts", "npm/bin.ts", "npm/library.ts", "examples/deno_test"];

/** What one item of the check found: an empty text is success. */
interface Item {
  name: string;
  run(): Promise<string>;
}

const ITEMS: Item[] = [
  { name: "format", run: () => deno("fmt", "--check") },
  { name: "lint", run: () => deno("lint") },
  { name: "types", run: () => deno("check", ...CHECKED) },
  { name: "layers", run: () => deno("run", "--allow-read", "scripts/check_layers.ts") },
  { name: "commands", run: () => deno("run", "--allow-all", "scripts/check_commands.ts") },
  { name: "documents", run: () => deno("run", "--allow-all", "scripts/generate_docs.ts", "--check") },
  { name: "links", run: () => deno("run", "--allow-read", "scripts/check_docs.ts") },
  { name: "deno version", run: checkVersions },
];

/** Runs deno with these arguments; what it printed if it failed. */
async function deno(...args: string[]): Promise<string> {
  const env = { NO_COLOR: "1" };
  const { success, code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env })
    .output();
  if (success) return "";
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return `${output.trimEnd()}\n(exit status ${code})`;
}

async function checkVersions(): Promise<string> {
  const texts = new Map<string, string>();
  for (const file of NAMING_FILES) {
    const text = await Deno.readTextFile(ROOT + file).catch(() => undefined);
    if (text !== undefined) texts.set(file, text);
  }
  return versionProblems((await Deno.readTextFile(ROOT + VERSION_FILE)).trim(), texts).join("\n");
}

/**
 * Compares the versions of Deno named in files with the pinned one: `deno@1.2.3` and image tags such as
 * `denoland/deno:alpine-1.2.3`. The README has to name it at least once.
 */
export function versionProblems(pinned: string, texts: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const [file, text] of texts) {
    for (const [mention, version] of text.matchAll(/\bdeno(?:@|:(?:[a-z]+-)?)(\d+\.\d+\.\d+)/g)) {
      if (version !== pinned) problems.push(`${file} names ${mention}, ${VERSION_FILE} says ${pinned}`);
    }
  }
  if (!texts.get("README.md")?.includes(`deno@${pinned}`)) {
    problems.push(`README.md doesn't name deno@${pinned}`);
  }
  return problems;
}

if (import.meta.main) {
  let failed = 0;
  for (const { name, run } of ITEMS) {
    const problem = await run().catch(String);
    console.log(`${problem === "" ? "ok    " : "FAILED"} ${name}`);
    if (problem === "") continue;
    failed++;
    console.log(problem.replace(/^/gm, "    "));
  }
  console.log(`check: ${ITEMS.length - failed} passed, ${failed} failed`);
  if (failed > 0) Deno.exit(1);
}
