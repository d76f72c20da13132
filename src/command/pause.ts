/**
 * CLIENT PAUSE: for a time the commands of clients wait.
 *
 * @module
 */

import { callAfter, type Clock, type Timer } from "../util/clock.ts";
import type { Client } from "./client.ts";
import { MAY_REPLICATE, WRITE } from "./flags.ts";

/** Which commands wait: those that may change or replicate something, or all. */
export type PauseMode = "write" | "all";

/** What writes can have to wait for, however long it takes. */
export type LastingPause = "failover" | "shutdown";

/** Timers count milliseconds in 32 bits; a longer pause takes several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The pause in force, and the clients whose command waits for its end. */
export class ClientPause {
  /** Called when a pause begins and when it ends. */
  onChange: ((paused: boolean) => void) | null = null;

  readonly #clock: Clock;
  #mode: PauseMode | null = null;
  /** For what {@linkcode beginLasting} was called. */
  readonly #lasting = new Set<LastingPause>();
  /** Milliseconds since the epoch. */
  #until = 0;
  #timer: Timer | undefined;
  /** In the order in which they will go on. */
  readonly #waiting = new Set<Client>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a pause is in force. */
  get active(): boolean {
    return this.#mode !== null || this.#lasting.size > 0;
  }

  /** How many clients wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the client waits. */
  holds(client: Client): boolean {
    return this.#waiting.has(client);
  }

  /**
   * Begins a pause of `milliseconds`. One that is in force already is neither shortened nor, if it holds all
   * commands back, restricted to writes.
   */
  begin(milliseconds: number, mode: PauseMode): void {
    const until = this.#clock.now() + milliseconds;
    if (milliseconds <= 0 && !this.active) return;
    if (this.#mode !== "all") this.#change(() => this.#mode = mode);
    if (until > this.#until) {
      this.#until = until;
      this.#setTimer();
    }
  }

  /** Ends the pause. The clients go on in a later turn: another client's command is running at present. */
  end(): void {
    this.#timer?.cancel();
    this.#until = 0;
    this.#change(() => this.#mode = null);
  }

  /** Begins a pause of writes that is independent of others and lasts until {@linkcode endLasting}. */
  beginLasting(reason: LastingPause): void {
    this.#change(() => this.#lasting.add(reason));
  }

  endLasting(reason: LastingPause): void {
    this.#change(() => this.#lasting.delete(reason));
  }

  /** Whether such a pause is in force. */
  lastsFor(reason: LastingPause): boolean {
    return this.#lasting.has(reason);
  }

  #change(change: () => void): void {
    const wasActive = this.active;
    change();
    if (this.active !== wasActive) this.onChange?.(this.active);
    if (!wasActive || this.#mode === "all") return;
    // Who has to go on waiting comes back at once.
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    queueMicrotask(() => {
      for (const client of waiting) client.transport.resume();
    });
  }

  /** Whether a command with these flags (of `flags.ts`; for EXEC those of all queued commands) has to wait. */
  concerns(flags: number): boolean {
    if (this.#mode === "all") return true;
    return this.active && (flags & (WRITE | MAY_REPLICATE)) !== 0;
  }

  /** Holds back the command that is about to run, and what the client sends behind it. */
  hold(client: Client): void {
    client.postpone();
    this.#waiting.add(client);
  }

  /** Forgets a client that is gone. */
  drop(client: Client): void {
    this.#waiting.delete(client);
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const left = this.#until - this.#clock.now();
    this.#timer = callAfter(this.#clock, Math.min(left, LONGEST_TIMER), () => this.#onTimer());
  }

  #onTimer(): void {
    if (this.#clock.now() >= this.#until) this.end();
    else this.#setTimer();
  }
}
