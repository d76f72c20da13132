/**
 * The connection to the master: lines and bytes in, small commands out.
 *
 * @module
 */

import { encodeCommand } from "../resp/encode.ts";
import { fromBytes } from "../util/byte_string.ts";
import type { Clock } from "../util/clock.ts";
import { systemReason } from "../util/system_reason.ts";

const BUFFER_SIZE = 16 * 1024;
/** A line of the handshake is short; a longer one is no answer of a master. */
const LONGEST_LINE = 1024;
const LF = 0x0a;

/** The link can't go on; the message is for the log, empty if there is nothing to say. */
export class LinkError extends Error {
  override name = "LinkError";
}

/** What was received counts for INFO. */
export interface InputCounter {
  replicationInputBytes: number;
}

/** One connection, by one reader at a time. */
export class MasterConnection {
  /** When bytes were received last, milliseconds of the monotonic clock. */
  lastIo: number;
  readonly remoteAddress: string;
  readonly localAddress: string;

  readonly #connection: Deno.Conn;
  readonly #clock: Clock;
  readonly #counter: InputCounter;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  #start = 0;
  #end = 0;
  #closed = false;
  /** Ends when everything that was to be sent is. */
  #writing: Promise<void> = Promise.resolve();

  constructor(connection: Deno.Conn, clock: Clock, counter: InputCounter) {
    this.#connection = connection;
    this.#clock = clock;
    this.#counter = counter;
    this.lastIo = clock.monotonic();
    this.remoteAddress = addressText(connection.remoteAddr);
    this.localAddress = addressText(connection.localAddr);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Fills the front of `target` with what comes next; how many bytes it was, at least one. Throws {@linkcode LinkError}. */
  async read(target: Uint8Array): Promise<number> {
    const waiting = Math.min(this.#end - this.#start, target.length);
    if (waiting === 0) return await this.#receive(target);
    target.set(this.#buffer.subarray(this.#start, this.#start + waiting));
    this.#start += waiting;
    return waiting;
  }

  /** The next line, a byte string without its end. Throws {@linkcode LinkError}. */
  async line(): Promise<string> {
    let text = "";
    for (;;) {
      const newline = this.#buffer.subarray(this.#start, this.#end).indexOf(LF);
      const end = newline < 0 ? this.#end : this.#start + newline;
      text += fromBytes(this.#buffer, this.#start, end);
      this.#start = newline < 0 ? end : end + 1;
      if (newline >= 0) return text.replace(/\r$/, "");
      if (text.length > LONGEST_LINE) throw new LinkError("The master sent an endless line");
      this.#start = 0;
      this.#end = 0;
      this.#end = await this.#receive(this.#buffer);
    }
  }

  /** Sends a command, whose answer is to be read later if there is one. Failures show when reading. */
  send(...parts: string[]): void {
    this.write(encodeCommand(parts));
  }

  /** Sends bytes. */
  write(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(() => this.#write(bytes)).catch(() => this.close());
  }

  /** Ends the connection; a read that is under way throws. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }

  async #receive(target: Uint8Array): Promise<number> {
    let size: number | null;
    try {
      size = await this.#connection.read(target);
    } catch (error) {
      throw new LinkError(this.#closed ? "" : `I/O error reading from MASTER: ${systemReason(error)}`);
    }
    if (size === null || this.#closed) throw new LinkError("");
    this.lastIo = this.#clock.monotonic();
    this.#counter.replicationInputBytes += size;
    return size;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length && !this.#closed;) {
      done += await this.#connection.write(bytes.subarray(done));
    }
  }
}

function addressText(address: Deno.Addr): string {
  if (!("hostname" in address)) return "?:0";
  const { hostname, port } = address;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
