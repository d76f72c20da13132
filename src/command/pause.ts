/**
 * CLIENT PAUSE: for a time the commands of clients wait.
 *
 * @module
 */

import type { Clock } from "../util/clock.ts";
import type { Client } from "./client.ts";
import { MAY_REPLICATE, WRITE } from "./flags.ts";

/** Which commands wait: those that may change or replicate something, or all. */
export type PauseMode = "write" | "all";

/** Timers count milliseconds in 32 bits; a longer pause takes several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The pause in force, and the clients whose command waits for its end. */
export class ClientPause {
  /** Called when a pause begins and when it ends. */
  onChange: ((paused: boolean) => void) | null = null;

  readonly #clock: Clock;
  #mode: PauseMode | null = null;
  /** What {@linkcode beginLasting} asked for. */
  #lasting: PauseMode | null = null;
  /** Milliseconds since the epoch. */
  #until = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** In the order in which they will go on. */
  readonly #waiting = new Set<Client>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a pause is in force. */
  get active(): boolean {
    return this.#mode !== null || this.#lasting !== null;
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
    if (this.#mode !== "all") this.#change(mode, this.#lasting);
    if (until > this.#until) {
      this.#until = until;
      this.#setTimer();
    }
  }

  /** Ends the pause. The clients go on in a later turn: another client's command is running at present. */
  end(): void {
    clearTimeout(this.#timer);
    this.#until = 0;
    this.#change(null, this.#lasting);
  }

  /** Begins a pause that is independent of the other and lasts until {@linkcode endLasting}. */
  beginLasting(mode: PauseMode): void {
    this.#change(this.#mode, mode);
  }

  endLasting(): void {
    this.#change(this.#mode, null);
  }

  #change(mode: PauseMode | null, lasting: PauseMode | null): void {
    const wasActive = this.active;
    this.#mode = mode;
    this.#lasting = lasting;
    if (this.active !== wasActive) this.onChange?.(this.active);
    if (!wasActive || mode === "all" || lasting === "all") return;
    // Who has to go on waiting comes back at once.
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    queueMicrotask(() => {
      for (const client of waiting) client.transport.resume();
    });
  }

  /** Whether a command with these flags (of `flags.ts`; for EXEC those of all queued commands) has to wait. */
  concerns(flags: number): boolean {
    if (this.#mode === "all" || this.#lasting === "all") return true;
    return this.active && (flags & (WRITE | MAY_REPLICATE)) !== 0;
  }

  /** Holds back the command that is about to run, and what the client sends behind it. */
  hold(client: Client): void {
    client.suspended = true;
    client.postponed = true;
    this.#waiting.add(client);
  }

  /** Forgets a client that is gone. */
  drop(client: Client): void {
    this.#waiting.delete(client);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const left = this.#until - this.#clock.now();
    this.#timer = setTimeout(() => this.#onTimer(), Math.min(left, LONGEST_TIMER));
  }

  #onTimer(): void {
    if (this.#clock.now() >= this.#until) this.end();
    else this.#setTimer();
  }
}
