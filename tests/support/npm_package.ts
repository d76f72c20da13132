/** Trying the npm package as its users would: built, installed from the tarball, run by Node. */
import { buildPackage } from "../../scripts/build_npm.ts";
import { ROOT } from "./server_command.ts";

/** A program that takes longer is stopped. */
const RUN_LIMIT_MS = 120_000;
const PING_LIMIT_MS = 10_000;

/** What a program that ran to its end left. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** True if npm is installed and reaches its registry: tests that install packages are ignored otherwise. */
export async function npmReachable(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PING_LIMIT_MS);
    const args = ["ping", "--fetch-retries=0"];
    return (await new Deno.Command("npm", { args, signal, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A directory in which the package is installed, and that is removed in the end. */
export class Installation implements AsyncDisposable {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Builds the package, and installs what that wrote and nothing else. */
  static async make(): Promise<Installation> {
    const place = new Installation(await Deno.makeTempDir({ prefix: "mini-redis-test-" }));
    try {
      const tarball = await buildPackage(`${place.dir}/pack`);
      await place.write("package.json", '{ "private": true }');
      await place.succeed("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tarball);
      return place;
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Writes a file below the directory. */
  async write(path: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.dir}/${path}`, text);
  }

  /** Runs a program in the directory, or one below. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const { code, stdout, stderr } = await new Deno.Command(command[0], {
      args: command.slice(1),
      cwd: `${this.dir}/${options.folder ?? ""}`,
      env: { NO_COLOR: "1", ...options.env },
      signal: AbortSignal.timeout(RUN_LIMIT_MS),
    }).output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }

  /** The same; what it printed to standard output. Throws with all of its output if it fails. */
  async succeed(...command: string[]): Promise<string> {
    return succeeded(await this.run(command), command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** See {@linkcode Installation.run}. */
export interface RunOptions {
  /** Folder below the installation's directory. */
  folder?: string;
  env?: Record<string, string>;
}

/** Standard output of a program that succeeded; throws if it didn't. */
export function succeeded({ code, stdout, stderr }: Finished, command: readonly string[]): string {
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/**
 * Installs what the examples for Node need besides the package, into a folder of the installation, and copies
 * the examples there. Deno does it: with a filled cache it takes a tenth of npm's time.
 *
 * @param further packages by name, with their versions
 */
export async function installExamples(
  place: Installation,
  names: readonly string[],
  further: Record<string, string>,
): Promise<void> {
  const folder = `${place.dir}/examples`;
  const dependencies = { ...further };
  for (const name of names) {
    const manifest = JSON.parse(await Deno.readTextFile(`${ROOT}examples/${name}/package.json`));
    Object.assign(dependencies, manifest.dependencies, manifest.devDependencies);
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    for await (const { name: file, isFile } of Deno.readDir(`${ROOT}examples/${name}`)) {
      if (isFile) await Deno.copyFile(`${ROOT}examples/${name}/${file}`, `${folder}/${name}/${file}`);
    }
  }
  delete dependencies["mini-redis"];
  await place.write("examples/package.json", JSON.stringify({ private: true, dependencies }));
  const command = [Deno.execPath(), "install", "--quiet"];
  succeeded(await place.run(command, { folder: "examples" }), command);
}
