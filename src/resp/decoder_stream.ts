/**
 * The decoders of all connections as one Web Stream: what arrived in, decoders with whole commands to take out.
 *
 * @module
 */

import type { Decoder } from "./decoder.ts";

/** Batches that may wait on either side; one is in flight at a time, so this is never reached in practice. */
const HIGH_WATER_MARK = 16;

/** Bytes that a connection brought. */
export interface Arrival {
  readonly decoder: Decoder;
  /** How many bytes were read into the space that the decoder had reserved. */
  readonly arrived: number;
}

/**
 * A `TransformStream` from received bytes to decoders that hold them. A chunk is what all connections received in one turn
 * of the event loop: a stream's promises for each chunk are shared by the connections, and no view of the received bytes
 * is made. Exactly one batch leaves for each that enters, even when no command is complete yet.
 */
export class DecoderStream<Source extends Arrival>
  extends TransformStream<readonly Source[], readonly Source[]> {
  constructor() {
    super(
      {
        transform(batch, controller) {
          for (const { decoder, arrived } of batch) decoder.accept(arrived);
          controller.enqueue(batch);
        },
      },
      { highWaterMark: HIGH_WATER_MARK },
      { highWaterMark: HIGH_WATER_MARK },
    );
  }
}
