/**
 * Files that are whole or not there.
 *
 * @module
 */

/** Bytes after which what was written is sent on its way to the disk, so that the last fsync finds little to do. */
const SYNC_EVERY = 4 * 1024 * 1024;
/** Only the owner may read the data. */
const MODE = 0o600;

/**
 * A file that is written beside its place and put there by {@linkcode commit}, which survives a crash at any moment: the
 * old file stays until the new one is on the disk.
 */
export class SafeFile {
  readonly #file: Deno.FsFile;
  readonly #temporary: string;
  readonly #syncing: boolean;
  #unsynced = 0;
  #closed = false;

  /** `temporary` is the path to write to, in the same directory. `syncing` has the disk kept busy all along. */
  constructor(temporary: string, syncing: boolean) {
    this.#temporary = temporary;
    this.#syncing = syncing;
    this.#file = Deno.openSync(temporary, { write: true, create: true, truncate: true, mode: MODE });
  }

  /** Writes all of `bytes`, off the event loop; they must not change meanwhile. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
    this.#unsynced += bytes.length;
    if (!this.#syncing || this.#unsynced < SYNC_EVERY) return;
    this.#unsynced = 0;
    await this.#file.syncData();
  }

  writeSync(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
  }

  /** Has the file be on the disk, and under the name `path`. */
  async commit(path: string): Promise<void> {
    await this.#file.sync();
    this.#close();
    await Deno.rename(this.#temporary, path);
    await syncDirectory(path);
  }

  /** As {@linkcode commit}, at once. Without `durable` a crash of the system may leave the old file, or none of the new. */
  commitSync(path: string, durable = true): void {
    if (durable) this.#file.syncSync();
    this.#close();
    Deno.renameSync(this.#temporary, path);
    if (durable) syncDirectorySync(path);
  }

  /** Removes what was written. Does nothing after a commit. */
  discard(): void {
    this.#close();
    this.unlink();
  }

  /**
   * Takes the name away at once, so that a commit under way can't put the file into its place any more, but fails. The
   * file itself may still be being written to, and has to be discarded later.
   */
  unlink(): void {
    try {
      Deno.removeSync(this.#temporary);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  #close(): void {
    if (!this.#closed) this.#file.close();
    this.#closed = true;
  }
}

/** Has the entry of `path` in its directory be on the disk. Windows has no such thing, and needs none. */
export async function syncDirectory(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const directory = await Deno.open(directoryOf(path));
  try {
    await directory.sync();
  } finally {
    directory.close();
  }
}

/** As {@linkcode syncDirectory}, at once. */
export function syncDirectorySync(path: string): void {
  if (Deno.build.os === "windows") return;
  const directory = Deno.openSync(directoryOf(path));
  try {
    directory.syncSync();
  } finally {
    directory.close();
  }
}

function directoryOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : end === 0 ? "/" : path.slice(0, end);
}
