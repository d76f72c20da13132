/**
 * Cuts the bytes of a link into messages.
 *
 * @module
 */

import { fromBytes } from "../util/byte_string.ts";
import { BusFormatError, HEADER, SIGNATURE } from "./bus_message.ts";

/** Signature and length. */
const START_SIZE = 8;
const FIRST_CAPACITY = 8192;
/** A message with a channel and a payload of 512 MB each, the most that a client can publish. */
const LARGEST_MESSAGE = HEADER.size + 8 + 2 * 512 * 1024 * 1024;

/**
 * Collects bytes until a message is whole. Holds at most twice what has arrived of the message under way, however
 * long that says it is.
 */
export class BusFrames {
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  readonly #largest: number;

  /** `largest` is the length in bytes above which messages are refused. */
  constructor(largest = LARGEST_MESSAGE) {
    this.#largest = largest;
  }

  /** Bytes of memory that it holds. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /**
   * Takes bytes, which it copies, and hands every message that they complete to `take`, for the time of that call
   * only; `take` answers false when the link is closed and no further message is wanted.
   *
   * @throws {BusFormatError} on a bad signature or length: what follows cannot be cut, the link is to be closed.
   */
  push(bytes: Uint8Array, take: (message: Uint8Array) => boolean): void {
    let at = 0;
    while (at < bytes.length) {
      const wanted = this.#length < START_SIZE ? START_SIZE : this.#messageLength();
      const end = Math.min(bytes.length, at + wanted - this.#length);
      this.#append(bytes.subarray(at, end), wanted);
      at = end;
      if (this.#length < START_SIZE || this.#length < this.#messageLength()) continue;
      const goOn = take(this.#buffer.subarray(0, this.#length));
      this.#length = 0;
      if (this.#buffer.length > FIRST_CAPACITY) this.#buffer = new Uint8Array(FIRST_CAPACITY);
      if (!goOn) return;
    }
  }

  #messageLength(): number {
    const buffer = this.#buffer;
    if (fromBytes(buffer, 0, SIGNATURE.length) !== SIGNATURE) throw new BusFormatError("bad signature");
    const length = new DataView(buffer.buffer).getUint32(HEADER.length);
    if (length < HEADER.size || length > this.#largest) {
      throw new BusFormatError(`message that says it has ${length} bytes`);
    }
    return length;
  }

  #append(bytes: Uint8Array, wanted: number): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(2 * length, wanted));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }
}
