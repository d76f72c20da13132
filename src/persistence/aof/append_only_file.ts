/**
 * The append-only file as a whole: manifest, files, the log's end, and the steps of a rewrite.
 *
 * A rewrite without a fork goes like this, and whatever happens between two steps, what is on the disk loads as the right
 * data:
 *
 * 1. {@linkcode AppendOnlyFile.beginRewrite}: what was appended is written, a new incremental file is made, the manifest
 *    with it replaces the old one, and appending goes on in the new file. Up to here all in one go, so that the image that
 *    begins now holds exactly what the files before have.
 * 2. The image is written to a temporary file, synced, and renamed to its place, where no manifest knows it yet.
 * 3. {@linkcode AppendOnlyFile.completeRewrite}: the manifest with the new base, and the files before as history, replaces
 *    the old one. Then the history is deleted.
 *
 * When the log is switched on while the server runs, changes go to a temporary incremental file until the first rewrite
 * is complete; only then there is a log that a manifest knows.
 *
 * @module
 */

import type { CommandFrame } from "../../resp/encode.ts";
import type { Propagator } from "../../command/dispatch.ts";
import type { Clock } from "../../util/clock.ts";
import { AppendLog, type AppendLogListener, type SyncPolicy } from "./append_log.ts";
import {
  type AofDirectory,
  AofFileError,
  attempt,
  type LineLog,
  ManifestNotDurableError,
} from "./directory.ts";
import type { LogFile } from "./disk.ts";
import { type BaseFormat, Manifest } from "./manifest.ts";
import { growthForRewrite, RewriteLimiter } from "./rewrite_rules.ts";

/** What the configuration says at present. */
export interface AofOptions {
  /** `appendfsync`, `aof-timestamp-enabled`. */
  readonly policy: SyncPolicy;
  readonly timestamps: boolean;
  /** `aof-use-rdb-preamble`. */
  readonly format: BaseFormat;
  /** `aof-disable-auto-gc`. */
  readonly keepsHistory: boolean;
  /** `auto-aof-rewrite-percentage` and `auto-aof-rewrite-min-size`. */
  readonly rewritePercentage: number;
  readonly rewriteMinimumSize: number;
}

/** What the append-only file has to do with. */
export interface AofParts {
  readonly directory: AofDirectory;
  readonly clock: Clock;
  readonly log: LineLog;
  readonly listener: AppendLogListener;
  readonly options: () => AofOptions;
  /** Whether syncs are left out at present, see {@linkcode AppendLog.skipsSync}. */
  readonly skipsSync: () => boolean;
}

/**
 * `off`: nothing is logged. `waiting`: it was switched on while the server runs, and the first rewrite is not complete.
 * `on`: every change is logged.
 */
export type AofState = "off" | "waiting" | "on";

/** A rewrite under way. */
export interface Rewrite {
  /** Where the image is to be written, and where it is to be renamed to when it is whole and on the disk. */
  readonly temporaryPath: string;
  readonly basePath: string;
  readonly format: BaseFormat;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
}

/** Knows the files and where the log ends. */
export class AppendOnlyFile implements Propagator {
  state: AofState = "off";
  manifest = new Manifest();
  /** The log's end; null while nothing is appended. */
  log: AppendLog | null = null;
  /** Size of all files after the last rewrite, or of the base at the start; bytes. */
  baseSize = 0;
  /** A rewrite was asked for and has to wait for other background work. */
  rewriteScheduled = false;
  /** The rewrite under way. */
  rewrite: Rewrite | null = null;
  /** Rewrites begun, and those that failed since the last success. */
  rewrites = 0;
  consecutiveFailures = 0;
  lastRewriteFailed = false;
  /** How long the last rewrite took, seconds; -1 if there was none. */
  lastRewriteSeconds = -1;

  readonly directory: AofDirectory;
  readonly #parts: AofParts;
  readonly #limiter: RewriteLimiter;

  constructor(parts: AofParts) {
    this.#parts = parts;
    this.directory = parts.directory;
    this.#limiter = new RewriteLimiter((message) => parts.log.warning(message));
  }

  propagate(database: number, frame: CommandFrame): void {
    this.log?.propagate(database, frame);
  }

  /**
   * At the start, before loading: reads the manifest, and takes over a log from before Redis 7 if `upgrades`. Throws a
   * `ManifestError` or an {@linkcode AofFileError}, upon which the server has to end.
   */
  readManifest(upgrades: boolean): Manifest {
    const manifest = this.directory.readManifest();
    this.manifest = upgrades ? this.directory.upgrade(manifest, this.#parts.log) : manifest;
    return this.manifest;
  }

  /**
   * At the start, after loading, if `appendonly` is on: opens the file to append to, and makes what is missing. Sizes are
   * those that loading found. `writeBase` has to write an image of the data to the path and bring it to the disk. Throws
   * an {@linkcode AofFileError}, upon which the server has to end, and what `writeBase` throws.
   */
  openAtStart(
    totalSize: number,
    baseSize: number,
    writeBase: (path: string, format: BaseFormat) => void,
  ): void {
    const { directory } = this;
    const { log, options } = this.#parts;
    const { filename } = directory.names;
    directory.make();
    let manifest = this.manifest;
    if (manifest.isEmpty) {
      const { format } = options();
      manifest = manifest.withNewBase(filename, format);
      const base = manifest.base!;
      writeBase(directory.pathOf(base.name), format);
      totalSize = baseSize = directory.sizeOf(base);
      log.notice(`Creating AOF base file ${base.name} on server start`);
    }
    const isNew = manifest.lastIncrement === undefined;
    if (isNew) manifest = manifest.withNewIncrement(filename);
    const increment = manifest.lastIncrement!;
    const file = this.#open(increment.name, isNew);
    if (manifest !== this.manifest) directory.writeManifest(manifest);
    this.manifest = manifest;
    log.notice(`${isNew ? "Creating" : "Opening"} AOF incr file ${increment.name} on server start`);
    this.#append(file, directory.sizeOf(increment), totalSize);
    this.baseSize = baseSize;
    this.state = "on";
    this.#removeHistory();
  }

  /** Switches the log on while the server runs; a rewrite must be begun next, or when it can be. */
  enable(): void {
    if (this.state !== "off") return;
    this.state = "waiting";
    this.rewriteScheduled = true;
  }

  /** Switches the log off: what was appended is brought to the disk. A rewrite under way must have been given up. */
  disable(): void {
    if (this.state === "on") this.#finishLog();
    else this.#dropTemporaryLog();
    this.state = "off";
    this.rewriteScheduled = false;
  }

  /** Takes over what the configuration says. */
  configure(): void {
    if (this.log === null) return;
    const { policy, timestamps } = this.#parts.options();
    this.log.policy = policy;
    this.log.timestamps = timestamps;
  }

  /** By how many percent the log has grown if it is to be rewritten by itself at this moment; null otherwise. */
  automaticRewrite(): number | null {
    if (this.state !== "on" || this.rewrite !== null || this.log === null) return null;
    const { rewriteMinimumSize, rewritePercentage } = this.#parts.options();
    const growth = growthForRewrite({
      currentSize: this.log.totalSize,
      baseSize: this.baseSize,
      percentage: rewritePercentage,
      minimumSize: rewriteMinimumSize,
    });
    return growth === null || this.isLimited() ? null : growth;
  }

  /** Whether rewrites that nobody asked for by name are held back because of failures. */
  isLimited(): boolean {
    return this.#limiter.isLimited(this.consecutiveFailures, Math.floor(this.#parts.clock.now() / 1000));
  }

  /**
   * Begins a rewrite, step 1. The image must begin before anything else changes the data. Null if it can't begin, which
   * was logged.
   */
  beginRewrite(): Rewrite | null {
    const { clock, log, options } = this.#parts;
    try {
      this.directory.make();
      if (this.state === "on") this.#switchIncrement();
      else if (this.state === "waiting") this.#openTemporaryIncrement();
    } catch (error) {
      if (!(error instanceof AofFileError)) throw error;
      log.warning(error.message);
      this.lastRewriteFailed = true;
      this.consecutiveFailures++;
      return null;
    }
    const { format } = options();
    const base = this.manifest.withNewBase(this.directory.names.filename, format).base!;
    this.rewrites++;
    this.rewriteScheduled = false;
    log.notice(`Background append only file rewriting started by pid ${Deno.pid}`);
    return this.rewrite = {
      temporaryPath: this.directory.temporaryPath(`temp-rewriteaof-bg-${Deno.pid}.aof`),
      basePath: this.directory.pathOf(base.name),
      format,
      startedAt: clock.monotonic(),
    };
  }

  /** Completes the rewrite under way, step 3; the image stands at `basePath`. False if that failed, which was logged. */
  completeRewrite(): boolean {
    const { log } = this.#parts;
    const rewrite = this.rewrite!;
    log.notice("Background AOF rewrite terminated with success");
    let durable = true;
    try {
      durable = this.#adoptBase(rewrite);
    } catch (error) {
      if (!(error instanceof AofFileError)) throw error;
      log.warning(error.message);
      this.directory.remove(rewrite.basePath, log);
      this.#ended(false);
      return false;
    }
    // What the manifest before needs must stay as long as that one might come back.
    if (durable) this.#removeHistory();
    this.#ended(true);
    this.state = this.state === "waiting" ? "on" : this.state;
    log.notice("Background AOF rewrite finished successfully");
    return true;
  }

  /** Ends the rewrite under way without success. `reason` is null if it was given up on purpose. */
  failRewrite(reason: string | null): void {
    const { log } = this.#parts;
    if (reason === null) log.warning("Background AOF rewrite terminated by signal 10");
    else {
      log.warning(`Write error writing append only file on disk: ${reason}`);
      log.warning("Background AOF rewrite terminated with error");
    }
    this.#ended(reason === null ? null : false);
  }

  /** Removes the image of a rewrite that was given up or failed, if it has come to its place. */
  removeImage({ basePath }: Rewrite): void {
    this.directory.remove(basePath, this.#parts.log);
  }

  /** Writes and syncs what there is, and closes the file; the end of the server. False if that failed: it was logged. */
  close(): boolean {
    return this.#finishLog();
  }

  /** `success` is null for a rewrite that was given up. */
  #ended(success: boolean | null): void {
    const rewrite = this.rewrite!;
    this.rewrite = null;
    this.lastRewriteSeconds = Math.floor((this.#parts.clock.monotonic() - rewrite.startedAt) / 1000);
    if (success !== true) {
      this.directory.remove(rewrite.temporaryPath, this.#parts.log);
      if (this.state === "waiting") {
        this.#dropTemporaryLog();
        this.rewriteScheduled = true;
      }
    }
    if (success === null) return;
    this.lastRewriteFailed = !success;
    this.consecutiveFailures = success ? 0 : this.consecutiveFailures + 1;
  }

  /** Goes on in a new incremental file. */
  #switchIncrement(): void {
    const current = this.log!;
    // What follows goes to another file: nothing may be missing in this one.
    const isWhole = attempt(
      () => current.policy === "always" ? current.flushSync() ?? true : current.write(),
      "Can't rewrite the append only file",
    );
    if (!isWhole) throw new AofFileError(`Can't rewrite the append only file: ${current.lastError}`);
    const manifest = this.manifest.withNewIncrement(this.directory.names.filename);
    const { name } = manifest.lastIncrement!;
    const file = this.#open(name, true);
    try {
      this.directory.writeManifest(manifest);
      current.switchTo(file);
    } catch (error) {
      file.close();
      throw error;
    }
    this.manifest = manifest;
    this.#parts.log.notice(`Creating AOF incr file ${name} on background rewrite`);
  }

  #openTemporaryIncrement(): void {
    const path = this.directory.temporaryIncrementPath;
    const file = attempt(
      () => this.directory.disk.open(path, true),
      `Can't open the append-only file ${path}`,
    );
    this.#append(file, 0, 0);
  }

  /** Has a manifest with the new base replace the present one. Whether a crash of the machine can't undo that. */
  #adoptBase({ format }: Rewrite): boolean {
    const { directory } = this;
    const { filename } = directory.names;
    let manifest = this.manifest.withNewBase(filename, format);
    if (this.state === "waiting") {
      manifest = manifest.withNewIncrement(filename);
      const { name } = manifest.lastIncrement!;
      attempt(
        () => directory.disk.rename(directory.temporaryIncrementPath, directory.pathOf(name)),
        `Error trying to rename the temporary AOF incr file into ${name}`,
      );
    }
    manifest = manifest.withRetiredIncrements(this.state === "off" ? 0 : 1);
    const baseSize = directory.sizeOf(manifest.base!);
    let durable = true;
    try {
      directory.writeManifest(manifest);
    } catch (error) {
      if (!(error instanceof ManifestNotDurableError)) {
        this.#removeRenamedIncrement(manifest);
        throw error;
      }
      this.#parts.log.warning(error.message);
      durable = false;
    }
    this.manifest = manifest;
    if (this.log !== null) {
      this.log.forgetDatabase();
      this.log.totalSize = baseSize + this.log.fileSize;
      this.baseSize = this.log.totalSize;
    }
    return durable;
  }

  /** What was the temporary incremental file belongs to no manifest. */
  #removeRenamedIncrement(manifest: Manifest): void {
    if (this.state !== "waiting") return;
    this.directory.remove(this.directory.pathOf(manifest.lastIncrement!.name), this.#parts.log);
  }

  #open(name: string, anew: boolean): LogFile {
    const path = this.directory.pathOf(name);
    return attempt(() => this.directory.disk.open(path, anew), `Can't open the append-only file ${name}`);
  }

  #append(file: LogFile, fileSize: number, totalSize: number): void {
    const { clock, listener, skipsSync } = this.#parts;
    this.log = new AppendLog(file, fileSize, totalSize, clock, listener);
    this.log.skipsSync = skipsSync;
    this.configure();
  }

  #removeHistory(): void {
    if (this.#parts.options().keepsHistory) return;
    this.manifest = this.directory.removeHistory(this.manifest, this.#parts.log);
  }

  #dropTemporaryLog(): void {
    if (this.log === null) return;
    this.log.discard();
    // Nobody waits for the file to be closed, and it can't fail.
    this.log.close();
    this.log = null;
    this.directory.remove(this.directory.temporaryIncrementPath, this.#parts.log);
  }

  #finishLog(): boolean {
    const current = this.log;
    if (current === null) return true;
    let isWhole = true;
    try {
      current.flushSync();
    } catch (error) {
      isWhole = false;
      this.#parts.log.warning(error instanceof Error ? error.message : String(error));
    }
    current.close();
    this.log = null;
    return isWhole;
  }
}
