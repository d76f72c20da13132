/**
 * Loading a log: its base and incremental files are replayed in order.
 *
 * Nothing is skipped in silence. A file that breaks off in the middle of a command, or of a transaction, is cut there if
 * it is the last one that has anything in it and `aof-load-truncated` allows it: that is what a crash leaves. Anything
 * else that does not belong in a log, and a command that fails although it once succeeded, ends the loading.
 *
 * @module
 */

import { Args } from "../../command/args.ts";
import type { LoadDelay } from "../load_delay.ts";
import { RdbFileReader } from "../rdb/file_reader.ts";
import { RdbError, RdbReader } from "../rdb/reader.ts";
import { type AofDirectory, AofFileError, attempt, type LineLog } from "./directory.ts";
import { LogFormatError, LogReader } from "./log_reader.ts";
import type { AofFile, Manifest } from "./manifest.ts";
import { LoadError, Replayer, type ReplayParts } from "./replayer.ts";

/** Commands between two pauses. */
const COMMANDS_PER_STEP = 1024;
/** What a log that begins with a snapshot begins with. */
const SNAPSHOT_MAGIC = "REDIS";

/** How far the loading has come, in bytes of all files together. */
export interface LoadProgress {
  readonly file: string;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/**
 * How it ended. `none`: there is no log; `empty`: there is, with nothing in it; `truncated`: the torn end of the last file
 * was cut off; `failed`: the reason was logged, and the server must exit with status 1.
 */
export type LoadStatus = "loaded" | "truncated" | "empty" | "none" | "failed";

/** What was loaded. Sizes in bytes, of the base and of all files together, after anything was cut off. */
export interface LoadResult {
  readonly status: LoadStatus;
  readonly totalSize: number;
  readonly baseSize: number;
  /** Commands that were run, and keys that came from a snapshot. */
  readonly commands: number;
  readonly snapshotKeys: number;
  /** Bytes that were cut off. */
  readonly cutBytes: number;
}

/** What loading has to do with. */
export interface LoaderParts extends ReplayParts {
  readonly log: LineLog;
  readonly clock: { now(): number; monotonic(): number };
  /** `aof-load-truncated`. */
  readonly acceptsTruncated: boolean;
  /** `rdbchecksum`. */
  readonly verifiesChecksum: boolean;
  /** Largest argument in bytes: `proto-max-bulk-len`, but not less than what a value can have. */
  readonly largestArgument: number;
  /** Waits after each key of a snapshot and after each command. */
  readonly delay?: LoadDelay;
}

/** Loads a log once. */
export class AofLoader {
  readonly #parts: LoaderParts;
  readonly #directory: AofDirectory;
  readonly #replayer: Replayer;
  readonly #args = new Args();
  #fileName = "";
  #snapshotKeys = 0;
  /** Bytes of the files before the present one, and of all. */
  #before = 0;
  #total = 0;
  #cutBytes = 0;

  constructor(directory: AofDirectory, parts: LoaderParts) {
    this.#directory = directory;
    this.#parts = parts;
    this.#replayer = new Replayer(parts);
  }

  /**
   * Loads the files of the manifest into an empty keyspace, pausing now and then so that the caller can serve others.
   * Meanwhile nobody else may change or expire anything, and the dispatcher's propagator has to be off. Throws only what
   * nobody expects.
   */
  *load(manifest: Manifest): Generator<LoadProgress, LoadResult> {
    const { clock, keyspace, log } = this.#parts;
    if (manifest.isEmpty) return this.#result("none", 0);
    try {
      const status = yield* this.#loadFiles(manifest);
      const baseSize = manifest.base === null ? 0 : this.#directory.sizeOf(manifest.base);
      return this.#result(status, baseSize);
    } catch (error) {
      if (!(error instanceof LoadError || error instanceof AofFileError)) throw error;
      for (const line of error.message.split("\n")) log.warning(line);
      return this.#result("failed", 0);
    } finally {
      keyspace.setTime(clock.now());
    }
  }

  #result(status: LoadStatus, baseSize: number): LoadResult {
    const cutBytes = this.#cutBytes;
    return {
      status,
      totalSize: this.#total - cutBytes,
      baseSize,
      commands: this.#replayer.commands,
      snapshotKeys: this.#snapshotKeys,
      cutBytes,
    };
  }

  *#loadFiles(manifest: Manifest): Generator<LoadProgress, LoadStatus> {
    const { clock, keyspace, log } = this.#parts;
    const files = manifest.files.map((file) => ({ file, size: this.#directory.sizeOf(file) }));
    this.#total = files.reduce((sum, { size }) => sum + size, 0);
    if (this.#total === 0) return "empty";
    // What a crash tore is the end of what was written last: nothing was written to the files behind it yet.
    const last = files.findLastIndex(({ size }) => size > 0);
    for (const [index, { file, size }] of files.entries()) {
      const start = clock.monotonic();
      if (size > 0) yield* this.#loadFile(file, size, index === last);
      const seconds = ((clock.monotonic() - start) / 1000).toFixed(3);
      const kind = file === manifest.base ? "base" : "incr";
      log.notice(`DB loaded from ${kind} file ${file.name}: ${seconds} seconds`);
      this.#before += size;
    }
    keyspace.setTime(clock.now());
    this.#replayer.finish();
    return this.#cutBytes > 0 ? "truncated" : "loaded";
  }

  *#loadFile(file: AofFile, size: number, isLast: boolean): Generator<LoadProgress, void> {
    const path = this.#directory.pathOf(file.name);
    this.#fileName = file.name;
    const handle = attempt(
      () => Deno.openSync(path, { read: true }),
      `Fatal error: can't open the append log file ${file.name} for reading`,
    );
    let end: number;
    try {
      const offset = isSnapshot(handle) ? yield* this.#loadSnapshot(handle, size) : 0;
      end = yield* this.#replay(handle, offset, size);
    } finally {
      handle.close();
    }
    if (end < size) this.#cutOff(path, size, end, isLast);
  }

  /** Loads the snapshot that the file begins with; the offset of what follows. */
  *#loadSnapshot(handle: Deno.FsFile, size: number): Generator<LoadProgress, number> {
    const { keyspace, log, verifiesChecksum } = this.#parts;
    const isOld = this.#fileName === this.#directory.names.filename;
    log.notice(isOld ? "Reading RDB preamble from AOF file..." : "Reading RDB base file on AOF loading...");
    keyspace.setTime(this.#parts.clock.now());
    const reader = RdbReader.over(handle, size, verifiesChecksum);
    const snapshot = new RdbFileReader(reader, {
      keyspace,
      log,
      dropExpired: false,
      replaceExisting: false,
      delay: this.#parts.delay,
    });
    try {
      for (const _ of snapshot.load()) yield this.#progress(snapshot.offset);
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      const what = isOld ? "RDB preamble of the AOF file" : "RDB base file";
      throw new LoadError(
        `${error.message}, at offset ${error.offset}\n` +
          `Error reading the ${what} ${this.#fileName}, AOF loading aborted`,
      );
    }
    for (const text of snapshot.functions) this.#parts.onLibrary(text);
    this.#snapshotKeys += snapshot.keysLoaded;
    if (isOld) log.notice("Reading the remaining AOF tail...");
    handle.seekSync(snapshot.offset, Deno.SeekMode.Start);
    return snapshot.offset;
  }

  /** Runs the commands from `offset` on; the offset behind the last one, or of what is unfinished. */
  *#replay(handle: Deno.FsFile, offset: number, size: number): Generator<LoadProgress, number> {
    const { clock, delay, keyspace, largestArgument } = this.#parts;
    const reader = new LogReader(handle, offset, size, largestArgument);
    const args = this.#args;
    const replayer = this.#replayer;
    let untilPause = COMMANDS_PER_STEP;
    let waitedFor = replayer.commands;
    replayer.begin(this.#fileName);
    try {
      while (reader.next(args)) {
        if (args.is(0, "MULTI")) {
          const start = startOf(args, reader);
          if (!this.#transaction(reader)) return start;
        } else replayer.execute(args, startOf(args, reader));
        if (--untilPause > 0 && !delay?.isOn) continue;
        untilPause = COMMANDS_PER_STEP;
        keyspace.setTime(clock.now());
        for (const _ of delay?.wait(replayer.commands - waitedFor) ?? []) yield this.#progress(reader.offset);
        waitedFor = replayer.commands;
        yield this.#progress(reader.offset);
        delay?.refresh();
        replayer.enter();
      }
      return reader.offset;
    } catch (error) {
      if (!(error instanceof LogFormatError)) throw error;
      throw new LoadError(
        `Bad file format reading the append only file ${this.#fileName}, at offset ${error.offset}: ` +
          "make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>",
      );
    } finally {
      args.trim();
      args.forget();
    }
  }

  /** Runs the commands up to EXEC. False if the file ends before: then none has run. */
  #transaction(reader: LogReader): boolean {
    const args = this.#args;
    const replayer = this.#replayer;
    reader.mark();
    do {
      if (!reader.next(args)) {
        this.#parts.log.warning(`Revert incomplete MULTI/EXEC transaction in AOF file ${this.#fileName}`);
        return false;
      }
      if (args.is(0, "MULTI")) {
        replayer.refuse(args, startOf(args, reader), "ERR MULTI calls can not be nested");
      }
    } while (!args.is(0, "EXEC"));
    reader.rewind();
    while (reader.next(args) && !args.is(0, "EXEC")) replayer.execute(args, startOf(args, reader));
    return true;
  }

  #progress(position: number): LoadProgress {
    return { file: this.#fileName, loadedBytes: this.#before + position, totalBytes: this.#total };
  }

  /** Cuts the file off behind its last whole command or transaction, if that is permitted. */
  #cutOff(path: string, size: number, end: number, isLast: boolean): void {
    const { acceptsTruncated, log } = this.#parts;
    const name = this.#fileName;
    if (!isLast || !acceptsTruncated) {
      const advice = isLast
        ? "You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. " +
          "2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server."
        : "\nFatal error: the truncated file is not the last file";
      throw new LoadError(
        `Unexpected end of file reading the append only file ${name}, at offset ${end}. ${advice}`,
      );
    }
    const bytes = size - end;
    log.warning(`!!! Warning: short read while loading the AOF file ${name}!!!`);
    log.warning(`!!! Truncating the AOF ${name} at offset ${end} !!!`);
    log.warning(
      `!!! The last ${bytes} bytes of ${name} are cut off: a command or transaction that is not whole !!!`,
    );
    attempt(() => this.#directory.disk.truncate(path, end), `Error truncating the AOF file ${name}`);
    log.warning(`AOF ${name} loaded anyway because aof-load-truncated is enabled`);
    this.#cutBytes = bytes;
  }
}

/** Where in the file the command begins that was read last. */
function startOf(args: Args, reader: LogReader): number {
  return reader.offset - (args.frameEnd - args.frameStart);
}

/** Whether the file begins as a snapshot does. The file is at its beginning then, as before. */
function isSnapshot(handle: Deno.FsFile): boolean {
  const magic = new Uint8Array(SNAPSHOT_MAGIC.length);
  const count = handle.readSync(magic) ?? 0;
  handle.seekSync(0, Deno.SeekMode.Start);
  return count === magic.length && String.fromCharCode(...magic) === SNAPSHOT_MAGIC;
}
