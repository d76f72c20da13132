/**
 * Writing in steps.
 *
 * @module
 */

import type { IntSet } from "../../data/int_set.ts";
import type { Listpack } from "../../data/listpack.ts";
import type { ByteSource } from "../../util/byte_buffer.ts";
import type { RdbWriter } from "./writer.ts";

/** What a step may write: bytes, and what each element counts besides its own. Takes 0.1 to 0.3 ms. */
const STEP_BYTES = 32 * 1024;
const ELEMENT_BYTES = 64;
/** Longer strings are written in pieces, and not compressed, as that can't be done in pieces. */
const LONG_STRING = 512 * 1024;

/** Says when a step is over. */
export class Pace {
  readonly #inSteps: boolean;
  #left = STEP_BYTES;

  /** Without steps, long strings are compressed too. */
  constructor(inSteps: boolean) {
    this.#inSteps = inSteps;
  }

  /** Whether a string is to be written by {@linkcode writeText}. */
  isLong(size: number): boolean {
    return this.#inSteps && size > LONG_STRING;
  }

  /** Notes that an element of this size was written; true if the step is over. */
  isOver(size: number): boolean {
    this.#left -= size + ELEMENT_BYTES;
    if (this.#left > 0) return false;
    this.#left = STEP_BYTES;
    return this.#inSteps;
  }
}

/** Writes a string, a long one in several steps. */
export function* writeText(
  writer: RdbWriter,
  source: ByteSource,
  start: number,
  end: number,
  pace: Pace,
): Generator<void> {
  if (!pace.isLong(end - start)) return writer.string(source, start, end);
  writer.size(end - start);
  for (let at = start; at < end; at += LONG_STRING) {
    writer.raw(source, at, Math.min(end, at + LONG_STRING));
    yield;
  }
}

/** Writes a compact encoding as one string. */
export function writePacked(writer: RdbWriter, packed: Listpack | IntSet): void {
  const size = packed.byteLength;
  const at = writer.beginString(size);
  packed.copyTo(writer.memory, at);
  writer.endString(size);
}
