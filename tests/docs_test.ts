import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { findDocuments } from "../scripts/check_docs.ts";
import { readFacts } from "../scripts/check_commands.ts";
import { generateDocuments, staleDocuments } from "../scripts/generate_docs.ts";
import type { CommandSpec } from "../src/command/spec.ts";
import { ROOT } from "./support/server_command.ts";

const DOCUMENTS = await findDocuments();

function read(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(ROOT + path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** All first groups of a pattern's matches. */
function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]);
}

/** The part of a document from a heading of the second level to the next one. */
function section(text: string, title: string): string {
  const start = text.indexOf(`\n## ${title}\n`);
  assert(start >= 0, `there is no section "${title}"`);
  const end = text.indexOf("\n## ", start + 1);
  return text.slice(start, end < 0 ? undefined : end);
}

Deno.test("documents: every path that the source tour names exists", () => {
  const paths = found(section(read("README.md"), "Source tour"), /`([^`]+\.ts)`/g);
  assert(paths.length > 40, `only ${paths.length} paths were found`);
  assertEquals(paths.filter((path) => !exists(path)), []);
  assertEquals(paths.length, new Set(paths).size, "a path is named twice");
});

Deno.test("documents: paths of sources named elsewhere exist", () => {
  for (const document of DOCUMENTS) {
    const paths = found(read(document), /\b((?:src|scripts|tests)\/[\w/]+\.(?:ts|json))\b/g);
    assertEquals(paths.filter((path) => !exists(path)), [], document);
  }
});

Deno.test("documents: every task named is a task, and every script of a named task exists", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  for (const document of DOCUMENTS) {
    for (const task of found(read(document), /deno(?:@[\d.]+)? task ([a-z:]+)/g)) {
      assert(Object.hasOwn(tasks, task), `${document} names the task ${task}`);
      for (const script of found(tasks[task].command, /(\S+\.ts)/g)) {
        assert(exists(script), `${task}: ${script}`);
      }
    }
  }
});

Deno.test("documents: the README names the pinned version of Deno and no other", () => {
  const pinned = read(".deno-version").trim();
  const versions = found(read("README.md"), /\b[Dd]eno[@ ](\d+\.\d+\.\d+)/g);
  assertEquals([...new Set(versions)], [pinned]);
  assert(read("README.md").includes(`npx -y deno@${pinned} task start`));
});

Deno.test("documents: the architecture's table has every layer", () => {
  const table = section(read("docs/architecture.md"), "Layers");
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}src`)) {
    if (isDirectory) assert(new RegExp(`^\\| \`${name}\` +\\|`, "m").test(table), `${name} is missing`);
  }
});

Deno.test("documents: every directive and every command is listed once", async () => {
  const { commandTable } = await import("../src/commands/mod.ts");
  const { DIRECTIVE_NAMES } = await import("../src/config/mod.ts");
  assertEquals(
    found(read("docs/configuration.md"), /^\| `([^`]+)`/gm).sort(),
    [...DIRECTIVE_NAMES].sort(),
  );
  const names = (table: readonly CommandSpec[]) =>
    table.flatMap(({ name, subcommands = [] }) => [name, ...subcommands.map((sub) => `${name} ${sub.name}`)]);
  const page = read("docs/commands.md");
  assertEquals(found(page, /^\| `([^`]+)` +\| yes/gm).sort(), names(commandTable).sort());
  const facts = Object.entries(readFacts()).flatMap(([name, { subcommands }]) => [
    name,
    ...Object.keys(subcommands ?? {}).map((sub) => `${name} ${sub}`),
  ]);
  assertEquals(found(page, /^\| `([^`]+)`/gm).sort(), facts.sort());
});

Deno.test("generate_docs: what it writes is what there is", async () => {
  assertEquals(await staleDocuments(await generateDocuments()), []);
});

Deno.test("generate_docs: a changed or missing file is stale", async () => {
  const root = `${await Deno.makeTempDir()}/`;
  try {
    await Deno.writeTextFile(`${root}a.md`, "one\n");
    await Deno.writeTextFile(`${root}b.md`, "two\n");
    const documents = new Map([["a.md", "one\n"], ["b.md", "2\n"], ["c.md", "3\n"]]);
    assertEquals(await staleDocuments(documents, root), ["b.md", "c.md"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("generate_docs: --check succeeds and writes nothing", async () => {
  const before = Deno.statSync(`${ROOT}docs/commands.md`).mtime;
  assertNotEquals(before, null);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "scripts/generate_docs.ts", "--check"],
    cwd: ROOT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(Deno.statSync(`${ROOT}docs/commands.md`).mtime, before);
});
