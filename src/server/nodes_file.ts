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
  /** Windows does not let a locked file be replaced, nor surely one that is open, so there is no lock there. */
  readonly #locks: boolean;
  /** The file that is there at present, held open for the lock. */
  #file: Deno.FsFile;
  /** Whether the disk is known to find that file under the name. */
  #named = false;
  /** Bytes of what was written last, without empty lines; -1 if nothing was. */
  #length = -1;

  /** Opens the file, making an empty one if there is none. Throws {@linkcode NodesFileError}. */
  constructor(path: string, os = Deno.build.os) {
    this.#path = path;
    this.#locks = os !== "windows";
    this.#file = open(path);
    if (!this.#locks || this.#file.tryLockSync(true)) return;
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
   * Puts `text` (byte string) in its place. With `durable` it is on the disk when this returns, without it survives the
   * end of this process. While slots move both happen hundreds of times a second, and a new file costs the disk several
   * times as much as overwriting: that is done where the disk takes the text as one block, and so whole or not at all,
   * or where only the system has to hold it. Empty lines may follow the text; they mean nothing.
   */
  write(text: string, durable: boolean): void {
    const bytes = toBytes(text);
    const { size, nlink } = this.#file.statSync();
    const room = Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE;
    const fits = bytes.length <= (durable ? Math.min(room, BLOCK_SIZE) : room);
    // Somebody may have removed it.
    if (fits && nlink !== 0 && (this.#named || !durable)) this.#overwrite(bytes, size, durable);
    else this.#replace(bytes, durable);
    this.#length = bytes.length;
  }

  /** Gives the file back, without empty lines at its end. */
  close(): void {
    try {
      if (this.#length >= 0) this.#file.truncateSync(this.#length);
    } finally {
      this.#file.close();
    }
  }

  /**
   * Needs no further block of the disk, and so does not fail half-way. The file keeps its size if it can: then there is
   * at no moment a rest of what was longer before, and the disk has but one thing to write.
   */
  #overwrite(bytes: Uint8Array, size: number, durable: boolean): void {
    const padded = new Uint8Array(Math.max(bytes.length, size)).fill(NEWLINE);
    padded.set(bytes);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    for (let done = 0; done < padded.length;) done += this.#file.writeSync(padded.subarray(done));
    if (durable) this.#file.syncDataSync();
  }

  #replace(bytes: Uint8Array, durable: boolean): void {
    const temporary = `${this.#path}.tmp-${Deno.pid}`;
    const next = new SafeFile(temporary, false);
    try {
      next.writeSync(bytes);
      if (this.#locks) this.#replaceLocked(next, temporary, durable);
      else this.#replaceClosed(next, durable);
      this.#named = durable;
    } catch (error) {
      next.discard();
      throw error;
    }
  }

  /** The new file is locked before it is found under the name, so that there is no moment without a lock. */
  #replaceLocked(next: SafeFile, temporary: string, durable: boolean): void {
    const file = open(temporary);
    try {
      file.tryLockSync(true);
      next.commitSync(this.#path, durable);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file.close();
    this.#file = file;
  }

  #replaceClosed(next: SafeFile, durable: boolean): void {
    this.#file.close();
    try {
      next.commitSync(this.#path, durable);
    } finally {
      this.#file = open(this.#path);
    }
  }
}

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new NodesFileError(`Can't open ${path} in order to acquire a lock: ${(error as Error).message}`);
  }
}
