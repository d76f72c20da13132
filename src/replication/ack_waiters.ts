/**
 * Clients that wait in WAIT or WAITAOF until what they wrote has reached others, or the disk.
 *
 * @module
 */

import type { Client } from "../command/client.ts";
import type { AppendLog } from "../persistence/aof/append_log.ts";
import { Errors } from "../resp/errors.ts";
import { Reply } from "../resp/reply.ts";
import { callAfter, type Timer } from "../util/clock.ts";
import type { ReplicationParts } from "./mod.ts";
import type { ReplicationStream } from "./stream.ts";

/** Timers count milliseconds in 32 bits; a longer wait takes several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Who can tell how far the replicas are. */
interface Acknowledgements {
  countAcked(offset: number): number;
  countSynced(offset: number): number;
  requestAcks(): void;
}

/** What is waited for: that something is at `replicas` replicas; with `onDisk`, on their disks, and on `local` here. */
export interface AckRequest {
  readonly replicas: number;
  readonly onDisk: boolean;
  /** 0 or 1. */
  readonly local: number;
  /** Milliseconds; 0 is for ever. */
  readonly timeout: number;
}

/** A place in the stream, and in the append-only file; null if there is none. */
interface Written {
  readonly offset: number;
  readonly log: AppendLog | null;
  readonly position: number;
}

interface Waiter extends AckRequest, Written {
  readonly client: Client;
  /** Milliseconds since the epoch; Infinity without a timeout. */
  readonly deadline: number;
  /** CLIENT REPLY was off or skipping when the command came. */
  readonly silent: boolean;
  timer: Timer | undefined;
}

/** All clients that wait so. */
export class AckWaiters {
  readonly #parts: ReplicationParts;
  readonly #stream: ReplicationStream;
  readonly #acknowledgements: Acknowledgements;
  readonly #waiters = new Map<Client, Waiter>();
  readonly #reply = new Reply();

  constructor(parts: ReplicationParts, stream: ReplicationStream, acknowledgements: Acknowledgements) {
    this.#parts = parts;
    this.#stream = stream;
    this.#acknowledgements = acknowledgements;
  }

  /** How many have a timeout. */
  get timeouts(): number {
    let number = 0;
    for (const { deadline } of this.#waiters.values()) if (deadline !== Infinity) number++;
    return number;
  }

  /** Answers at once if there is nothing to wait for or the client must not, else when there is, or at the timeout. */
  run(client: Client, request: AckRequest, mayWait: boolean, reply: Reply): void {
    const waiter: Waiter = {
      ...request,
      ...this.#written(client),
      client,
      deadline: request.timeout === 0 ? Infinity : this.#parts.clock.now() + request.timeout,
      silent: client.replyMode !== "on",
      timer: undefined,
    };
    if (!mayWait || this.#isDone(waiter)) return this.#write(waiter, reply);
    this.#waiters.set(client, waiter);
    if (waiter.deadline !== Infinity) this.#setTimer(waiter);
    client.suspended = true;
    client.unblock = (reason) => {
      if (reason === "timeout") this.#answer(waiter);
      else this.#refuse(waiter, Errors.UNBLOCKED.message);
    };
    this.#acknowledgements.requestAcks();
  }

  /** Forgets a client that is gone. */
  drop(client: Client): void {
    const waiter = this.#waiters.get(client);
    if (waiter !== undefined) this.#remove(waiter);
  }

  /** Answers whom something that came to pass concerns. */
  check(): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of [...this.#waiters.values()]) if (this.#isDone(waiter)) this.#answer(waiter);
  }

  /** Refuses all: this server is a master no longer. */
  refuseAll(message: string): void {
    for (const waiter of [...this.#waiters.values()]) this.#refuse(waiter, message);
  }

  /** Up to where the client's writes go, those of the batch being run too. */
  #written({ writeOffset }: Client): Written {
    const { appendOnly } = this.#parts.persistence;
    // Before the first complete rewrite the log alone is worth nothing.
    const log = appendOnly.state === "on" ? appendOnly.log : null;
    // After following another server the stream may have gone back.
    const offset = this.#stream.dirty ? this.#stream.offset : Math.min(writeOffset, this.#stream.offset);
    return { offset, log, position: log?.appended ?? 0 };
  }

  #isDone(waiter: Waiter): boolean {
    return this.#countReplicas(waiter) >= waiter.replicas && this.#countLocal(waiter) >= waiter.local;
  }

  #countReplicas({ offset, onDisk }: Waiter): number {
    const { countAcked, countSynced } = this.#acknowledgements;
    return (onDisk ? countSynced : countAcked).call(this.#acknowledgements, offset);
  }

  #countLocal({ log, position }: Waiter): number {
    return log !== null && log.synced >= position ? 1 : 0;
  }

  #write(waiter: Waiter, reply: Reply): void {
    if (waiter.onDisk) {
      reply.arrayHeader(2);
      reply.integer(this.#countLocal(waiter));
    }
    reply.integer(this.#countReplicas(waiter));
  }

  #answer(waiter: Waiter): void {
    this.#write(waiter, this.#reply);
    this.#finish(waiter);
  }

  #refuse(waiter: Waiter, message: string): void {
    this.#reply.error(message);
    this.#finish(waiter);
  }

  /** Ends the wait with what `#reply` holds. The client's next commands come in a later turn. */
  #finish(waiter: Waiter): void {
    this.#remove(waiter);
    const { transport } = waiter.client;
    const reply = this.#reply;
    if (!waiter.silent) transport.send(reply.written, 0, reply.length);
    reply.truncate(0);
    queueMicrotask(() => transport.resume());
  }

  #remove(waiter: Waiter): void {
    waiter.timer?.cancel();
    waiter.client.unblock = null;
    this.#waiters.delete(waiter.client);
  }

  #setTimer(waiter: Waiter): void {
    const left = Math.max(0, waiter.deadline - this.#parts.clock.now());
    waiter.timer = callAfter(this.#parts.clock, Math.min(left, LONGEST_TIMER), () => this.#onTimer(waiter));
  }

  #onTimer(waiter: Waiter): void {
    if (this.#parts.clock.now() >= waiter.deadline) this.#answer(waiter);
    else this.#setTimer(waiter);
  }
}
