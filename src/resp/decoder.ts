/**
 * RESP request decoder: bytes in, commands out, no I/O.
 *
 * The decoder owns the receive buffer. A connection reads straight into {@linkcode Decoder.reserve}'s space and
 * hands the filled part to {@linkcode Decoder.push}; bytes from anywhere else are copied in. Commands are decoded
 * one at a time and in place by {@linkcode Decoder.next}, so that a pipelined batch costs no array of frames.
 *
 * Format: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import { ByteBuffer } from "../util/byte_buffer.ts";
import { parseInt64Bytes } from "../util/number.ts";
import type { Frame } from "./frame.ts";
import { encodeInlineCommand, encodePlainLine, splitInline } from "./inline.ts";

const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
/** Sizes from here on take the strict way through {@linkcode parseLength}. */
const LARGEST_FAST_SIZE = 1e8;

/** Longest inline command, and longest line that states a count or a size. */
export const MAX_INLINE_SIZE = 64 * 1024;
/** Most arguments of one command. */
export const MAX_ARGUMENTS = 1024 * 1024;
const MAX_UNAUTHENTICATED_ARGUMENTS = 10;
const MAX_UNAUTHENTICATED_BULK = 16 * 1024;

/** Memory for inline commands that is kept for the next one. */
const RETAINED_INLINE = 1024;

const SMALLEST_BUFFER = 1024;
/** Reads never ask for more than this, unless a single command is larger. */
const LARGEST_READ_BUFFER = 64 * 1024;
/** A buffer this large goes as soon as the command that needed it is done. */
const NEVER_KEPT = 1 << 20;
/** How many times the buffer was found empty before it may shrink: it must not follow every burst. */
const SHRINK_AFTER = 64;
/** A frame interrupted before this argument is parsed again from its start: cheaper than keeping its state. */
const RESUME_FROM_ARGUMENT = 32;

/** What a decoder refuses; shared by all connections of a server and changed by CONFIG SET. */
export interface DecoderLimits {
  /** `proto-max-bulk-len`: largest argument in bytes. */
  maxBulkSize: number;
}

/** State of a multibulk frame whose end has not arrived yet. */
interface PartialFrame {
  count: number;
  /** How many arguments are known, and their boundaries. */
  known: number;
  starts: Int32Array;
  ends: Int32Array;
  /** Where the frame began when the boundaries were noted. */
  frameStart: number;
  /** Where to go on: the `$` of the next argument, relative to the frame's start. */
  resumeAt: number;
}

/** Incremental decoder of one connection's requests. */
export class Decoder {
  /** Set once when the input is no RESP; the connection must be closed after this text was sent. */
  error: string | null = null;
  /** While true, the tighter limits of a client that has not authenticated hold. */
  unauthenticated = false;

  readonly #limits: DecoderLimits;
  #memory = new ByteBuffer(SMALLEST_BUFFER);
  #buffer: Uint8Array<ArrayBuffer> = this.#memory.buffer;
  /** The view handed out last, and where in which memory it begins: most reads find the buffer empty. */
  #space: Uint8Array = this.#buffer;
  #spaceMemory = this.#memory;
  #spaceStart = 0;
  #position = 0;
  /** Where the frame that was decoded last begins; behind a move of the buffer it means nothing. */
  #lastFrame = 0;
  #end = 0;
  #partial: PartialFrame | null = null;
  #lastReadFilled = false;
  /** Most bytes held since the buffer's size was last looked at, and how often it was found empty since. */
  #peak = 0;
  #timesEmpty = 0;
  /** Where the line behind the number begins that {@linkcode #shortNumber} found last. */
  #nextLine = 0;
  /** How far an unterminated inline line was searched, relative to `#position`. */
  #inlineSearched = 0;
  /** Where the last inline command lies in its RESP form. */
  #inlineMemory: ByteBuffer | null = null;

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
  }

  /** Bytes received and not yet consumed. */
  get buffered(): number {
    return this.#end - this.#position;
  }

  /** Bytes of memory held for receiving. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** Free space to read into; {@linkcode accept} takes what was filled. Invalidates every earlier frame. */
  reserve(): Uint8Array {
    this.#makeRoom(1);
    if (this.#spaceStart !== this.#end || this.#spaceMemory !== this.#memory) {
      this.#space = this.#buffer.subarray(this.#end);
      this.#spaceMemory = this.#memory;
      this.#spaceStart = this.#end;
    }
    return this.#space;
  }

  /** Takes the first `size` bytes of the reserved space as received. */
  accept(size: number): void {
    this.#end += size;
    this.#lastReadFilled = this.#end === this.#buffer.length;
    if (this.#end > this.#peak) this.#peak = this.#end;
  }

  /** Appends a copy of received bytes. */
  push(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.accept(bytes.length);
  }

  /**
   * Decodes the next whole command into `frame`. False if none is complete, or after a protocol error
   * ({@linkcode error} is set then). Empty commands are skipped.
   */
  next(frame: Frame): boolean {
    return this.#next(frame, true);
  }

  /**
   * As {@linkcode next}, but leaves an inline command where it is: that one would take the place of the inline command
   * before it.
   */
  nextMultibulk(frame: Frame): boolean {
    return this.#next(frame, false);
  }

  #next(frame: Frame, takesInline: boolean): boolean {
    while (this.#position < this.#end && this.error === null) {
      this.#lastFrame = this.#position;
      if (this.#buffer[this.#position] !== ASTERISK) {
        if (!takesInline || !this.#nextInline(frame)) return false;
      } else if (!this.#nextMultibulk(frame)) return false;
      if (frame.length > 0) return true;
    }
    return false;
  }

  /** Where the frame that {@linkcode next} gave last begins, and where it ends: places to {@linkcode rewind} to. */
  get frameStart(): number {
    return this.#lastFrame;
  }

  get frameEnd(): number {
    return this.#position;
  }

  /** Goes back to a place between frames, from where all is decoded again. Before any further input only. */
  rewind(place: number): void {
    this.#position = place;
    this.#partial = null;
    this.error = null;
  }

  /** The last `size` bytes that {@linkcode next} went past, valid until space is reserved or bytes are pushed. */
  consumed(size: number): Uint8Array {
    return this.#buffer.subarray(this.#position - size, this.#position);
  }

  /** The hot loop. Lines are parsed by hand: a count or size is nearly always one to three digits. */
  #nextMultibulk(frame: Frame): boolean {
    const buffer = this.#buffer;
    const end = this.#end;
    const frameStart = this.#position;
    let position: number;
    let count: number;
    let index = 0;

    if (this.#partial === null) {
      position = frameStart + 1;
      if (position + 2 >= end) {
        // "*\r\n" is complete, and wrong.
        if (position + 2 === end && buffer[position] === CR) return this.#fail("invalid multibulk length");
        return this.#incomplete(frame, frameStart, 0, 0, frameStart);
      }
      count = this.#shortNumber(position);
      if (count >= 0) position = this.#nextLine;
      else {
        const line = this.#readLine(position, "too big mbulk count string");
        if (line < 0) return line === INCOMPLETE && this.#incomplete(frame, frameStart, 0, 0, frameStart);
        count = parseLength(buffer, position, line);
        position = line + 2;
      }
      if (Number.isNaN(count) || count > MAX_ARGUMENTS) return this.#fail("invalid multibulk length");
      if (this.unauthenticated && count > MAX_UNAUTHENTICATED_ARGUMENTS) {
        return this.#fail("unauthenticated multibulk length");
      }
    } else {
      const partial = this.#partial;
      count = partial.count;
      index = this.#restore(frame, partial, frameStart);
      position = frameStart + partial.resumeAt;
    }

    let starts = frame.starts;
    let ends = frame.ends;
    const maxBulk = this.#limits.maxBulkSize;
    while (index < count) {
      if (position >= end) return this.#incomplete(frame, frameStart, count, index, position);
      if (buffer[position] !== DOLLAR) return this.#expectedDollar(frame, frameStart, count, index, position);
      // The shortest possible argument is "$0\r\n\r\n".
      if (position + 3 >= end) {
        if (position + 3 === end && buffer[position + 1] === CR) return this.#fail("invalid bulk length");
        return this.#incomplete(frame, frameStart, count, index, position);
      }
      let size = this.#shortNumber(position + 1);
      let data = this.#nextLine;
      if (size < 0) {
        const line = this.#readLine(position + 1, "too big bulk count string");
        if (line < 0) {
          return line === INCOMPLETE && this.#incomplete(frame, frameStart, count, index, position);
        }
        size = parseLength(buffer, position + 1, line);
        data = line + 2;
      }
      if (!(size >= 0 && size <= maxBulk)) return this.#fail("invalid bulk length");
      if (this.unauthenticated && size > MAX_UNAUTHENTICATED_BULK) {
        return this.#fail("unauthenticated bulk length");
      }
      const dataEnd = data + size;
      if (dataEnd + 2 > end) {
        return this.#incomplete(frame, frameStart, count, index, position);
      }
      if (index === starts.length) {
        frame.grow(index);
        starts = frame.starts;
        ends = frame.ends;
      }
      starts[index] = data;
      ends[index] = dataEnd;
      index++;
      position = dataEnd + 2;
    }

    frame.buffer = buffer;
    frame.view = this.#memory.view;
    frame.length = index;
    frame.frameStart = frameStart;
    frame.frameEnd = position;
    this.#position = position;
    this.#partial = null;
    return true;
  }

  /** The number that makes up the whole line at `from`, if it is a plain one, which is the rule; else -1. */
  #shortNumber(from: number): number {
    const buffer = this.#buffer;
    const end = this.#end;
    let value = buffer[from] - ZERO;
    let i = from + 1;
    if (value > 0 && value <= 9) {
      while (i < end && buffer[i] >= ZERO && buffer[i] <= NINE && value < LARGEST_FAST_SIZE) {
        value = value * 10 + buffer[i++] - ZERO;
      }
    } else if (value !== 0) return -1;
    if (i + 1 >= end || buffer[i] !== CR) return -1;
    this.#nextLine = i + 2;
    return value;
  }

  /**
   * Offset of the CR that ends the line at `from`, {@linkcode INCOMPLETE}, or {@linkcode FAILED}. A NUL hides what
   * comes behind it, as in the original, which looks for the end of a C string.
   */
  #readLine(from: number, tooLong: string): number {
    const last = this.#end - 1;
    const buffer = this.#buffer;
    const limit = Math.min(last, from + MAX_INLINE_SIZE);
    for (let i = from; i < limit && buffer[i] !== 0; i++) if (buffer[i] === CR) return i;
    if (this.#end - from <= MAX_INLINE_SIZE) return INCOMPLETE;
    this.#fail(tooLong);
    return FAILED;
  }

  /** Notes how the unfinished frame goes on, so that a long one is not parsed from its start at every read. */
  #incomplete(frame: Frame, frameStart: number, count: number, index: number, position: number): false {
    if (index < RESUME_FROM_ARGUMENT) return false;
    // The arrays change hands: copying them at every read would cost the square of the frame's length.
    const { starts, ends } = frame;
    frame.release();
    this.#partial = { count, known: index, starts, ends, frameStart, resumeAt: position - frameStart };
    return false;
  }

  #restore(frame: Frame, partial: PartialFrame, frameStart: number): number {
    const { known, starts, ends } = partial;
    // An unfinished frame is moved once at most: to the front of the buffer, where it stays.
    const shift = frameStart - partial.frameStart;
    for (let i = 0; shift !== 0 && i < known; i++) {
      starts[i] += shift;
      ends[i] += shift;
    }
    frame.starts = starts;
    frame.ends = ends;
    return known;
  }

  #nextInline(frame: Frame): boolean {
    const buffer = this.#buffer;
    const start = this.#position;
    let newline = start + this.#inlineSearched;
    while (newline < this.#end && buffer[newline] !== LF) newline++;
    if (newline === this.#end) {
      if (this.buffered > MAX_INLINE_SIZE) return this.#fail("too big inline request");
      this.#inlineSearched = this.buffered;
      return false;
    }
    if (newline - start > MAX_INLINE_SIZE) return this.#fail("too big inline request");
    const lineEnd = newline > start && buffer[newline - 1] === CR ? newline - 1 : newline;
    const memory = encodePlainLine(buffer, start, lineEnd, frame, this.#inlineMemory);
    if (memory !== null) this.#inlineMemory = memory.buffer.length <= RETAINED_INLINE ? memory : null;
    else if (!this.#quotedInline(frame, start, newline, lineEnd)) return false;
    this.#inlineSearched = 0;
    this.#position = newline + 1;
    return true;
  }

  /** A line with quotes or with a NUL, which hides the end of the line as in the original. */
  #quotedInline(frame: Frame, start: number, newline: number, lineEnd: number): boolean {
    if (this.#buffer.subarray(start, newline).includes(0)) {
      return this.buffered > MAX_INLINE_SIZE && this.#fail("too big inline request");
    }
    const parts = splitInline(this.#buffer, start, lineEnd);
    if (parts === null) return this.#fail("unbalanced quotes in request");
    encodeInlineCommand(parts, frame);
    return true;
  }

  #fail(reason: string): false {
    this.error = `Protocol error: ${reason}`;
    this.#partial = null;
    return false;
  }

  /** An argument begins with something else. That is an error once the line is complete. */
  #expectedDollar(frame: Frame, frameStart: number, count: number, index: number, position: number): false {
    const line = this.#readLine(position, "too big bulk count string");
    if (line === INCOMPLETE) return this.#incomplete(frame, frameStart, count, index, position);
    if (line === FAILED) return false;
    return this.#fail(`expected '$', got '${String.fromCharCode(this.#buffer[position])}'`);
  }

  /**
   * Makes free space of at least `wanted` bytes behind the received ones. The buffer follows what arrives: it grows
   * when reads fill it and by doubling under a long frame (never to what a header merely announces), and shrinks
   * when it has been larger than needed for a while.
   */
  #makeRoom(wanted: number): void {
    const used = this.buffered;
    const capacity = this.#buffer.length;
    let target = capacity;
    if (used * 2 > capacity) target = capacity * 2;
    else if (this.#lastReadFilled && capacity < LARGEST_READ_BUFFER) target = capacity * 4;
    else if (used === 0) target = this.#sizeWhenEmpty(capacity);
    this.#lastReadFilled = false;
    target = Math.max(target, used + wanted);
    if (target !== capacity) this.#move(new ByteBuffer(target));
    else if (this.#position > 0) this.#move(this.#memory);
  }

  #sizeWhenEmpty(capacity: number): number {
    if (capacity > NEVER_KEPT) return LARGEST_READ_BUFFER;
    if (++this.#timesEmpty < SHRINK_AFTER) return capacity;
    const peak = this.#peak;
    this.#timesEmpty = 0;
    this.#peak = 0;
    return peak * 4 <= capacity && capacity > SMALLEST_BUFFER ? capacity / 2 : capacity;
  }

  /** Moves what was received to the front of `target`. */
  #move(target: ByteBuffer): void {
    if (this.#position === this.#end) {
      // Nothing to move, which is the rule.
    } else if (target === this.#memory) this.#buffer.copyWithin(0, this.#position, this.#end);
    else target.buffer.set(this.#buffer.subarray(this.#position, this.#end));
    this.#end -= this.#position;
    this.#position = 0;
    this.#memory = target;
    this.#buffer = target.buffer;
  }
}

const INCOMPLETE = -1;
const FAILED = -2;

/** Strict decimal of a count or size line; NaN if it is none. */
function parseLength(buffer: Uint8Array, start: number, end: number): number {
  const value = parseInt64Bytes(buffer, start, end);
  return value === undefined ? NaN : Number(value);
}
