import { assert, assertEquals } from "@std/assert";
import { Histogram } from "../../../src/tools/bench/histogram.ts";

/** Latencies over six powers of ten, the same each time. */
function latencies(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor(10 ** ((state / 2 ** 32) * 6));
  });
}

Deno.test("a histogram tells percentiles to as many digits as asked for", () => {
  const values = latencies(5000);
  for (const digits of [1, 2, 3, 4]) {
    const histogram = new Histogram(digits);
    for (const value of values) histogram.record(value, 1);
    const sorted = values.toSorted((a, b) => a - b);
    for (const percent of [0, 1, 50, 90, 95, 99, 99.9, 100]) {
      const exact = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
      const error = histogram.percentile(percent) - exact;
      assert(error >= 0 && error <= exact / 10 ** digits, `${percent} %: ${exact} + ${error}`);
    }
    assertEquals([histogram.min, histogram.max], [sorted[0], sorted.at(-1)]);
    assertEquals(histogram.mean, values.reduce((sum, value) => sum + value, 0) / values.length);
  }
});

Deno.test("a histogram takes any duration", () => {
  const histogram = new Histogram(3);
  for (const value of [-1, 0, 0.4, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 40]) histogram.record(value, 1);
  assertEquals(histogram.count, 7);
  assertEquals([histogram.min, histogram.max], [0, 2 ** 32 - 1]);
  assertEquals(histogram.percentile(100), 2 ** 32 - 1);
  assertEquals(histogram.percentile(40), 0);
});

Deno.test("a histogram without records", () => {
  const histogram = new Histogram(0);
  assertEquals([histogram.min, histogram.max, histogram.mean, histogram.deviation], [0, 0, 0, 0]);
  assertEquals(histogram.percentile(50), 0);
  assertEquals([...histogram.percentiles(1), ...histogram.steps()], []);
});

Deno.test("distributions end with the longest latency, and rows only grow", () => {
  const histogram = new Histogram(3);
  for (const value of latencies(1000)) histogram.record(value, 3);
  for (const rows of [[...histogram.percentiles(1)], [...histogram.percentiles(5)], [...histogram.steps()]]) {
    assertEquals(rows.at(-1)!.cumulative, 3000);
    assertEquals(rows.at(-1)!.percentile, 100);
    for (let i = 1; i < rows.length; i++) {
      assert(rows[i].value >= rows[i - 1].value && rows[i].percentile >= rows[i - 1].percentile);
    }
  }
  const half = [...histogram.percentiles(1)].map(({ percentile }) => percentile);
  assertEquals(half.slice(0, 5), [0, 50, 75, 87.5, 93.75]);
  const few = new Histogram(3);
  few.record(150, 2);
  few.record(2050, 1);
  assertEquals([...few.steps()].map(({ cumulative, value }) => [value, cumulative]).slice(0, 3), [
    [100, 0],
    [200, 2],
    [300, 2],
  ]);
});

Deno.test("histograms of several threads add up", () => {
  const values = latencies(600);
  const whole = new Histogram(3);
  const parts = [new Histogram(3), new Histogram(3)];
  for (const [index, value] of values.entries()) {
    whole.record(value, 2);
    parts[index % 2].record(value, 2);
  }
  const sum = new Histogram(3);
  for (const part of parts) sum.add(structuredClone(part.state()));
  assertEquals(sum.state(), whole.state());
  assertEquals([...sum.percentiles(5)], [...whole.percentiles(5)]);
});
