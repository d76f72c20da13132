/**
 * What the sessions of a server share: the one command context, the clock of a batch, the limits.
 *
 * @module
 */

import { Client, Condition, type Transport } from "../command/client.ts";
import type { CommandContext } from "../command/context.ts";
import type { Dispatcher } from "../command/dispatch.ts";
import { LookAhead } from "../command/look_ahead.ts";
import { describeClient } from "../commands/connection/client_info.ts";
import type { Services } from "../commands/services.ts";
import type { DecoderLimits } from "../resp/decoder.ts";
import { Reply } from "../resp/reply.ts";
import { nextTurn } from "../util/turn.ts";
import { Intake } from "./intake.ts";
import type { ReplyGate, ReplyWait } from "./reply_gate.ts";

/** Memory for more bytes of messages is given back. */
const RETAINED_MESSAGES = 64 * 1024;
/** Most that a client may send before it has authenticated. */
const UNAUTHENTICATED_INPUT = 1 << 20;
/** Conditions under which it is not only the unread input and the common limit that count. */
const LIMITING_CONDITIONS = Condition.UNAUTHENTICATED | Condition.IN_TRANSACTION;

/** Somebody who has messages to send. */
export interface Messenger {
  /** Sends them, when the replies that `wait` is for may leave; null: now. */
  flush(wait: ReplyWait | null): void;
}

/** Shared by all sessions; made once by the composition root. */
export class SessionHost {
  readonly services: Services;
  readonly dispatcher: Dispatcher;
  readonly context: CommandContext;
  /** Filled with the commands of each batch in turn. */
  readonly lookAhead = new LookAhead();
  readonly decoderLimits: DecoderLimits;
  readonly intake = new Intake(this);
  /** Messages that the command being run has caused for its own client; they follow its reply. */
  readonly messages = new Reply();
  /** Has the append-only file written before replies leave; null in a server that never has one. */
  gate: ReplyGate | null = null;

  #nextClientId = 1;
  #running: Client | null = null;
  /** When the group began, microseconds. */
  #groupStart = 0;
  /** Offset of the replication stream before the commands of the running client. */
  #offsetBefore = 0;
  readonly #toFlush = new Set<Messenger>();

  constructor(services: Services, dispatcher: Dispatcher, context: CommandContext, limits: DecoderLimits) {
    this.services = services;
    this.dispatcher = dispatcher;
    this.context = context;
    this.decoderLimits = limits;
  }

  /** A client for a new connection. */
  register(transport: Transport): Client {
    const { clients, clock } = this.services;
    const client = new Client(this.#nextClientId++, transport, clock.now());
    clients.add(client);
    return client;
  }

  /** Forgets a client whose connection is gone. */
  unregister(client: Client): void {
    this.services.clients.remove(client);
  }

  /** Whether the batch being run is this client's. */
  isRunning(client: Client): boolean {
    return this.#running === client;
  }

  /** Whether the tighter limits for strangers hold for what the client sends. */
  isUnauthenticated(client: Client): boolean {
    return (client.conditions & Condition.UNAUTHENTICATED) !== 0;
  }

  /** Before the batches of one or more clients, which are timed together. */
  beginGroup(): void {
    this.#groupStart = this.dispatcher.beginBatch();
    this.#takeTime();
  }

  /**
   * After the batches: statistics, the replicas, the log, and the messages that the commands caused for others. Answers
   * what the replies have to wait for; null: nothing.
   */
  endGroup(): ReplyWait | null {
    this.dispatcher.endBatch();
    this.lookAhead.trim();
    this.services.replication.stream.flush();
    const wait = this.#settle();
    if (this.#toFlush.size > 0) this.#flushAll(wait);
    return wait;
  }

  /** After the replies were sent. */
  groupSent(): void {
    this.services.stats.loop.add(this.#groupStart);
  }

  /** Whether all commands of a turn should be one group, because one sync of the log then does for all of them. */
  get sharesTurn(): boolean {
    return this.gate?.log?.isDurable === true;
  }

  /** Before a client's commands: points the context at it. */
  enter(client: Client): void {
    // The time that commands see is the group's, unless there was one among them that may have taken long.
    if (this.dispatcher.timedAlone > 0) this.#takeTime();
    client.lastActiveAt = this.context.keyspace.now;
    this.#running = client;
    this.#offsetBefore = this.services.replication.stream.offset;
    this.context.enter(client);
  }

  /** After them. */
  leave(): void {
    const client = this.#running;
    this.#running = null;
    if (client !== null && this.services.replication.stream.offset !== this.#offsetBefore) {
      this.noteOffset(client);
    }
  }

  /** A group of one client alone. */
  beginBatch(client: Client): void {
    this.beginGroup();
    this.enter(client);
  }

  endBatch(): ReplyWait | null {
    this.leave();
    const wait = this.endGroup();
    this.groupSent();
    return wait;
  }

  /**
   * After a batch that failed outside of any command, such as for want of memory. The reply buffer is everybody's:
   * what the batch left in it must not go to the next client.
   */
  abandon(client: Client, fault: unknown): void {
    const { log } = this.services;
    this.#running = null;
    this.context.reply.take();
    this.messages.take();
    log.warning(`Closing client ${client.transport.remoteAddress}, whose commands failed: ${fault}`);
  }

  /** Notes that what the client did is in the replication stream as far as that goes now. */
  noteOffset(client: Client): void {
    client.writeOffset = this.services.replication.stream.offset;
  }

  /** Puts what {@linkcode messages} holds behind the replies of the batch. */
  appendMessages(): void {
    const { messages } = this;
    const { length } = messages;
    this.context.reply.raw(messages.written.buffer, 0, length);
    if (length <= RETAINED_MESSAGES) messages.truncate(0);
    else messages.take();
  }

  /** Has a client send what was queued for it when the present group ends. */
  flushLater(client: Messenger): void {
    if (this.#toFlush.size === 0 && this.#running === null) {
      queueMicrotask(() => this.#flushAll(this.#settle()));
    }
    this.#toFlush.add(client);
  }

  /** Resolves in a later turn of the event loop, so that other connections are served in between. */
  yieldTurn(): Promise<void> {
    return nextTurn();
  }

  countInput(bytes: number): void {
    const { stats } = this.services;
    stats.inputBytes += bytes;
    stats.reads++;
  }

  /** A replica of this server sent something. */
  heardReplica(client: Client): void {
    this.services.replication.replicas.heard(client);
  }

  countOutput(bytes: number): void {
    const { stats } = this.services;
    stats.outputBytes += bytes;
    stats.writes++;
  }

  /** Closes a client whose unread input and queued transaction are over `client-query-buffer-limit`. */
  checkInput(client: Client, buffered: number): void {
    const { clients, log, stats, transactions } = this.services;
    let size = buffered;
    let limit = clients.queryBufferLimit;
    if ((client.conditions & LIMITING_CONDITIONS) !== 0) {
      size += transactions.of(client)?.argumentBytes ?? 0;
      if (this.isUnauthenticated(client)) limit = Math.min(limit, UNAUTHENTICATED_INPUT);
    }
    if (size <= limit) return;
    stats.queryBufferDisconnections++;
    log.warning(
      `Closing client that reached max query buffer length: ${describeClient(this.services, client)}`,
    );
    client.transport.close("now");
  }

  /** Closes a client whose unsent output is over its class's limit. */
  checkOutput(client: Client, pending: number): void {
    this.services.clients.checkOutput(client, pending, this.context.keyspace.now);
  }

  connectionFailed(client: Client, error: unknown): void {
    this.services.log.verbose(`Error on connection ${client.transport.remoteAddress}: ${error}`);
  }

  protocolFailed(client: Client, error: string): void {
    this.services.log.verbose(`${error} from client ${client.transport.remoteAddress}`);
  }

  /** Has the log written, if there is one. The clock is asked only when there is something to write. */
  #settle(): ReplyWait | null {
    const { gate } = this;
    if (gate === null || gate.log === null) return null;
    if (gate.log.dirty === 0) return gate.settle();
    const { loop } = this.services.stats;
    const start = loop.now();
    const wait = gate.settle();
    loop.log += loop.now() - start;
    return wait;
  }

  #takeTime(): void {
    this.context.keyspace.setTime(this.services.clock.now());
  }

  #flushAll(wait: ReplyWait | null): void {
    const clients = [...this.#toFlush];
    this.#toFlush.clear();
    for (const client of clients) client.flush(wait);
  }
}
