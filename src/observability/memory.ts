/**
 * How much memory the process uses.
 *
 * @module
 */

/** Asking the system costs about 20 microseconds; figures this young (milliseconds) are given again. */
const FRESH_FOR = 100;

/** Figures in bytes. */
export interface MemoryFigures {
  /** The data by the keyspace's own count, which is what `maxmemory` limits. */
  readonly used: number;
  /** JavaScript objects in use or not yet collected, and buffers outside the heap. */
  readonly allocated: number;
  /** What the system has given to the process. */
  readonly resident: number;
  /** What V8 has reserved for its heap, and the buffers outside of it. */
  readonly reserved: number;
}

/** The parts of `Deno.memoryUsage()` that count. */
export interface RawMemoryUsage {
  readonly rss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** Reads the memory figures, at most ten times a second, and keeps the highest. */
export class MemoryMeter {
  /** Bytes in use when the server was ready and empty. */
  readonly startup: number;
  readonly #monotonic: () => number;
  readonly #dataSize: () => number;
  readonly #read: () => RawMemoryUsage;
  #figures: MemoryFigures;
  #readAt: number;
  #peak: number;

  /** `monotonic` tells milliseconds, `dataSize` the bytes of the data. */
  constructor(
    monotonic: () => number,
    dataSize: () => number,
    read: () => RawMemoryUsage = Deno.memoryUsage,
  ) {
    this.#monotonic = monotonic;
    this.#dataSize = dataSize;
    this.#read = read;
    this.#figures = figuresOf(dataSize(), read());
    this.#readAt = monotonic();
    this.startup = this.#figures.used;
    this.#peak = this.#figures.used;
  }

  /** The figures, at most 100 ms old. */
  figures(): MemoryFigures {
    const now = this.#monotonic();
    if (now - this.#readAt >= FRESH_FOR) {
      this.#figures = figuresOf(this.#dataSize(), this.#read());
      this.#readAt = now;
      this.#peak = Math.max(this.#peak, this.#figures.used);
    }
    return this.#figures;
  }

  /** The most bytes in use at any reading. */
  get peak(): number {
    return this.#peak;
  }

  /** CONFIG RESETSTAT: the peak starts again from the present use. */
  resetPeak(): void {
    this.#peak = this.figures().used;
  }
}

function figuresOf(dataSize: number, usage: RawMemoryUsage): MemoryFigures {
  return {
    used: dataSize,
    allocated: usage.heapUsed + usage.external,
    resident: usage.rss,
    reserved: usage.heapTotal + usage.external,
  };
}
