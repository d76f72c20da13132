/**
 * SAVE and BGSAVE.
 *
 * @module
 */

import type { Keyspace } from "../keyspace/keyspace.ts";
import { nextTurn } from "../util/turn.ts";
import { SafeFile } from "./safe_file.ts";
import { type ImageWriter, Snapshot } from "./snapshot.ts";
import { systemReason } from "../util/system_reason.ts";

/** Milliseconds that the walk may hold the event loop at a time. */
const SLICE = 1;

/** How a save ends; `failed` has been logged. */
export type SaveResult = "saved" | "failed" | "aborted";

/** Where a snapshot goes, and how. */
export interface SnapshotTarget {
  readonly path: string;
  /** Whether it is synced while it is written. */
  readonly syncing: boolean;
  /** For tests: microseconds to wait after each key. */
  readonly keyDelay: number;
}

/** What a snapshot job has to do with. */
export interface SnapshotParts {
  readonly keyspace: Keyspace;
  readonly log: { notice(text: string): void; warning(text: string): void };
  readonly clock: { now(): number; monotonic(): number };
  /** A writer for a new file. */
  readonly newImage: () => ImageWriter;
  readonly target: () => SnapshotTarget;
}

/** Writes snapshots to the disk, one at a time, and knows how it went. */
export class SnapshotJob {
  /** Called when a background save has ended, however. */
  onEnd: ((result: SaveResult) => void) | null = null;
  /** `keyspace.dirty` when the data that are saved were as they are saved. */
  savedDirty = 0;
  /** Seconds since the epoch of the last successful save; at first, of the start. */
  lastSave: number;
  lastFailed = false;
  /** When the last background save was tried, milliseconds since the epoch; 0 if never. */
  lastAttempt = 0;
  /** How long the last background save took, seconds; -1 if there was none. */
  lastDuration = -1;
  /** Successful saves. */
  saves = 0;

  readonly #parts: SnapshotParts;
  #snapshot: Snapshot | null = null;
  /** The file of the background save under way. */
  #file: SafeFile | null = null;
  #startedAt = 0;
  #aborted = false;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.lastSave = Math.floor(parts.clock.now() / 1000);
  }

  /** Whether a background save is under way. */
  get active(): boolean {
    return this.#snapshot !== null;
  }

  /** Seconds since the background save under way began; -1 without one. */
  get elapsed(): number {
    return this.active ? Math.floor((this.#parts.clock.monotonic() - this.#startedAt) / 1000) : -1;
  }

  /** Keys that the snapshot under way has written, and has altogether. */
  get progress(): { done: number; total: number } {
    return { done: this.#snapshot?.recorded ?? 0, total: this.#snapshot?.total ?? 0 };
  }

  /** Changes since the data were saved last. */
  get changes(): number {
    return this.#parts.keyspace.dirty - this.savedDirty;
  }

  /**
   * Saves at once; nothing else happens meanwhile. No other image may be under way, or it must have been given up. False
   * after a failure, which is logged.
   */
  saveNow(): boolean {
    const { clock, keyspace, log, newImage, target } = this.#parts;
    const dirty = keyspace.dirty;
    let file: SafeFile | undefined;
    try {
      const { path, syncing } = target();
      file = new SafeFile(temporaryName(path, "temp"), syncing);
      const image = newImage();
      const snapshot = new Snapshot(keyspace, image);
      snapshot.complete(() => drain(image, (bytes) => file!.writeSync(bytes)));
      file.commitSync(path);
    } catch (error) {
      file?.discard();
      // As with the original only a background save that fails stops writes: who asked for this one is told.
      log.warning(`Error saving DB on disk: ${systemReason(error)}`);
      return false;
    }
    log.notice("DB saved on disk");
    this.#succeeded(dirty, clock.now());
    return true;
  }

  /**
   * Begins to save in the background. The image is that of this moment. Must not be under way already. What it answers
   * resolves at the end and never rejects.
   */
  begin(image: ImageWriter = this.#parts.newImage()): Promise<SaveResult> {
    const { clock, keyspace, log } = this.#parts;
    this.#aborted = false;
    this.#startedAt = clock.monotonic();
    this.lastAttempt = clock.now();
    this.#snapshot = new Snapshot(keyspace, image);
    log.notice(`Background saving started by pid ${Deno.pid}`);
    return this.#run(this.#snapshot, image, keyspace.dirty);
  }

  /** Gives up the background save under way, if there is one. From now on it does not touch the old file. */
  abort(): void {
    if (this.#snapshot === null) return;
    this.#aborted = true;
    this.#file?.unlink();
  }

  async #run(snapshot: Snapshot, image: ImageWriter, dirty: number): Promise<SaveResult> {
    const { clock, log, target } = this.#parts;
    let file: SafeFile | null = null;
    let result: SaveResult = "saved";
    try {
      const { path, syncing, keyDelay } = target();
      // Not the name that SAVE uses: one that follows an abort may be done before the abort is.
      file = this.#file = new SafeFile(temporaryName(path, "temp-bgsave"), syncing);
      const isComplete = await writeImage(snapshot, image, file, clock, () => this.#aborted, keyDelay);
      if (isComplete) await file.commit(path);
      if (this.#aborted) result = "aborted";
      else log.notice("DB saved on disk");
    } catch (error) {
      result = this.#aborted ? "aborted" : "failed";
      if (result === "failed") log.warning(`Background saving error: ${systemReason(error)}`);
    }
    if (result !== "saved") {
      snapshot.abort();
      file?.discard();
    }
    this.#file = null;
    this.#finish(result, dirty);
    return result;
  }

  #finish(result: SaveResult, dirty: number): void {
    const { clock, log } = this.#parts;
    this.#snapshot = null;
    this.lastDuration = Math.floor((clock.monotonic() - this.#startedAt) / 1000);
    if (result === "saved") {
      log.notice("Background saving terminated with success");
      this.#succeeded(dirty, clock.now());
    } else if (result === "failed") this.lastFailed = true;
    else log.notice("Background saving terminated by signal 10");
    this.onEnd?.(result);
  }

  #succeeded(dirty: number, now: number): void {
    this.savedDirty = dirty;
    this.lastSave = Math.floor(now / 1000);
    this.lastFailed = false;
    this.saves++;
  }
}

/** Takes an image: a file, or the connections to replicas. */
export interface ImageSink {
  /**
   * Resolves, after a turn of the event loop at least, when there is room for more. `bytes` must not change until then.
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Writes an image in slices, and in between lets the event loop turn. False if it was given up. */
export async function writeImage(
  snapshot: Snapshot,
  image: ImageWriter,
  sink: ImageSink,
  clock: { monotonic(): number },
  isAborted: () => boolean,
  keyDelay = 0,
): Promise<boolean> {
  for (let complete = false; !complete;) {
    const end = keyDelay > 0 ? 0 : clock.monotonic() + SLICE;
    const before = snapshot.recorded;
    complete = snapshot.step(() => clock.monotonic() >= end);
    if (keyDelay > 0) await delay((snapshot.recorded - before) * keyDelay / 1000);
    let written = false;
    for (let bytes = image.take(); bytes !== null; bytes = image.take()) {
      await sink.write(bytes);
      image.reuse?.(bytes);
      written = true;
    }
    // A write lets the event loop turn by itself.
    if (!written) await nextTurn();
    if (isAborted()) return false;
  }
  return true;
}

/** Writes what is ready. */
export function drain(image: ImageWriter, write: (bytes: Uint8Array) => void): void {
  for (let bytes = image.take(); bytes !== null; bytes = image.take()) {
    write(bytes);
    image.reuse?.(bytes);
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Beside the file, with a name like the one that Redis gives it. */
function temporaryName(path: string, prefix: string): string {
  return `${path.slice(0, path.lastIndexOf("/") + 1)}${prefix}-${Deno.pid}.rdb`;
}
