/**
 * A connection that is sent messages (MONITOR, SUBSCRIBE) while the user may go on typing.
 *
 * @module
 */

import {
  ConnectionClosed,
  Push,
  type RedisConnection,
  type Reply,
  ReplyError,
  Status,
} from "../../client/mod.ts";
import { encodeCommand } from "../../resp/encode.ts";
import { utf8ToByteString } from "../../util/byte_string.ts";
import type { Executor, Feed } from "./execute.ts";

/** Prints what arrives until the feed ends. */
export class FeedListener {
  readonly kind: Feed;
  /** Settles when the connection is an ordinary one again, or gone. */
  readonly ended: Promise<void>;
  readonly #executor: Executor;
  readonly #connection: RedisConnection;

  /** Sends the command that opens the feed. */
  constructor(executor: Executor, connection: RedisConnection, words: string[], kind: Feed) {
    this.#executor = executor;
    this.#connection = connection;
    this.kind = kind;
    connection.onPush = undefined;
    this.send(words);
    this.ended = this.#listen();
  }

  /** Sends a command; its answer is printed when it comes. */
  send(words: string[]): void {
    this.#connection.send(encodeCommand(words));
  }

  async #listen(): Promise<void> {
    const { session } = this.#executor;
    try {
      for (let opened = false;; opened = true) {
        const reply = await this.#connection.read();
        this.#executor.print(reply);
        if (endsFeed(reply) || (!opened && reply instanceof ReplyError)) break;
      }
      this.#connection.onPush = session.onPush;
    } catch (error) {
      // A closed connection is what Ctrl-C makes of it.
      const wanted = error instanceof ConnectionClosed && session.connection === null;
      session.disconnect();
      if (!wanted) session.output.writeError(utf8ToByteString(`Error: ${(error as Error).message}\n`));
    }
  }
}

/** Whether the server says that no channel is left, or that all is as it was at the start. */
function endsFeed(reply: Reply): boolean {
  if (reply instanceof Status) return reply.text === "RESET";
  const items = reply instanceof Push ? reply.items : reply;
  if (!Array.isArray(items) || items.length !== 3) return false;
  return /^[ps]?unsubscribe$/.test(String(items[0])) && items[2] === 0;
}
