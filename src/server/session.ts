/**
 * One connection: bytes in, commands run, replies out.
 *
 * @module
 */

import type { Client, Transport, TransportUsage } from "../command/client.ts";
import { Decoder } from "../resp/decoder.ts";
import { ByteBuffer, type ByteSource } from "../util/byte_buffer.ts";
import { toBytes } from "../util/byte_string.ts";
import { formatAddress } from "./addresses.ts";
import type { Receiver } from "./intake.ts";
import { OutputQueue } from "./output_queue.ts";
import type { Refusable, ReplyWait } from "./reply_gate.ts";
import type { Messenger, SessionHost } from "./session_host.ts";

/** Output after which a batch pauses, so that one deep pipeline neither starves the others nor piles up replies. */
const YIELD_OUTPUT = 1 << 20;
/** Milliseconds that a connection which is to be closed has for its last replies. */
const LINGER = 10_000;
/** Commands after which a batch pauses. */
const YIELD_COMMANDS = 4096;
/** Bytes received after which a batch pauses. */
const YIELD_INPUT = 1 << 20;

/** Reads one connection, runs what arrives, and writes the replies. */
export class Session implements Transport, Receiver, Messenger, Refusable {
  readonly client: Client;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly unix: boolean;
  readonly decoder: Decoder;
  /** Bytes that the last read brought. */
  arrived = 0;

  readonly #connection: Deno.Conn;
  readonly #host: SessionHost;
  readonly #output: OutputQueue;
  #closed = false;
  #commandsSinceTurn = 0;
  #inputSinceTurn = 0;
  readonly #over = Promise.withResolvers<void>();
  readonly #onRead = (size: number | null): void => {
    if (size === null || this.#closed) return this.#end();
    this.arrived = size;
    this.#host.intake.add(this);
  };
  readonly #onReadFailed = (error: unknown): void => {
    if (!this.#closed) this.#host.connectionFailed(this.client, error);
    this.#end();
  };

  constructor(connection: Deno.Conn, host: SessionHost) {
    this.#connection = connection;
    this.#host = host;
    this.localAddress = formatAddress(connection.localAddr);
    this.unix = connection.localAddr.transport === "unix";
    // The other end of a Unix socket has no name of its own.
    this.remoteAddress = this.unix ? this.localAddress : formatAddress(connection.remoteAddr);
    this.decoder = new Decoder(host.decoderLimits);
    this.#output = new OutputQueue(connection, () => this.#onSent(), () => this.close("now"));
    this.client = host.register(this);
  }

  /** Serves the connection. Resolves when either side has closed it; never rejects. */
  serve(): Promise<void> {
    this.#read();
    return this.#over.promise;
  }

  run(): number {
    if (this.#closed) return 0;
    const { arrived } = this;
    this.#host.countInput(arrived);
    if (this.client.kind === "replica") this.#host.heardReplica(this.client);
    this.#inputSinceTurn += arrived;
    return this.#runBatch();
  }

  proceed(wait: ReplyWait | null): void {
    const paused = this.#settle(wait);
    if (paused === undefined) this.#readOn();
    else paused.then(() => this.#readOn());
  }

  fail(fault: unknown): void {
    this.#host.abandon(this.client, fault);
    this.close("now");
    this.#end();
  }

  send(source: ByteSource, start: number, end: number): void {
    if (this.#closed) return;
    // Its own command has yet to answer, perhaps with an array that is only half written.
    if (this.#host.isRunning(this.client)) return this.#host.messages.raw(source.buffer, start, end);
    this.#host.countOutput(end - start);
    this.#output.append(source, start, end);
    this.#host.flushLater(this);
    // Not only when it is flushed: a transaction can publish any amount before that.
    this.#host.checkOutput(this.client, this.#output.pendingBytes);
  }

  /** Writes what {@linkcode send} queued. */
  flush(wait: ReplyWait | null): void {
    if (this.#closed) return;
    if (wait !== null) wait.add(this);
    this.#output.flush();
    this.client.lastActiveAt = this.#host.context.keyspace.now;
    this.#host.checkOutput(this.client, this.#output.pendingBytes);
  }

  close(when: "now" | "after-reply"): void {
    if (when === "after-reply") {
      this.client.closing = true;
      return;
    }
    if (this.#closed) return;
    this.#closed = true;
    this.client.closing = true;
    this.#host.unregister(this.client);
    this.#connection.close();
    this.#output.discard();
  }

  hold(): void {
    this.#output.hold();
  }

  release(): void {
    this.#output.release();
  }

  /** Sends an error in the place of all replies that are held, and ends the connection: how many they were is not known. */
  refuse(message: string): void {
    if (this.#closed) return;
    this.#output.dropWaiting();
    const error = encodeError(message);
    this.#output.append(error, 0, error.buffer.length);
    this.client.closing = true;
    this.#closeAfterReply();
  }

  drained(): Promise<void> {
    return this.#output.idle();
  }

  resume(): void {
    if (this.#closed) return;
    this.client.suspended = false;
    this.#host.noteOffset(this.client);
    this.#drain();
  }

  trim(): void {
    this.#output.trim();
  }

  usage(): TransportUsage {
    return {
      queryBuffer: this.decoder.buffered,
      queryBufferFree: this.decoder.capacity - this.decoder.buffered,
      replyBuffer: this.#output.bufferSize,
      lastReply: this.#output.lastWriteSize,
      writingBytes: this.#output.writingBytes,
      queuedBytes: this.#output.pendingBytes,
      queuedReplies: this.#output.queuedPieces,
    };
  }

  #readOn(): void {
    if (this.#closed) this.#end();
    else this.#read();
  }

  #read(): void {
    try {
      this.#connection.read(this.decoder.reserve()).then(this.#onRead, this.#onReadFailed);
    } catch (error) {
      // There was no memory to read into.
      this.#onReadFailed(error);
    }
  }

  /** Runs the commands that have arrived, as a group of its own. Answers a promise only when it had to pause. */
  #drain(): Promise<void> | void {
    try {
      this.#host.beginGroup();
      this.#runBatch();
      const paused = this.#settle(this.#host.endGroup());
      this.#host.groupSent();
      return paused;
    } catch (fault) {
      this.fail(fault);
    }
  }

  /** Runs commands until none is complete, the client is suspended, or it is the others' turn. Answers the work it was. */
  #runBatch(): number {
    const { client } = this;
    if (client.suspended) return 0;
    let commands = 0;
    this.#host.enter(client);
    try {
      commands = this.#runCommands();
    } catch (fault) {
      this.#host.abandon(client, fault);
      this.close("now");
    }
    this.#host.leave();
    this.#commandsSinceTurn += commands;
    return commands + this.#queueReply();
  }

  #runCommands(): number {
    const { client, decoder } = this;
    const { context, lookAhead } = this.#host;
    let commands = 0;
    while (!client.suspended && !client.closing) {
      decoder.unauthenticated = this.#host.isUnauthenticated(client);
      // What a stranger may send changes with every command.
      const count = lookAhead.fill(decoder, context.db, decoder.unauthenticated ? 1 : undefined);
      if (count === 0) break;
      commands += this.#runSome(count);
      if (commands >= YIELD_COMMANDS || context.reply.length > YIELD_OUTPUT) break;
    }
    if (decoder.error !== null && !client.closing) this.#failProtocol(decoder.error);
    return commands;
  }

  /** Takes the replies of the batch to where they are sent from. Answers how many KiB they are. */
  #queueReply(): number {
    const { reply } = this.#host.context;
    const { length } = reply;
    if (length === 0) return 0;
    if (this.#closed) reply.truncate(0);
    else {
      this.#host.countOutput(length);
      this.#output.take(reply);
    }
    return length >> 10;
  }

  /** Sends what was queued, when the replies that `wait` is for may leave. A promise if the session pauses. */
  #settle(wait: ReplyWait | null): Promise<void> | void {
    if (this.#closed) return;
    if (wait !== null) wait.add(this);
    this.#output.flush();
    this.#host.checkOutput(this.client, this.#output.pendingBytes);
    if (this.client.closing) return this.#closeAfterReply();
    if (this.#isOthersTurn()) {
      return this.#host.yieldTurn().then(() => this.#closed ? undefined : this.#drain());
    }
    this.#host.checkInput(this.client, this.decoder.buffered);
  }

  /** Runs the commands looked ahead at, unless one has the rest wait. How many were run. */
  #runSome(count: number): number {
    const { client } = this;
    const { context, dispatcher, lookAhead, messages } = this.#host;
    const { reply } = context;
    for (let i = 0; i < count; i++) {
      const start = reply.length;
      dispatcher.execute(context, lookAhead.frames[i]);
      if (client.replyMode !== "on") this.#applyReplyMode(start);
      if (messages.length > 0) this.#host.appendMessages();
      if (client.postponed) {
        client.postponed = false;
        lookAhead.putBack(this.decoder, i);
      } else if (client.suspended || client.closing || reply.length > YIELD_OUTPUT) {
        lookAhead.putBackBehind(this.decoder, i);
      } else continue;
      return i + 1;
    }
    return count;
  }

  /**
   * Whether to let the event loop turn. A read that finds bytes waiting is answered without a turn, so a client that
   * never stops sending would have the loop to itself: what its reads brought is added up.
   */
  #isOthersTurn(): boolean {
    const isOver = this.#commandsSinceTurn >= YIELD_COMMANDS || this.#inputSinceTurn >= YIELD_INPUT ||
      this.#output.lastWriteSize > YIELD_OUTPUT;
    if (!isOver) return false;
    this.#commandsSinceTurn = 0;
    this.#inputSinceTurn = 0;
    this.#output.lastWriteSize = 0;
    return true;
  }

  #failProtocol(error: string): void {
    const { reply } = this.#host.context;
    const start = reply.length;
    reply.error(`ERR ${error}`);
    if (this.client.replyMode !== "on") reply.truncate(start);
    this.client.closing = true;
    this.#host.protocolFailed(this.client, error);
  }

  /** Drops the reply that begins at `start` if CLIENT REPLY says so. */
  #applyReplyMode(start: number): void {
    const { client } = this;
    if (client.replyMode === "skip-next") {
      client.replyMode = "skipping";
      return;
    }
    if (client.replyMode === "skipping") client.replyMode = "on";
    this.#host.context.reply.truncate(start);
    this.#host.context.reply.trim();
  }

  async #closeAfterReply(): Promise<void> {
    await this.#finishOutput();
    this.close("now");
  }

  /** Ends the connection: nothing more will be read. */
  #end(): void {
    this.#closeAfterReply().then(this.#over.resolve);
  }

  /** Waits until everything was sent, but not for ever for a peer that does not read. */
  async #finishOutput(): Promise<void> {
    const timer = setTimeout(() => this.close("now"), LINGER);
    await this.#output.idle();
    clearTimeout(timer);
  }

  /** A client that takes a long reply slowly is not idle. */
  #onSent(): void {
    if (this.#closed) return;
    this.client.lastActiveAt = this.#host.context.keyspace.now;
    this.#host.checkOutput(this.client, this.#output.pendingBytes);
  }
}

function encodeError(message: string): ByteBuffer {
  return new ByteBuffer(toBytes(`-${message}\r\n`));
}
