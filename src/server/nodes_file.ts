/**
 * `nodes.conf`: the file in which a node of a cluster keeps what it knows, and which belongs to one process only.
 *
 * @module
 */

import { SafeFile } from "../persistence/safe_file.ts";
import { fromBytes, toBytes } from "../util/byte_string.ts";

/** The file can't be used, so that the server must not start; the message is for the operator. */
export class NodesFileError extends Error {
  override readonly name = "NodesFileError";
}

/** The file, locked as long as this object has it. Two nodes with one identity would harm the whole cluster. */
export class NodesFile {
  readonly #path: string;
  /** The file that is there at present, held open for the lock. */
  #file: Deno.FsFile;

  /** Opens the file, making an empty one if there is none. Throws {@linkcode NodesFileError}. */
  constructor(path: string) {
    this.#path = path;
    this.#file = open(path);
    if (lock(this.#file)) return;
    this.#file.close();
    throw new NodesFileError(
      `Sorry, the cluster configuration file ${path} is already used by a different Redis Cluster node. Please make ` +
        "sure that different nodes use different cluster configuration files.",
    );
  }

  /** What it holds, a byte string. */
  read(): string {
    const bytes = new Uint8Array(this.#file.statSync().size);
    let length = 0;
    this.#file.seekSync(0, Deno.SeekMode.Start);
    while (length < bytes.length) {
      const size = this.#file.readSync(bytes.subarray(length));
      if (size === null) break;
      length += size;
    }
    return fromBytes(bytes, 0, length);
  }

  /**
   * Puts `text` (byte string) in its place, all of it or, if that fails, nothing; `durable` has it be on the disk before
   * this returns.
   */
  write(text: string, durable: boolean): void {
    const temporary = `${this.#path}.tmp-${Deno.pid}`;
    const next = new SafeFile(temporary, false);
    let file: Deno.FsFile | null = null;
    try {
      next.writeSync(toBytes(text));
      // The new file is locked before it is found under the name, so that there is no moment without a lock.
      file = open(temporary);
      lock(file);
      next.commitSync(this.#path, durable);
    } catch (error) {
      file?.close();
      next.discard();
      throw error;
    }
    this.#file.close();
    this.#file = file;
  }

  /** Gives the file back. */
  close(): void {
    this.#file.close();
  }
}

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new NodesFileError(`Can't open ${path} in order to acquire a lock: ${(error as Error).message}`);
  }
}

/** False if another process has the lock. Windows does not let a locked file be replaced, so there is none there. */
function lock(file: Deno.FsFile): boolean {
  return Deno.build.os === "windows" || file.tryLockSync(true);
}
