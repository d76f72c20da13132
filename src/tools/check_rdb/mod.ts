/**
 * `mini-redis check-rdb`: whether an RDB file is sound, as redis-check-rdb tells it.
 *
 * @module
 */

import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { REDIS_VERSION, VERSION } from "../../util/version.ts";
import { RdbChecker } from "./checker.ts";
import { printToStdout } from "./printer.ts";

const USAGE = "Usage: mini-redis check-rdb <rdb-file-name>";

/** Checks the file that `args` name. 0: it is sound; 1: it is not, can't be read, or `args` are wrong. */
export function run(args: string[]): Promise<number> {
  return Promise.resolve(main(args));
}

function main(args: string[]): number {
  if (args.length !== 1) {
    console.error(USAGE);
    return 1;
  }
  const [path] = args;
  if (path === "-v" || path === "--version") {
    printToStdout(`redis-check-rdb ${REDIS_VERSION} (mini-redis ${VERSION})\n`);
    return 0;
  }
  if (path === "--help") {
    printToStdout(`${USAGE}\n`);
    return 0;
  }
  return checkFile(path) ? 0 : 1;
}

function checkFile(path: string): boolean {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    console.error(`Cannot open file ${path}: ${systemReason(error)}`);
    return false;
  }
  try {
    return new RdbChecker(file, printToStdout, Date.now()).check(utf8ToByteString(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.IsADirectory)) throw error;
    console.error(`Cannot read file ${path}: ${systemReason(error)}`);
    return false;
  } finally {
    file.close();
  }
}
