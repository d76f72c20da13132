/**
 * The master among the clients.
 *
 * @module
 */

import type { Transport, TransportUsage } from "../command/client.ts";
import type { MasterConnection } from "./connection.ts";
import type { StreamReader } from "./stream_reader.ts";

/** The connection to the master as the socket of a client, which gets no replies. */
export class MasterTransport implements Transport {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly unix = false;
  readonly #connection: MasterConnection;
  readonly #reader: () => StreamReader | null;

  constructor(connection: MasterConnection, reader: () => StreamReader | null) {
    this.#connection = connection;
    this.#reader = reader;
    this.remoteAddress = connection.remoteAddress;
    this.localAddress = connection.localAddress;
  }

  send(): void {}

  close(): void {
    this.#connection.close();
  }

  resume(): void {}

  trim(): void {}

  drained(): Promise<void> {
    return Promise.resolve();
  }

  usage(): TransportUsage {
    const { buffered, capacity } = this.#reader()?.usage ?? { buffered: 0, capacity: 0 };
    return {
      queryBuffer: buffered,
      queryBufferFree: capacity - buffered,
      replyBuffer: 0,
      lastReply: 0,
      writingBytes: 0,
      queuedBytes: 0,
      queuedReplies: 0,
    };
  }
}
