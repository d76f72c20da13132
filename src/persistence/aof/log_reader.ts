/**
 * Commands as they stand in a log, read strictly.
 *
 * The decoder of connections takes more than may stand here (inline commands, empty ones) and does not look at what
 * follows an argument. In a log both mean that something is wrong, which must not pass in silence.
 *
 * @module
 */

import type { Frame } from "../../resp/frame.ts";
import { ByteBuffer } from "../../util/byte_buffer.ts";

const SMALLEST_WINDOW = 1024;
const WINDOW_SIZE = 1 << 20;
/** Longest annotation, with its end. */
const LONGEST_ANNOTATION = 1024;
const MOST_DIGITS = 10;
const HASH = 0x23;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const INCOMPLETE = -1;

/** Where bytes come from, such as a file. */
export interface ByteInput {
  /** Fills the front of `target`; how many bytes it was, or null at the end. */
  readSync(target: Uint8Array): number | null;
}

/** There is something that no log has. */
export class LogFormatError extends Error {
  override name = "LogFormatError";
  /** Where in the file, in bytes. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Reads one file of the log from front to back, with a way to go back within a transaction. */
export class LogReader {
  readonly #input: ByteInput;
  readonly #largestArgument: number;
  #window: ByteBuffer;
  #position = 0;
  #filled = 0;
  /** Offset in the file of the window's first byte. */
  #base: number;
  /** What has to stay in the window, because it will be read again; -1 for nothing. */
  #mark = -1;
  /** The number that was read last. */
  #number = 0;

  /** Of the `size` bytes of the input it is at `offset`; no argument is larger than `largestArgument` bytes. */
  constructor(input: ByteInput, offset: number, size: number, largestArgument: number) {
    this.#input = input;
    this.#window = new ByteBuffer(Math.max(SMALLEST_WINDOW, Math.min(size - offset, WINDOW_SIZE)));
    this.#base = offset;
    this.#largestArgument = largestArgument;
  }

  /** Where in the file the next command begins. */
  get offset(): number {
    return this.#base + this.#position;
  }

  /** Bytes behind {@linkcode offset} that are no whole command: when {@linkcode next} answers false, the torn tail. */
  get left(): number {
    return this.#filled - this.#position;
  }

  /**
   * Fills `frame` with the next command; annotations are passed over. False at the end of the file, or where it breaks
   * off. Throws {@linkcode LogFormatError}. A frame is valid until the next one is read.
   */
  next(frame: Frame): boolean {
    while (!this.#parse(frame)) if (!this.#fill()) return false;
    return true;
  }

  /** Remembers the place, for {@linkcode rewind}. */
  mark(): void {
    this.#mark = this.#position;
  }

  /** Goes back to the place that was marked, and forgets it. */
  rewind(): void {
    this.#position = this.#mark;
    this.#mark = -1;
  }

  /** Reads the command at the position, if all of it is in the window. */
  #parse(frame: Frame): boolean {
    const start = this.#skipAnnotations();
    const { buffer } = this.#window;
    const end = this.#filled;
    if (start === end) return false;
    if (buffer[start] !== ASTERISK) this.#fail(start);
    let position = this.#readNumber(start + 1);
    if (position === INCOMPLETE) return false;
    const count = this.#number;
    if (count === 0) this.#fail(start);
    let { ends, starts } = frame;
    for (let i = 0; i < count; i++) {
      if (position === end) return false;
      if (buffer[position] !== DOLLAR) this.#fail(position);
      const data = this.#readNumber(position + 1);
      if (data === INCOMPLETE) return false;
      const size = this.#number;
      if (size > this.#largestArgument) this.#fail(position);
      const behind = data + size;
      if (behind + 2 > end) {
        if (behind < end && buffer[behind] !== CR) this.#fail(behind);
        return false;
      }
      if (buffer[behind] !== CR || buffer[behind + 1] !== LF) this.#fail(behind);
      if (i === starts.length) {
        frame.grow(i);
        starts = frame.starts;
        ends = frame.ends;
      }
      starts[i] = data;
      ends[i] = behind;
      position = behind + 2;
    }
    frame.buffer = buffer;
    frame.view = this.#window.view;
    frame.length = count;
    frame.frameStart = start;
    frame.frameEnd = position;
    this.#position = position;
    return true;
  }

  /** Reads digits up to CR LF into `#number`; the position behind, or INCOMPLETE. */
  #readNumber(from: number): number {
    const { buffer } = this.#window;
    const end = this.#filled;
    let position = from;
    let number = 0;
    for (; position < end; position++) {
      const digit = buffer[position] - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      number = number * 10 + digit;
    }
    const digits = position - from;
    if (digits > MOST_DIGITS || (digits > 1 && buffer[from] === ZERO)) this.#fail(from);
    if (position === end) return INCOMPLETE;
    if (digits === 0 || buffer[position] !== CR) this.#fail(position);
    if (position + 1 === end) return INCOMPLETE;
    if (buffer[position + 1] !== LF) this.#fail(position + 1);
    this.#number = number;
    return position + 2;
  }

  /** Moves behind whole annotations; where the next command begins, or the end of the window if it does not. */
  #skipAnnotations(): number {
    const { buffer } = this.#window;
    while (this.#position < this.#filled && buffer[this.#position] === HASH) {
      const limit = Math.min(this.#filled, this.#position + LONGEST_ANNOTATION);
      let newline = this.#position;
      while (newline < limit && buffer[newline] !== LF) newline++;
      if (newline === limit) {
        if (limit - this.#position === LONGEST_ANNOTATION) this.#fail(this.#position);
        return this.#filled;
      }
      this.#position = newline + 1;
    }
    return this.#position;
  }

  /** Reads on. False if there is nothing more. */
  #fill(): boolean {
    const kept = this.#mark >= 0 ? this.#mark : this.#position;
    const left = this.#filled - kept;
    const { buffer } = this.#window;
    if (left * 2 > buffer.length) {
      const larger = new ByteBuffer(buffer.length * 2);
      larger.buffer.set(buffer.subarray(kept, this.#filled));
      this.#window = larger;
    } else buffer.copyWithin(0, kept, this.#filled);
    this.#base += kept;
    this.#position -= kept;
    this.#filled = left;
    if (this.#mark >= 0) this.#mark = 0;
    const count = this.#input.readSync(this.#window.buffer.subarray(left));
    if (count === null || count === 0) return false;
    this.#filled += count;
    return true;
  }

  #fail(position: number): never {
    throw new LogFormatError("Bad file format", this.#base + position);
  }
}
