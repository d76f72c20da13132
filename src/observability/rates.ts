/**
 * Figures per second, averaged over the last samples: `instantaneous_ops_per_sec` and its kin.
 *
 * @module
 */

const SAMPLE_COUNT = 16;
/** Distance of samples, milliseconds; so an average covers 1.6 seconds. */
export const SAMPLE_PERIOD = 100;

/** The average of the last 16 samples. */
class Average {
  readonly #samples = new Float64Array(SAMPLE_COUNT);
  #next = 0;

  add(value: number): void {
    this.#samples[this.#next] = value;
    this.#next = (this.#next + 1) % SAMPLE_COUNT;
  }

  get value(): number {
    return this.#samples.reduce((sum, sample) => sum + sample, 0) / SAMPLE_COUNT;
  }
}

/** The counters that are sampled, as they stand. */
export interface Totals {
  readonly commands: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly cycles: number;
  readonly busyMicroseconds: number;
}

/** The rates of a server. Feed it with {@linkcode sample} every {@linkcode SAMPLE_PERIOD} milliseconds. */
export class Rates {
  readonly #commands = new Average();
  readonly #input = new Average();
  readonly #output = new Average();
  readonly #cycles = new Average();
  readonly #cycleDuration = new Average();
  #previous: Totals | null = null;
  #previousTime = 0;

  /** Takes a sample; `now` is monotonic time in milliseconds. The first call only marks the start. */
  sample(totals: Totals, now: number): void {
    const elapsed = now - this.#previousTime;
    const previous = this.#previous;
    if (previous !== null && elapsed <= 0) return;
    this.#previous = totals;
    this.#previousTime = now;
    if (previous === null) return;
    const seconds = elapsed / 1000;
    this.#commands.add(grown(previous.commands, totals.commands) / seconds);
    this.#input.add(grown(previous.inputBytes, totals.inputBytes) / seconds);
    this.#output.add(grown(previous.outputBytes, totals.outputBytes) / seconds);
    const cycles = grown(previous.cycles, totals.cycles);
    this.#cycles.add(cycles / seconds);
    const busy = grown(previous.busyMicroseconds, totals.busyMicroseconds);
    this.#cycleDuration.add(cycles > 0 ? busy / cycles : 0);
  }

  get commandsPerSecond(): number {
    return this.#commands.value;
  }

  get inputBytesPerSecond(): number {
    return this.#input.value;
  }

  get outputBytesPerSecond(): number {
    return this.#output.value;
  }

  /** Batches of commands per second. */
  get cyclesPerSecond(): number {
    return this.#cycles.value;
  }

  /** Microseconds that a batch of commands takes on average. */
  get cycleMicroseconds(): number {
    return this.#cycleDuration.value;
  }
}

/** What a counter gained; one that is below its last value was reset meanwhile. */
function grown(before: number, after: number): number {
  return after < before ? after : after - before;
}
