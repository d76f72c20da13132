/**
 * A file read from front to back, as C's `fgets` and `fread` read it, in constant memory.
 *
 * @module
 */

import { fromBytes } from "../../util/byte_string.ts";

const WINDOW_SIZE = 256 * 1024;
const LF = 0x0a;

/** Reads one open file from an offset on. */
export class FileScanner {
  /** Whether something was asked for that lies behind the end. */
  atEnd = false;

  readonly #file: Deno.FsFile;
  readonly #size: number;
  readonly #window = new Uint8Array(WINDOW_SIZE);
  #position = 0;
  #filled = 0;
  /** Offset in the file of the window's first byte. */
  #base: number;

  /** The file has `size` bytes; what it is at does not matter. */
  constructor(file: Deno.FsFile, offset: number, size: number) {
    this.#file = file;
    this.#size = size;
    this.#base = offset;
    file.seekSync(offset, Deno.SeekMode.Start);
  }

  /** Where in the file the next byte is read. */
  get offset(): number {
    return this.#base + this.#position;
  }

  /** The next byte, which stays; -1 at the end. */
  peek(): number {
    return this.#has(1) ? this.#window[this.#position] : -1;
  }

  /** The bytes up to and with the next newline, but not more than `limit`; empty at the end of the file. */
  line(limit: number): string {
    this.#has(limit);
    const end = Math.min(this.#filled, this.#position + limit);
    let position = this.#position;
    while (position < end && this.#window[position] !== LF) position++;
    if (position < end) position++;
    else this.atEnd ||= position - this.#position < limit;
    return this.#take(position);
  }

  /** The next `size` bytes, or what there is of them; not more than the window holds. */
  bytes(size: number): string {
    if (!this.#has(size)) this.atEnd = true;
    return this.#take(Math.min(this.#filled, this.#position + size));
  }

  /** Passes over `size` bytes, or what there is of them; how many it was. */
  skip(size: number): number {
    const available = Math.min(size, this.#size - this.offset);
    if (available < size) this.atEnd = true;
    if (this.#position + available <= this.#filled) this.#position += available;
    else {
      this.#base = this.offset + available;
      this.#position = this.#filled = 0;
      this.#file.seekSync(this.#base, Deno.SeekMode.Start);
    }
    return available;
  }

  #take(end: number): string {
    const text = fromBytes(this.#window, this.#position, end);
    this.#position = end;
    return text;
  }

  /** Has the next `size` bytes in the window, or all that there are; whether it is all of them. */
  #has(size: number): boolean {
    if (this.#position + size <= this.#filled) return true;
    this.#window.copyWithin(0, this.#position, this.#filled);
    this.#base += this.#position;
    this.#filled -= this.#position;
    this.#position = 0;
    while (this.#filled < size) {
      const count = this.#file.readSync(this.#window.subarray(this.#filled));
      if (count === null || count === 0) return false;
      this.#filled += count;
    }
    return true;
  }
}
