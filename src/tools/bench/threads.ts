/**
 * A load on one thread or many.
 *
 * @module
 */

import { Histogram } from "./histogram.ts";
import { Load, LoadError, type LoadPlan, newTally, type Tally } from "./load.ts";
import type { Message, Order } from "./worker.ts";

/** A load that was prepared: its connections are open. */
export interface PreparedLoad extends Disposable {
  readonly tally: Tally;
  /** Sends the requests; what was measured. Throws {@linkcode LoadError}, or what the system refused with. */
  run(): Promise<Histogram>;
  [Symbol.dispose](): void;
}

/** Opens the connections, on as many threads; 0: on this one. Throws as `run` does. */
export async function prepareLoad(plan: LoadPlan, threads: number): Promise<PreparedLoad> {
  return threads === 0 ? await prepareHere(plan) : await prepareThreads(plan, threads);
}

async function prepareHere(plan: LoadPlan): Promise<PreparedLoad> {
  const tally = newTally(1);
  const load = new Load(plan, tally, 0);
  const close = () => load.close();
  try {
    await load.open();
  } catch (error) {
    close();
    throw error;
  }
  const run = async () => {
    await load.run();
    return load.histogram;
  };
  return { tally, run, [Symbol.dispose]: close };
}

async function prepareThreads(plan: LoadPlan, threads: number): Promise<PreparedLoad> {
  const tally = newTally(threads);
  const workers = Array.from({ length: threads }, () => new Thread());
  const close = () => workers.forEach((worker) => worker.close());
  try {
    await Promise.all(workers.map((worker, thread) => {
      const clients = Math.floor(plan.clients / threads) + (thread < plan.clients % threads ? 1 : 0);
      return worker.order({ kind: "prepare", plan: { ...plan, clients }, tally, thread });
    }));
  } catch (error) {
    close();
    throw error;
  }
  const run = async () => {
    const histogram = new Histogram(plan.precision);
    for (const answer of await Promise.all(workers.map((worker) => worker.order({ kind: "start" })))) {
      if (answer.kind === "done") histogram.add(answer.histogram);
    }
    return histogram;
  };
  return { tally, run, [Symbol.dispose]: close };
}

/** A worker that answers each order once. */
class Thread {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" });

  /** Throws {@linkcode LoadError} if the thread failed. */
  order(order: Order): Promise<Message> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.kind === "failed") reject(new LoadError(data.reason));
        else resolve(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new LoadError(event.message));
      };
      worker.postMessage(order);
    });
  }

  close(): void {
    this.#worker.terminate();
  }
}
