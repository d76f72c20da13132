/**
 * How Node starts the programs of this package: by the deno that the package depends on.
 *
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";

/** Where the bundled module is: the root of the installed package. */
declare const __dirname: string;

/** Names another deno executable, for systems that the `deno` package has none for. */
const DENO_VARIABLE = "MINI_REDIS_DENO";

/**
 * Everything that runs is in the package. Neither a configuration nor packages of the user's project are
 * looked at, and nothing is downloaded.
 */
const ISOLATION = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--node-modules-dir=none", "--no-remote"],
  ...["--no-npm"],
];

/**
 * What deno permits the programs to do, as the tasks in deno.json have it: written by `scripts/build_npm.ts`.
 */
interface DenoFlags {
  /** For the server and the tools. */
  server: string[];
  /** For a cluster of processes on one machine. */
  cluster: string[];
}

/** A program and its arguments. */
export interface ProgramStart {
  program: string;
  args: string[];
  env: Record<string, string | undefined>;
}

/**
 * The command that runs one of the package's modules.
 *
 * @param module path below `dist/`
 * @throws {Error} if there is no deno for this system
 */
export function denoCommand(
  module: "main.js" | "src/embedding/child.js",
  args: readonly string[] = [],
): ProgramStart {
  const require = createRequire(join(__dirname, "package.json"));
  const flags: DenoFlags = require("./dist/deno_flags.json");
  const permissions = args.includes("--cluster-local") ? flags.cluster : flags.server;
  return {
    program: denoPath(require),
    args: ["run", ...ISOLATION, ...permissions, join(__dirname, "dist", module), ...args],
    // Deno would ask for its newest version once a day.
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", DENO_NO_PACKAGE_JSON: "1" },
  };
}

function denoPath(require: NodeJS.Require): string {
  const named = process.env[DENO_VARIABLE];
  if (named) return named;
  try {
    // The same that the deno package's own launcher does, which would be a second Node process.
    return require("deno/install_api.cjs").runInstall();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `mini-redis: no deno for this system: ${reason}\nThe environment variable ${DENO_VARIABLE} can name one.`,
      { cause: error },
    );
  }
}
