/**
 * Counts of durations in buckets of bounded relative error, after HdrHistogram (Tene): each power of two is divided
 * into eight buckets, so a percentile is off by at most 6 %.
 *
 * @module
 */

const SUB_BUCKET_BITS = 3;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
/** Longest duration told apart, in nanoseconds: 2^40 ns are 18 minutes. */
const MAX_EXPONENT = 40;

/** A histogram of microseconds. The buckets are made with the first record. */
export class LatencyHistogram {
  #buckets: Float64Array | null = null;
  #count = 0;

  /** Number of durations recorded. */
  get count(): number {
    return this.#count;
  }

  /** Records `times` durations of `microseconds` each. */
  record(microseconds: number, times: number): void {
    const buckets = this.#buckets ??= new Float64Array(MAX_EXPONENT * SUB_BUCKETS);
    buckets[bucketOf(microseconds * 1000)] += times;
    this.#count += times;
  }

  /** The duration in microseconds that `percent` of the records do not exceed; 0 if there are none. */
  percentile(percent: number): number {
    if (this.#buckets === null) return 0;
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i];
      if (seen >= rank) return upperEdge(i) / 1000;
    }
    return upperEdge(this.#buckets.length - 1) / 1000;
  }

  /** Forgets everything. */
  reset(): void {
    this.#buckets = null;
    this.#count = 0;
  }
}

function bucketOf(nanoseconds: number): number {
  const value = Math.min(Math.max(nanoseconds, SUB_BUCKETS), 2 ** MAX_EXPONENT - 1);
  // Above 2^31 the bit operations below would wrap; one division brings long durations into range.
  const shifted = value >= 2 ** 31 ? SUB_BUCKET_BITS + 7 : 0;
  const scaled = Math.floor(value / 2 ** shifted);
  const exponent = 31 - Math.clz32(scaled);
  const sub = (scaled >>> (exponent - SUB_BUCKET_BITS)) & (SUB_BUCKETS - 1);
  return (exponent + shifted) * SUB_BUCKETS + sub;
}

function upperEdge(bucket: number): number {
  const exponent = Math.floor(bucket / SUB_BUCKETS);
  return 2 ** exponent * (1 + ((bucket % SUB_BUCKETS) + 1) / SUB_BUCKETS);
}
