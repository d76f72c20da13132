/**
 * The load itself: connections of one thread that write batches and count replies.
 *
 * @module
 */

import { openTransport, type TlsOptions, type Transport } from "../../client/mod.ts";
import { Histogram } from "./histogram.ts";
import { ReplyCounter } from "./reply_counter.ts";
import { Batch, type Request } from "./requests.ts";

const SMALLEST_BUFFER = 4 * 1024;
const LARGEST_BUFFER = 256 * 1024;
/** Batches up to this size are written before the replies are read; larger ones meanwhile. */
const LARGEST_WRITE = 32 * 1024;
/** Connections that are opened at the same time: a listener's backlog is not long. */
const OPENED_AT_ONCE = 64;

/** A server, and what is asked of it. */
export interface LoadTarget {
  readonly address: { hostname: string; port: number; unix?: string; tls?: TlsOptions };
  readonly request: Request;
}

/** What one thread has to do. Can be sent to it. */
export interface LoadPlan {
  /** One for each connection, in turn. */
  readonly targets: readonly LoadTarget[];
  /** What each connection says first, and how many replies that has. */
  readonly greeting: Request;
  readonly greetingReplies: number;
  /** Requests that are written at once. */
  readonly pipeline: number;
  readonly keyspace: number | null;
  /** Connections of this thread. */
  readonly clients: number;
  /** Requests of all threads together. */
  readonly requests: number;
  /** False: a new connection for each batch. */
  readonly keepAlive: boolean;
  /** Exact digits of latencies. */
  readonly precision: number;
}

/** What the threads share. */
export interface Tally {
  /** How many requests were taken, and answered. */
  readonly requests: Int32Array<SharedArrayBuffer>;
  /** The latencies of the requests that each thread had answered, added up, in microseconds. */
  readonly latencies: Float64Array<SharedArrayBuffer>;
}

const TAKEN = 0;
const ANSWERED = 1;

/** A tally for one load by so many threads. */
export function newTally(threads: number): Tally {
  return {
    requests: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    latencies: new Float64Array(new SharedArrayBuffer(threads * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** Requests answered so far. */
export function answeredOf({ requests }: Tally): number {
  return Atomics.load(requests, ANSWERED);
}

/** The server refused a request, or the connection ended. */
export class LoadError extends Error {
  override name = "LoadError";
}

/** One connection at a time to the server. */
class Client {
  readonly #plan: LoadPlan;
  readonly #target: LoadTarget;
  readonly #batch: Batch;
  readonly #replies = new ReplyCounter();
  #buffer = new Uint8Array(SMALLEST_BUFFER);
  #transport: Transport | null = null;

  constructor(plan: LoadPlan, target: LoadTarget) {
    this.#plan = plan;
    this.#target = target;
    this.#batch = new Batch(target.request, plan.pipeline, plan.keyspace);
  }

  /** Connects, unless it is. */
  async open(): Promise<void> {
    if (this.#transport !== null) return;
    const { greeting, greetingReplies } = this.#plan;
    this.#transport = await openTransport(this.#target.address);
    if (greetingReplies === 0) return;
    await this.#write(greeting);
    await this.#answers(greetingReplies, 0);
  }

  close(): void {
    this.#transport?.close();
    this.#transport = null;
  }

  /** Sends `count` requests and waits for the replies; milliseconds until the first of them came. */
  async exchange(count: number): Promise<number> {
    const bytes = this.#batch.next(count);
    const start = performance.now();
    if (bytes.length <= LARGEST_WRITE) {
      await this.#write(bytes);
      return await this.#answers(count, start);
    }
    // A server that stops reading until its replies are taken would wait for us, and we for it.
    const [latency] = await Promise.all([this.#answers(count, start), this.#write(bytes)]);
    return latency;
  }

  async #write(bytes: Request): Promise<void> {
    const transport = this.#transport!;
    let done = await transport.write(bytes);
    while (done < bytes.length) done += await transport.write(bytes.subarray(done));
  }

  async #answers(count: number, start: number): Promise<number> {
    const transport = this.#transport!;
    let latency = -1;
    for (let left = count; left > 0;) {
      const length = await transport.read(this.#buffer);
      if (length === null) throw new LoadError("Error: Server closed the connection");
      if (latency < 0) latency = performance.now() - start;
      left -= this.#replies.count(this.#buffer, length);
      if (this.#replies.error !== null) throw new LoadError(`Error from server: ${this.#replies.error}`);
      if (length === this.#buffer.length && length < LARGEST_BUFFER) {
        this.#buffer = new Uint8Array(length * 2);
      }
    }
    return latency;
  }
}

/** The connections of one thread. */
export class Load {
  readonly histogram: Histogram;
  readonly #plan: LoadPlan;
  readonly #tally: Tally;
  /** Number of the thread. */
  readonly #thread: number;
  readonly #clients: Client[];

  constructor(plan: LoadPlan, tally: Tally, thread: number) {
    this.#plan = plan;
    this.#tally = tally;
    this.#thread = thread;
    this.histogram = new Histogram(plan.precision);
    const { targets } = plan;
    this.#clients = Array.from(
      { length: plan.clients },
      (_, i) => new Client(plan, targets[(thread + i) % targets.length]),
    );
  }

  /** Opens the connections. Throws {@linkcode LoadError} on a reply that refuses us, or what the system refused with. */
  async open(): Promise<void> {
    const clients = this.#clients;
    for (let i = 0; i < clients.length; i += OPENED_AT_ONCE) {
      await Promise.all(clients.slice(i, i + OPENED_AT_ONCE).map((client) => client.open()));
    }
  }

  /** Sends requests until all threads together have sent all. Throws as `open` does. */
  async run(): Promise<void> {
    await Promise.all(this.#clients.map((client) => this.#drive(client)));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #drive(client: Client): Promise<void> {
    const { keepAlive, pipeline, requests } = this.#plan;
    const tally = this.#tally;
    for (;;) {
      const taken = Atomics.add(tally.requests, TAKEN, pipeline);
      // Far beyond the end the number wraps.
      if (taken < 0 || taken >= requests) return;
      const count = Math.min(pipeline, requests - taken);
      await client.open();
      const latency = await client.exchange(count);
      this.histogram.record(latency * 1000, count);
      tally.latencies[this.#thread] += latency * 1000 * count;
      Atomics.add(tally.requests, ANSWERED, count);
      if (!keepAlive) client.close();
    }
  }
}
