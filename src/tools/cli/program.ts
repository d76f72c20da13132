/**
 * The client's run: options, then one of its modes.
 *
 * @module
 */

import { utf8ToByteString } from "../../util/byte_string.ts";
import { parseArguments, type Surroundings, UsageError } from "./arguments.ts";
import { Executor } from "./execute.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";
import { Exit, Session } from "./session.ts";
import { readAllInput } from "./standard_input.ts";
import { usage, versionLine } from "./usage.ts";

/**
 * Runs the client.
 * @param args what stands behind its name
 * @returns the status that the process should exit with
 */
export async function runProgram(
  args: string[],
  surroundings: Surroundings,
  output: Output,
): Promise<number> {
  try {
    const options = parseArguments(args, surroundings, (text) => output.writeError(utf8ToByteString(text)));
    return await runWith(options, output);
  } catch (error) {
    return statusOf(error, output);
  }
}

function statusOf(error: unknown, output: Output): number {
  if (error instanceof Exit) return error.status;
  // Whoever read our output has left.
  if (error instanceof Deno.errors.BrokenPipe) return 1;
  if (!(error instanceof Error)) throw error;
  const usage = error instanceof UsageError;
  const text = utf8ToByteString(`${usage ? "" : "Error: "}${error.message}\n`);
  if (usage && error.asAnswer) output.write(text);
  else output.writeError(text);
  return 1;
}

async function runWith(options: Options, output: Output): Promise<number> {
  if (options.mode === "help" || options.mode === "version") {
    output.write(utf8ToByteString(options.mode === "help" ? usage() : versionLine()));
    return 0;
  }
  if (options.passwordShown && options.authWarning && !options.askPassword) {
    output.writeError(
      "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n",
    );
  }
  if (options.askPassword) {
    const { askPassword } = await import("./ask_password.ts");
    options.password = askPassword(output);
  }
  const session = new Session(options, output);
  try {
    return await runMode(session);
  } finally {
    session.disconnect();
  }
}

/** Most modes are loaded when wanted: the usual run is one command. */
async function runMode(session: Session): Promise<number> {
  const { options } = session;
  switch (options.mode) {
    case "scan":
      return await (await import("./scan.ts")).listKeys(session);
    case "bigkeys":
    case "memkeys":
      return await (await import("./big_keys.ts")).findBigKeys(session, options.mode === "memkeys");
    case "hotkeys":
      return await (await import("./hot_keys.ts")).findHotKeys(session);
    case "stat":
      return await (await import("./stat.ts")).showStatistics(session);
    case "latency":
    case "latency-history":
      return await (await import("./latency.ts")).measureLatency(session);
    case "latency-dist":
      return await (await import("./latency_spectrum.ts")).drawLatency(session);
    case "intrinsic-latency":
      return (await import("./intrinsic_latency.ts")).measureIntrinsicLatency(
        options.latencySeconds,
        session.output,
      );
    case "pipe":
      return await (await import("./pipe.ts")).transferInput(session);
    case "eval":
      return await (await import("./eval.ts")).evaluateFile(session);
    case "rdb":
    case "functions-rdb":
      return await (await import("./replica.ts")).saveImage(
        session,
        options.file!,
        options.mode === "functions-rdb",
      );
    case "replica":
      return await (await import("./replica.ts")).showStream(session);
    case "cluster":
      session.output.writeError(CLUSTER_MANAGER);
      return 1;
    default:
      return options.command.length > 0
        ? await runCommand(session)
        : await (await import("./interactive.ts")).converse(session);
  }
}

const CLUSTER_MANAGER =
  "This client has no cluster manager: use 'redis-cli --cluster' for it, which also works with\n" +
  "mini-redis servers, or 'mini-redis --cluster-local <n>' to start a cluster on this machine.\n";

async function runCommand(session: Session): Promise<number> {
  const executor = new Executor(session, false);
  const words = await withInput(session);
  if (words[0].toLowerCase() === "help" || words[0] === "?") {
    const { helpText } = await import("./help.ts");
    session.output.write(helpText(words.slice(1)));
    return 0;
  }
  await session.require();
  await executor.issue(words, session.options.repeat);
  return 0;
}

/** The command, with standard input for the argument that is to come from there. */
async function withInput({ options, output }: Session): Promise<string[]> {
  const { command, inputLast, inputTag } = options;
  if (inputLast) return [...command, await readAllInput()];
  if (inputTag === undefined) return command;
  const at = command.indexOf(inputTag);
  if (at < 0) {
    output.writeError("Using -X option but stdin tag not match.\n");
    throw new Exit(1);
  }
  return command.with(at, await readAllInput());
}
