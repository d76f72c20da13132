/** A client that writes without a pause, and knows what was acknowledged. */

import type { Random } from "../../src/util/random.ts";
import { RespClient } from "../../tests/harness.ts";
import { encodeCommand } from "../../tests/support/bytes.ts";
import { ConnectionClosed } from "../../tests/support/resp_client.ts";
import { type Plain, toPlain } from "../../tests/support/resp_reply.ts";
import { observe } from "./observe.ts";
import { ClientState } from "./state.ts";
import { checkReply, Keyring, newStream, randomStep, type Step } from "./steps.ts";

/** Most steps sent at a time. */
const DEEPEST = 24;

/** A step that was sent. */
interface Sent {
  readonly step: Step;
  /** Reply to the last command, and when it came: milliseconds of the monotonic clock. Undefined without one. */
  reply?: Plain;
  acknowledgedAt?: number;
}

/** What a crash did to the steps of a client since the start before. */
export interface Survived {
  sent: number;
  acknowledged: number;
  /** Of the acknowledged ones. */
  lost: number;
}

/** Writes to its own keys until the connection breaks, over any number of crashes. */
export class Writer {
  readonly #keys: Keyring;
  readonly #random: Random;
  /** As it was when the server was started last. */
  #state = new ClientState();
  #sent: Sent[] = [];
  #steps = 0;
  #needsStream = true;

  constructor(number: number, random: Random) {
    this.#keys = new Keyring(number);
    this.#random = random;
  }

  /** Writes until the server is gone. Throws if it answers anything but what it should. */
  async run(port: number): Promise<void> {
    try {
      // A crash may have taken the first step of all away.
      this.#needsStream = !this.#state.streams.has(this.#keys.key("stream"));
      using client = await RespClient.connect({ port });
      await client.ask("SELECT", this.#keys.database);
      while (true) await this.#sendBatch(client);
    } catch (error) {
      if (!(error instanceof ConnectionClosed || isBroken(error))) throw error;
    }
  }

  /**
   * Finds what survived: the state must be that after some of the steps, none of them in part, in order, and at least
   * those acknowledged before `certainBefore` (monotonic milliseconds). Throws if it is not.
   */
  async verify(client: RespClient, certainBefore: number): Promise<Survived> {
    await client.ask("SELECT", this.#keys.database);
    const observed = await observe(client, `${this.#keys.prefix}*`);
    const acknowledged = this.#sent.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined).length;
    const least =
      this.#sent.filter(({ acknowledgedAt }) => (acknowledgedAt ?? Infinity) < certainBefore).length;
    const state = this.#state;
    let difference: string | null = null;
    for (let count = 0; count <= this.#sent.length; count++) {
      if (count > 0) this.#sent[count - 1].step.apply(state, this.#sent[count - 1].reply);
      if (count < least || (count < this.#sent.length && !state.hasStrings(observed))) continue;
      difference = state.difference(observed);
      if (difference !== null) continue;
      state.settle(observed);
      await this.#verifyElsewhere(client);
      const survived = { sent: this.#sent.length, acknowledged, lost: Math.max(0, acknowledged - count) };
      this.#sent = [];
      return survived;
    }
    throw new Error(
      `the keys ${this.#keys.prefix}* are as after none of the steps ${least} to ${this.#sent.length}, ` +
        `${acknowledged} of them acknowledged; after all of them ${difference}`,
    );
  }

  /** What the transactions wrote to another database is as much. */
  async #verifyElsewhere(client: RespClient): Promise<void> {
    const key = this.#keys.key("elsewhere");
    await client.ask("SELECT", 9);
    const found = String(await client.ask("GET", key) ?? 0);
    const expected = this.#state.strings.get(this.#keys.key("left")) ?? "0";
    if (found !== expected) {
      throw new Error(`half of a transaction: ${key} is ${found} instead of ${expected}`);
    }
  }

  async #sendBatch(client: RespClient): Promise<void> {
    const batch: Sent[] = [];
    for (let left = 1 + this.#random.below(DEEPEST); left > 0; left--) {
      const step = this.#needsStream
        ? newStream(this.#keys)
        : randomStep(this.#keys, this.#random, this.#steps);
      this.#needsStream = false;
      this.#steps++;
      batch.push({ step });
    }
    this.#sent.push(...batch);
    await client.sendRaw(batch.flatMap(({ step }) => step.commands.map(encodeCommand)).join(""));
    for (const sent of batch) {
      let reply: Plain = null;
      for (const command of sent.step.commands) {
        reply = toPlain(await client.read());
        checkReply(command, reply);
      }
      sent.reply = reply;
      sent.acknowledgedAt = performance.now();
    }
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionRefused;
}
