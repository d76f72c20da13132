/**
 * The manifest of a multi-part append-only file: which files there are, and what they are.
 *
 * ```text
 * file appendonly.aof.2.base.rdb seq 2 type b
 * file appendonly.aof.1.base.rdb seq 1 type h
 * file appendonly.aof.4.incr.aof seq 4 type i
 * ```
 *
 * There is at most one base (`b`), the image of the data set that the last rewrite made, and any number of incremental
 * files (`i`) with what came after it, to be replayed in this order. Files of the history (`h`) are no longer needed and
 * are about to be deleted. Names are byte strings.
 *
 * @module
 */

import { splitArguments } from "../../config/mod.ts";
import { escapeForDisplay } from "../../util/byte_string.ts";

/** Longest line that the original reads, its end included. */
const LONGEST_LINE = 1024;
const BLANKS_AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g;
/** What makes a name need quotes. */
const NEEDS_QUOTES = /[^!#-[\]-~]/;
const LEADING_INTEGER = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/;

/** What a file is for. */
export type AofFileType = "b" | "h" | "i";

/** One file of the log. */
export interface AofFile {
  /** Name in the directory of the log. */
  readonly name: string;
  /** Not 0; of incremental files ascending. */
  readonly sequence: number;
}

/** The text is no valid manifest. `message` is the reason in the original's words. */
export class ManifestError extends Error {
  override name = "ManifestError";
  /** Number of the line, from 1, and the line; an empty line if none can be shown. */
  readonly lineNumber: number;
  readonly line: string;

  constructor(message: string, lineNumber: number, line: string) {
    super(message);
    this.lineNumber = lineNumber;
    this.line = line;
  }

  /** What the log is to get, line by line. */
  get report(): readonly string[] {
    const place = [`Reading the manifest file, at line ${this.lineNumber}`, `>>> '${this.line}'`];
    return ["*** FATAL AOF MANIFEST FILE ERROR ***", ...(this.line === "" ? [] : place), this.message];
  }
}

/** A manifest's contents. It never changes: the next state is a new one, so that a failure on the way leaves the old. */
export class Manifest {
  readonly base: AofFile | null;
  readonly history: readonly AofFile[];
  readonly increments: readonly AofFile[];

  constructor(
    base: AofFile | null = null,
    history: readonly AofFile[] = [],
    increments: readonly AofFile[] = [],
  ) {
    this.base = base;
    this.history = history;
    this.increments = increments;
  }

  /** Whether there is nothing to load. */
  get isEmpty(): boolean {
    return this.base === null && this.increments.length === 0;
  }

  /** The files to load, in order. */
  get files(): readonly AofFile[] {
    return this.base === null ? this.increments : [this.base, ...this.increments];
  }

  /** The file that is appended to, or undefined. */
  get lastIncrement(): AofFile | undefined {
    return this.increments.at(-1);
  }

  /** With a further incremental file at the end. `filename` is the directive `appendfilename`. */
  withNewIncrement(filename: string): Manifest {
    const sequence = this.#nextSequence(this.increments, (number) => incrementName(filename, number));
    const file = { name: incrementName(filename, sequence), sequence };
    return new Manifest(this.base, this.history, [...this.increments, file]);
  }

  /** With a new base of this format; the one before becomes history. */
  withNewBase(filename: string, format: BaseFormat): Manifest {
    const before = this.base === null ? [] : [this.base];
    const sequence = this.#nextSequence(before, (number) => baseName(filename, number, format));
    const base = { name: baseName(filename, sequence, format), sequence };
    return new Manifest(base, [...before, ...this.history], this.increments);
  }

  /** With all incremental files made history, but for the last `kept`. */
  withRetiredIncrements(kept: 0 | 1): Manifest {
    const count = Math.max(0, this.increments.length - kept);
    const retired = this.increments.slice(0, count);
    return new Manifest(this.base, [...retired, ...this.history], this.increments.slice(count));
  }

  /** Without the history. */
  withoutHistory(): Manifest {
    return new Manifest(this.base, [], this.increments);
  }

  /** With a file from before there were manifests as the base. */
  withOldFile(name: string): Manifest {
    return new Manifest({ name, sequence: 1 }, this.history, this.increments);
  }

  /** The manifest's text, a byte string. */
  format(): string {
    const lines = (type: AofFileType, files: readonly AofFile[]) =>
      files.map((file) => formatLine(type, file));
    const base = this.base === null ? [] : [this.base];
    return [...lines("b", base), ...lines("h", this.history), ...lines("i", this.increments)].join("");
  }

  /**
   * The number behind those of `files` for which the history has no file: one that is kept there, or could not be
   * deleted, must not be written again.
   */
  #nextSequence(files: readonly AofFile[], nameOf: (sequence: number) => string): number {
    const taken = new Set(this.history.map(({ name }) => name));
    let sequence = (files.at(-1)?.sequence ?? 0) + 1;
    while (taken.has(nameOf(sequence))) sequence++;
    return sequence;
  }
}

/** How a base is written: as a snapshot or as commands. */
export type BaseFormat = "rdb" | "aof";

/** Name of the manifest's file, from the directive `appendfilename`. */
export function manifestName(filename: string): string {
  return `${filename}.manifest`;
}

/** Where the manifest is written first. */
export function temporaryManifestName(filename: string): string {
  return `temp-${manifestName(filename)}`;
}

/** Where changes go while the log is being switched on. */
export function temporaryIncrementName(filename: string): string {
  return `temp-${filename}.incr`;
}

function baseName(filename: string, sequence: number, format: BaseFormat): string {
  return `${filename}.${sequence}.base.${format}`;
}

function incrementName(filename: string, sequence: number): string {
  return `${filename}.${sequence}.incr.aof`;
}

function formatLine(type: AofFileType, { name, sequence }: AofFile): string {
  const shown = name === "" || NEEDS_QUOTES.test(name) ? escapeForDisplay(name) : name;
  return `file ${shown} seq ${sequence} type ${type}\n`;
}

/** Reads a manifest's text, a byte string. Throws {@linkcode ManifestError}. */
export function parseManifest(text: string): Manifest {
  if (text === "") throw new ManifestError("Found an empty AOF manifest", 0, "");
  let base: AofFile | null = null;
  const history: AofFile[] = [];
  const increments: AofFile[] = [];
  let number = 0;
  for (const raw of rawLines(text)) {
    number++;
    if (raw.startsWith("#")) continue;
    if (!raw.endsWith("\n") || raw.includes("\0")) {
      throw new ManifestError("The AOF manifest file contains too long line", number, "");
    }
    const line = raw.replace(BLANKS_AROUND, "");
    const refuse = (reason: string): never => {
      throw new ManifestError(reason, number, line);
    };
    const { type, file } = parseLine(line, refuse);
    if (type === "b") {
      if (base !== null) refuse("Found duplicate base file information");
      base = file;
    } else if (type === "h") history.push(file);
    else {
      if (file.sequence <= (increments.at(-1)?.sequence ?? 0)) {
        refuse("Found a non-monotonic sequence number");
      }
      increments.push(file);
    }
  }
  return new Manifest(base, history, increments);
}

/** The text in pieces as C's `fgets` gives them: lines with their ends, long ones in several pieces. */
function* rawLines(text: string): Iterable<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const lineEnd = newline < 0 ? text.length : newline + 1;
    const end = Math.min(lineEnd, start + LONGEST_LINE);
    yield text.slice(start, end);
    start = end;
  }
}

/** Keys and values in turn; keys that nobody knows are passed over. */
function parseLine(
  line: string,
  refuse: (reason: string) => never,
): { type: AofFileType; file: AofFile } {
  const words = line === "" ? null : splitArguments(line);
  if (words === null || words.length < 6 || words.length % 2 !== 0) {
    return refuse("Invalid AOF manifest file format");
  }
  let name = "";
  let sequence = 0;
  let type = "";
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    const key = words[i].toLowerCase();
    if (key === "file") {
      if (/[/\\]/.test(value)) return refuse("File can't be a path, just a filename");
      name = value;
    } else if (key === "seq") sequence = Number(LEADING_INTEGER.exec(value)?.[1] ?? 0);
    else if (key === "type") type = value.slice(0, 1);
  }
  if (name === "" || type === "" || sequence === 0 || !Number.isSafeInteger(sequence)) {
    return refuse("Invalid AOF manifest file format");
  }
  if (type !== "b" && type !== "h" && type !== "i") return refuse("Unknown AOF file type");
  return { type, file: { name, sequence } };
}
