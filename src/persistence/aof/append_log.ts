/**
 * What is appended to the log, and when it reaches the disk.
 *
 * Commands are collected in memory and written at the end of a turn of the event loop, in one piece. Then the policy
 * decides: `always` brings them to the disk before anybody gets a reply, `everysec` once a second, `no` leaves it to the
 * system. Syncs run off the loop, except with `always` on a quick disk; what is appended while one runs is covered by the
 * next.
 *
 * Three positions, counted in bytes since the log was made, say where things are: appended ≥ written ≥ synced.
 *
 * @module
 */

import type { CommandFrame } from "../../resp/encode.ts";
import type { Propagator } from "../../command/dispatch.ts";
import type { Clock } from "../../util/clock.ts";
import type { LogFile } from "./disk.ts";
import { LogBuffer } from "./log_buffer.ts";
import { LogSync } from "./log_sync.ts";
import { SyncPace } from "./sync_pace.ts";
import { systemReason } from "../../util/system_reason.ts";

/** How long a sync that does not end holds back writing, and how often one is made with `everysec`: milliseconds. */
const LONGEST_POSTPONEMENT = 2000;
const SYNC_PERIOD = 1000;
/** Failures are told once in this time, milliseconds. */
const ERROR_REPORT_PERIOD = 30_000;

/**
 * The values of `appendfsync`. What a killed process loses: with `always` nothing. With `no` nothing, as commands are
 * written before their replies leave. With `everysec`, by Redis's rule, what was acknowledged while a sync was under way,
 * for two seconds at most: as a rule a few milliseconds once a second.
 */
export type SyncPolicy = "always" | "everysec" | "no";

/** What could not be brought to the disk under `always`; no reply to it may be sent as if it had been. */
export class AppendLogError extends Error {
  override name = "AppendLogError";
  /**
   * True if the log can't be trusted any more, so that the server has to end: what a failed sync left behind is unknown.
   * False if what was not written is still held, and will be written when there is space again.
   */
  readonly fatal: boolean;

  constructor(message: string, fatal: boolean) {
    super(message);
    this.fatal = fatal;
  }
}

/** Who is told of the log's fortunes. Texts are lines for the server's log, in the original's words. */
export interface AppendLogListener {
  /** Writing or syncing failed. `fatal` as in {@linkcode AppendLogError}. */
  onError(message: string, fatal: boolean): void;
  /** Writing works again. */
  onRecovered(message: string): void;
  /** {@linkcode AppendLog.lastError} may have changed; failures are told of once in a while only, this every time. */
  onStatus?(): void;
  /** More is on the disk now. */
  onSynced?(): void;
  /** Something worth a line at the level notice. */
  onNotice(message: string): void;
}

/** The log's end: takes commands, writes them, has them synced. */
export class AppendLog implements Propagator {
  policy: SyncPolicy = "everysec";
  /** Whether lines with the time stand before commands: `aof-timestamp-enabled`. */
  timestamps = false;
  /** Whether syncs are left out at present: `no-appendfsync-on-rewrite`, while a rewrite or snapshot runs. */
  skipsSync: () => boolean = () => false;
  /** How often a write did not wait for a slow sync any longer. */
  delayedSyncs = 0;
  /** Size of the file that is appended to, and of all files to be loaded; bytes. */
  fileSize: number;
  totalSize: number;

  #file: LogFile;
  readonly #clock: Clock;
  readonly #listener: AppendLogListener;
  readonly #sync: LogSync;
  readonly #pace: SyncPace;
  readonly #buffer = new LogBuffer();
  #written = 0;
  /** Bytes in the buffer when writing failed last. */
  #refused = 0;
  #postponedSince = -1;
  #lastSync: number;
  #lastReport = -Infinity;
  #writeError: string | null = null;
  #syncError: string | null = null;
  #closed = false;

  /** `fileSize` is that of `file`, `totalSize` that of all files together. */
  constructor(
    file: LogFile,
    fileSize: number,
    totalSize: number,
    clock: Clock,
    listener: AppendLogListener,
  ) {
    this.#file = file;
    this.fileSize = fileSize;
    this.totalSize = totalSize;
    this.#clock = clock;
    this.#listener = listener;
    this.#lastSync = clock.monotonic();
    this.#pace = new SyncPace(this.#lastSync);
    this.#sync = new LogSync((error) => this.#syncFailed(error), () => this.#syncWorked());
  }

  /** Bytes appended and not written. */
  get dirty(): number {
    return this.#buffer.length;
  }

  /** Whether what was appended is to be on the disk before anybody hears of it. */
  get isDurable(): boolean {
    return this.policy === "always";
  }

  /** Position behind what was appended, and behind what is known to be on the disk. */
  get appended(): number {
    return this.#written + this.dirty;
  }

  get synced(): number {
    return this.#sync.synced;
  }

  /** Bytes written and not known to be on the disk. */
  get unsynced(): number {
    return this.#written - this.#sync.synced;
  }

  /** Whether a sync is under way: `aof_pending_bio_fsync` counts 1 then. */
  get syncing(): boolean {
    return this.#sync.running;
  }

  /** What the last write or sync said was wrong; null if both went well. While it is set, writes are to be refused. */
  get lastError(): string | null {
    return this.#writeError ?? this.#syncError;
  }

  /** Memory of the buffer: `aof_buffer_length` is {@linkcode dirty}, `mem_aof_buffer` this. */
  get bufferSize(): number {
    return this.#buffer.capacity;
  }

  propagate(database: number, frame: CommandFrame): void {
    if (this.timestamps) this.#buffer.addTime(Math.floor(this.#clock.now() / 1000));
    this.#buffer.add(database, frame);
  }

  /** Has a SELECT stand before the next command, whatever its database. */
  forgetDatabase(): void {
    this.#buffer.forgetDatabase();
  }

  /**
   * To be called at the end of a turn: writes what was appended. With `always` it answers a promise if something is not
   * on the disk yet, which resolves when all that was appended so far is, and rejects with an
   * {@linkcode AppendLogError} if that failed. After a failed write the rest is held and written later on; with the
   * other policies that shows in {@linkcode lastError} only.
   */
  flush(): Promise<void> | undefined {
    const always = this.policy === "always";
    if (this.dirty > this.#refused) {
      if (this.policy === "everysec" && this.#isPostponed()) return undefined;
      if (!this.#write() && always) return Promise.reject(this.#refusal());
    }
    if (always) return this.#durable();
    if (this.policy === "everysec") this.#syncEverySecond();
    return undefined;
  }

  /** To be called about ten times a second: postponed writes, syncs while nobody writes, another try after a failure. */
  tick(): void {
    if (this.#closed) return;
    if (this.dirty > 0 && (this.policy !== "everysec" || !this.#isPostponed())) this.#write();
    if (this.policy === "everysec") this.#syncEverySecond();
    else if (this.policy === "always") this.#durable()?.catch(() => {});
  }

  /** Writes at once what was appended, whatever a sync is doing. False if that failed. */
  write(): boolean {
    return this.dirty === 0 || this.#write();
  }

  /**
   * Writes what was appended and brings everything to the disk, on the loop: for the end of the server, and before the
   * log is switched off. Throws an {@linkcode AppendLogError}.
   */
  flushSync(): void {
    if (!this.write()) throw this.#refusal();
    try {
      this.#sync.finishSync(this.#file, this.#written);
    } catch (error) {
      throw this.#syncFailed(error);
    }
  }

  /**
   * Goes on with another file, which is empty. Everything must have been written, and with `always` brought to the disk.
   * The file before is brought to the disk in the background, and closed.
   */
  switchTo(file: LogFile): void {
    this.#sync.retire(this.#file, this.#written);
    this.#file = file;
    this.fileSize = 0;
    this.forgetDatabase();
  }

  /** Writes what can be written, and closes the file. Never throws. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.write();
    this.#closed = true;
    this.#sync.retire(this.#file, this.#written);
    await this.#sync.idle();
  }

  /** Drops what was appended and not written: the file is given up. */
  discard(): void {
    this.#buffer.drop(this.dirty);
    this.#refused = 0;
    this.#writeError = null;
  }

  /** Writes the buffer. False if it failed: then the file is as before, and the buffer holds what is missing. */
  #write(): boolean {
    const size = this.dirty;
    let done = 0;
    this.#postponedSince = -1;
    try {
      while (done < size) {
        const count = this.#file.writeSync(this.#buffer.from(done));
        // A file that takes nothing would have us try for ever.
        if (count <= 0) throw new Error("No space left on device");
        done += count;
      }
    } catch (error) {
      this.#writeFailed(done, error);
      return false;
    }
    this.#wrote(size);
    this.#refused = 0;
    if (this.#writeError !== null) {
      this.#writeError = null;
      this.#listener.onRecovered("AOF write error looks solved, the server can write again.");
    }
    return true;
  }

  #wrote(bytes: number): void {
    this.#buffer.drop(bytes);
    this.#written += bytes;
    this.fileSize += bytes;
    this.totalSize += bytes;
  }

  #writeFailed(done: number, error: unknown): void {
    const reason = systemReason(error);
    this.#writeError = reason;
    const expected = this.dirty;
    if (done === 0) {
      this.#refused = expected;
      return this.#report(`Error writing to the AOF file: ${reason}`);
    }
    let message =
      `Short write while writing to the AOF file: (nwritten=${done}, expected=${expected}): ${reason}`;
    try {
      this.#file.truncateSync(this.fileSize);
    } catch (truncateError) {
      // Half a command stays, so that the rest has to follow it.
      this.#wrote(done);
      message += ". Could not remove short write from the append-only file. " +
        `The server may refuse to load the AOF the next time it starts. ftruncate: ${
          systemReason(truncateError)
        }`;
    }
    this.#refused = this.dirty;
    this.#report(message);
  }

  #report(message: string): void {
    this.#listener.onStatus?.();
    const now = this.#clock.monotonic();
    if (now - this.#lastReport < ERROR_REPORT_PERIOD) return;
    this.#lastReport = now;
    this.#listener.onError(message, false);
  }

  #refusal(): AppendLogError {
    return new AppendLogError(`MISCONF Errors writing to the AOF file: ${this.lastError}`, false);
  }

  /** Whether a write has to wait because a sync is under way, by which it would be held up on the loop. */
  #isPostponed(): boolean {
    if (!this.#sync.running) return false;
    const now = this.#clock.monotonic();
    if (this.#postponedSince < 0) this.#postponedSince = now;
    if (now - this.#postponedSince < LONGEST_POSTPONEMENT) return true;
    this.delayedSyncs++;
    this.#listener.onNotice(
      "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync " +
        "to complete, this may slow down the server.",
    );
    return false;
  }

  /** Resolves when all that was written is on the disk; undefined if it is. */
  #durable(): Promise<void> | undefined {
    if (this.unsynced === 0 || this.skipsSync()) return undefined;
    const start = this.#clock.monotonic();
    if (this.#sync.running || !this.#pace.mayHoldLoop(start)) return this.#syncAll();
    try {
      this.#sync.finishSync(this.#file, this.#written);
    } catch (error) {
      return Promise.reject(this.#syncFailed(error));
    }
    this.#pace.note(start, this.#clock.monotonic());
    this.#syncWorked();
    return undefined;
  }

  #syncAll(): Promise<void> {
    return this.#sync.upTo(this.#file, this.#written);
  }

  #syncEverySecond(): void {
    if (this.unsynced === 0 || this.#sync.running || this.skipsSync()) return;
    const now = this.#clock.monotonic();
    if (now - this.#lastSync < SYNC_PERIOD) return;
    this.#lastSync = now;
    // What becomes of it is told by the callbacks.
    this.#syncAll().catch(() => {});
  }

  /** A sync failed: an error to be thrown at those who wait for it. */
  #syncFailed(error: unknown): AppendLogError {
    const reason = systemReason(error);
    this.#syncError = reason;
    const fatal = this.policy === "always";
    const message = fatal
      ? `Can't persist AOF for fsync error when the AOF fsync policy is 'always': ${reason}. Exiting...`
      : `Fail to fsync the AOF file: ${reason}`;
    if (fatal) this.#listener.onError(message, true);
    else this.#report(message);
    return new AppendLogError(message, fatal);
  }

  #syncWorked(): void {
    this.#listener.onSynced?.();
    // What had to wait for the sync waits no longer.
    if (this.policy === "everysec" && this.dirty > this.#refused) this.#write();
    if (this.#syncError === null) return;
    this.#syncError = null;
    this.#listener.onRecovered("AOF fsync error looks solved, the server can write again.");
  }
}
