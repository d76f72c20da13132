/**
 * Where a dump comes from: a file or standard input.
 *
 * @module
 */

import { systemReason } from "../util/system_reason.ts";
import { TransferError } from "./entry.ts";

/** How much of the beginning is looked at to see what it is. */
const HEAD_SIZE = 4096;

/** Bytes from front to back, with a look at the beginning. */
export class Input implements Disposable {
  /** What messages call it. */
  readonly name: string;
  /** Bytes that there are; `Number.MAX_SAFE_INTEGER` if that isn't known. */
  readonly size: number;
  /** Bytes handed out. */
  offset = 0;
  readonly #file: Deno.FsFile | null;
  #head: Uint8Array | null = null;

  private constructor(name: string, file: Deno.FsFile | null, size: number) {
    this.name = name;
    this.#file = file;
    this.size = size;
  }

  /** Standard input. */
  static standard(): Input {
    return new Input("standard input", null, Number.MAX_SAFE_INTEGER);
  }

  /** A file. Throws {@linkcode TransferError}. */
  static file(path: string): Input {
    try {
      const file = Deno.openSync(path);
      const { isFile, isDirectory, size } = file.statSync();
      if (!isDirectory) return new Input(path, file, isFile ? size : Number.MAX_SAFE_INTEGER);
      file.close();
    } catch (error) {
      throw new TransferError(`can't read ${path}: ${systemReason(error)}`);
    }
    throw new TransferError(`can't read ${path}: it is a directory`);
  }

  /** The first bytes, as many as there are of 4096; they will be read again. */
  peek(): Uint8Array {
    if (this.#head === null) {
      const head = new Uint8Array(HEAD_SIZE);
      let length = 0;
      while (length < HEAD_SIZE) {
        const count = this.#read(head.subarray(length));
        if (count === null || count === 0) break;
        length += count;
      }
      this.#head = head.subarray(0, length);
    }
    return this.#head;
  }

  readSync(target: Uint8Array): number | null {
    const head = this.#head;
    if (head !== null && head.length > 0) {
      const count = Math.min(head.length, target.length);
      target.set(head.subarray(0, count));
      this.#head = head.subarray(count);
      this.offset += count;
      return count;
    }
    const count = this.#read(target);
    this.offset += count ?? 0;
    return count;
  }

  close(): void {
    this.#file?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(target: Uint8Array): number | null {
    try {
      return (this.#file ?? Deno.stdin).readSync(target);
    } catch (error) {
      throw new TransferError(`can't read ${this.name}: ${systemReason(error)}`);
    }
  }
}
