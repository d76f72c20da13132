import { assertEquals, assertThrows } from "@std/assert";
import { manifestProblems, publishedDeclarations } from "../../scripts/build_npm.ts";

Deno.test("the package has the project's version and depends on its deno", () => {
  const manifest = { version: "1.0.0", dependencies: { deno: "2.0.0" } };
  assertEquals(manifestProblems(manifest, { project: "1.0.0", deno: "2.0.0" }), []);
  assertEquals(manifestProblems(manifest, { project: "1.1.0", deno: "2.0.1" }), [
    "npm/package.json has version 1.0.0, deno.json has 1.1.0",
    "npm/package.json depends on deno 2.0.0, .deno-version says 2.0.1",
  ]);
});

Deno.test("declarations import nothing that isn't in the package", () => {
  const declarations =
    'import { Readable } from "node:stream";\nexport declare function start(): Readable;\n';
  assertEquals(
    publishedDeclarations(declarations),
    `/// <reference lib="esnext.disposable" />\n${declarations}`,
  );
  for (const foreign of ['export * from "./types.ts";', 'export type X = import("./x.ts").X;']) {
    assertThrows(
      () => publishedDeclarations(`${declarations}${foreign}\n`),
      Error,
      `the declarations import what isn't in the package: ${foreign}`,
    );
  }
});
