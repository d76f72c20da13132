/**
 * One command: sent, its answer printed, its consequences followed.
 *
 * @module
 */

import {
  ConnectionClosed,
  ProtocolError,
  type Push,
  type RedisConnection,
  type Reply,
  ReplyError,
} from "../../client/mod.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import { formatReply } from "./format.ts";
import { formatRaw } from "./format_raw.ts";
import { invalidatedKeys } from "./invalidation.ts";
import { receiveStream } from "./replica.ts";
import { Exit, type Session } from "./session.ts";
import { sleep } from "./sleep.ts";

/** Commands whose answer is text for people; behind a colon the only number of words with which it is. */
const TEXT_COMMANDS: ReadonlySet<string> = new Set([
  ...["info", "lolwut", "debug htstats", "debug htstats-key", "memory malloc-stats", "memory doctor"],
  ...["cluster nodes:2", "cluster info:2", "client list", "client info"],
  ...["latency graph:3", "latency doctor:2", "proxy info"],
]);

/** What a connection turns into by a command: it is sent messages from now on. */
export type Feed = "monitor" | "subscribe";

/** Which feed a command opens, if any. */
export function feedOf(words: string[]): Feed | null {
  const name = words[0].toLowerCase();
  if (name === "monitor") return "monitor";
  return ["subscribe", "psubscribe", "ssubscribe"].includes(name) ? "subscribe" : null;
}

/** Whether a command's answer is printed as it is whatever the form. */
export function answersText(words: string[]): boolean {
  const name = words.slice(0, 2).join(" ").toLowerCase();
  return TEXT_COMMANDS.has(words[0].toLowerCase()) || TEXT_COMMANDS.has(name) ||
    TEXT_COMMANDS.has(`${name}:${words.length}`);
}

/** Sends commands on a session and prints what comes back. */
export class Executor {
  readonly session: Session;
  /** A person is there to try again; otherwise a lost connection ends the run. */
  readonly #interactive: boolean;
  /** The redirection that the last answer was, and whether ASKING has to be said first. */
  #redirection: { asking: boolean } | null = null;
  #running = false;
  #interrupted = false;

  constructor(session: Session, interactive: boolean) {
    this.session = session;
    this.#interactive = interactive;
    session.onPush = session.options.showPushes ? (push) => this.#printPush(push) : () => {};
  }

  /** Whether a command waits for its answer. */
  get running(): boolean {
    return this.#running;
  }

  /** Whether the last command was given up. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Gives up the command that waits for its answer, and the connection with it. */
  interrupt(): void {
    this.#interrupted = true;
    this.session.disconnect();
  }

  /**
   * Runs a command `repeat` times (negative: for ever), over a new connection if the last one was lost, and follows
   * redirections.
   * @throws {Exit} if the run can't go on
   */
  async issue(words: string[], repeat: number): Promise<void> {
    this.#running = true;
    this.#interrupted = false;
    try {
      do {
        this.#redirection = null;
        await this.#send(words, repeat);
      } while (this.#redirection !== null && await this.#redirect());
    } finally {
      this.#running = false;
    }
  }

  async #redirect(): Promise<boolean> {
    const asking = this.#redirection?.asking === true;
    if (!await this.session.connect()) {
      if (!this.#interactive) throw new Exit(1);
      return false;
    }
    if (asking) await this.session.connection?.call("ASKING");
    return true;
  }

  async #send(words: string[], repeat: number): Promise<void> {
    const { interval } = this.session.options;
    if (this.session.connection === null) await this.session.connect();
    for (let left = repeat; left !== 0; left--) {
      const connection = this.session.connection;
      if (connection === null) return;
      await this.#exchange(connection, words);
      if (this.#redirection !== null || this.#interrupted) return;
      if (interval !== undefined && interval > 0) await sleep(interval);
    }
  }

  async #exchange(connection: RedisConnection, words: string[]): Promise<void> {
    const name = words[0].toLowerCase();
    try {
      if (name === "sync" || name === "psync") {
        this.session.output.write("Entering replica output mode...  (press Ctrl-C to quit)\n");
        return await receiveStream(this.session, connection);
      }
      const feed = feedOf(words);
      if (feed !== null) return await this.#follow(connection, words, feed);
      const reply = await connection.call(...words);
      if (this.#isRedirection(reply)) return;
      this.print(reply, answersText(words));
      await this.session.follow(words, reply);
    } catch (error) {
      this.#lost(error, name === "shutdown");
    }
  }

  /** Prints messages until the connection ends, or the server refuses. */
  async #follow(connection: RedisConnection, words: string[], feed: Feed): Promise<void> {
    connection.onPush = undefined;
    let reply = await connection.call(...words);
    if (feed === "subscribe" && this.session.options.form !== "raw") {
      this.session.output.write("Reading messages... (press Ctrl-C to quit)\n");
    }
    for (;;) {
      this.print(reply);
      if (reply instanceof ReplyError) break;
      reply = await connection.read();
    }
    connection.onPush = this.session.onPush;
  }

  /** Prints a reply, or the bare text of one; an error ends the run if the user wants it so. */
  print(reply: Reply, bare = false): void {
    const { options, output } = this.session;
    if (reply instanceof ReplyError && options.exitOnError && !this.#interactive) {
      output.writeError(`${reply.message}\n`);
      throw new Exit(1);
    }
    output.write(bare ? formatRaw(reply, options.elementDelimiter) : formatReply(reply, options));
  }

  /** Notes where a MOVED or ASK leads. */
  #isRedirection(reply: Reply): boolean {
    const { options, output } = this.session;
    if (!options.followRedirections || !(reply instanceof ReplyError)) return false;
    const match = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(reply.message);
    if (match === null) return false;
    const [, kind, slot, hostname, port] = match;
    this.session.moveTo(hostname, Number(port));
    if (this.#interactive) {
      output.write(`-> Redirected to slot [${slot}] located at ${this.session.hostname}:${port}\n`);
    }
    this.#redirection = { asking: kind === "ASK" };
    return true;
  }

  /**
   * The connection broke while a command waited. The command is not sent again: the server may have done it. After
   * SHUTDOWN that is how it should be.
   */
  #lost(error: unknown, wanted: boolean): void {
    const closed = error instanceof ConnectionClosed;
    if (!closed && !(error instanceof ProtocolError)) throw error;
    this.session.disconnect();
    if (this.#interrupted || (closed && wanted)) return;
    this.session.output.writeError(`Error: ${utf8ToByteString(error.message)}\n`);
    if (!this.#interactive) throw new Exit(1);
  }

  #printPush(push: Push): void {
    const { options, output } = this.session;
    const keys = options.form === "standard" ? invalidatedKeys(push) : null;
    if (keys === null) output.write(formatReply(push, options));
    else output.write(`-> invalidate: ${keys.map((key) => `'${key}'`).join(", ")}\n`);
  }
}
