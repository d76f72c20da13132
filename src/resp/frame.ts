/**
 * A view of one command as it lies in the receive buffer: argument boundaries, no copies.
 *
 * One `Frame` is filled again and again by {@linkcode Decoder.next}; whatever outlives the command that it was
 * filled for must copy what it keeps.
 *
 * @module
 */

import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";

const INITIAL_ARGUMENTS = 64;
/** Offset arrays that grew past this many arguments are given back when the next frame is filled. */
const RETAINED_ARGUMENTS = 4096;

const NO_BYTES = new ByteBuffer(0);

/** A receive buffer larger than this is not kept alive by the frame that was read from it last. */
const RETAINED_BUFFER = 1 << 20;

/** Argument boundaries of one command inside `buffer`. */
export class Frame implements ByteSource {
  /** The bytes that the offsets refer to. */
  buffer: Uint8Array = NO_BYTES.buffer;
  /** The same bytes. */
  view: DataView = NO_BYTES.view;
  /** Number of arguments, the command's name included. */
  length = 0;
  /** `starts[i]` is the offset of argument i's first byte. */
  starts: Int32Array = new Int32Array(INITIAL_ARGUMENTS);
  /** `ends[i]` is the offset behind argument i's last byte. */
  ends: Int32Array = new Int32Array(INITIAL_ARGUMENTS);
  /** Offset of the frame's first byte, the `*`. */
  frameStart = 0;
  /** Offset behind the frame's last byte. */
  frameEnd = 0;

  /** Makes room for one more argument than `used`; earlier boundaries stay. */
  grow(used: number): void {
    const capacity = used * 2;
    const starts = new Int32Array(capacity);
    const ends = new Int32Array(capacity);
    starts.set(this.starts.subarray(0, used));
    ends.set(this.ends.subarray(0, used));
    this.starts = starts;
    this.ends = ends;
  }

  /** Gives memory back after a command with very many arguments, or in a very large buffer. */
  trim(): void {
    if (this.starts.length > RETAINED_ARGUMENTS) this.release();
    if (this.buffer.length > RETAINED_BUFFER) this.forget();
  }

  /** Starts over with small arrays; the present ones are somebody else's now, or nobody's. */
  release(): void {
    this.starts = new Int32Array(INITIAL_ARGUMENTS);
    this.ends = new Int32Array(INITIAL_ARGUMENTS);
  }

  /** Lets go of the bytes, so that they can be freed although the frame lives on. */
  forget(): void {
    this.buffer = NO_BYTES.buffer;
    this.view = NO_BYTES.view;
    this.length = 0;
  }

  /** Size of argument `index` in bytes. */
  size(index: number): number {
    return this.ends[index] - this.starts[index];
  }

  /** Makes `target` the same command in memory of its own, no larger than needed. */
  copyTo(target: Frame): void {
    const shift = -this.frameStart;
    const memory = new ByteBuffer(this.copyFrame());
    target.buffer = memory.buffer;
    target.view = memory.view;
    target.length = this.length;
    target.starts = this.starts.slice(0, this.length);
    target.ends = this.ends.slice(0, this.length);
    for (let i = 0; i < this.length; i++) {
      target.starts[i] += shift;
      target.ends[i] += shift;
    }
    target.frameStart = 0;
    target.frameEnd = this.frameEnd + shift;
  }

  /** The whole command in RESP form, copied: what the append-only file and the replicas keep. */
  copyFrame(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(this.frameStart, this.frameEnd);
  }
}
