/**
 * One file of a log: checked, and cut off if that is wanted.
 *
 * @module
 */

import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { RdbChecker } from "../check_rdb/checker.ts";
import type { Print } from "../check_rdb/printer.ts";
import { FileScanner } from "./file_scanner.ts";
import { AnnotationError, type LogFindings, LogScanner } from "./log_scanner.ts";

/** Why the checking ends with status 1; `message` is the line to show, a byte string. */
export class CheckAborted extends Error {
  override name = "CheckAborted";
}

/** What is to be done besides looking. */
export interface CheckOptions {
  /** Cut off what is not whole, if the user agrees. */
  readonly fix: boolean;
  /** Cut off what was written after this time, in seconds since 1970; 0 for nothing. */
  readonly timestamp: number;
  readonly print: Print;
  /** Asks the user for a yes or a no. */
  readonly confirm: () => boolean;
}

/** A file. Names and paths are byte strings but for `path`, by which it is opened. */
export interface LogFile {
  readonly path: string;
  readonly name: string;
  readonly isLast: boolean;
  /** Whether it begins with a snapshot. */
  readonly hasPreamble: boolean;
}

/** How it ended, when it did not end badly. */
export type Verdict = "valid" | "empty" | "truncated" | "truncated to timestamp";

/** Checks files one after the other. */
export class FileChecker {
  readonly #options: CheckOptions;
  #line = 1;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Checks one file. Throws {@linkcode CheckAborted}. */
  check(file: LogFile): Verdict {
    const handle = this.#open(file);
    try {
      const { size } = handle.statSync();
      return size === 0 ? "empty" : this.#checkOpen(file, handle, size);
    } finally {
      handle.close();
    }
  }

  #open({ path }: LogFile): Deno.FsFile {
    const { fix, timestamp } = this.#options;
    try {
      return Deno.openSync(path, { read: true, write: fix || timestamp !== 0 });
    } catch (error) {
      throw new CheckAborted(
        `Cannot open file ${utf8ToByteString(path)}: ${systemReason(error)}, aborting...`,
      );
    }
  }

  #checkOpen(file: LogFile, handle: Deno.FsFile, size: number): Verdict {
    const { print, timestamp } = this.#options;
    const start = file.hasPreamble ? this.#checkPreamble(file, handle) : 0;
    const findings = this.#scan(file, new FileScanner(handle, start, size));
    if (findings.cut !== null) return this.#cutToTimestamp(file, handle, findings.cut);
    for (const problem of findings.problems) print(`${problem}\n`);
    const bad = size - findings.goodUpTo;
    if (bad === 0 && timestamp !== 0) {
      print(`Truncate nothing in AOF ${file.name} to timestamp ${timestamp}\n`);
      return "valid";
    }
    print(
      `AOF analyzed: filename=${file.name}, size=${size}, ok_up_to=${findings.goodUpTo}, ` +
        `ok_up_to_line=${this.#line}, diff=${bad}\n`,
    );
    return bad === 0 ? "valid" : this.#cutOff(file, handle, size, findings.goodUpTo);
  }

  /** Checks the snapshot that the file begins with; the offset behind it. */
  #checkPreamble(file: LogFile, handle: Deno.FsFile): number {
    const { print } = this.#options;
    const checker = new RdbChecker(handle, print, Date.now());
    if (!checker.check(utf8ToByteString(file.path))) {
      throw new CheckAborted("RDB preamble of AOF file is not sane, aborting.");
    }
    print("RDB preamble is OK, proceeding with AOF tail...\n");
    return checker.offset;
  }

  #scan(file: LogFile, scanner: FileScanner): LogFindings {
    const shown = { path: utf8ToByteString(file.path), name: file.name };
    const log = new LogScanner(scanner, shown, this.#options.timestamp, this.#line);
    try {
      return log.scan();
    } catch (error) {
      throw error instanceof AnnotationError ? new CheckAborted(error.message) : error;
    } finally {
      this.#line = log.line;
    }
  }

  #cutToTimestamp(file: LogFile, handle: Deno.FsFile, offset: number): Verdict {
    const { timestamp } = this.#options;
    const path = utf8ToByteString(file.path);
    if (offset === 0) {
      throw new CheckAborted(`AOF ${path} has nothing before timestamp ${timestamp}, aborting...`);
    }
    if (!file.isLast) {
      throw new CheckAborted(
        `Failed to truncate AOF ${path} to timestamp ${timestamp} to offset ${offset} because it is not ` +
          "the last file.\nIf you insist, please delete all files after this file according to the " +
          "manifest file and delete the corresponding records in manifest file manually. Then re-run " +
          "redis-check-aof.",
      );
    }
    truncate(handle, offset, `Failed to truncate AOF ${path} to timestamp ${timestamp}`);
    return "truncated to timestamp";
  }

  #cutOff({ isLast, name }: LogFile, handle: Deno.FsFile, size: number, end: number): Verdict {
    const { confirm, fix, print } = this.#options;
    if (!fix) throw new CheckAborted(`AOF ${name} is not valid. Use the --fix option to try fixing it.`);
    if (!isLast) throw new CheckAborted(`Failed to truncate AOF ${name} because it is not the last file`);
    print(
      `This will shrink the AOF ${name} from ${size} bytes, with ${size - end} bytes, to ${end} bytes\n` +
        "Continue? [y/N]: ",
    );
    if (!confirm()) throw new CheckAborted("Aborting...");
    truncate(handle, end, `Failed to truncate AOF ${name}`);
    return "truncated";
  }
}

function truncate(handle: Deno.FsFile, size: number, refusal: string): void {
  try {
    handle.truncateSync(size);
    handle.syncSync();
  } catch (error) {
    throw new CheckAborted(`${refusal}: ${systemReason(error)}`);
  }
}
