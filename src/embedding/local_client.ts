/**
 * Commands without a socket.
 *
 * @module
 */

import { Args } from "../command/args.ts";
import { Client, Condition, type Transport, type TransportUsage } from "../command/client.ts";
import { Decoder } from "../resp/decoder.ts";
import type { Refusable, ReplyWait } from "../server/reply_gate.ts";
import type { Messenger, SessionHost } from "../server/session_host.ts";
import type { ByteSource } from "../util/byte_buffer.ts";
import { nextTurn } from "../util/turn.ts";
import { RedisError } from "./types.ts";

/** Makes a value of a reply. */
export type Read<T> = (reply: Uint8Array) => T;

/** A command that has not been answered. */
interface Call {
  /** The command in RESP. */
  readonly frame: Uint8Array;
  readonly answer: (reply: Uint8Array) => void;
  readonly fail: (error: Error) => void;
}

/** Commands that make something else of a connection, to which no single reply belongs. */
const NEED_CONNECTION = new Set(["subscribe", "psubscribe", "ssubscribe", "monitor", "sync", "psync"]);

/** Calls after which the event loop has its turn. */
const CALLS_PER_TURN = 256;
/** No longer name is among them. */
const LONGEST_NAME = 16;

/** What stands for the peer's address: no port is 0. */
const ADDRESS = "127.0.0.1:0";

/**
 * A client in the server's own process. It is not among the clients that CLIENT LIST shows, may do everything, and gets
 * RESP3. Commands run in the order of the calls; behind one that blocks they wait.
 */
export class LocalClient implements Transport, Messenger, Refusable, Disposable {
  readonly remoteAddress = ADDRESS;
  readonly localAddress = ADDRESS;
  readonly unix = false;
  readonly client: Client;
  /** Called when a command blocks; whoever is called takes those behind it over. */
  onBlocked: (() => void) | null = null;

  readonly #host: SessionHost;
  readonly #decoder: Decoder;
  readonly #args = new Args();
  readonly #calls: Call[] = [];
  /** Answers that wait for the append-only file. */
  #held: (() => void)[] = [];
  #onRefused: ((message: string) => void)[] = [];
  /** How often {@linkcode hold} was called without a {@linkcode release}. */
  #holds = 0;
  #isPostponed = false;
  #isClosed = false;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#decoder = new Decoder(host.decoderLimits);
    this.client = new Client(0, this, host.services.clock.now());
  }

  /** Whether its command waits for something that another client has to do. */
  get isBlocked(): boolean {
    return this.client.suspended && !this.#isPostponed;
  }

  /** Whether all its commands have been answered. */
  get isIdle(): boolean {
    return this.#calls.length === 0 && this.#held.length === 0;
  }

  /** Whether it ended, by QUIT for example, so that no more commands can be run. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Runs a command, given in RESP.
   * @throws {RedisError} an error that is the whole reply
   */
  call<T>(frame: Uint8Array, read: Read<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (reply: Uint8Array) => {
        const value = read(reply);
        if (value instanceof RedisError) reject(value);
        else resolve(value);
      };
      this.#calls.push({ frame, answer, fail: reject });
      if (this.#calls.length === 1) this.#drain();
    });
  }

  /** Runs the calls that wait behind the first one of another client. */
  takeOver(other: LocalClient): void {
    this.#calls.push(...other.#calls.splice(1));
    this.#drain();
  }

  send(source: ByteSource, start: number, end: number): void {
    // What a command causes besides its reply is meant for subscribers.
    if (this.#host.isRunning(this.client) || !this.isBlocked) return;
    this.#finish(source.buffer.slice(start, end));
    this.#host.flushLater(this);
  }

  flush(wait: ReplyWait | null): void {
    if (wait !== null) wait.add(this);
    this.#answerHeld();
  }

  close(when: "now" | "after-reply"): void {
    this.client.closing = true;
    if (when === "now") this.end(new RedisError("ERR the client was closed"));
  }

  /** Ends the client; what was not answered fails. */
  end(reason: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#host.unregister(this.client);
    for (const { fail } of this.#calls.splice(0)) fail(reason);
    this.refuse(reason.message);
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.close("now");
  }

  resume(): void {
    this.client.suspended = false;
    this.#isPostponed = false;
    this.#host.noteOffset(this.client);
    this.#drain();
  }

  trim(): void {}

  usage(): TransportUsage {
    return {
      queryBuffer: 0,
      queryBufferFree: 0,
      replyBuffer: 0,
      lastReply: 0,
      writingBytes: 0,
      queuedBytes: 0,
      queuedReplies: 0,
    };
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.#answerHeld();
  }

  refuse(message: string): void {
    const refused = this.#onRefused;
    this.#held = [];
    this.#onRefused = [];
    for (const fail of refused) fail(message);
  }

  #answerHeld(): void {
    if (this.#holds > 0) return;
    const held = this.#held;
    this.#held = [];
    this.#onRefused = [];
    for (const answer of held) answer();
  }

  #drain(): void {
    while (this.#calls.length > 0 && !this.client.suspended && !this.#isClosed) this.#runNext();
  }

  #runNext(): void {
    const { client } = this;
    this.#decoder.push(this.#calls[0].frame);
    const { reply, wait } = this.#run();
    if (client.postponed) {
      client.postponed = false;
      this.#isPostponed = true;
      return;
    }
    if (client.suspended) return this.onBlocked?.();
    this.#finish(reply);
    this.flush(wait);
    if (client.closing) this.end(new RedisError("ERR the client was closed"));
  }

  /** Runs the command that was decoded. Its reply, empty if it has none or none yet, and what that has to wait for. */
  #run(): { reply: Uint8Array; wait: ReplyWait | null } {
    const { client } = this;
    const host = this.#host;
    const args = this.#args;
    const { context: { reply }, dispatcher, messages } = host;
    client.resp3 = true;
    client.replyMode = "on";
    client.setCondition(Condition.UNAUTHENTICATED, false);
    host.beginBatch(client);
    args.isHashed = false;
    if (!this.#decoder.next(args)) {
      reply.error(`ERR ${this.#decoder.error}`);
      client.closing = true;
    } else if (NEED_CONNECTION.has(args.beginning(0, LONGEST_NAME).toLowerCase())) {
      reply.error("ERR this command needs a connection of its own: connect to the server's url");
    } else dispatcher.execute(host.context, args);
    const bytes = reply.written.buffer.slice(0, reply.length);
    reply.truncate(0);
    reply.trim();
    args.trim();
    messages.truncate(0);
    return { reply: bytes, wait: host.endBatch() };
  }

  /** Has the first call be answered when its effect is in the append-only file. */
  #finish(reply: Uint8Array): void {
    const call = this.#calls.shift()!;
    this.#held.push(() => call.answer(reply));
    this.#onRefused.push((message) => call.fail(new RedisError(message)));
  }
}

/** Clients in the process, another one whenever one blocks. */
export class LocalClients {
  readonly #host: SessionHost;
  #current: LocalClient;
  /** Those that were replaced, and wait yet. */
  readonly #blocked = new Set<LocalClient>();
  #reason: Error | null = null;
  #count = 0;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#current = this.#newClient();
  }

  /** The client that the next command is run by. */
  get current(): LocalClient {
    if (this.#current.isClosed) this.#replace();
    return this.#current;
  }

  /** A further client, for commands that belong together, in database 0. Throws if all have ended. */
  separate(): LocalClient {
    this.assertRunning();
    return new LocalClient(this.#host);
  }

  /** Throws the reason for which all have ended, if they have. */
  assertRunning(): void {
    if (this.#reason !== null) throw this.#reason;
  }

  /** Runs a command: see {@linkcode LocalClient.call}. */
  async call<T>(frame: Uint8Array, read: Read<T>): Promise<T> {
    // Whoever calls may do so in the middle of a command, from the log for example.
    await undefined;
    this.assertRunning();
    const value = await this.current.call(frame, read);
    // Or a program that asks again and again until something has happened would never let it happen.
    if (++this.#count % CALLS_PER_TURN === 0) await nextTurn();
    return value;
  }

  /** Ends all of them; calls that were not answered fail with `reason`, and so do those to come. */
  end(reason: Error): void {
    this.#reason = reason;
    this.#current.end(reason);
    for (const client of this.#blocked) client.end(reason);
    this.#blocked.clear();
  }

  #replace(): void {
    const before = this.#current;
    this.#current = this.#newClient();
    this.#current.client.database = before.client.database;
    this.#current.client.name = before.client.name;
    for (const client of this.#blocked) if (client.isIdle) this.#retire(client);
    if (before.isClosed) return;
    this.#blocked.add(before);
    before.onBlocked = null;
    this.#current.takeOver(before);
  }

  #newClient(): LocalClient {
    const client = new LocalClient(this.#host);
    client.onBlocked = () => this.#replace();
    return client;
  }

  #retire(client: LocalClient): void {
    this.#blocked.delete(client);
    client.end(new RedisError("ERR the client was closed"));
  }
}
