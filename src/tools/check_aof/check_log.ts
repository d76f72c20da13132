/**
 * A whole log: what kind of file was named, and which files belong to it.
 *
 * @module
 */

import { ManifestError, parseManifest } from "../../persistence/aof/manifest.ts";
import type { AofFile, Manifest } from "../../persistence/aof/manifest.ts";
import { byteStringToUtf8, fromBytes, utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import { FileScanner } from "./file_scanner.ts";
import { CheckAborted, type CheckOptions, FileChecker, type Verdict } from "./single_file.ts";

/** Longest line of a manifest. */
const LONGEST_LINE = 1024;
/** A file with a snapshot in front is not shorter, and begins with these letters. */
const SMALLEST_SNAPSHOT = 8;
const SNAPSHOT_MAGIC = "REDIS";
const HASH = "#";

/** Checks the log of this path: a manifest, or a file from before there were any. Throws {@linkcode CheckAborted}. */
export function checkLog(path: string, options: CheckOptions): void {
  if (isManifest(path)) checkMultiPart(path, options);
  else checkOldStyle(path, options);
}

function checkOldStyle(path: string, options: CheckOptions): void {
  const hasPreamble = isSnapshot(path);
  const name = utf8ToByteString(path);
  options.print("Start checking Old-Style AOF\n");
  const verdict = new FileChecker(options).check({ path, name, isLast: true, hasPreamble });
  tell("AOF", name, verdict, options);
}

function checkMultiPart(path: string, options: CheckOptions): void {
  options.print("Start checking Multi Part AOF\n");
  const { base, increments, files } = readManifest(path);
  const checker = new FileChecker(options);
  const directory = path.slice(0, path.length - baseNameOf(path).length);
  const check = (kind: string, file: AofFile, mayBeSnapshot: boolean) => {
    const { name } = file;
    const filePath = (directory === "" ? "./" : directory) + byteStringToUtf8(name);
    const hasPreamble = mayBeSnapshot && isSnapshot(filePath);
    if (mayBeSnapshot) {
      options.print(`Start to check BASE AOF (${hasPreamble ? "RDB" : "RESP"} format).\n`);
    }
    const isLast = file === files.at(-1);
    tell(kind, name, checker.check({ path: filePath, name, isLast, hasPreamble }), options);
  };
  if (base !== null) check("BASE AOF", base, true);
  if (increments.length > 0) options.print("Start to check INCR files.\n");
  for (const file of increments) check("INCR AOF", file, false);
  options.print("All AOF files and manifest are valid\n");
}

function readManifest(path: string): Manifest {
  try {
    return parseManifest(fromBytes(Deno.readFileSync(path)));
  } catch (error) {
    throw error instanceof ManifestError ? new CheckAborted(error.report.join("\n")) : error;
  }
}

function tell(kind: string, name: string, verdict: Verdict, { print, timestamp }: CheckOptions): void {
  if (verdict === "truncated") print(`Successfully truncated AOF ${name}\n`);
  else if (verdict === "truncated to timestamp") {
    print(`Successfully truncated AOF ${name} to timestamp ${timestamp}\n`);
  } else print(`${kind} ${name} is ${verdict}\n`);
}

/**
 * Whether the first line that is no comment begins as a manifest's. (The original looks at all lines, and so takes a log
 * for a manifest that has such a line in a value.)
 */
function isManifest(path: string): boolean {
  return withFile(path, (scanner) => {
    for (;;) {
      const line = scanner.line(LONGEST_LINE);
      if (!line.startsWith(HASH)) return line.startsWith("file");
    }
  });
}

function isSnapshot(path: string): boolean {
  return withFile(path, (scanner, size) => {
    return size >= SMALLEST_SNAPSHOT && scanner.bytes(SNAPSHOT_MAGIC.length) === SNAPSHOT_MAGIC;
  });
}

function withFile<T>(path: string, look: (scanner: FileScanner, size: number) => T): T {
  let file: Deno.FsFile | null = null;
  try {
    file = Deno.openSync(path, { read: true });
    const { size } = file.statSync();
    return look(new FileScanner(file, 0, size), size);
  } catch (error) {
    throw new CheckAborted(`Cannot open file ${utf8ToByteString(path)}: ${systemReason(error)}`);
  } finally {
    file?.close();
  }
}

/** The path behind its last separator. */
function baseNameOf(path: string): string {
  return path.replace(Deno.build.os === "windows" ? /^.*[\\/]/s : /^.*\//s, "");
}
