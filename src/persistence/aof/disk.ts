/**
 * What the append-only file asks of the file system.
 *
 * @module
 */

import { fromBytes } from "../../util/byte_string.ts";

/** Files may be read and written by their owner only, as far as the umask does not take more. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** A file that is being written at its end. */
export interface LogFile {
  /** Writes at the end: how many bytes went in, perhaps fewer than given. Throws what the system says. */
  writeSync(bytes: Uint8Array): number;
  /** Cuts the file off. */
  truncateSync(size: number): void;
  /** Has the system bring what was written to the disk, off the event loop. */
  syncData(): Promise<void>;
  /** The same on the loop. */
  syncDataSync(): void;
  close(): void;
}

/** The file system. One object stands between the log and Deno, so that tests can make it fail at any step. */
export interface Disk {
  exists(path: string): boolean;
  /** Size in bytes. Throws if there is no such file. */
  size(path: string): number;
  /** The whole file as a byte string. */
  read(path: string): string;
  /** Makes the directory unless it is there. */
  makeDirectory(path: string): void;
  /** Writes a file anew and brings it to the disk. */
  writeDurably(path: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  /** Deletes a file; that there is none is no error. */
  remove(path: string): void;
  /** Brings the names in a directory to the disk. */
  syncDirectory(path: string): void;
  /** Cuts a file off and brings that to the disk. */
  truncate(path: string, size: number): void;
  /** Opens a file to append to it: emptied if it is there (`anew`), or as it is. */
  open(path: string, anew: boolean): LogFile;
}

/** The disk of this machine. */
export const systemDisk: Disk = {
  exists(path) {
    try {
      Deno.statSync(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  },
  size: (path) => Deno.statSync(path).size,
  read: (path) => fromBytes(Deno.readFileSync(path)),
  makeDirectory: (path) => Deno.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE }),
  writeDurably(path, bytes) {
    using file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: FILE_MODE });
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    file.syncSync();
  },
  rename: (from, to) => Deno.renameSync(from, to),
  remove(path) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  syncDirectory(path) {
    // Windows has no such thing; there the names are safe when the rename returns.
    if (Deno.build.os === "windows") return;
    using directory = Deno.openSync(path, { read: true });
    directory.syncSync();
  },
  truncate(path, size) {
    using file = Deno.openSync(path, { read: true, write: true });
    file.truncateSync(size);
    file.syncSync();
  },
  open: (path, anew) => new SystemLogFile(path, anew),
};

/**
 * Two handles on one file: while a handle's asynchronous sync is under way, Deno may refuse to write by it ("resource
 * busy"). A sync covers the file, whichever handle wrote. On Windows there is a third, since a handle that appends may
 * not cut the file off there.
 */
export class SystemLogFile implements LogFile {
  readonly #writer: Deno.FsFile;
  readonly #syncer: Deno.FsFile;
  readonly #cutter: Deno.FsFile;
  readonly #handles: Deno.FsFile[] = [];

  /** Makes the file if it is missing, and empties it if `anew`. */
  constructor(path: string, anew: boolean, os = Deno.build.os) {
    try {
      this.#writer = this.#open(path, { append: true, create: true, mode: FILE_MODE });
      this.#cutter = os === "windows" ? this.#open(path, { write: true }) : this.#writer;
      if (anew) this.#cutter.truncateSync(0);
      this.#syncer = this.#open(path, { append: true });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  writeSync(bytes: Uint8Array): number {
    return this.#writer.writeSync(bytes);
  }

  truncateSync(size: number): void {
    this.#cutter.truncateSync(size);
  }

  syncData(): Promise<void> {
    return this.#syncer.syncData();
  }

  syncDataSync(): void {
    this.#writer.syncDataSync();
  }

  close(): void {
    for (const handle of this.#handles.splice(0)) handle.close();
  }

  #open(path: string, options: Deno.OpenOptions): Deno.FsFile {
    const handle = Deno.openSync(path, options);
    this.#handles.push(handle);
    return handle;
  }
}
