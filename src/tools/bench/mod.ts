/**
 * `mini-redis bench`: a load generator with redis-benchmark's options and output, which also shows how latencies are
 * distributed.
 *
 * @module
 */

import { REDIS_VERSION, VERSION } from "../../util/version.ts";
import { standardOutput } from "../cli/output.ts";
import { readStandardInput, runBench } from "./bench.ts";
import { type BenchOptions, parseOptions, UsageError } from "./options.ts";
import { USAGE } from "./usage.ts";

/** Runs a load as `args` say; the status to exit with: 0, or 1 if a server refused something or `args` are wrong. */
export async function run(args: string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    standardOutput.writeError(`${error.message}\n\n${USAGE}`);
    return 1;
  }
  if (options.mode === "help") standardOutput.write(USAGE);
  else if (options.mode === "version") {
    standardOutput.write(`redis-benchmark ${REDIS_VERSION} (mini-redis ${VERSION})\n`);
  } else {
    return await runBench(options, {
      ...standardOutput,
      isTerminal: Deno.stdout.isTerminal(),
      readInput: readStandardInput,
    });
  }
  return 0;
}
