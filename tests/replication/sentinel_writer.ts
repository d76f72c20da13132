/** Clients that find the master by Sentinel, write, and remember what WAIT acknowledged. */

import type { RespClient, TestServer } from "../harness.ts";
import { encodeCommand } from "../support/bytes.ts";
import { ReplyError, toPlain } from "../support/resp_reply.ts";
import { until } from "../persistence/tools.ts";
import type { Deployment } from "./sentinel_deployment.ts";

/** How long a master may be silent before a writer looks for another one. */
const SILENCE_LIMIT_MS = 1500;
const WAIT_LIMIT_MS = "500";
/** Between two attempts to find a master, and between two writes. */
const PAUSE_MS = 20;
const WRITE_PAUSE_MS = 2;
/** Keys asked for in one MGET. */
const CHECK_STEP = 1000;

/** Several clients that write at the same time; disposing it ends them. */
export class AckedWriters implements AsyncDisposable {
  /** Keys whose writes at least one replica acknowledged. The value of each is the key itself. */
  readonly acknowledged: string[] = [];
  /** The longest time between two acknowledgements, in milliseconds; set it to 0 to begin anew. */
  longestGap = 0;
  #lastAt = performance.now();
  readonly #name = crypto.randomUUID().slice(0, 8);
  readonly #deployment: Deployment;
  readonly #running: Promise<void>[];
  #stopped = false;

  constructor(deployment: Deployment, clients = 4) {
    this.#deployment = deployment;
    this.#running = Array.from({ length: clients }, (_, number) => this.#run(number));
  }

  /** Waits until so many more writes were acknowledged. */
  async untilMore(count: number): Promise<void> {
    const enough = this.acknowledged.length + count;
    await until(`${count} more acknowledged writes`, () => this.acknowledged.length >= enough);
  }

  /** The acknowledged keys that a server does not have. */
  async missingOn(server: TestServer): Promise<string[]> {
    const keys = [...this.acknowledged];
    using client = await server.connect();
    const missing: string[] = [];
    for (let i = 0; i < keys.length; i += CHECK_STEP) {
      const asked = keys.slice(i, i + CHECK_STEP);
      const values = await client.ask("MGET", ...asked) as (string | null)[];
      missing.push(...asked.filter((key, j) => values[j] !== key));
    }
    return missing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(number: number): Promise<void> {
    let count = 0;
    while (!this.#stopped) {
      try {
        const master = await this.#deployment.master();
        using client = await master.connect({ timeoutMs: SILENCE_LIMIT_MS });
        while (!this.#stopped) {
          await this.#write(client, `${this.#name}:${number}:${count++}`);
          await sleep(WRITE_PAUSE_MS);
        }
      } catch {
        // The master is dead, stopped, or no master any more.
        await sleep(PAUSE_MS);
      }
    }
  }

  async #write(client: RespClient, key: string): Promise<void> {
    await client.sendRaw(encodeCommand(["SET", key, key]) + encodeCommand(["WAIT", "1", WAIT_LIMIT_MS]));
    const replies = [toPlain(await client.read()), toPlain(await client.read())];
    const error = replies.find((reply) => reply instanceof ReplyError);
    if (error !== undefined) throw error;
    if (Number(replies[1]) < 1) return;
    this.acknowledged.push(key);
    const now = performance.now();
    this.longestGap = Math.max(this.longestGap, now - this.#lastAt);
    this.#lastAt = now;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
