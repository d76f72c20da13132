/**
 * A connection to a server: commands out, replies in, in order.
 *
 * @module
 */

import { encodeCommand } from "../resp/encode.ts";
import { concatBytes } from "../util/byte_string.ts";
import { systemReason } from "../util/system_reason.ts";
import { ReplyDecoder } from "./decoder.ts";
import { Push, type Reply } from "./reply.ts";
import type { Transport } from "./transport.ts";

const READ_SIZE = 64 * 1024;
/** Small frames that are waiting go out together, up to this many bytes at a time. */
const WRITE_SIZE = 256 * 1024;

/** The server closed the connection, or it broke, or it was closed here. */
export class ConnectionClosed extends Error {
  override readonly name = "ConnectionClosed";
}

interface Waiter {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** A connection; made by `connect`. Replies are read from the socket only while somebody waits for one. */
export class RedisConnection implements Disposable {
  /**
   * Takes the push messages of RESP3 as they are met while replies are read. Without it a push is a reply like any
   * other, which `read` returns: what a subscriber wants, and nobody else.
   */
  onPush?: (push: Push) => void;

  readonly #transport: Transport;
  readonly #decoder = new ReplyDecoder();
  readonly #buffer = new Uint8Array(READ_SIZE);
  readonly #waiters: Waiter[] = [];
  #pumping = false;
  #outgoing: Uint8Array[] = [];
  #writing: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the connection is over. */
  get closed(): boolean {
    return this.#failure !== null;
  }

  /**
   * Sends a command and returns its reply; calls may overlap. Strings are byte strings. An error reply comes back as
   * a `ReplyError`, it isn't thrown.
   * @throws {ConnectionClosed} {@linkcode ProtocolError}
   */
  call(...args: (string | Uint8Array)[]): Promise<Reply> {
    this.send(encodeCommand(args));
    return this.read();
  }

  /** Sends encoded commands without waiting; an error shows in the next `read`. */
  send(frame: Uint8Array): void {
    this.#outgoing.push(frame);
    if (this.#failure === null) this.#writing ??= this.#write();
  }

  /** Waits until everything sent has left: for whoever sends much without reading. */
  async drain(): Promise<void> {
    await this.#writing;
  }

  /**
   * The next reply.
   * @throws {ConnectionClosed} {@linkcode ProtocolError}
   */
  read(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (!this.#pumping) this.#pump();
    });
  }

  /**
   * The next bytes as they come, undecoded: for what follows SYNC. Null at the end. Not to be mixed with waiting reads.
   * @throws {ConnectionClosed}
   */
  async readBytes(): Promise<Uint8Array | null> {
    if (this.#decoder.buffered > 0) return this.#decoder.takeRest();
    try {
      const count = await this.#transport.read(this.#buffer);
      return count === null ? null : this.#buffer.slice(0, count);
    } catch (error) {
      throw this.#fail(closedBy(error));
    }
  }

  /** Gives back bytes that {@linkcode readBytes} returned: they are replies after all. */
  unread(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
  }

  /** Closes the connection; whoever waits gets {@linkcode ConnectionClosed}. */
  close(): void {
    this.#fail(new ConnectionClosed("the connection was closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Hands out replies until nobody waits for any. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#waiters.length > 0) {
        if (this.#failure !== null) throw this.#failure;
        const reply = this.#decoder.next();
        if (reply === undefined) await this.#receive();
        else if (reply instanceof Push && this.onPush !== undefined) this.onPush(reply);
        else this.#waiters.shift()!.resolve(reply);
      }
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      this.#pumping = false;
    }
  }

  async #receive(): Promise<void> {
    let count: number | null;
    try {
      count = await this.#transport.read(this.#buffer);
    } catch (error) {
      throw closedBy(error);
    }
    if (count === null) throw new ConnectionClosed("Server closed the connection");
    this.#decoder.push(this.#buffer.subarray(0, count));
  }

  async #write(): Promise<void> {
    try {
      while (this.#outgoing.length > 0) {
        for (let rest = this.#takeOutgoing(); rest.length > 0;) {
          rest = rest.subarray(await this.#transport.write(rest));
        }
      }
    } catch {
      // Replies may still lie in the socket; the reader finds out when they end.
      this.#outgoing = [];
    } finally {
      this.#writing = null;
    }
  }

  /** Some of what waits, as one piece. */
  #takeOutgoing(): Uint8Array {
    let count = 1;
    for (let size = this.#outgoing[0].length; count < this.#outgoing.length; count++) {
      size += this.#outgoing[count].length;
      if (size > WRITE_SIZE) break;
    }
    const pieces = this.#outgoing.splice(0, count);
    return pieces.length === 1 ? pieces[0] : concatBytes(pieces);
  }

  /** Ends the connection for everybody; the error that stands. */
  #fail(error: Error): Error {
    if (this.#failure === null) {
      this.#failure = error;
      this.#outgoing = [];
      this.#transport.close();
    }
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
    return this.#failure;
  }
}

function closedBy(error: unknown): ConnectionClosed {
  return new ConnectionClosed(systemReason(error), { cause: error });
}
