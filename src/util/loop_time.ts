/**
 * How long the event loop is held.
 *
 * @module
 */

/** Adds up the stretches in which nobody else was served. All times are microseconds, with fraction. */
export class LoopTime {
  total = 0;
  /** The longest stretch. */
  longest = 0;
  /** What of it went into periodic work, and into writing the append-only file. */
  cron = 0;
  log = 0;
  readonly #clock: { monotonic(): number };
  #isPeriodic = false;

  constructor(clock: { monotonic(): number }) {
    this.#clock = clock;
  }

  /** The time, for {@linkcode add}. */
  now(): number {
    return this.#clock.monotonic() * 1000;
  }

  /** Adds the stretch from `start` until now, and answers how long it was. */
  add(start: number): number {
    const elapsed = this.now() - start;
    this.total += elapsed;
    if (elapsed > this.longest) this.longest = elapsed;
    return elapsed;
  }

  /** Adds the time that `run`, a piece of periodic work, takes. Other such pieces may be within it. */
  periodic<Result>(run: () => Result): Result {
    if (this.#isPeriodic) return run();
    this.#isPeriodic = true;
    const start = this.now();
    try {
      return run();
    } finally {
      this.cron += this.add(start);
      this.#isPeriodic = false;
    }
  }

  /** Starts anew. */
  reset(): void {
    this.total = 0;
    this.longest = 0;
    this.cron = 0;
    this.log = 0;
  }
}
