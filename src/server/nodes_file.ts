/**
 * `nodes.conf`: the file in which a node of a cluster keeps what it knows, and which belongs to one process only.
 *
 * @module
 */

import { SafeFile } from "../persistence/safe_file.ts";
import { fromBytes, toBytes } from "../util/byte_string.ts";

const NEWLINE = 0x0a;
/** File systems give space in pieces of at least this many bytes. */
const BLOCK_SIZE = 4096;

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
   * Puts `text` (byte string) in its place. With `durable` it is on the disk when this returns, all of it or, if it fails,
   * nothing. Without, it survives the end of this process: while slots move that happens hundreds of times a second, and
   * a new file costs a hundred times as much as overwriting.
   */
  write(text: string, durable: boolean): void {
    const bytes = toBytes(text);
    const { size } = this.#file.statSync();
    const room = Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE;
    if (durable || bytes.length > room) this.#replace(bytes, durable);
    else this.#overwrite(bytes, size);
  }

  /** Gives the file back. */
  close(): void {
    this.#file.close();
  }

  /** Needs no further block of the disk, and so does not fail half-way. */
  #overwrite(bytes: Uint8Array, size: number): void {
    // At no moment is there a rest of what was longer before: empty lines mean nothing.
    const padded = new Uint8Array(Math.max(bytes.length, size)).fill(NEWLINE);
    padded.set(bytes);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    for (let done = 0; done < padded.length;) done += this.#file.writeSync(padded.subarray(done));
    if (padded.length > bytes.length) this.#file.truncateSync(bytes.length);
  }

  #replace(bytes: Uint8Array, durable: boolean): void {
    const temporary = `${this.#path}.tmp-${Deno.pid}`;
    const next = new SafeFile(temporary, false);
    let file: Deno.FsFile | null = null;
    try {
      next.writeSync(bytes);
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
