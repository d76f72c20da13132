/** The median of `values`; NaN for none. Values that are NaN (not measured) make the result NaN. */
export function median(values: readonly number[]): number {
  if (values.length === 0 || values.some(Number.isNaN)) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The value below or at which `fraction` (0..1) of `values` lie, by nearest rank; NaN for none.
 * `values` need not be sorted and are left as they are.
 */
export function percentile(values: Float64Array, fraction: number): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted();
  const rank = Math.ceil(fraction * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1];
}

/** `ours / theirs`; NaN where either was not measured or the divisor is not above zero. */
export function ratio(ours: number, theirs: number): number {
  return theirs > 0 ? ours / theirs : NaN;
}
