/**
 * Builds the server as a single binary for this machine: `deno task compile [--output FILE]`.
 *
 * The binary has the permissions of the `start` task in deno.json and no others; npm packages that the server doesn't
 * import are left out. `deno compile` downloads the base runtime ("denort") that the program is put into, unless the
 * environment variable `DENORT_BIN` names a local one.
 */

import { parseArgs } from "@std/cli";

const ROOT = new URL("../", import.meta.url).pathname;

/** Where the binary goes without `--output`; on Windows deno adds `.exe`. */
const OUTPUT = `${ROOT}dist/mini-redis`;

/** What a task of deno.json runs: `deno run`, flags, main module. */
export interface StartCommand {
  flags: string[];
  main: string;
}

/** Path of the binary to be written. Throws a message for people on anything unknown. */
export function parseOutput(args: string[]): string {
  const unknown = (word: string): boolean => {
    throw new Error(`unknown option ${word}; the only one is --output FILE`);
  };
  const parsed: Record<string, unknown> = parseArgs(args, { string: ["output"], unknown });
  if (parsed.output === "") throw new Error("--output takes the name of a file");
  return parsed.output === undefined ? OUTPUT : String(parsed.output);
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

/** Arguments for deno. */
export function compileArguments({ flags, main }: StartCommand, output: string): string[] {
  return ["compile", "--quiet", "--exclude-unused-npm", ...flags, "--output", output, main];
}

/** One line that says why `deno compile` failed, from what it printed; undefined if it was not for the runtime. */
export function missingRuntime(printed: string): string | undefined {
  const cause = /^\s*(?:\d+: )?Setting up base binary\.?\s*^\s*(?:\d+: )?(.*)$/m.exec(printed);
  if (cause === null) return undefined;
  return "deno can't download its base runtime (denort); the environment variable DENORT_BIN can name a local one: " +
    cause[1];
}

async function build(output: string): Promise<void> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArguments(parseStart(tasks.start.command), output),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(missingRuntime(printed) ?? printed.trimEnd());
  console.log(`built ${output}`);
}

if (import.meta.main) {
  try {
    // Deno is run in the project's directory, whatever the present one is.
    const output = parseOutput(Deno.args);
    await build(output.startsWith("/") ? output : `${Deno.cwd()}/${output}`);
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
