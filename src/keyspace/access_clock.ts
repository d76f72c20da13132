/**
 * The 24 bits that each value carries on how recently (LRU) or how often (LFU) it was used.
 *
 * LRU: the time in seconds, modulo 2^24. LFU: 16 bits of the time in minutes and 8 bits of a logarithmic counter
 * (Morris counter), as in the original's evict.c.
 *
 * @module
 */

const CLOCK_MAX = (1 << 24) - 1;
const MINUTES_MASK = 0xffff;
const COUNTER_MAX = 255;
/** A new value's counter: not evicted before it had a chance. */
const COUNTER_START = 5;

/** Reads and advances access clocks. One per keyspace. */
export class AccessClock {
  /** `lfu-log-factor`: the higher, the slower the counter saturates. */
  logFactor = 10;
  /** `lfu-decay-time`: minutes after which an untouched counter loses one; 0 means never. */
  decayMinutes = 1;
  /** Whether touching a value takes more than writing {@linkcode seconds}. */
  careful = false;
  /** The LRU clock of the present second; what a touch writes. */
  seconds = 0;

  #frequency = false;
  #followed = false;
  #minutes = 0;
  readonly #random: () => number;

  /** `random` answers a float in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Whether clocks hold frequencies (an LFU policy) or times. */
  get frequency(): boolean {
    return this.#frequency;
  }

  set frequency(on: boolean) {
    this.#frequency = on;
    this.careful = on || this.#followed;
  }

  /** Whether somebody wants to see clocks before they move: a {@linkcode Journal}. */
  set followed(on: boolean) {
    this.#followed = on;
    this.careful = on || this.#frequency;
  }

  /** Follows the wall clock; called when the server's time moves on. */
  tick(nowMilliseconds: number): void {
    const seconds = Math.floor(nowMilliseconds / 1000);
    this.seconds = seconds & CLOCK_MAX;
    this.#minutes = Math.floor(seconds / 60) & MINUTES_MASK;
  }

  /** The clock of a value just created. */
  initial(): number {
    return this.frequency ? (this.#minutes << 8) | COUNTER_START : this.seconds;
  }

  /** The clock of a value that had `clock` and is used now. */
  touched(clock: number): number {
    if (!this.frequency) return this.seconds;
    return (this.#minutes << 8) | this.#increment(this.counter(clock));
  }

  /** Seconds since the last use, for a clock that holds a time. */
  idleSeconds(clock: number): number {
    return (this.seconds - clock) & CLOCK_MAX;
  }

  /** The clock of a value last used `idle` seconds ago. */
  ofIdleSeconds(idle: number): number {
    return (this.seconds - idle) & CLOCK_MAX;
  }

  /** The clock with counter `counter` as of now. */
  ofCounter(counter: number): number {
    return (this.#minutes << 8) | Math.min(counter, COUNTER_MAX);
  }

  /** The logarithmic counter (0 to 255) after decay, for a clock that holds a frequency. */
  counter(clock: number): number {
    const elapsed = (this.#minutes - (clock >>> 8)) & MINUTES_MASK;
    const periods = this.decayMinutes > 0 ? Math.floor(elapsed / this.decayMinutes) : 0;
    return Math.max(0, (clock & 0xff) - periods);
  }

  #increment(counter: number): number {
    if (counter === COUNTER_MAX) return counter;
    const base = Math.max(0, counter - COUNTER_START);
    return this.#random() < 1 / (base * this.logFactor + 1) ? counter + 1 : counter;
  }
}
