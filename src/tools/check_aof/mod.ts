/**
 * `mini-redis check-aof`: whether an append-only file is sound, as redis-check-aof of Redis 7 tells it; with `--fix` a
 * torn end is cut off, with `--truncate-to-timestamp` what was written later.
 *
 * @module
 */

import { fromBytes } from "../../util/byte_string.ts";
import { REDIS_VERSION, VERSION } from "../../util/version.ts";
import { printToStdout } from "../check_rdb/printer.ts";
import { checkLog } from "./check_log.ts";
import { CheckAborted, type CheckOptions } from "./single_file.ts";

const USAGE =
  "Usage: mini-redis check-aof [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>\n";

/** Checks the log that `args` name. 0: it is sound now; 1: it is not, can't be read, or `args` are wrong. */
export function run(args: string[]): Promise<number> {
  return Promise.resolve(main(args));
}

function main(args: string[]): number {
  if (args.length === 1 && (args[0] === "-v" || args[0] === "--version")) {
    printToStdout(`redis-check-aof ${REDIS_VERSION} (mini-redis ${VERSION})\n`);
    return 0;
  }
  if (args.length === 1 && args[0] === "--help") {
    printToStdout(USAGE);
    return 0;
  }
  try {
    const parsed = parse(args);
    if (parsed === null) {
      printToStdout(USAGE);
      return 1;
    }
    checkLog(parsed.path, parsed.options);
    return 0;
  } catch (error) {
    if (!(error instanceof CheckAborted)) throw error;
    printToStdout(`${error.message}\n`);
    return 1;
  }
}

function parse(args: string[]): { path: string; options: CheckOptions } | null {
  const options = { fix: false, timestamp: 0, print: printToStdout, confirm };
  const path = args.at(-1) ?? "";
  if (args.length === 1) return { path, options };
  if (args.length === 2 && args[0] === "--fix") return { path, options: { ...options, fix: true } };
  if (args.length !== 3 || args[0] !== "--truncate-to-timestamp") return null;
  const timestamp = /^[ \t]*[+-]?[0-9]+$/.test(args[1]) ? Number(args[1]) : NaN;
  if (!Number.isSafeInteger(timestamp)) throw new CheckAborted("Invalid timestamp, aborting...");
  return { path, options: { ...options, timestamp } };
}

/** Reads the user's answer, from a terminal or not. */
function confirm(): boolean {
  const answer = new Uint8Array(1);
  const count = Deno.stdin.readSync(answer);
  return count === 1 && fromBytes(answer).toLowerCase() === "y";
}
