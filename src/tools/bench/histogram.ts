/**
 * Counts of latencies with a given number of exact digits, after HdrHistogram (Tene): each power of two of microseconds
 * is divided into so many equal buckets that a bucket is never wider than the last digit.
 *
 * @module
 */

/** Longest latency told apart, in microseconds: an hour and more. */
const LARGEST = 2 ** 32 - 1;
const MOST_DIGITS = 4;

/** One line of a distribution: so many records are not longer than so many microseconds. */
export interface DistributionRow {
  /** Microseconds. */
  readonly value: number;
  /** 0 to 100. */
  readonly percentile: number;
  /** Records up to the value. */
  readonly cumulative: number;
}

/** What of a histogram can be sent to another thread. */
export interface HistogramState {
  readonly counts: Float64Array<ArrayBuffer>;
  readonly total: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A histogram of whole microseconds. */
export class Histogram {
  readonly #counts: Float64Array<ArrayBuffer>;
  /** Logarithm of the buckets in the upper half of a power of two. */
  readonly #halfBits: number;
  #total = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  /** `digits` are exact: 1 to 4, of which 0 is taken for 1. */
  constructor(digits: number) {
    const exact = Math.min(Math.max(digits, 1), MOST_DIGITS);
    this.#halfBits = Math.ceil(Math.log2(2 * 10 ** exact)) - 1;
    const halves = 32 - this.#halfBits + 1;
    this.#counts = new Float64Array(halves * 2 ** this.#halfBits);
  }

  /** Number of records. */
  get count(): number {
    return this.#total;
  }

  /** Microseconds, as all that follow. 0 if there are no records. */
  get min(): number {
    return this.#total === 0 ? 0 : this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get mean(): number {
    return this.#total === 0 ? 0 : this.#sum / this.#total;
  }

  /** Standard deviation, of the buckets' middles. */
  get deviation(): number {
    const { mean } = this;
    let squares = 0;
    for (const { index, count } of this.#filled()) {
      squares += count * ((this.#lowest(index) + this.#highest(index)) / 2 - mean) ** 2;
    }
    return this.#total === 0 ? 0 : Math.sqrt(squares / this.#total);
  }

  /** Records `times` latencies of `microseconds`. */
  record(microseconds: number, times: number): void {
    const value = microseconds < LARGEST ? Math.max(0, Math.round(microseconds)) : LARGEST;
    this.#counts[this.#indexOf(value)] += times;
    this.#total += times;
    this.#sum += value * times;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds what another thread has recorded with as many digits. */
  add({ counts, max, min, sum, total }: HistogramState): void {
    for (let i = 0; i < counts.length; i++) this.#counts[i] += counts[i];
    this.#total += total;
    this.#sum += sum;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
  }

  /** All that was recorded; it is not copied. */
  state(): HistogramState {
    return { counts: this.#counts, total: this.#total, sum: this.#sum, min: this.#min, max: this.#max };
  }

  /** The latency that `percent` of the records do not exceed; 0 if there are none. */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#total));
    let seen = 0;
    for (const { index, count } of this.#filled()) {
      seen += count;
      if (seen >= rank) return this.#highest(index);
    }
    return 0;
  }

  /**
   * The distribution at percentiles that lie the closer the nearer they are to 100: `ticks` steps, then as many for each
   * half of the distance that is left. The last row is that of 100.
   */
  *percentiles(ticks: number): Generator<DistributionRow> {
    let next = 0;
    let cumulative = 0;
    for (const { index, count } of this.#filled()) {
      cumulative += count;
      const value = this.#highest(index);
      while (next <= (100 * cumulative) / this.#total) {
        yield { value, percentile: next, cumulative };
        const halvings = Math.floor(Math.log2(100 / (100 - next))) + 1;
        next += 100 / (ticks * 2 ** halvings);
        if (cumulative === this.#total) break;
      }
      if (cumulative === this.#total) yield { value, percentile: 100, cumulative };
    }
  }

  /** The distribution at 0.1, 0.2 … 2 ms, then at each further millisecond, up to the longest latency. */
  *steps(): Generator<DistributionRow> {
    const filled = [...this.#filled()];
    let cumulative = 0;
    let position = 0;
    for (let level = 100; cumulative < this.#total; level += level > 2000 ? 1000 : 100) {
      const value = this.#highest(this.#indexOf(level));
      while (position < filled.length && this.#highest(filled[position].index) <= value) {
        cumulative += filled[position++].count;
      }
      yield { value, percentile: (100 * cumulative) / this.#total, cumulative };
    }
  }

  *#filled(): Generator<{ index: number; count: number }> {
    for (let index = 0; index < this.#counts.length; index++) {
      const count = this.#counts[index];
      if (count > 0) yield { index, count };
    }
  }

  /** Below twice the buckets of a half each value has its own; above, each half's as many are as wide as needed. */
  #indexOf(value: number): number {
    const bits = 32 - Math.clz32(value);
    const shift = Math.max(0, bits - this.#halfBits - 1);
    return (shift << this.#halfBits) + (value >>> shift);
  }

  #shiftOf(index: number): number {
    return Math.max(0, (index >> this.#halfBits) - 1);
  }

  /** The least value of a bucket. */
  #lowest(index: number): number {
    const shift = this.#shiftOf(index);
    return (index - (shift << this.#halfBits)) * 2 ** shift;
  }

  /** The greatest value of a bucket. */
  #highest(index: number): number {
    return this.#lowest(index) + 2 ** this.#shiftOf(index) - 1;
  }
}
