import type { LogFile } from "../../../src/persistence/aof/disk.ts";
import { textOf } from "../../support/bytes.ts";

/** A file in memory that can be made to fail, and whose syncs end when the test says so. */
export class FakeLogFile implements LogFile {
  content = "";
  /** What was in the file at the beginning of each sync that has ended. */
  synced = "";
  /** How many more bytes fit. */
  room = Infinity;
  /** Most bytes that one write takes. */
  largestWrite = Infinity;
  failsTruncate = false;
  /** The next syncs fail. */
  failsSync = false;
  closed = false;
  writes = 0;
  syncs = 0;
  #waiting: (() => void)[] = [];

  writeSync(bytes: Uint8Array): number {
    if (this.closed) throw new Error("closed");
    this.writes++;
    const count = Math.min(bytes.length, this.room, this.largestWrite);
    if (count === 0) throw new Error("No space left on device (os error 28)");
    this.content += textOf(bytes.subarray(0, count));
    this.room -= count;
    return count;
  }

  truncateSync(size: number): void {
    if (this.failsTruncate) throw new Error("Input/output error (os error 5)");
    this.room += this.content.length - size;
    this.content = this.content.slice(0, size);
  }

  syncData(): Promise<void> {
    this.syncs++;
    const content = this.content;
    const fails = this.failsSync;
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (fails) return reject(new Error("Input/output error (os error 5)"));
        this.synced = content;
        resolve();
      });
    });
  }

  syncDataSync(): void {
    this.syncs++;
    if (this.failsSync) throw new Error("Input/output error (os error 5)");
    this.synced = this.content;
  }

  close(): void {
    this.closed = true;
  }

  /** Has the syncs under way end, and those who wait for them go on. */
  async endSyncs(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const end of waiting) end();
    await turn();
  }
}

/** Lets everything go on that can. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
