/**
 * Syncs of the log off the event loop, one at a time: what is written while one runs waits for the next, and all that
 * waits is served by that one (group commit).
 *
 * @module
 */

import type { LogFile } from "./disk.ts";

/** A file that nothing is appended to any more, and how far the log had come with it. */
interface Retired {
  readonly file: LogFile;
  readonly position: number;
}

/** Keeps count of what is on the disk. Positions are in bytes since the log was made, whatever file they are in. */
export class LogSync {
  /** Everything before this position is on the disk. */
  synced = 0;

  readonly #onError: (error: unknown) => Error;
  readonly #onSuccess: () => void;
  /** Files before the present one, in order. They are synced first: the log must have no hole. */
  #retired: Retired[] = [];
  #running: Promise<void> | null = null;
  /** Up to where the sync that is under way reaches. */
  #covers = 0;
  /** The sync that follows the one under way. */
  #next: Promise<void> | null = null;
  #file: LogFile | null = null;
  #wanted = 0;

  /** `onError` is told of a failure, and answers what those who wait are to get. */
  constructor(onError: (error: unknown) => Error, onSuccess: () => void) {
    this.#onError = onError;
    this.#onSuccess = onSuccess;
  }

  /** Whether a sync is under way. */
  get running(): boolean {
    return this.#running !== null;
  }

  /** Resolves when everything before `position`, which lies in `file`, is on the disk; rejects if that fails. */
  upTo(file: LogFile, position: number): Promise<void> {
    if (this.#running !== null && this.#covers >= position) return this.#running;
    this.#file = file;
    this.#wanted = position;
    if (this.#running === null) return this.#start();
    return this.#next ??= this.#afterRunning();
  }

  /** Takes over a file that is done with: it is synced and closed in the background. */
  retire(file: LogFile, position: number): void {
    if (this.#running === null && position <= this.synced) return file.close();
    this.#retired.push({ file, position });
    this.#file = null;
    this.#wanted = Math.max(this.#wanted, position);
    if (this.#running === null) this.#start().catch(() => {});
    else (this.#next ??= this.#afterRunning()).catch(() => {});
  }

  /** Syncs on the loop. Throws what the system says. */
  finishSync(file: LogFile, position: number): void {
    if (this.synced >= position) return;
    for (const retired of this.#retired) retired.file.syncDataSync();
    file.syncDataSync();
    this.synced = Math.max(this.synced, position);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== null) await (this.#next ?? this.#running).catch(() => {});
  }

  async #afterRunning(): Promise<void> {
    await this.#running!.catch(() => {});
    this.#next = null;
    await (this.#running ?? this.#start());
  }

  #start(): Promise<void> {
    this.#covers = this.#wanted;
    // Not by #run itself, which may be over before its promise is noted here.
    return this.#running = this.#run(this.#file, this.#covers).finally(() => this.#running = null);
  }

  async #run(file: LogFile | null, position: number): Promise<void> {
    try {
      while (this.#retired.length > 0) await this.#finishFirst();
      if (file !== null && position > this.synced) await file.syncData();
      this.synced = Math.max(this.synced, position);
    } catch (error) {
      throw this.#onError(error);
    }
    this.#onSuccess();
  }

  async #finishFirst(): Promise<void> {
    const { file, position } = this.#retired[0];
    try {
      if (position > this.synced) await file.syncData();
      this.synced = Math.max(this.synced, position);
    } finally {
      this.#retired.shift();
      file.close();
    }
  }
}
