/**
 * `--intrinsic-latency`: how long this machine keeps a process from running that does nothing but look at the clock.
 *
 * @module
 */

import type { Output } from "./output.ts";

/** Measures for some seconds, without a server; the status to exit with. */
export function measureIntrinsicLatency(seconds: number, output: Output): number {
  const start = performance.now();
  const end = start + seconds * 1000;
  let longest = 0;
  let runs = 0;
  for (let now = start; now < end; runs++) {
    const before = now;
    now = performance.now();
    const microseconds = Math.trunc((now - before) * 1000);
    if (microseconds <= longest) continue;
    longest = microseconds;
    output.write(`Max latency so far: ${longest} microseconds.\n`);
  }
  const average = (performance.now() - start) * 1000 / Math.max(1, runs);
  output.write(
    `\n${runs} total runs (avg latency: ${average.toFixed(4)} microseconds / ` +
      `${(average * 1000).toFixed(2)} nanoseconds per run).\n` +
      `Worst run took ${(longest / average).toFixed(0)}x longer than the average latency.\n`,
  );
  return 0;
}
