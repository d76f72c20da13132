/**
 * Clients that wait in blocking commands, such as BLPOP, until a key has what they want.
 *
 * A client waits in one queue per key. When something happens to a key that has a queue, the key is noted as ready, and
 * once the command that did it is over (a transaction counts as one command) its clients are served, first come, first
 * served: each runs its whole command again, and either has its reply then or goes on waiting, at its old place. So a
 * blocking command is written once, for both moments, and whatever can make data ready is noticed, because every change
 * passes the keyspace's sink. What no command has done, such as the end of a key by its deadline, is seen to right after
 * it, too.
 *
 * A waiting client costs its queue entries and, if it has a timeout, a timer.
 *
 * @module
 */

import { Args } from "../command/args.ts";
import type { Client, UnblockReason } from "../command/client.ts";
import type { CommandContext } from "../command/context.ts";
import type { Dispatcher } from "../command/dispatch.ts";
import type { CommandRecord } from "../command/registry.ts";
import { type ChangeEvent, EventClass, EVERY_CLASS } from "../keyspace/change.ts";
import type { Database } from "../keyspace/database.ts";
import { type TypeName, typeNameOf } from "../keyspace/value.ts";
import { Errors } from "../resp/errors.ts";
import { Reply } from "../resp/reply.ts";
import { callAfter, type Clock, type Timer } from "../util/clock.ts";

/** Timers count milliseconds in 32 bits; a longer wait takes several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What a client waits for. */
export interface WaitRequest {
  /** Any of these keys, of the client's database. */
  readonly keys: readonly string[];
  /** Milliseconds; 0 is for ever. */
  readonly timeout: number;
  /** A key with a value of another type is as good as none. */
  readonly type: TypeName;
  /** Run the command also when a key vanishes or gets another type: what it waits for can't come any more. */
  readonly onMissing?: boolean;
  /** Something that the command wants to find again when it runs again: see {@linkcode BlockedClients.stateOf}. */
  readonly state?: unknown;
}

/** The clients that wait for one key. */
interface KeyQueue {
  readonly database: number;
  readonly key: string;
  /** In the order in which they came. */
  readonly waiters: Set<Waiter>;
  /** How many of them want to know when the key vanishes. */
  onMissing: number;
}

/** One waiting client. */
interface Waiter {
  readonly client: Client;
  readonly record: CommandRecord;
  readonly args: Args;
  readonly request: WaitRequest;
  readonly queues: KeyQueue[];
  /** Milliseconds since the epoch; Infinity without a timeout. */
  readonly deadline: number;
  timer: Timer | undefined;
  /** CLIENT REPLY was off or skipping when the command came. */
  readonly silent: boolean;
  /** The command ran again and had to wait again. */
  again: boolean;
}

/** All waiting clients. */
export class BlockedClients {
  /** Called when {@linkcode active} changed. */
  onActiveChange: (() => void) | null = null;
  /**
   * Asked whether a command that could be served may run now. What was refused is tried again at
   * {@linkcode serveRefused}.
   */
  mayRun: ((record: CommandRecord, args: Args) => boolean) | null = null;

  readonly #clock: Clock;
  readonly #dispatcher: Dispatcher;
  readonly #waiters = new Map<Client, Waiter>();
  /** By number of the database, then by key. */
  readonly #queues = new Map<number, Map<string, KeyQueue>>();
  readonly #ready = new Set<KeyQueue>();
  readonly #refused = new Set<KeyQueue>();
  #keys = 0;
  #keysOnMissing = 0;
  #timeouts = 0;
  #running: Waiter | null = null;
  /** The context of all commands; null before the first one waits. */
  #context: CommandContext | null = null;
  /** For what is not the reply of a command that runs. */
  readonly #reply = new Reply();

  /** `onError` is called with the text of each error reply that does not come from a command. */
  constructor(clock: Clock, dispatcher: Dispatcher, onError: (text: string) => void) {
    this.#clock = clock;
    this.#dispatcher = dispatcher;
    this.#reply.onError = onError;
  }

  /** Whether anybody waits. */
  get active(): boolean {
    return this.#waiters.size > 0;
  }

  /** How many clients wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** How many keys are waited for; how many of them also for their end; how many clients have a timeout. */
  get figures(): { keys: number; keysOnMissing: number; timeouts: number } {
    return { keys: this.#keys, keysOnMissing: this.#keysOnMissing, timeouts: this.#timeouts };
  }

  /** What the running command gave as `state` when it had to wait; undefined if it runs for the first time. */
  stateOf(client: Client): unknown {
    return this.#running?.client === client ? this.#running.request.state : undefined;
  }

  /**
   * Has the client wait in the command that is running. One that ran again keeps its place, request and deadline. The
   * command counts as run when the wait is over.
   */
  block(ctx: CommandContext, record: CommandRecord, args: Args, request: WaitRequest): void {
    const { client } = ctx;
    this.#context = ctx;
    this.#dispatcher.count(record, -1);
    if (this.#running?.client === client) {
      this.#running.again = true;
      return;
    }
    const { timeout } = request;
    const waiter: Waiter = {
      client,
      record,
      args: keep(args),
      request,
      queues: [],
      deadline: timeout === 0 ? Infinity : this.#clock.now() + timeout,
      timer: undefined,
      silent: client.replyMode !== "on",
      again: false,
    };
    this.#waiters.set(client, waiter);
    for (const key of new Set(request.keys)) this.#enqueue(waiter, key);
    if (timeout > 0) {
      this.#timeouts++;
      this.#setTimer(waiter);
    }
    client.suspended = true;
    client.unblock = (reason) => this.#giveUp(waiter, reason);
    if (this.#waiters.size === 1) this.onActiveChange?.();
  }

  /** Forgets a client that is gone. */
  drop(client: Client): void {
    const waiter = this.#waiters.get(client);
    if (waiter !== undefined) this.#remove(waiter);
  }

  /** Ends all waits with an error, and then the connections: whatever they waited for, it is another server now. */
  disconnectAll(message: string): void {
    for (const waiter of [...this.#waiters.values()]) {
      this.#reply.error(message);
      waiter.client.closing = true;
      this.#answer(waiter, this.#reply, 0);
      this.#reply.truncate(0);
    }
  }

  /** Ends the waits for which `refusal` has an error: what they wait for will not come here. */
  refuse(refusal: (client: Client, record: CommandRecord, key: string) => string | null): void {
    for (const waiter of [...this.#waiters.values()]) {
      const message = refusal(waiter.client, waiter.record, waiter.request.keys[0]);
      if (message === null) continue;
      this.#reply.error(message);
      this.#answer(waiter, this.#reply, 0);
      this.#reply.truncate(0);
    }
  }

  /** Everything, as long as anybody waits. */
  get wanted(): number {
    return this.active ? EVERY_CLASS : 0;
  }

  /** Hears of every change, as a consumer of effects. */
  changed(database: Database, key: string, { eventClass }: ChangeEvent): void {
    // A look-up that found nothing is no news to those who wait; and they cause it themselves.
    if (eventClass === EventClass.KEY_MISS) return;
    const queue = this.#queues.get(database.index)?.get(key);
    if (queue !== undefined) this.#markReady(queue);
  }

  /** All keys of a database are about to change. */
  replaced(database: Database): void {
    const queues = this.#queues.get(database.index);
    if (queues !== undefined) { for (const queue of queues.values()) this.#markReady(queue); }
  }

  /** Tries again to serve the clients whose command was not to run. */
  serveRefused(): void {
    for (const queue of this.#refused) this.#markReady(queue);
    this.#refused.clear();
  }

  #markReady(queue: KeyQueue): void {
    if (this.#ready.size === 0) queueMicrotask(this.#serveLeft);
    this.#ready.add(queue);
    this.#dispatcher.afterCommand = this.#serveReady;
  }

  /** Serves those whom no command has: their keys became ready outside of any, or in one that was refused then. */
  readonly #serveLeft = (): void => {
    if (this.#ready.size === 0) return;
    this.#dispatcher.beginBatch();
    this.#serveReady(this.#context!);
    this.#dispatcher.endBatch();
  };

  /** Serves who can be served. What that does may make further keys ready, which are then served too. */
  readonly #serveReady = (ctx: CommandContext): void => {
    const { client } = ctx;
    while (this.#ready.size > 0) {
      const ready = [...this.#ready];
      this.#ready.clear();
      for (const queue of ready) this.#serveKey(ctx, queue);
    }
    this.#dispatcher.afterCommand = null;
    ctx.enter(client);
  };

  #serveKey(ctx: CommandContext, queue: KeyQueue): void {
    const database = ctx.keyspace.database(queue.database);
    for (const waiter of queue.waiters) {
      const value = database.peek(queue.key);
      if (value === undefined && queue.onMissing === 0) return;
      const isRight = value !== undefined && typeNameOf(value) === waiter.request.type;
      if (!isRight && waiter.request.onMissing !== true) continue;
      if (this.mayRun !== null && !this.mayRun(waiter.record, waiter.args)) {
        this.#refused.add(queue);
        return;
      }
      this.#runAgain(ctx, waiter);
    }
  }

  #runAgain(ctx: CommandContext, waiter: Waiter): void {
    const { reply } = ctx;
    const start = reply.length;
    ctx.enter(waiter.client);
    this.#running = waiter;
    waiter.again = false;
    this.#dispatcher.call(ctx, waiter.record, waiter.args);
    this.#running = null;
    if (!waiter.again) this.#answer(waiter, reply, start);
    reply.truncate(start);
  }

  /** Ends the wait without what was waited for. */
  #giveUp(waiter: Waiter, reason: UnblockReason): void {
    const reply = this.#reply;
    const { record } = waiter;
    this.#dispatcher.count(record, 1);
    if (reason === "error") record.failed++;
    reply.resp3 = waiter.client.resp3;
    if (reason === "timeout") reply.nullArray();
    else reply.error(Errors.UNBLOCKED.message);
    this.#answer(waiter, reply, 0);
    reply.truncate(0);
  }

  /** Ends the wait with the reply that begins at `start`. The client's next commands come in a later turn. */
  #answer(waiter: Waiter, reply: Reply, start: number): void {
    this.#remove(waiter);
    const { transport } = waiter.client;
    if (!waiter.silent) transport.send(reply.written, start, reply.length);
    queueMicrotask(() => transport.resume());
  }

  #enqueue(waiter: Waiter, key: string): void {
    const { database } = waiter.client;
    let queues = this.#queues.get(database);
    if (queues === undefined) this.#queues.set(database, queues = new Map());
    let queue = queues.get(key);
    if (queue === undefined) {
      queues.set(key, queue = { database, key, waiters: new Set(), onMissing: 0 });
      this.#keys++;
    }
    queue.waiters.add(waiter);
    if (waiter.request.onMissing && queue.onMissing++ === 0) this.#keysOnMissing++;
    waiter.queues.push(queue);
  }

  #remove(waiter: Waiter): void {
    for (const queue of waiter.queues) this.#leave(waiter, queue);
    if (waiter.deadline !== Infinity) this.#timeouts--;
    waiter.timer?.cancel();
    waiter.client.unblock = null;
    this.#waiters.delete(waiter.client);
    if (this.#waiters.size === 0) this.onActiveChange?.();
  }

  #leave(waiter: Waiter, queue: KeyQueue): void {
    queue.waiters.delete(waiter);
    if (waiter.request.onMissing && --queue.onMissing === 0) this.#keysOnMissing--;
    if (queue.waiters.size > 0) return;
    this.#keys--;
    this.#ready.delete(queue);
    this.#refused.delete(queue);
    const queues = this.#queues.get(queue.database)!;
    queues.delete(queue.key);
    if (queues.size === 0) this.#queues.delete(queue.database);
  }

  #setTimer(waiter: Waiter): void {
    const left = Math.max(0, waiter.deadline - this.#clock.now());
    waiter.timer = callAfter(this.#clock, Math.min(left, LONGEST_TIMER), () => this.#onTimer(waiter));
  }

  #onTimer(waiter: Waiter): void {
    if (this.#clock.now() >= waiter.deadline) this.#giveUp(waiter, "timeout");
    else this.#setTimer(waiter);
  }
}

/** A copy of the arguments that lasts. */
function keep(args: Args): Args {
  const copy = new Args();
  args.copyTo(copy);
  return copy;
}
