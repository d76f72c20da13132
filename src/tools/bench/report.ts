/**
 * What is printed of a test, in the forms of redis-benchmark.
 *
 * @module
 */

import type { DistributionRow, Histogram } from "./histogram.ts";

/** Steps of the distribution to each half of the distance to 100 %. */
const TICKS = 1;
const HISTOGRAM_TICKS = 5;

/** A test that was run, and how. */
export interface Result {
  readonly title: string;
  readonly requests: number;
  readonly seconds: number;
  readonly histogram: Histogram;
  readonly clients: number;
  readonly payload: number;
  readonly keepAlive: boolean;
  /** Lines on the servers' configuration. */
  readonly settings: readonly string[];
  readonly threads: number;
}

/** The first line of comma-separated output. */
export const CSV_HEADER =
  '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms",' +
  '"p99_latency_ms","max_latency_ms"\n';

/** A line of comma-separated values. */
export function csvLine(result: Result): string {
  const { average, least, most, p50, p95, p99 } = latenciesOf(result);
  const values = [rateOf(result), average, least, p50, p95, p99, most];
  return `${[result.title, ...values].map((value) => `"${value}"`).join(",")}\n`;
}

/** The one line of `-q`. */
export function quietLine(result: Result): string {
  const { p50 } = latenciesOf(result);
  return `${result.title}: ${rateOf(result)} requests per second, p50=${p50} msec\n`;
}

/** The whole report. */
export function fullReport(result: Result): string {
  const { clients, histogram, keepAlive, payload, requests, seconds, settings, threads, title } = result;
  const { average, least, most, p50, p95, p99 } = latenciesOf(result);
  const lines = [
    `====== ${title} ======`,
    `  ${requests} requests completed in ${seconds.toFixed(2)} seconds`,
    `  ${clients} parallel clients`,
    `  ${payload} bytes payload`,
    `  keep alive: ${keepAlive ? 1 : 0}`,
    ...settings.map((line) => `  ${line}`),
    `  multi-thread: ${threads > 0 ? "yes" : "no"}`,
    ...(threads > 0 ? [`  threads: ${threads}`] : []),
    "",
    "Latency by percentile distribution:",
    ...distribution(histogram.percentiles(TICKS), histogram.count),
    "",
    "Cumulative distribution of latencies:",
    ...distribution(histogram.steps(), histogram.count),
    "",
    "Summary:",
    `  throughput summary: ${rateOf(result)} requests per second`,
    "  latency summary (msec):",
    `    ${["avg", "min", "p50", "p95", "p99", "max"].map((name) => name.padStart(9)).join(" ")}`,
    `    ${[average, least, p50, p95, p99, most].map((value) => value.padStart(9)).join(" ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * The distribution as HdrHistogram's `outputPercentileDistribution` prints it, in milliseconds.
 * See https://hdrhistogram.github.io/HdrHistogram/.
 */
export function histogramText(histogram: Histogram): string {
  const lines = ["       Value     Percentile TotalCount 1/(1-Percentile)", ""];
  for (const { cumulative, percentile, value } of histogram.percentiles(HISTOGRAM_TICKS)) {
    const share = percentile / 100;
    const columns = [
      inMilliseconds(value).padStart(12),
      share.toFixed(12).padStart(14),
      String(cumulative).padStart(10),
    ];
    if (percentile < 100) columns.push((1 / (1 - share)).toFixed(2).padStart(14));
    lines.push(columns.join(" "));
  }
  const pair = (a: string, x: string, b: string, y: string) =>
    `#[${a} = ${x.padStart(12)}, ${b} = ${y.padStart(12)}]`;
  lines.push(
    pair("Mean   ", inMilliseconds(histogram.mean), "StdDeviation  ", inMilliseconds(histogram.deviation)),
    pair("Max    ", inMilliseconds(histogram.max), "Total count   ", String(histogram.count)),
  );
  return `${lines.join("\n")}\n`;
}

/** Rows that say the same as the one before are left out, but for the last. */
function distribution(rows: Iterable<DistributionRow>, total: number): string[] {
  const lines: string[] = [];
  let before = -1;
  for (const { cumulative, percentile, value } of rows) {
    if (cumulative !== before || cumulative === total) {
      const share = percentile.toFixed(3);
      lines.push(`${share}% <= ${inMilliseconds(value)} milliseconds (cumulative count ${cumulative})`);
    }
    before = cumulative;
  }
  return lines;
}

function latenciesOf({ histogram }: Result) {
  return {
    average: inMilliseconds(histogram.mean),
    least: inMilliseconds(histogram.min),
    p50: inMilliseconds(histogram.percentile(50)),
    p95: inMilliseconds(histogram.percentile(95)),
    p99: inMilliseconds(histogram.percentile(99)),
    most: inMilliseconds(histogram.max),
  };
}

function rateOf({ requests, seconds }: Result): string {
  return (requests / seconds).toFixed(2);
}

function inMilliseconds(microseconds: number): string {
  return (microseconds / 1000).toFixed(3);
}
