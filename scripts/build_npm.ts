/**
 * Builds the package for npm: `deno task npm:pack [--output DIRECTORY]` writes `mini-redis-VERSION.tgz`
 * there.
 *
 * The package is what stands in `npm/` and, in `dist/`, the server, its tools and the library's child process
 * as plain JavaScript with all that they import: Deno doesn't run TypeScript below `node_modules`, and so
 * there is nothing left to be downloaded at the first start. `npm` has to be installed; deno downloads the
 * bundler that it uses (esbuild) from the npm registry.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli";
import { parseStart } from "./build.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Where the package goes without `--output`. */
const OUTPUT = `${ROOT}dist/npm`;
/** Files that are taken as they are, and what they are called in the package. */
const COPIED: Readonly<Record<string, string>> = {
  "npm/package.json": "package.json",
  "npm/README.md": "README.md",
  "npm/index.js": "index.js",
  "LICENSE": "LICENSE",
};
/** The manifests that the package's is compared with. */
export interface Versions {
  /** Version in deno.json. */
  project: string;
  /** What `.deno-version` says. */
  deno: string;
}

/** What in the package's manifest is not as the project has it; one line each. */
export function manifestProblems(
  manifest: { version: string; dependencies: Record<string, string> },
  { project, deno }: Versions,
): string[] {
  const problems: string[] = [];
  if (manifest.version !== project) {
    problems.push(`npm/package.json has version ${manifest.version}, deno.json has ${project}`);
  }
  if (manifest.dependencies.deno !== deno) {
    problems.push(
      `npm/package.json depends on deno ${manifest.dependencies.deno}, .deno-version says ${deno}`,
    );
  }
  return problems;
}

/**
 * The library's declarations as they are published. Throws if they import something, which the package
 * wouldn't have.
 */
export function publishedDeclarations(declarations: string): string {
  const foreign = /^.*\b(?:from|import\() ?"(?!node:).*$/m.exec(declarations);
  if (foreign !== null) throw new Error(`the declarations import what isn't in the package: ${foreign[0]}`);
  // For `AsyncDisposable`, whatever the user's project has as "lib".
  return `/// <reference lib="esnext.disposable" />\n${declarations}`;
}

/**
 * Builds the package.
 *
 * @param directory where to, made if need be
 * @returns path of the tarball
 */
export async function buildPackage(directory: string): Promise<string> {
  const stage = await Deno.makeTempDir({ prefix: "mini-redis-npm-" });
  try {
    await checkManifest();
    await allOf([
      ...Object.entries(COPIED).map(([from, to]) => Deno.copyFile(ROOT + from, `${stage}/${to}`)),
      bundle("--code-splitting", "--outdir", `${stage}/dist`, "main.ts", "src/embedding/child.ts"),
      bundle("--format", "cjs", "--output", `${stage}/bin.cjs`, "npm/bin.ts"),
      buildLibrary(stage),
    ]);
    await Deno.writeTextFile(`${stage}/dist/deno_flags.json`, JSON.stringify(await denoFlags()));
    await Deno.mkdir(directory, { recursive: true });
    const printed = await run("npm", ["pack", "--json", "--pack-destination", directory], stage);
    return `${directory}/${JSON.parse(printed)[0].filename}`;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/** As Promise.all, but nothing goes on in the background when it fails: the directory can be removed then. */
async function allOf(steps: Promise<void>[]): Promise<void> {
  await Promise.allSettled(steps);
  await Promise.all(steps);
}

async function checkManifest(): Promise<void> {
  const [manifest, project, deno] = await Promise.all([
    readJson("npm/package.json"),
    readJson("deno.json"),
    Deno.readTextFile(`${ROOT}.deno-version`),
  ]);
  const problems = manifestProblems(manifest, { project: project.version, deno: deno.trim() });
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** The library and its declarations, which are the same for both ways to load it. */
async function buildLibrary(stage: string): Promise<void> {
  await bundle("--format", "cjs", "--declaration", "--output", `${stage}/index.cjs`, "npm/library.ts");
  const declarations = publishedDeclarations(await Deno.readTextFile(`${stage}/index.d.cts`));
  for (const name of ["index.d.ts", "index.d.cts"]) {
    await Deno.writeTextFile(`${stage}/${name}`, declarations);
  }
  await run(Deno.execPath(), ["fmt", "--no-config", "--quiet", "index.d.ts", "index.d.cts"], stage);
}

/** What deno permits the server: the same as the tasks that start one. */
async function denoFlags(): Promise<Record<"server" | "cluster", string[]>> {
  const { tasks } = await readJson("deno.json");
  const words: string[] = tasks["start:cluster"].command.split(" ");
  return {
    server: parseStart(tasks.start.command).flags,
    cluster: words.slice(words.indexOf("run") + 1, words.indexOf("main.ts")),
  };
}

async function bundle(...args: string[]): Promise<void> {
  await run(Deno.execPath(), ["bundle", "--quiet", "--platform", "deno", ...args], ROOT);
}

/** Runs a program; what it printed. Throws an Error with all of its output if it fails. */
async function run(program: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  const [printed, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${program} ${args[0]} failed:\n${complaints}${printed}`.trimEnd());
  return printed;
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(ROOT + path));
}

if (import.meta.main) {
  try {
    const { output } = parseArgs(Deno.args, { string: ["output"], default: { output: OUTPUT } });
    console.log(`built ${await buildPackage(output)}`);
  } catch (error) {
    console.error(`npm:pack: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
