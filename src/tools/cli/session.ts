/**
 * The client's connection and what it knows of its state: where it leads, database, transaction.
 *
 * @module
 */

import { connect, type Push, type RedisConnection, type Reply, ReplyError } from "../../client/mod.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { systemReason } from "../../util/system_reason.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";

/** The run can't go on: the process ends with this status. What there was to say has been said. */
export class Exit extends Error {
  override readonly name = "Exit";

  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** One user's connection to a server; it may be lost and made again. */
export class Session {
  readonly options: Options;
  readonly output: Output;
  hostname: string;
  port: number;
  /** The selected database. */
  database: number;
  inTransaction = false;
  /** What pushes are given to while replies are read; undefined makes them replies. */
  onPush?: (push: Push) => void;

  /** The database that was selected before MULTI: what DISCARD or a failed EXEC goes back to. */
  #databaseBefore = 0;
  #connection: RedisConnection | null = null;

  constructor(options: Options, output: Output) {
    this.options = options;
    this.output = output;
    this.hostname = options.hostname;
    this.port = options.port;
    this.database = options.database;
  }

  /** The connection, if there is one that works. */
  get connection(): RedisConnection | null {
    return this.#connection?.closed ? null : this.#connection;
  }

  /** `host:port`, or the socket's path. */
  get address(): string {
    if (this.options.unix !== undefined) return this.options.unix;
    return this.hostname.includes(":") ? `[${this.hostname}]:${this.port}` : `${this.hostname}:${this.port}`;
  }

  /**
   * Connects anew, authenticates, selects the database and agrees on a protocol. What the server refuses is told and
   * ends this; the connection is used as it is. False, told too, if there is no connection.
   */
  async connect(): Promise<boolean> {
    this.disconnect();
    const { hostname, port } = this;
    const { unix, tls } = this.options;
    try {
      this.#connection = await connect({ hostname, port, unix, tls });
    } catch (error) {
      this.output.writeError(`Could not connect to Redis at ${this.#place()}: ${connectReason(error)}\n`);
      return false;
    }
    this.#connection.onPush = this.onPush;
    try {
      await this.#greet(this.#connection);
    } catch (error) {
      this.output.writeError(`Error: ${utf8ToByteString((error as Error).message)}\n`);
      this.disconnect();
      return false;
    }
    return true;
  }

  /** Gives up the connection, and with it a transaction. */
  disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
    this.inTransaction = false;
  }

  /** The connection. Ends the run if there is none and none can be made. */
  async require(): Promise<RedisConnection> {
    if (this.connection === null && !await this.connect()) throw new Exit(1);
    return this.connection!;
  }

  /** Goes where a MOVED or ASK leads; the next `connect` does. An empty host is the present one. */
  moveTo(hostname: string, port: number): void {
    if (hostname !== "") this.hostname = hostname;
    this.port = port;
  }

  /** Follows what a command that was answered did to the connection. */
  async follow(words: string[], reply: Reply): Promise<void> {
    if (reply instanceof ReplyError) return;
    const name = words[0].toLowerCase();
    if (name === "select" && words.length === 2) this.database = Number.parseInt(words[1], 10) || 0;
    else if (name === "auth" && this.database !== 0) await this.#select();
    else if (name === "multi") {
      this.inTransaction = true;
      this.#databaseBefore = this.database;
    } else if (name === "exec" || name === "discard") this.#endTransaction(name, reply);
    else if (name === "reset") {
      this.inTransaction = false;
      this.database = 0;
    }
  }

  #endTransaction(name: string, reply: Reply): void {
    this.inTransaction = false;
    if (name === "discard" || reply === null) this.database = this.#databaseBefore;
  }

  #place(): string {
    return this.options.unix ?? `${this.hostname}:${this.port}`;
  }

  async #greet(connection: RedisConnection): Promise<void> {
    const { username, password, form, protocol } = this.options;
    if (password !== undefined) {
      const words = username === undefined ? [password] : [username, password];
      if (!this.#accepted("AUTH", await connection.call("AUTH", ...words))) return;
    }
    if (!await this.#select()) return;
    const wanted = protocol ?? (form === "json" || form === "quoted-json" ? 3 : 2);
    if (wanted === 3) this.#accepted("HELLO 3", await connection.call("HELLO", "3"));
  }

  async #select(): Promise<boolean> {
    if (this.database === 0 || this.connection === null) return true;
    const reply = await this.connection.call("SELECT", String(this.database));
    if (this.#accepted(`SELECT ${this.database}`, reply)) return true;
    this.database = 0;
    return false;
  }

  /** Whether the server did it; the user is told if not. */
  #accepted(what: string, reply: Reply): boolean {
    if (!(reply instanceof ReplyError)) return true;
    this.output.writeError(`${what} failed: ${reply.message}\n`);
    return false;
  }
}

/** What the system said, as C's `strerror` and `gai_strerror` put it. */
function connectReason(error: unknown): string {
  return utf8ToByteString(systemReason(error).replace(/^failed to lookup address information: /, ""));
}
