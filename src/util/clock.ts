/** Something that is to be done later. */
export interface Timer {
  /** Has it not be done. */
  cancel(): void;
}

/** The one source of time. */
export interface Clock {
  /** Milliseconds since the epoch, an integer. */
  now(): number;
  /** Microseconds since the epoch, an integer. */
  nowMicroseconds(): number;
  /** Milliseconds, with a fraction, since some fixed moment; never goes back. For measuring durations. */
  monotonic(): number;
  /** Calls `run` when so many milliseconds have passed on this clock. Only a clock that can be moved has its own way. */
  after?(milliseconds: number, run: () => void): Timer;
}

/** Calls `run` when `milliseconds` (at most 2^31 - 1) have passed on the clock. */
export function callAfter(clock: Clock, milliseconds: number, run: () => void): Timer {
  if (clock.after !== undefined) return clock.after(milliseconds, run);
  const timer = setTimeout(run, milliseconds);
  return { cancel: () => clearTimeout(timer) };
}

/** The time of the machine. */
export class SystemClock implements Clock {
  /** The wall clock less the monotonic one, in milliseconds. */
  #offset = Date.now() - performance.now();

  now(): number {
    return Date.now();
  }

  /** The monotonic clock's finer digits on the wall clock, and pulled back to it when somebody sets that. */
  nowMicroseconds(): number {
    const wall = Date.now();
    const elapsed = performance.now();
    if (Math.abs(this.#offset + elapsed - wall) > 1) this.#offset = wall - elapsed;
    return Math.floor((this.#offset + elapsed) * 1000);
  }

  monotonic(): number {
    return performance.now();
  }
}

/** A clock that stands still until it is told otherwise, for tests. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;

  /** Starts at `now`, in milliseconds since the epoch; a fraction shows in microseconds. */
  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  nowMicroseconds(): number {
    return Math.round(this.#now * 1000);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /**
   * Lets `milliseconds` pass on both clocks. Throws a RangeError when negative: use {@link set} to go back.
   */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`time cannot advance by ${milliseconds} ms`);
    this.#now += milliseconds;
    this.#monotonic += milliseconds;
  }

  /** Sets the wall clock, as an operator would: the monotonic clock does not notice. */
  set(now: number): void {
    this.#now = now;
  }
}
