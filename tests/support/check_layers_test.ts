import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkLayers, importsOf, readSources } from "../../scripts/check_layers.ts";
import { ROOT } from "./server_command.ts";

/** The only problem with these files. */
function problemOf(files: Record<string, string>): string {
  const problems = checkLayers(new Map(Object.entries(files)));
  assertEquals(problems.length, 1, problems.join("\n"));
  return problems[0];
}

Deno.test("check_layers: what the table permits is fine", () => {
  const files = {
    "main.ts":
      'import { Config } from "./src/config/mod.ts";\nimport { serve } from "./src/server/mod.ts";\n',
    "src/config/mod.ts": 'import { parseArgs } from "@std/cli";\nimport { glob } from "../util/glob.ts";\n',
    "src/effects/mod.ts": 'import type { Spec } from "../command/spec.ts";\n',
    "src/keyspace/a/b.ts":
      'import {\n  Hash,\n  List,\n} from "../../data/hash.ts";\nexport * from "../value.ts";\n',
    "tests/x_test.ts": 'import "../src/resp/decoder.ts";\nimport "npm:anything";\n',
  };
  assertEquals(checkLayers(new Map(Object.entries(files))), []);
});

Deno.test("check_layers: every form of a forbidden import is found, with its line", () => {
  for (
    const statement of [
      'import { x } from "../server/mod.ts";',
      'import type { x } from "../server/mod.ts";',
      'import x, { y } from "../server/mod.ts";',
      'import * as x from "../server/mod.ts";',
      'import "../server/mod.ts";',
      'export { x } from "../server/mod.ts";',
      'export * from "../server/mod.ts";',
      'export * as server from "../server/mod.ts";',
      'import {\n  x,\n  y,\n} from "../server/mod.ts";',
      'const x = await import("../server/mod.ts");',
      'let x: import("../server/mod.ts").X;',
    ]
  ) {
    const problem = problemOf({ "src/data/hash.ts": `// first line\n${statement}\n` });
    assertEquals(problem, "src/data/hash.ts:2: data must not import server (src/server/mod.ts)", statement);
  }
});

Deno.test("check_layers: types-only permission, packages, unknown layers, length", () => {
  const importing = (statement: string) => ({ "src/effects/mod.ts": statement });
  assertStringIncludes(
    problemOf(importing('import { x } from "../command/spec.ts";')),
    "only types of command",
  );
  assertStringIncludes(problemOf(importing('import { type X, y } from "../command/spec.ts";')), "only types");
  assertEquals(
    checkLayers(new Map([["src/effects/a.ts", 'import { type X } from "../command/spec.ts";']])),
    [],
  );
  assertStringIncludes(problemOf(importing('import redis from "ioredis";')), "ioredis isn't among");
  assertStringIncludes(
    problemOf(importing('import { parseArgs } from "@std/cli";')),
    "effects must not import @std/cli",
  );
  assertStringIncludes(
    problemOf(importing('import { x } from "../../tests/harness.ts";')),
    "isn't in a layer",
  );
  assertStringIncludes(problemOf(importing("const x = await import(name);")), "isn't a literal");
  assertStringIncludes(problemOf({ "src/sketch/a.ts": "" }), "no layer sketch");
  assertStringIncludes(problemOf({ "src/data/long.ts": "\n".repeat(601) }), "601 lines");
  assertStringIncludes(
    problemOf({ "main.ts": 'import "./src/commands/mod.ts";' }),
    "main must not import commands",
  );
});

Deno.test("check_layers: a circle of layers is named", () => {
  const problems = checkLayers(
    new Map([
      ["src/keyspace/a.ts", 'import { x } from "../data/b.ts";'],
      ["src/data/b.ts", 'import { y } from "../keyspace/a.ts";'],
    ]),
  );
  assertEquals(problems.length, 2);
  assertStringIncludes(problems[1], "keyspace → data → keyspace");
});

Deno.test("check_layers: comments are no imports", () => {
  assertEquals(importsOf('// import("./a.ts")\n/** import("./b.ts") */\n * import "./c.ts"\n'), []);
});

Deno.test("check_layers: the repository's own files are read", async () => {
  const files = await readSources(ROOT);
  assert(files.has("scripts/check_layers.ts") && files.has("tests/harness.ts"));
});
