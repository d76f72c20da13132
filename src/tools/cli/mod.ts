/**
 * The command line client: redis-cli's options, output and modes.
 *
 * @module
 */

import { standardOutput } from "./output.ts";
import { runProgram } from "./program.ts";

/** Runs the client with these arguments; the status that the process should exit with. */
export function run(args: string[]): Promise<number> {
  const surroundings = {
    terminal: Deno.stdout.isTerminal() || Deno.env.has("FAKETTY"),
    environment: (name: string) => Deno.env.get(name),
  };
  return runProgram(args, surroundings, standardOutput);
}
