/** One thing to reach: `value` at least or at most `limit`. */
export interface Target {
  /** Short name, shown when it is missed: `rps`, `p99`. */
  name: string;
  value: number;
  atLeast?: number;
  atMost?: number;
}

/** True when the value was measured and is within the limits. NaN never is. */
export function isMet(target: Target): boolean {
  return target.value >= (target.atLeast ?? -Infinity) && target.value <= (target.atMost ?? Infinity);
}

/** The last cell of a row: `-` without targets, `pass`, or `FAIL` with the names of what was missed. */
export function formatTargets(targets: readonly Target[]): string {
  if (targets.length === 0) return "-";
  const missed = targets.filter((target) => !isMet(target)).map((target) => target.name);
  return missed.length === 0 ? "pass" : `FAIL ${missed.join(" ")}`;
}
