/**
 * Requests as bytes, prepared once: a batch is the same request as many times as fit into the pipeline, with places for
 * random numbers.
 *
 * @module
 */

import { encodeCommand } from "../../resp/encode.ts";
import { concatBytes } from "../../util/byte_string.ts";

/** What is replaced by a random number of as many digits. */
export const RANDOM_MARK = "__rand_int__";
const DIGITS = RANDOM_MARK.length;
const ZERO = 0x30;
const HALF = 1e6;

/** The bytes of a request. */
export type Request = Uint8Array<ArrayBuffer>;

/** A request from its words, byte strings. */
export function request(...words: string[]): Request {
  return encodeCommand(words);
}

/** Requests that one connection writes at once. The bytes belong to that connection: they change between batches. */
export class Batch {
  readonly #bytes: Request;
  readonly #size: number;
  readonly #places: readonly number[];
  readonly #placesEach: number;
  readonly #keyspace: number;

  /** `count` times `one`; with a `keyspace` the marks become numbers below it (0: zeros), with null they stay. */
  constructor(one: Request, count: number, keyspace: number | null) {
    this.#bytes = concatBytes(new Array(count).fill(one));
    this.#size = one.length;
    this.#places = keyspace === null ? [] : placesIn(this.#bytes);
    this.#placesEach = this.#places.length / count;
    this.#keyspace = keyspace ?? 0;
  }

  /** The bytes of the first `count` requests, with new random numbers. */
  next(count: number): Request {
    const places = this.#places;
    const used = this.#placesEach * count;
    for (let i = 0; i < used; i++) {
      this.#write(places[i], Math.floor(Math.random() * this.#keyspace));
    }
    const bytes = this.#bytes;
    const length = this.#size * count;
    return length === bytes.length ? bytes : bytes.subarray(0, length);
  }

  #write(place: number, number: number): void {
    const bytes = this.#bytes;
    // Halves, because the division of small integers is faster.
    let upper = Math.floor(number / HALF);
    let lower = number - upper * HALF;
    for (let i = place + DIGITS - 1; i >= place + DIGITS / 2; i--) {
      const quotient = (lower / 10) | 0;
      bytes[i] = ZERO + (lower - quotient * 10);
      lower = quotient;
    }
    for (let i = place + DIGITS / 2 - 1; i >= place; i--) {
      const quotient = (upper / 10) | 0;
      bytes[i] = ZERO + (upper - quotient * 10);
      upper = quotient;
    }
  }
}

/** Where the marks begin. */
function placesIn(bytes: Request): number[] {
  const mark = new TextEncoder().encode(RANDOM_MARK);
  const places: number[] = [];
  for (let at = indexOf(bytes, mark, 0); at >= 0; at = indexOf(bytes, mark, at + DIGITS)) places.push(at);
  return places;
}

function indexOf(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(mark[0], from); at >= 0; at = bytes.indexOf(mark[0], at + 1)) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
