/**
 * Commands on their way to a server: many at a time, without the replies piling up.
 *
 * @module
 */

import { type RedisConnection, type Reply, ReplyError } from "../client/mod.ts";
import { encodeCommand } from "../resp/encode.ts";
import { escapeForDisplay } from "../util/byte_string.ts";
import { TransferError } from "./entry.ts";

/** Commands and bytes that may be without a reply. */
const MOST_COMMANDS = 1024;
const MOST_BYTES = 16 * 1024 * 1024;
/** Errors that are told one by one. */
const MOST_TOLD = 10;

/** The keys that follow would meet the same: there is no use in going on. */
const FATAL = new Set([
  ...["NOAUTH", "NOPERM", "READONLY", "MISCONF", "LOADING", "OOM", "MASTERDOWN", "NOREPLICAS"],
  ...["MOVED", "ASK", "CLUSTERDOWN", "CROSSSLOT"],
]);

/** Commands about a key. */
export interface Note {
  /** How many commands they are. */
  count: number;
  readonly subject: string;
}

/** Some commands that go together, or the choice of a database. */
type Part = { readonly bytes: Uint8Array; readonly notes: Note[] } | { readonly database: string };

/** Sends commands in order and looks at their replies. */
export class Pipeline {
  /** Errors that the server has answered. */
  errors = 0;
  readonly #connection: RedisConnection;
  readonly #onError: (text: string) => void;
  #parts: Part[] = [];
  /** What was sent and not answered: a list for each part, and the parts' sizes and the number of all commands. */
  readonly #awaited: { readonly size: number; readonly notes: Note[]; next: number }[] = [];
  #commands = 0;
  #bytes = 0;
  /** What had an error last. */
  #failed: string | null = null;

  /** `onError` gets a line about each of the first errors. */
  constructor(connection: RedisConnection, onError: (text: string) => void) {
    this.#connection = connection;
    this.#onError = onError;
  }

  /** Adds commands, and what each of them is about, in order. They are sent by {@linkcode drain}. */
  add(bytes: Uint8Array, notes: Note[]): void {
    this.#parts.push({ bytes, notes });
  }

  /** What comes behind concerns this database. If there is no such one, {@linkcode drain} will throw before it is sent. */
  select(database: string): void {
    this.#parts.push({ database });
  }

  /** Sends what was added, and waits while too much is without a reply. */
  async drain(): Promise<void> {
    const parts = this.#parts;
    this.#parts = [];
    for (const part of parts) {
      if ("database" in part) await this.#select(part.database);
      else {
        this.#connection.send(part.bytes);
        this.#awaited.push({ size: part.bytes.length, notes: part.notes, next: 0 });
        for (const { count } of part.notes) this.#commands += count;
        this.#bytes += part.bytes.length;
        await this.#readUntil(MOST_COMMANDS, MOST_BYTES);
      }
    }
  }

  /** Sends what was added, and waits for all replies. */
  async finish(): Promise<void> {
    await this.drain();
    await this.#readUntil(0, 0);
  }

  /** Counts and tells an error about a key. */
  fail(subject: string, message: string): void {
    if (subject === this.#failed) return;
    this.#failed = subject;
    if (this.errors++ < MOST_TOLD) this.#onError(`${escapeForDisplay(subject)}: ${message}`);
    else if (this.errors === MOST_TOLD + 1) this.#onError("… and more");
  }

  async #select(database: string): Promise<void> {
    await this.#readUntil(0, 0);
    this.#connection.send(encodeCommand(["SELECT", database]));
    const reply = await this.#connection.read();
    if (reply instanceof ReplyError) {
      throw new TransferError(`the server has no database ${database}: ${reply.message}`);
    }
  }

  async #readUntil(commands: number, bytes: number): Promise<void> {
    while (this.#commands > commands || (this.#bytes > bytes && this.#awaited.length > 1)) {
      this.#take(await this.#connection.read());
    }
  }

  #take(reply: Reply): void {
    const part = this.#awaited[0];
    const note = part.notes[part.next];
    this.#commands--;
    if (--note.count === 0 && ++part.next === part.notes.length) {
      this.#awaited.shift();
      this.#bytes -= part.size;
    }
    for (const one of Array.isArray(reply) ? reply : [reply]) {
      if (!(one instanceof ReplyError)) continue;
      if (FATAL.has(one.code)) throw new TransferError(`the server refuses: ${one.message}`);
      this.fail(note.subject, one.message);
    }
  }
}
