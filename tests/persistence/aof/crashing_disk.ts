import { type Disk, type LogFile, systemDisk } from "../../../src/persistence/aof/disk.ts";

/** What a crashed process says, were it still there. */
export class Crash extends Error {
  override name = "Crash";
}

/**
 * The disk of a process that dies at a certain operation: from then on nothing is done any more. What was done before
 * stays, as after a kill.
 */
export class CrashingDisk implements Disk {
  /** Changes made so far. */
  operations = 0;
  readonly #fatal: number;

  /** It dies at the operation of this number, from 0 on. */
  constructor(fatal: number) {
    this.#fatal = fatal;
  }

  get crashed(): boolean {
    return this.operations > this.#fatal;
  }

  exists(path: string): boolean {
    return systemDisk.exists(path);
  }

  size(path: string): number {
    return systemDisk.size(path);
  }

  read(path: string): string {
    return systemDisk.read(path);
  }

  makeDirectory(path: string): void {
    this.#count();
    systemDisk.makeDirectory(path);
  }

  writeDurably(path: string, bytes: Uint8Array): void {
    const isFatal = this.operations === this.#fatal;
    if (isFatal) systemDisk.writeDurably(path, bytes.subarray(0, bytes.length / 2));
    this.#count();
    systemDisk.writeDurably(path, bytes);
  }

  rename(from: string, to: string): void {
    this.#count();
    systemDisk.rename(from, to);
  }

  remove(path: string): void {
    this.#count();
    systemDisk.remove(path);
  }

  syncDirectory(path: string): void {
    this.#count();
    systemDisk.syncDirectory(path);
  }

  truncate(path: string, size: number): void {
    this.#count();
    systemDisk.truncate(path, size);
  }

  open(path: string, anew: boolean): LogFile {
    this.#count();
    const file = systemDisk.open(path, anew);
    return {
      writeSync: (bytes) => {
        this.#count();
        return file.writeSync(bytes);
      },
      truncateSync: (size) => file.truncateSync(size),
      syncData: () => file.syncData(),
      syncDataSync: () => file.syncDataSync(),
      close: () => file.close(),
    };
  }

  #count(): void {
    if (this.operations++ >= this.#fatal) throw new Crash("crashed");
  }
}
