/**
 * The way of received bytes: from all connections, through the decoder, to the commands.
 *
 * @module
 */

import { type Arrival, DecoderStream } from "../resp/decoder_stream.ts";
import type { ReplyWait } from "./reply_gate.ts";

/**
 * Work after which replies are sent. The more, the less of what a group costs falls on each command (50 clients with 64
 * SETs in flight each: 1.5 million a second with 64, 2.0 with 1024), but the longer a peer waits for replies that are
 * ready.
 */
const GROUP_WORK = 1024;

/** A connection that bytes arrive on. */
export interface Receiver extends Arrival {
  /** Runs the commands that have arrived. Answers the work it was: commands, and reply bytes in KiB. */
  run(): number;
  /** Sends the replies, when those that `wait` is for may leave (null: now), and reads on. */
  proceed(wait: ReplyWait | null): void;
  /** In the place of {@linkcode proceed}: ends the connection, as it is not known what became of its commands. */
  fail(fault: unknown): void;
}

/** What stands around the commands of a group. */
export interface GroupHost {
  beginGroup(): void;
  /** Everything but the replies: statistics, the log, the replicas. Answers what the replies have to wait for. */
  endGroup(): ReplyWait | null;
  /** After the replies. */
  groupSent(): void;
  /** Whether groups must not be smaller than a turn. */
  readonly sharesTurn: boolean;
}

/**
 * Collects who has received something, and serves them together, in groups: what their commands have in common (the time
 * they took, the log written) is done once for a group. The reads that end in one turn of the event loop are told of one
 * after the other, without anything in between, so that one microtask later all of them are here.
 */
export class Intake {
  readonly #host: GroupHost;
  readonly #writer: WritableStreamDefaultWriter<readonly Receiver[]>;
  readonly #reader: ReadableStreamDefaultReader<readonly Receiver[]>;
  #arrived: Receiver[] = [];

  constructor(host: GroupHost) {
    this.#host = host;
    const stream = new DecoderStream<Receiver>();
    this.#writer = stream.writable.getWriter();
    this.#reader = stream.readable.getReader();
    this.#serve();
  }

  /** Has the receiver served with all others of this turn. Not again before it reads on. */
  add(receiver: Receiver): void {
    if (this.#arrived.push(receiver) === 1) queueMicrotask(this.#pass);
  }

  readonly #pass = (): void => {
    const batch = this.#arrived;
    this.#arrived = [];
    // The stream answers each batch with one, so the write needs no wait of its own.
    this.#writer.write(batch);
  };

  /** Goes on for as long as anybody holds the intake. */
  async #serve(): Promise<void> {
    for (;;) {
      const { value } = await this.#reader.read();
      const batch = value!;
      for (let next = 0; next < batch.length;) next = this.#serveGroup(batch, next);
    }
  }

  /** Serves receivers from `first` on; answers which one is the next. */
  #serveGroup(batch: readonly Receiver[], first: number): number {
    let next = first;
    let work = 0;
    const mostWork = this.#host.sharesTurn ? Infinity : GROUP_WORK;
    try {
      this.#host.beginGroup();
      while (next < batch.length && work < mostWork) work += batch[next++].run();
      const wait = this.#host.endGroup();
      for (let i = first; i < next; i++) batch[i].proceed(wait);
      this.#host.groupSent();
    } catch (fault) {
      // Nobody expected it; the other connections are to live on.
      if (next === first) next = batch.length;
      for (let i = first; i < next; i++) batch[i].fail(fault);
    }
    return next;
  }
}
