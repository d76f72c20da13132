/**
 * Writes docs/configuration.md from the table of directives and docs/commands.md from the table of commands.
 * With `--check` nothing is written: the files that are stale are named, and the exit status is 1 if there are any.
 */
import { fileURLToPath } from "node:url";
import { commandsPage } from "./docs/commands_page.ts";
import { configurationPage } from "./docs/configuration_page.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NOTICE = "<!-- Written by scripts/generate_docs.ts; changes made by hand are lost. -->";

/** Both documents by path relative to the root of the repository, formatted as `deno fmt` wants them. */
export async function generateDocuments(): Promise<Map<string, string>> {
  return new Map([
    ["docs/configuration.md", await formatMarkdown(`${NOTICE}\n\n${await configurationPage()}`)],
    ["docs/commands.md", await formatMarkdown(`${NOTICE}\n\n${commandsPage()}`)],
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
