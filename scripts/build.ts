/**
 * Builds the program as a single binary: `deno task compile` for this machine, `--target` for others; `--help` lists the
 * options. Beside the binaries stands `SHA256SUMS`, with a line for each that this run has built.
 *
 * A binary has the permissions of the `start` task in deno.json, and that to start processes, which only
 * `--cluster-local` uses: a server gives it back before it opens a socket, see `src/server/permissions.ts`. It never asks
 * for permissions, and loads no code from elsewhere.
 *
 * V8 flags are those of the `start` task; `--v8-flags` builds one with others, to be measured.
 *
 * `deno compile` downloads the base runtime ("denort") that the program is put into, unless the environment variable
 * `DENORT_BIN` names a local one.
 */

import { parseArgs } from "@std/cli";
import { copy, walk } from "@std/fs";
import { createHash } from "node:crypto";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CHECKSUMS = "SHA256SUMS";
const UNKNOWN_COMMIT: Commit = { hash: "00000000", dirty: false };

/** Systems to build for, with Deno's names of them. */
const TARGETS = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
} as const;

/** A system to build for. */
export type Target = keyof typeof TARGETS;

const USAGE = `Usage: deno task compile [options]

  --target NAME     ${Object.keys(TARGETS).join(", ")}, or all;
                    may be repeated; without it, this machine
  --output FILE     the binary's path, if it is one; default: mini-redis, or mini-redis-TARGET, in the directory
  --directory DIR   default: dist in the project's directory
  --commit HASH     the commit that --version tells; default: what git says of the project's directory
  --v8-flags FLAGS  separated by commas; default: those of the start task`;

/** What the command line asks for. */
export interface BuildOptions {
  /** Empty for this machine. */
  targets: Target[];
  output: string | undefined;
  directory: string;
  commit: Commit | undefined;
  /** As `deno compile --v8-flags` takes them; empty for those of the start task. */
  v8Flags: string;
}

/** What the sources are. */
export interface Commit {
  /** The first eight digits. */
  hash: string;
  /** True if there are changes that are in no commit. */
  dirty: boolean;
}

/** What a task of deno.json runs: `deno run`, flags, main module. */
export interface StartCommand {
  flags: string[];
  main: string;
}

/** Reads the command line. Throws a message for people on anything unknown. */
export function parseOptions(args: string[]): BuildOptions {
  const unknown = (word: string): boolean => {
    throw new Error(`unknown option ${word}; --help lists the options`);
  };
  const names = ["target", "output", "directory", "commit", "v8-flags"];
  const parsed: Record<string, unknown> = parseArgs(args, { string: names, collect: ["target"], unknown });
  for (const name of names) {
    if ([parsed[name]].flat().includes("")) throw new Error(`--${name} takes a value`);
  }
  const text = (name: string) => parsed[name] === undefined ? undefined : String(parsed[name]);
  const targets = parseTargets([parsed.target ?? []].flat().map(String));
  const output = text("output");
  if (output !== undefined && targets.length > 1) {
    throw new Error("--output is for one target; see --directory");
  }
  const directory = text("directory") ?? join(ROOT, "dist");
  return { targets, output, directory, commit: parseCommit(text("commit")), v8Flags: text("v8-flags") ?? "" };
}

function parseTargets(names: readonly string[]): Target[] {
  if (names.includes("all")) return Object.keys(TARGETS) as Target[];
  for (const name of names) {
    if (!Object.hasOwn(TARGETS, name)) {
      throw new Error(`unknown target ${name}; there are ${Object.keys(TARGETS).join(", ")} and all`);
    }
  }
  return [...new Set(names)] as Target[];
}

function parseCommit(text: string | undefined): Commit | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{8,64}$/i.test(text)) {
    throw new Error(`--commit takes 8 or more hexadecimal digits, not ${text}`);
  }
  return { hash: text.slice(0, 8).toLowerCase(), dirty: false };
}

/** Takes a `deno run` command line apart. Throws an Error on any other command. */
export function parseStart(command: string): StartCommand {
  const words = command.split(" ").filter((word) => word !== "");
  const main = words.findIndex((word, i) => i >= 2 && !word.startsWith("-"));
  if (words[0] !== "deno" || words[1] !== "run" || main !== words.length - 1) {
    throw new Error(`the start task is not "deno run", flags, main module: ${command}`);
  }
  return { flags: words.slice(2, main), main: words[main] };
}

/** Where the binary for a target goes, undefined being this machine. */
export function outputPath({ output, directory }: BuildOptions, target: Target | undefined): string {
  const isWindows = target === undefined ? Deno.build.os === "windows" : target.startsWith("windows");
  const path = output ?? join(directory, target === undefined ? "mini-redis" : `mini-redis-${target}`);
  return resolve(isWindows && !/\.exe$/i.test(path) ? `${path}.exe` : path);
}

/** Arguments for deno. `includes` are modules and files to be embedded besides what the main module imports. */
export function compileArguments(
  { flags, main }: StartCommand,
  { v8Flags }: Pick<BuildOptions, "v8Flags">,
  includes: readonly string[],
  target: Target | undefined,
  output: string,
): string[] {
  return [
    // Types are checked by `deno task check`, not again at each build.
    ...[
      "compile",
      "--quiet",
      "--no-check",
      "--frozen",
      "--exclude-unused-npm",
      "--no-prompt",
      "--deny-import",
    ],
    ...target === undefined ? [] : ["--target", TARGETS[target]],
    ...v8Flags === "" ? [] : [`--v8-flags=${v8Flags}`],
    ...flags.filter((flag) => flag !== "--no-prompt" && (v8Flags === "" || !flag.startsWith("--v8-flags="))),
    "--allow-run",
    ...includes.map((path) => `--include=${path}`),
    ...["--output", output, main],
  ];
}

/** True for what is only reached while the program runs: a tool's main module, a worker's, and what is no module. */
export function isIncluded(path: string): boolean {
  return /^src\/tools\/[^/]+\/mod\.ts$|worker\.ts$/.test(path) ||
    (path.startsWith("src/") && !path.endsWith(".ts"));
}

/** The text of `src/util/commit.ts` in a binary. */
export function commitModule({ hash, dirty }: Commit): string {
  return `export const COMMIT: string = "${hash}";\nexport const DIRTY: number = ${Number(dirty)};\n`;
}

/** One line that says why `deno compile` failed, from what it printed; undefined if it was not for the runtime. */
export function missingRuntime(printed: string): string | undefined {
  const cause = /^\s*(?:\d+: )?Setting up base binary\.?\s*^\s*(?:\d+: )?(.*)$/m.exec(printed);
  if (cause === null) return undefined;
  return "deno can't download its base runtime (denort); the environment variable DENORT_BIN can name a local one: " +
    cause[1];
}

/** What git says of the project's directory; zeros where there is no git or no repository. */
async function currentCommit(): Promise<Commit> {
  const head = await git("rev-parse", "HEAD");
  // A directory within somebody else's repository tells nothing.
  const prefix = await git("rev-parse", "--show-prefix");
  if (head === undefined || prefix !== "") return UNKNOWN_COMMIT;
  const changes = await git("status", "--porcelain", "--", "main.ts", "src", "deno.json", "deno.lock");
  return { hash: head.slice(0, 8), dirty: changes !== "" };
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Copies what goes into a binary to `directory`, with the commit. Paths of what has to be included, with `/`. */
async function prepare(directory: string, commit: Commit): Promise<string[]> {
  for (const name of ["main.ts", "deno.json", "deno.lock", "src"]) {
    await copy(join(ROOT, name), join(directory, name));
  }
  await Deno.writeTextFile(join(directory, "src/util/commit.ts"), commitModule(commit));
  const paths: string[] = [];
  for await (const { path } of walk(join(directory, "src"), { includeDirs: false })) {
    paths.push(relative(directory, path).replaceAll("\\", "/"));
  }
  return paths.filter(isIncluded).sort();
}

async function compile(directory: string, args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: directory,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(missingRuntime(printed) ?? printed.trimEnd());
}

/** A line of `SHA256SUMS`, as sha256sum writes it. */
async function checksumLine(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const bytes of file.readable) hash.update(bytes);
  return `${hash.digest("hex")}  ${basename(path)}\n`;
}

async function build(options: BuildOptions): Promise<void> {
  if (options.targets.length > 1 && Deno.env.get("DENORT_BIN")) {
    throw new Error("DENORT_BIN names the runtime of one system: build one target at a time");
  }
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const start = parseStart(tasks.start.command);
  const staging = await Deno.makeTempDir({ prefix: "mini-redis-build-" });
  const outputs: string[] = [];
  try {
    const includes = await prepare(staging, options.commit ?? await currentCommit());
    for (const target of options.targets.length === 0 ? [undefined] : options.targets) {
      const output = outputPath(options, target);
      await compile(staging, compileArguments(start, options, includes, target, output));
      console.log(`built ${output}`);
      outputs.push(output);
    }
  } finally {
    await Deno.remove(staging, { recursive: true });
  }
  const lines = await Promise.all(outputs.map(checksumLine));
  await Deno.writeTextFile(join(dirname(outputs[0]), CHECKSUMS), lines.join(""));
}

if (import.meta.main) {
  try {
    if (Deno.args.includes("--help")) console.log(USAGE);
    else await build(parseOptions(Deno.args));
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
