/** Every block of README.md and docs/ that isn't marked as not run does what the document says. */
import { assertEquals } from "@std/assert";
import { blocksAreRun, findDocuments, RUN_LANGUAGES } from "../../scripts/check_docs.ts";
import { type Block, parseMarkdown } from "../../scripts/docs/markdown.ts";
import { ROOT } from "../support/server_command.ts";
import { checkTypes, DocumentRun, missingProgram } from "./document.ts";

// The blocks are those of a shell as Linux and macOS have it.
const ignore = Deno.build.os === "windows";

/** The blocks to be run, by the path of their document. */
const documents = new Map<string, readonly Block[]>();
for (const path of (await findDocuments()).filter(blocksAreRun)) {
  const { blocks } = parseMarkdown(await Deno.readTextFile(ROOT + path));
  const run = blocks.filter(({ language, marker }) => marker === undefined && RUN_LANGUAGES.has(language));
  if (run.length > 0) documents.set(path, run);
}

/** `true` if the types are interchangeable, or else no type at all. */
type Same<A, B> = A extends B ? B extends A ? true : never : never;

for (const [path, blocks] of documents) {
  Deno.test({ name: `${path}: ${blocks.length} blocks`, ignore, fn: (t) => runAll(t, path, blocks) });
}

Deno.test("documents: the programs have no type errors", async () => {
  const modules = [...documents].map(([path, blocks]) =>
    [path, blocks.filter(({ language }) => language === "ts")] as const
  );
  // What the blocks are checked with: this file does not compile if it is not the library's interface.
  const isLibrary: Same<typeof import("../../src/embedding/mod.ts"), typeof import("./library.d.ts")> = true;
  assertEquals(isLibrary, true);
  assertEquals(await checkTypes(new Map(modules)), "");
});

async function runAll(t: Deno.TestContext, path: string, blocks: readonly Block[]): Promise<void> {
  await using document = await DocumentRun.open(path);
  for (const block of blocks) {
    const missing = missingProgram(block);
    const name = `line ${block.line}, ${block.language}${missing === undefined ? "" : `: needs ${missing}`}`;
    await t.step({ name, ignore: missing !== undefined, fn: () => document.runBlock(block) });
  }
}
