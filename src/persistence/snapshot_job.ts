/**
 * SAVE and BGSAVE.
 *
 * @module
 */

import type { Keyspace } from "../keyspace/keyspace.ts";
import type { LoopTime } from "../util/loop_time.ts";
import { nextTurn } from "../util/turn.ts";
import { SafeFile } from "./safe_file.ts";
import { type ImageWriter, Snapshot } from "./snapshot.ts";
import { systemReason } from "../util/system_reason.ts";

/**
 * Milliseconds that the walk may hold the event loop at a time: while commands are being run, and while nobody wants
 * anything. With the write the latter makes about as long as {@linkcode nextTurn} takes.
 */
const BUSY_SLICE = 0.75;
const IDLE_SLICE = 1.5;
/** Slices in a row without a command after which nobody seems to want anything. */
const IDLE_AFTER = 4;

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
  readonly loop: LoopTime;
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
    const { log, loop, target } = this.#parts;
    let file: SafeFile | null = null;
    let result: SaveResult = "saved";
    try {
      const { path, syncing, keyDelay } = target();
      // Not the name that SAVE uses: one that follows an abort may be done before the abort is.
      file = this.#file = new SafeFile(temporaryName(path, "temp-bgsave"), syncing);
      const isComplete = await writeImage(snapshot, image, file, loop, () => this.#aborted, keyDelay);
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
  /** Resolves when there is room for more. `bytes` must not change until then. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Writes an image in slices, and in between lets the event loop turn. False if it was given up. */
export async function writeImage(
  snapshot: Snapshot,
  image: ImageWriter,
  sink: ImageSink,
  loop: LoopTime,
  isAborted: () => boolean,
  keyDelay = 0,
): Promise<boolean> {
  const { keyspace } = snapshot;
  let { activity } = keyspace;
  let quietSlices = 0;
  for (let complete = false; !complete;) {
    // That a write has ended does not mean that sockets were looked at: if it ends soon, the event loop goes on with what
    // waited for it, many times in a row (21 slices were seen). Only what it does for a timer includes that.
    const turn = nextTurn();
    quietSlices = keyspace.activity === activity ? quietSlices + 1 : 0;
    activity = keyspace.activity;
    const slice = keyDelay > 0 ? 0 : quietSlices >= IDLE_AFTER ? IDLE_SLICE : BUSY_SLICE;
    const before = snapshot.recorded;
    const start = loop.now();
    complete = snapshot.step(() => loop.now() - start >= slice * 1000);
    const written = writeReady(image, sink);
    loop.add(start);
    await written;
    if (keyDelay > 0) await delay((snapshot.recorded - before) * keyDelay / 1000);
    await turn;
    if (isAborted()) return false;
  }
  return true;
}

async function writeReady(image: ImageWriter, sink: ImageSink): Promise<void> {
  for (let bytes = image.take(); bytes !== null; bytes = image.take()) {
    await sink.write(bytes);
    image.reuse?.(bytes);
  }
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
