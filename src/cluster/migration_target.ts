/**
 * Connections to servers that keys are sent to.
 *
 * @module
 */

import { byteStringToUtf8, fromBytes } from "../util/byte_string.ts";
import type { Clock } from "../util/clock.ts";

const BUFFER_SIZE = 4096;
/** Of a longer reply only the beginning matters. */
const LONGEST_LINE = 1024;
const LF = 0x0a;
/** Milliseconds for which a connection is kept that nobody uses. */
const KEPT_FOR = 10_000;
/** Most connections that are kept. */
const MOST_KEPT = 64;

/** The connection can't be used any more. The message is Redis's. */
export class TargetError extends Error {
  override name = "TargetError";
  /** The target did not answer in time, so that there is no point in trying again. */
  readonly timedOut: boolean;

  constructor(message: string, timedOut: boolean) {
    super(message);
    this.timedOut = timedOut;
  }
}

const CONNECTING = "IOERR error or timeout connecting to the client";
const WRITING = "IOERR error or timeout writing to target instance";
const READING = "IOERR error or timeout reading to target instance";

/** One connection, used by one transfer at a time. */
export class TargetConnection {
  /** The database that is selected there. */
  database = 0;
  /** The password was accepted. */
  loggedIn = false;

  readonly #socket: Deno.Conn;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  #start = 0;
  #end = 0;
  #closed = false;
  #timedOut = false;
  /** When the read or write under way has to be over, and when the timer looks at that; performance.now(). */
  #deadline = Infinity;
  #timerAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  /** Sends bytes; `timeout` milliseconds are allowed for each part that the system takes. Throws {@linkcode TargetError}. */
  async write(bytes: Uint8Array, timeout: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#within(timeout, WRITING, () => this.#socket.write(bytes.subarray(done)));
    }
  }

  /** The next line, without its end. Throws {@linkcode TargetError}. */
  async line(timeout: number): Promise<string> {
    let text = "";
    for (;;) {
      const newline = this.#buffer.subarray(this.#start, this.#end).indexOf(LF);
      const end = newline < 0 ? this.#end : this.#start + newline;
      if (text.length < LONGEST_LINE) text += fromBytes(this.#buffer, this.#start, end);
      this.#start = newline < 0 ? end : end + 1;
      if (newline >= 0) return text.replace(/\r$/, "");
      const size = await this.#within(timeout, READING, () => this.#socket.read(this.#buffer));
      if (size === null) throw new TargetError(READING, false);
      this.#start = 0;
      this.#end = size;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  /** A read or write can't be taken back: when its time is over the connection is closed. */
  async #within<T>(timeout: number, message: string, run: () => Promise<T>): Promise<T> {
    this.#deadline = performance.now() + timeout;
    if (this.#deadline < this.#timerAt) this.#setTimer(timeout);
    try {
      return await run();
    } catch {
      throw new TargetError(message, this.#timedOut);
    } finally {
      this.#deadline = Infinity;
    }
  }

  /** One timer serves many reads and writes: it is set anew only when it goes off, or would go off too late. */
  #setTimer(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#onTimer(), milliseconds);
  }

  #onTimer(): void {
    this.#timerAt = Infinity;
    if (this.#deadline === Infinity) return;
    const left = this.#deadline - performance.now();
    if (left > 0) return this.#setTimer(left);
    this.#timedOut = true;
    this.close();
  }
}

/** Where keys are sent, and as whom. */
export interface Target {
  /** A byte string. */
  readonly host: string;
  readonly port: number;
  /** Password, or user and password; null for none. */
  readonly login: readonly string[] | null;
}

/** All connections that are kept. */
export class MigrationTargets {
  readonly #clock: Clock;
  /** Oldest use first. */
  #kept: { readonly name: string; readonly connection: TargetConnection; readonly usedAt: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are kept: INFO's migrate_cached_sockets. */
  get size(): number {
    return this.#kept.length;
  }

  /** A connection to that server; one that is kept, if `fresh` does not forbid it. Throws {@linkcode TargetError}. */
  async take(target: Target, timeout: number, fresh: boolean): Promise<TargetConnection> {
    const name = nameOf(target);
    const index = fresh ? -1 : this.#kept.findLastIndex((each) => each.name === name);
    if (index < 0) return new TargetConnection(await connect(target, timeout));
    return this.#kept.splice(index, 1)[0].connection;
  }

  /** Keeps a connection that is ready for another transfer. */
  keep(target: Target, connection: TargetConnection): void {
    this.#kept.push({ name: nameOf(target), connection, usedAt: this.#clock.monotonic() });
    if (this.#kept.length > MOST_KEPT) this.#kept.shift()!.connection.close();
  }

  /** Closes those that were not used for long. To be called once a second. */
  tick(): void {
    const usedSince = this.#clock.monotonic() - KEPT_FOR;
    while (this.#kept.length > 0 && this.#kept[0].usedAt < usedSince) this.#kept.shift()!.connection.close();
  }

  /** Closes all of them. */
  close(): void {
    for (const { connection } of this.#kept) connection.close();
    this.#kept = [];
  }
}

/** What one client may do there by its password is not for another. */
function nameOf({ host, port, login }: Target): string {
  return JSON.stringify([host, port, login]);
}

async function connect({ host, port }: Target, timeout: number): Promise<Deno.Conn> {
  const attempt = open(host, port);
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TargetError(CONNECTING, true));
    // It may come about yet.
    attempt.then((socket) => socket.close(), () => {});
  }, timeout);
  try {
    return await Promise.race([attempt, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function open(host: string, port: number): Promise<Deno.Conn> {
  try {
    const socket = await Deno.connect({ hostname: byteStringToUtf8(host), port });
    socket.setNoDelay(true);
    return socket;
  } catch (error) {
    // The original learns of a refusal only when it writes.
    const refused = error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.AddrNotAvailable;
    throw new TargetError(refused || port === 0 ? WRITING : CONNECTING, false);
  }
}
