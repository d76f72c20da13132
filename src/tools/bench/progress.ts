/**
 * The line that a terminal shows while a test runs.
 *
 * @module
 */

import { answeredOf, type Tally } from "./load.ts";

const PERIOD = 250;

/** Rewrites its line four times a second. Disposing it wipes the line out. */
export class Progress implements Disposable {
  readonly #title: string;
  readonly #tally: Tally;
  readonly #write: (text: string) => void;
  readonly #start = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #width = 0;
  #lastTime = this.#start;
  #lastAnswered = 0;
  #lastLatency = 0;

  constructor(title: string, tally: Tally, write: (text: string) => void) {
    this.#title = title;
    this.#tally = tally;
    this.#write = write;
    this.#timer = setInterval(() => this.#show(), PERIOD);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#width > 0) this.#write(`${" ".repeat(this.#width)}\r`);
  }

  #show(): void {
    const now = performance.now();
    const answered = answeredOf(this.#tally);
    const latency = this.#tally.latencies.reduce((sum, each) => sum + each, 0);
    const recent = answered - this.#lastAnswered;
    const rate = (recent * 1000) / (now - this.#lastTime);
    const overall = (answered * 1000) / (now - this.#start);
    const text = `${this.#title}: rps=${rate.toFixed(1)} (overall: ${overall.toFixed(1)}) ` +
      `avg_msec=${meanOf(latency - this.#lastLatency, recent)} (overall: ${meanOf(latency, answered)})`;
    this.#write(`${text.padEnd(this.#width)}\r`);
    this.#width = text.length;
    this.#lastTime = now;
    this.#lastAnswered = answered;
    this.#lastLatency = latency;
  }
}

/** Milliseconds, from a sum of microseconds. */
function meanOf(sum: number, count: number): string {
  return (count === 0 ? 0 : sum / count / 1000).toFixed(3);
}
