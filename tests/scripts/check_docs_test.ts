import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { checkDocuments, findDocuments } from "../../scripts/check_docs.ts";
import { parseMarkdown } from "../../scripts/docs/markdown.ts";

/** What is wrong with documents given by path; files with other endings may be linked to. */
async function problemsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = `${await Deno.makeTempDir()}/`;
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(root + dirname(path), { recursive: true });
      await Deno.writeTextFile(root + path, text);
    }
    return await checkDocuments(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("check_docs: the documents of this project", async () => {
  assertEquals(await checkDocuments(), []);
});

Deno.test("check_docs: relative links", async () => {
  const problems = await problemsOf({
    "README.md":
      "[a](docs/a.md) [b](docs/b.md)\n\n[c](docs/a.md#part-two) [d](docs/a.md#part-three)\n[e](../x)\n",
    "docs/a.md": "# One\n\n## Part two\n\n[up](../README.md) [here](#one) [file](../src/a.ts) [no](#two)\n",
    "src/a.ts": "",
    "SECURITY.md": "[line](src/a.ts#L1) ![image](missing.png)\n",
  });
  assertEquals(problems, [
    "README.md:1: docs/b.md doesn't exist",
    "README.md:3: there is no heading for docs/a.md#part-three",
    "README.md:4: ../x leads out of the project",
    "SECURITY.md:1: src/a.ts#L1 has an anchor, but isn't a document",
    "SECURITY.md:1: missing.png doesn't exist",
    "docs/a.md:5: there is no heading for #two",
  ]);
});

Deno.test("check_docs: other addresses are looked at, not fetched", async () => {
  const text =
    "[a](https://example.com/x#y) <https://deno.com> [b](https://localhost) [c](ftp://example.com)\n" +
    "[mail](mailto:a@example.com) [d](https://)\n\n[ref]: nowhere.md\n";
  assertEquals(await problemsOf({ "CHANGELOG.md": text }), [
    "CHANGELOG.md:1: https://localhost has no full host name",
    "CHANGELOG.md:1: ftp://example.com isn't a web address",
    "CHANGELOG.md:2: https:// is no address",
    "CHANGELOG.md:4: nowhere.md doesn't exist",
  ]);
});

Deno.test("check_docs: blocks are run, marked, or only shown", async () => {
  const block = (before: string, language: string) => `${before}\n\n\`\`\`${language}\nx\n\`\`\`\n\n`;
  const text = block("", "sh") + block("", "text") + block("", "yaml") + block("", "") +
    block("<!-- not run: needs a container engine -->", "yaml") + block("<!-- not run: -->", "sh") +
    block("<!-- run by tests/a_test.ts -->", "json") + block("<!-- run by tests/b_test.ts -->", "json") +
    block("<!-- not run: too far away -->\n\nText.", "json");
  const problems = await problemsOf({ "docs/a.md": text, "npm/README.md": text, "tests/a_test.ts": "" });
  const neither =
    "is neither run nor marked: <!-- not run: REASON --> or <!-- run by tests/FILE --> before it";
  assertEquals(problems, [
    `docs/a.md:15: a block of yaml ${neither}`,
    `docs/a.md:21: a block without a language ${neither}`,
    "docs/a.md:33: no reason for not running this block",
    "docs/a.md:45: tests/b_test.ts, which is to run this block, doesn't exist",
    `docs/a.md:53: a block of json ${neither}`,
  ]);
});

Deno.test("check_docs: finds the README and what is in the folders of documents", async () => {
  const documents = await findDocuments();
  for (const path of ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/commands.md"]) {
    assertEquals(documents.filter((found) => found === path).length, 1, path);
  }
});

Deno.test("parseMarkdown: code is not searched for links or headings", () => {
  const text =
    "# A [x](y) `z` title, with: signs!\n\n`[a](b)` [c](d)\n\n```text\n# not a title\n[e](f)\n```\n\n# A\n# A\n";
  const { links, anchors, blocks } = parseMarkdown(text);
  assertEquals(links, [{ target: "y", line: 1 }, { target: "d", line: 3 }]);
  assertEquals([...anchors], ["a-x-z-title-with-signs", "a", "a-1"]);
  assertEquals(blocks, [{ language: "text", text: "# not a title\n[e](f)", line: 5 }]);
});

Deno.test("parseMarkdown: indented and longer fences, and one without an end", () => {
  const text = "- item\n\n  ````md\n  ```sh\n    x\n  ```\n  ````\n\n~~~ts\nopen";
  assertEquals(parseMarkdown(text).blocks, [
    { language: "md", text: "```sh\n  x\n```", line: 3 },
    { language: "ts", text: "open", line: 9 },
  ]);
});
