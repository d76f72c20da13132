/**
 * `key-load-delay`: loading made slow, for tests.
 *
 * @module
 */

import type { Random } from "../util/random.ts";

/** Microseconds to wait at a time, so that a long delay does not keep clients from their answer. */
const LONGEST_WAIT = 2000;

/** Waits after keys that were loaded. Nothing else runs during a wait, as in the original; only between two of them. */
export class LoadDelay {
  readonly #read: () => number;
  readonly #random: Random;
  readonly #sleep: (milliseconds: number) => void;
  #microseconds = 0;

  /**
   * `read` gives the directive: microseconds for each key, or, if it is negative, minus the number of keys of which, on
   * average, one takes a microsecond. It may change while data are loaded.
   */
  constructor(read: () => number, random: Random, sleep = sleepFor) {
    this.#read = read;
    this.#random = random;
    this.#sleep = sleep;
    this.refresh();
  }

  /** Whether to wait at all, by what the directive was when last looked at. */
  get isOn(): boolean {
    return this.#microseconds !== 0;
  }

  /** Looks at the directive again, for whoever was gone while clients were served. */
  refresh(): void {
    this.#microseconds = this.#read();
  }

  /** Waits for so many keys. Ends early when the directive is set to 0 between two waits. */
  *wait(keys: number): Generator<void> {
    for (let i = 0; i < keys && this.isOn; i++) {
      for (let left = this.#forOneKey(); left > 0 && this.isOn; left -= LONGEST_WAIT) {
        this.#sleep(Math.min(left, LONGEST_WAIT) / 1000);
        yield;
        this.refresh();
      }
    }
  }

  #forOneKey(): number {
    const microseconds = this.#microseconds;
    if (microseconds > 0) return microseconds;
    return this.#random.below(-microseconds) === 0 ? 1 : 0;
  }
}

function sleepFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
