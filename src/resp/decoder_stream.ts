/**
 * The decoder as a Web Stream: received chunks in, the decoder with whole commands to take out.
 *
 * @module
 */

import type { Decoder } from "./decoder.ts";

/** Chunks that may wait on either side; one is in flight at a time, so this is never reached in practice. */
const HIGH_WATER_MARK = 16;

/**
 * A `TransformStream` from received bytes to decoded batches. Exactly one batch leaves for each chunk that enters,
 * even when no command is complete yet, so that a reader can wait for the answer to what it wrote.
 */
export class DecoderStream extends TransformStream<Uint8Array, Decoder> {
  constructor(decoder: Decoder) {
    super(
      {
        transform(chunk, controller) {
          decoder.push(chunk);
          controller.enqueue(decoder);
        },
      },
      { highWaterMark: HIGH_WATER_MARK },
      { highWaterMark: HIGH_WATER_MARK },
    );
  }
}
