/**
 * Compares what tests can have instead of a Redis server: this project's library, ioredis-mock and
 * redis-memory-server. Features are tried, start time and memory measured; the table replaces the generated
 * part of docs/comparison.md.
 *
 * `deno task compare` needs Linux, Node.js, npm and its registry. redis-memory-server downloads and compiles
 * Redis; when that isn't possible, the environment variable `REDIS_SERVER` names a redis-server that it is to
 * use instead.
 */
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build_npm.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DOCUMENT = `${ROOT}docs/comparison.md`;
const [BEGIN, END] = ["<!-- measured: begin -->", "<!-- measured: end -->"];
/** What is measured in Node, and the heading of its column. */
const SUBJECTS = ["mini-redis", "ioredis-mock", "redis-memory-server"] as const;
/** The clients, and what is compared with. ioredis-mock demands ioredis 5. */
const PACKAGES = ["ioredis@5.11.1", "redis@6.3.1", "ioredis-mock@8.13.1", "redis-memory-server@0.17.1"];
const MEBIBYTE = 1024 * 1024;

/** What the measuring programs print. */
export interface Measurement {
  /** Milliseconds, one for each start. */
  startTimes: number[];
  /** Bytes. */
  memory: { started: number; filled: number };
  /** Whether each feature worked. */
  features: Record<string, boolean>;
}

/** All columns. */
export interface Comparison {
  /** In the order of the columns. */
  subjects: [name: string, Measurement][];
  /** The library in a Deno process: no features are tried, as it is the same server. */
  inProcess: Measurement;
  /** Mebibytes of node_modules by subject. */
  installed: Record<string, number>;
}

/** Middle of sorted numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The generated part of the document. */
export function renderTables({ subjects, inProcess, installed }: Comparison): string {
  const names = subjects.map(([name]) => name);
  const features = Object.keys(subjects[0][1].features).map((feature) =>
    row([feature, ...subjects.map(([, { features }]) => features[feature] ? "yes" : "no")])
  );
  const columns: [string, Measurement][] = [["mini-redis in Deno", inProcess], ...subjects];
  const figures = columns.map(([name, { startTimes, memory }]) =>
    row([
      name === "mini-redis" ? "mini-redis from Node" : name,
      milliseconds(median(startTimes)),
      mebibytes(memory.started),
      mebibytes(memory.filled),
      name in installed ? `${installed[name].toFixed(0)} MiB` : "–",
    ])
  );
  return [
    row(["Feature", ...names]),
    row(["---", ...names.map(() => "---")]),
    ...features,
    "",
    row(["", "Start", "Memory", "… with 10,000 keys", "On disk"]),
    row(["---", "---", "---", "---", "---"]),
    ...figures,
  ].join("\n");
}

/** A document with its generated part replaced. Throws if it has none. */
export function replaceGenerated(document: string, generated: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`no ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${generated}\n\n${document.slice(end)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}

async function compare(): Promise<Comparison> {
  const dir = await Deno.makeTempDir({ prefix: "mini-redis-compare-" });
  try {
    const tarball = await buildPackage(`${dir}/pack`);
    const installed: Record<string, number> = {};
    for (const name of SUBJECTS) {
      const alone = `${dir}/${name}`;
      await Deno.mkdir(alone);
      await install(alone, [PACKAGES.find((each) => each.startsWith(`${name}@`)) ?? tarball]);
      installed[name] = await sizeOf(`${alone}/node_modules`) / MEBIBYTE;
    }
    await install(dir, [tarball, ...PACKAGES]);
    for (const file of ["subjects.mjs", "features.mjs", "measure.mjs"]) {
      await Deno.copyFile(`${ROOT}scripts/compare/${file}`, `${dir}/${file}`);
    }
    const subjects: [string, Measurement][] = [];
    for (const name of SUBJECTS) subjects.push([name, await measure(dir, "node", "measure.mjs", name)]);
    const program = `${ROOT}scripts/compare/in_process.ts`;
    return { subjects, installed, inProcess: await measure(ROOT, Deno.execPath(), "run", "-A", program) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The download of a Redis is left out where `REDIS_SERVER` names one. */
async function install(dir: string, packages: string[]): Promise<void> {
  await Deno.writeTextFile(`${dir}/package.json`, '{ "private": true }');
  const env: Record<string, string> = Deno.env.has("REDIS_SERVER")
    ? { REDISMS_DISABLE_POSTINSTALL: "true" }
    : {};
  await run("npm", ["install", "--no-audit", "--no-fund", ...packages], dir, env);
}

async function measure(dir: string, program: string, ...args: string[]): Promise<Measurement> {
  return JSON.parse(await run(program, args, dir));
}

async function run(
  program: string,
  args: string[],
  cwd: string,
  env?: Record<string, string>,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env }).output();
  const printed = new TextDecoder().decode(stdout);
  if (!success) {
    throw new Error(`${program} ${args[0]} failed:\n${new TextDecoder().decode(stderr)}${printed}`);
  }
  return printed;
}

/** Bytes of all files below a directory; a file with several names counts once. */
async function sizeOf(dir: string, seen = new Set<number | null>()): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(dir)) {
    if (isDirectory) bytes += await sizeOf(`${dir}/${name}`, seen);
    if (!isFile) continue;
    const { size, ino } = await Deno.stat(`${dir}/${name}`);
    if (!seen.has(ino)) bytes += size;
    seen.add(ino);
  }
  return bytes;
}

if (import.meta.main) {
  const tables = renderTables(await compare());
  await Deno.writeTextFile(DOCUMENT, replaceGenerated(await Deno.readTextFile(DOCUMENT), tables));
  await run(Deno.execPath(), ["fmt", "--quiet", DOCUMENT], ROOT);
  console.log(`wrote ${DOCUMENT.slice(ROOT.length)}`);
}
