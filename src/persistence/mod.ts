/**
 * What keeps the data beyond the process: snapshots and the append-only file, and what they have to do with each other.
 *
 * @module
 */

import type { CommandRegistry } from "../command/registry.ts";
import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { byteStringToUtf8 } from "../util/byte_string.ts";
import type { Clock } from "../util/clock.ts";
import type { LoopTime } from "../util/loop_time.ts";
import type { AppendLogListener } from "./aof/append_log.ts";
import { AppendOnlyFile } from "./aof/append_only_file.ts";
import { CommandImageWriter } from "./aof/command_image.ts";
import { AofDirectory, type LineLog } from "./aof/directory.ts";
import type { BaseFormat } from "./aof/manifest.ts";
import { RewriteJob } from "./aof/rewrite.ts";
import { type DataDirectory, workingDirectory } from "./data_directory.ts";
import { RdbFileWriter } from "./rdb/file_writer.ts";
import { SafeFile } from "./safe_file.ts";
import { type ImageWriter, Snapshot } from "./snapshot.ts";
import { drain, SnapshotJob } from "./snapshot_job.ts";

/** Seconds after a failed background save before the next is begun by itself. */
const RETRY_DELAY = 5;

/** Format of the snapshots for replicas. */
const TRANSFER_VERSION = 10;

/** A place in a replication stream: ID of the history, offset, and the database that its commands are for. */
export interface ReplicationPosition {
  readonly id: string;
  readonly offset: number;
  readonly database: number;
}

/** What persistence has to do with. */
export interface PersistenceParts {
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly registry: CommandRegistry;
  readonly log: LineLog;
  readonly clock: Clock;
  readonly loop: LoopTime;
  /** Where the files are; by default the working directory. */
  readonly directory?: DataDirectory;
  /** Told of the append-only file's fortunes. */
  readonly listener: AppendLogListener;
}

/** How far a load has come. */
export interface Loading {
  /** Seconds since the epoch. */
  readonly startedAt: number;
  totalBytes: number;
  loadedBytes: number;
}

/** A load of a snapshot that is over. */
export interface LastLoad {
  /** Keys dropped because their time was over, and keys loaded. */
  readonly expired: number;
  readonly loaded: number;
  /** The auxiliary fields of the file. */
  readonly fields: ReadonlyMap<string, string>;
  /** The dropped keys, of a file that says where the replication stream stood. */
  readonly dropped: readonly (readonly [database: number, key: string])[];
}

/** Snapshots and the append-only file of one server. */
export class Persistence {
  readonly directory: DataDirectory;
  readonly snapshots: SnapshotJob;
  readonly appendOnly: AppendOnlyFile;
  readonly rewrites: RewriteJob;
  /** The load under way; null when the data are there. */
  loading: Loading | null = null;
  /** A load is under way while the data before it are still served: `repl-diskless-load swapdb`. */
  asyncLoading = false;
  /** The last load of a snapshot. */
  lastLoad: LastLoad = { expired: 0, loaded: 0, fields: new Map(), dropped: [] };
  /** Bytes that loading found in all files of the append-only file, and in its base. */
  logSizes = { totalSize: 0, baseSize: 0 };
  /** Texts of the function libraries, byte strings. Nobody runs them yet, but a file that has them keeps them. */
  functions: readonly string[] = [];
  /** A snapshot that goes straight to replicas; null if none is under way. */
  transfer: { abort(): void } | null = null;
  /** Where the data stand in replication, to be noted in every snapshot; null for nowhere. */
  position: (() => ReplicationPosition | null) | null = null;
  /** What images hold the event loop for. */
  readonly loop: LoopTime;
  /** Called when {@linkcode busy} or a status changed. */
  onChange: (() => void) | null = null;

  readonly #parts: PersistenceParts;
  #snapshotScheduled = false;

  constructor(parts: PersistenceParts) {
    this.#parts = parts;
    const { clock, config, keyspace, log, listener, loop } = parts;
    this.loop = loop;
    this.directory = parts.directory ?? workingDirectory;
    this.snapshots = new SnapshotJob({
      keyspace,
      log,
      clock,
      loop,
      newImage: () => this.#newSnapshot(false),
      target: () => ({
        path: this.snapshotPath,
        syncing: config.get("rdb-save-incremental-fsync"),
        keyDelay: config.get("rdb-key-save-delay"),
      }),
    });
    const directory = new AofDirectory({
      directory: config.get("appenddirname"),
      filename: config.get("appendfilename"),
    }, () => this.directory.root());
    this.appendOnly = new AppendOnlyFile({
      directory,
      clock,
      log,
      listener,
      options: () => ({
        policy: config.get("appendfsync"),
        timestamps: config.get("aof-timestamp-enabled"),
        // Functions can't be loaded from commands, as there is none for them yet.
        format: config.get("aof-use-rdb-preamble") || this.functions.length > 0 ? "rdb" : "aof",
        keepsHistory: config.get("aof-disable-auto-gc"),
        rewritePercentage: config.get("auto-aof-rewrite-percentage"),
        rewriteMinimumSize: config.get("auto-aof-rewrite-min-size"),
      }),
      skipsSync: () => this.busy && config.get("no-appendfsync-on-rewrite"),
    });
    this.rewrites = new RewriteJob({
      file: this.appendOnly,
      keyspace,
      loop,
      newImage: (format) => this.newBase(format),
      syncing: () => config.get("aof-rewrite-incremental-fsync"),
    });
    this.snapshots.onEnd = () => this.onChange?.();
    this.rewrites.onEnd = () => this.onChange?.();
  }

  /** Where the snapshot is. */
  get snapshotPath(): string {
    return this.directory.root() + byteStringToUtf8(this.#parts.config.get("dbfilename"));
  }

  /** Whether an image of the data is being written; there is one at a time. */
  get busy(): boolean {
    return this.saving || this.rewrites.active;
  }

  /** Whether a snapshot is being written, to a file or to replicas. */
  get saving(): boolean {
    return this.snapshots.active || this.transfer !== null;
  }

  /** Whether the last save failed, and writes are to be refused for it. */
  get snapshotRefusesWrites(): boolean {
    const { config } = this.#parts;
    return this.snapshots.lastFailed && config.get("stop-writes-on-bgsave-error") &&
      config.get("save").length > 0;
  }

  /** What is wrong with the append-only file, so that writes are to be refused; null if nothing is. */
  get logError(): string | null {
    return this.appendOnly.log?.lastError ?? null;
  }

  /** Has a background save begin as soon as nothing else is under way. */
  scheduleSnapshot(): void {
    this.#snapshotScheduled = true;
  }

  /** Has a rewrite begin as soon as nothing else is under way. */
  scheduleRewrite(): void {
    this.appendOnly.rewriteScheduled = true;
  }

  /** Begins a rewrite. False if it can't begin, which was logged. */
  beginRewrite(): boolean {
    const begun = this.rewrites.begin();
    // While the log is being switched on, this is when there is something to append to.
    this.onChange?.();
    return begun;
  }

  /**
   * Saves a snapshot at once. There is one image at a time, so that what is under way is given up; a rewrite begins anew
   * soon. False after a failure, which is logged.
   */
  saveNow(): boolean {
    this.snapshots.abort();
    this.transfer?.abort();
    if (this.rewrites.active) {
      this.rewrites.abort();
      this.scheduleRewrite();
    }
    const saved = this.snapshots.saveNow();
    this.onChange?.();
    return saved;
  }

  /** To be called about ten times a second: begins what is due, and sees to the log. */
  tick(): void {
    if (this.loading !== null) return;
    this.appendOnly.log?.tick();
    if (this.busy) return;
    if (this.appendOnly.rewriteScheduled && !this.appendOnly.isLimited()) return void this.beginRewrite();
    if (this.#snapshotScheduled && this.#mayRetry()) {
      this.#snapshotScheduled = false;
      this.snapshots.begin();
      return;
    }
    if (!this.#saveIfDue()) this.#rewriteIfGrown();
  }

  /** A rewrite that began while nothing was logged has no incremental file behind it. */
  #giveUpEarlierRewrite(): void {
    if (this.appendOnly.rewrite === null) return;
    this.#parts.log.warning(
      "AOF was enabled but there is already an AOF rewriting in background. " +
        "Stopping background AOF and starting a rewrite now.",
    );
    this.rewrites.abort();
  }

  /** Switches the append-only file on or off, as the configuration says now. */
  followConfiguration(): void {
    const { config } = this.#parts;
    const wanted = config.get("appendonly");
    if (wanted && this.appendOnly.state === "off") {
      this.#giveUpEarlierRewrite();
      this.appendOnly.enable();
      if (!this.busy) this.rewrites.begin();
    } else if (!wanted && this.appendOnly.state !== "off") {
      this.rewrites.abort();
      this.appendOnly.disable();
    }
    this.appendOnly.configure();
    this.onChange?.();
  }

  /** A writer for the base of an append-only file. */
  newBase(format: BaseFormat): ImageWriter {
    if (format === "rdb") return this.#newSnapshot(true);
    const { clock, config } = this.#parts;
    const second = config.get("aof-timestamp-enabled") ? Math.floor(clock.now() / 1000) : null;
    return new CommandImageWriter(second, this.functions);
  }

  /** Writes an image of the data to `path` at once, and brings it to the disk. */
  writeBase(path: string, format: BaseFormat): void {
    const file = new SafeFile(`${path}.temp`, false);
    try {
      const image = this.newBase(format);
      new Snapshot(this.#parts.keyspace, image).complete(() =>
        drain(image, (bytes) => file.writeSync(bytes))
      );
      file.commitSync(path);
    } catch (error) {
      file.discard();
      throw error;
    }
  }

  /** A writer for a snapshot that a replica is to load, of Redis 7.0 perhaps, which does not know what came later. */
  newTransfer(withFunctions: boolean): RdbFileWriter {
    return this.#newSnapshot(false, TRANSFER_VERSION, withFunctions);
  }

  #newSnapshot(isAofBase: boolean, version?: number, withFunctions = true): RdbFileWriter {
    const { clock, config, keyspace } = this.#parts;
    const policy = config.get("maxmemory-policy");
    return new RdbFileWriter({
      compress: config.get("rdbcompression"),
      checksum: config.get("rdbchecksum"),
      clocks: policy.endsWith("lru") ? "lru" : policy.endsWith("lfu") ? "lfu" : null,
      now: clock.now(),
      usedMemory: keyspace.usedMemory(),
      isAofBase,
      replication: isAofBase ? undefined : this.position?.() ?? undefined,
      functions: withFunctions ? this.functions : [],
      version,
    });
  }

  /** Begins a background save if a rule of `save` says so. */
  #saveIfDue(): boolean {
    const { clock, config, log } = this.#parts;
    const elapsed = Math.floor(clock.now() / 1000) - this.snapshots.lastSave;
    const { changes } = this.snapshots;
    const rule = config.get("save").find((each) => changes >= each.changes && elapsed > each.seconds);
    if (rule === undefined || !this.#mayRetry()) return false;
    log.notice(`${rule.changes} changes in ${rule.seconds} seconds. Saving...`);
    this.snapshots.begin();
    return true;
  }

  #mayRetry(): boolean {
    const { lastAttempt, lastFailed } = this.snapshots;
    return !lastFailed || this.#parts.clock.now() - lastAttempt > RETRY_DELAY * 1000;
  }

  #rewriteIfGrown(): void {
    const growth = this.appendOnly.automaticRewrite();
    if (growth === null) return;
    this.#parts.log.notice(`Starting automatic rewriting of AOF on ${growth}% growth`);
    this.beginRewrite();
  }
}
