/**
 * One connection of the cluster bus: bytes in, messages out, and the other way round.
 *
 * @module
 */

import { BusFormatError, BusFrames, type DecodedMessage, decodeMessage } from "../cluster/mod.ts";

const READ_SIZE = 16 * 1024;
/** A stranger's message that takes more memory than this is no greeting. */
const MOST_OF_A_STRANGER = 1 << 20;

/** Who hears of what happens on a connection. */
export interface BusListener {
  /** A message; false if the connection was closed by what followed. */
  received(message: DecodedMessage): boolean;
  /** Whether the other end is a node of the cluster. */
  isKnown(): boolean;
  /** The connection ended, and not by {@linkcode BusConnection.close}; the reason is empty if the other end closed it. */
  ended(reason: string): void;
}

/** Sends in order what does not fit into the socket at once. */
export class BusConnection {
  /** Bytes that wait or are being written. */
  queuedBytes = 0;

  readonly #socket: Deno.TcpConn;
  readonly #listener: BusListener;
  readonly #frames = new BusFrames();
  #waiting: Uint8Array[] = [];
  #writing = false;
  #closed = false;

  constructor(socket: Deno.TcpConn, listener: BusListener) {
    this.#socket = socket;
    this.#listener = listener;
    try {
      socket.setNoDelay(true);
    } catch {
      // The peer is gone already; reading will tell.
    }
  }

  /** Memory that messages in either direction take. */
  get memory(): number {
    return this.queuedBytes + this.#frames.capacity;
  }

  /** Reads until either end closes. Never rejects. */
  async serve(): Promise<void> {
    const buffer = new Uint8Array(READ_SIZE);
    try {
      for (;;) {
        const size = await this.#socket.read(buffer);
        if (this.#closed) return;
        if (size === null) return this.#end("");
        this.#take(buffer.subarray(0, size));
        if (this.#closed) return;
      }
    } catch (error) {
      this.#end(describe(error));
    }
  }

  /** Sends bytes, which must not change. */
  send(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.queuedBytes += bytes.length;
    this.#waiting.push(bytes);
    if (!this.#writing) this.#write();
  }

  /** Ends the connection; the listener is not told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.queuedBytes = 0;
    this.#socket.close();
  }

  #take(bytes: Uint8Array): void {
    this.#frames.push(bytes, (message) => this.#listener.received(decodeMessage(message)) && !this.#closed);
    if (this.#frames.capacity > MOST_OF_A_STRANGER && !this.#listener.isKnown()) {
      throw new BusFormatError("a large message from a stranger");
    }
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = join(this.#waiting);
        this.#waiting = [];
        for (let done = 0; done < batch.length && !this.#closed;) {
          const size = await this.#socket.write(batch.subarray(done));
          done += size;
          this.queuedBytes -= size;
        }
      }
    } catch (error) {
      this.#end(describe(error));
    }
    this.#writing = false;
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#listener.ended(reason);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function describe(error: unknown): string {
  if (error instanceof BusFormatError) return `bad message: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
