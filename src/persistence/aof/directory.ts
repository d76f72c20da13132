/**
 * The directory of a multi-part append-only file.
 *
 * @module
 */

import { byteStringToUtf8, toBytes } from "../../util/byte_string.ts";
import { type Disk, systemDisk } from "./disk.ts";
import {
  type AofFile,
  Manifest,
  manifestName,
  parseManifest,
  temporaryIncrementName,
  temporaryManifestName,
} from "./manifest.ts";
import { systemReason } from "../../util/system_reason.ts";

/** Where lines for the server's log go. */
export interface LineLog {
  notice(line: string): void;
  warning(line: string): void;
}

/** Something that the file system refused; `message` is a line for the log, in the original's words. */
export class AofFileError extends Error {
  override name = "AofFileError";
}

/** The new manifest stands in its place, but a crash of the machine might bring the one before back. */
export class ManifestNotDurableError extends AofFileError {
  override name = "ManifestNotDurableError";
}

/** Names of the log's files, byte strings: `appenddirname` and `appendfilename`. */
export interface AofNames {
  readonly directory: string;
  readonly filename: string;
}

/** The files of the log, and the manifest among them. */
export class AofDirectory {
  readonly disk: Disk;
  readonly names: AofNames;
  readonly #directory: () => string;

  /** `root` is the server's data directory, by default the working directory. */
  constructor(names: AofNames, root: string | (() => string) = "", disk: Disk = systemDisk) {
    this.disk = disk;
    this.names = names;
    this.#directory = typeof root === "string" ? () => root : root;
  }

  /** Where the server keeps its data; empty or with a `/` at its end. */
  get #root(): string {
    const root = this.#directory();
    return root === "" || root.endsWith("/") ? root : `${root}/`;
  }

  /** Path of the directory. */
  get path(): string {
    return this.#root + byteStringToUtf8(this.names.directory);
  }

  /** Path of a file in it; the name is a byte string. */
  pathOf(name: string): string {
    return `${this.path}/${byteStringToUtf8(name)}`;
  }

  /** Path of the log as it was before Redis 7: one file, in the data directory. */
  get oldPath(): string {
    return this.#root + byteStringToUtf8(this.names.filename);
  }

  /** Path of a file that is being made, beside the directory. */
  temporaryPath(name: string): string {
    return this.#root + name;
  }

  /** Path of the file that changes go to while the log is being switched on. */
  get temporaryIncrementPath(): string {
    return this.pathOf(temporaryIncrementName(this.names.filename));
  }

  /** Makes the directory if it is missing. Throws {@linkcode AofFileError}. */
  make(): void {
    attempt(
      () => this.disk.makeDirectory(this.path),
      `Can't open or create append-only dir ${this.names.directory}`,
    );
  }

  /**
   * The manifest; an empty one if there is none. Throws a `ManifestError` if it can't be understood, and
   * {@linkcode AofFileError} if it can't be read.
   */
  readManifest(): Manifest {
    const path = this.pathOf(manifestName(this.names.filename));
    if (!this.disk.exists(path)) return new Manifest();
    const what = `Fatal error: can't open the AOF manifest file ${path} for reading`;
    return parseManifest(attempt(() => this.disk.read(path), what));
  }

  /**
   * Puts a manifest in the place of the one that is there, so that at any moment one of them is. Throws
   * {@linkcode AofFileError} if the old one still is, {@linkcode ManifestNotDurableError} if not.
   */
  writeManifest(manifest: Manifest): void {
    const { disk, names } = this;
    const name = manifestName(names.filename);
    const temporaryName = temporaryManifestName(names.filename);
    const temporary = this.pathOf(temporaryName);
    attempt(
      () => disk.writeDurably(temporary, toBytes(manifest.format())),
      `Error trying to write the temporary AOF manifest file ${temporaryName}`,
    );
    attempt(
      () => disk.rename(temporary, this.pathOf(name)),
      `Error trying to rename the temporary AOF manifest file ${temporaryName} into ${name}`,
    );
    try {
      disk.syncDirectory(this.path);
    } catch (error) {
      throw new ManifestNotDurableError(`Fail to fsync AOF directory ${this.path}: ${systemReason(error)}`);
    }
  }

  /** Size of a file of the log. Throws {@linkcode AofFileError}. */
  sizeOf({ name }: AofFile): number {
    return attempt(
      () => this.disk.size(this.pathOf(name)),
      `Unable to obtain the AOF file ${name} length. stat`,
    );
  }

  /** Size of all files that are to be loaded. Throws {@linkcode AofFileError}. */
  totalSize(manifest: Manifest): number {
    return manifest.files.reduce((sum, file) => sum + this.sizeOf(file), 0);
  }

  /**
   * Takes a log from before Redis 7 over, if there is one and nothing else: it becomes the base. The manifest is written
   * first; a crash before the move leaves a manifest whose base is missing, by which the next start knows what to do.
   */
  upgrade(manifest: Manifest, log: LineLog): Manifest {
    const { disk, names } = this;
    if (!this.#isOld(manifest)) return manifest;
    this.make();
    const upgraded = manifest.withOldFile(names.filename);
    this.writeManifest(upgraded);
    attempt(
      () => disk.rename(this.oldPath, this.pathOf(names.filename)),
      `Error trying to move the old AOF file ${names.filename} into dir ${names.directory}`,
    );
    disk.syncDirectory(this.path);
    log.notice(
      `Successfully migrated an old-style AOF file (${names.filename}) into the AOF directory (${names.directory}).`,
    );
    return upgraded;
  }

  #isOld(manifest: Manifest): boolean {
    const { disk, names } = this;
    if (!disk.exists(this.oldPath)) return false;
    if (manifest.isEmpty) return true;
    const isHalfWay = manifest.base?.name === names.filename && manifest.increments.length === 0;
    return isHalfWay && !disk.exists(this.pathOf(names.filename));
  }

  /**
   * Deletes the history: the files first, then what the manifest says of them. The manifest as it is afterwards. That a
   * file can't be deleted does no harm: it is forgotten all the same, as by the original.
   */
  removeHistory(manifest: Manifest, log: LineLog): Manifest {
    if (manifest.history.length === 0) return manifest;
    const needed = new Set(manifest.files.map(({ name }) => name));
    for (const { name } of manifest.history) {
      if (needed.has(name)) continue;
      log.notice(`Removing the history file ${name} in the background`);
      this.remove(this.pathOf(name), log);
    }
    const cleaned = manifest.withoutHistory();
    try {
      this.writeManifest(cleaned);
    } catch (error) {
      log.warning(messageOf(error));
      return manifest;
    }
    return cleaned;
  }

  /** Deletes a file that nobody needs; that this fails is logged. */
  remove(path: string, log: LineLog): void {
    try {
      this.disk.remove(path);
    } catch (error) {
      log.warning(`Can't remove ${path}: ${systemReason(error)}`);
    }
  }
}

/** Does `act`; what it throws becomes an {@linkcode AofFileError} that says what was tried. */
export function attempt<T>(act: () => T, what: string): T {
  try {
    return act();
  } catch (error) {
    throw new AofFileError(`${what}: ${systemReason(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
