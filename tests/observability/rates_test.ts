import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Rates, SAMPLE_PERIOD, type Totals } from "../../src/observability/rates.ts";

function totals(commands: number, cycles = 0, busyMicroseconds = 0): Totals {
  return { commands, inputBytes: commands * 30, outputBytes: commands * 5, cycles, busyMicroseconds };
}

Deno.test("a steady flow shows its rate once the window is full", () => {
  const rates = new Rates();
  for (let i = 0; i <= 16; i++) rates.sample(totals(i * 100, i * 10, i * 500), i * SAMPLE_PERIOD);
  assertAlmostEquals(rates.commandsPerSecond, 1000);
  assertAlmostEquals(rates.inputBytesPerSecond, 30_000);
  assertAlmostEquals(rates.outputBytesPerSecond, 5000);
  assertAlmostEquals(rates.cyclesPerSecond, 100);
  assertAlmostEquals(rates.cycleMicroseconds, 50);
});

Deno.test("what happened before the first sample doesn't count, and a reset is no negative rate", () => {
  const rates = new Rates();
  rates.sample(totals(1_000_000), 0);
  assertEquals(rates.commandsPerSecond, 0);
  rates.sample(totals(1_000_000), SAMPLE_PERIOD);
  assertEquals(rates.commandsPerSecond, 0);
  rates.sample(totals(16), 2 * SAMPLE_PERIOD);
  assertAlmostEquals(rates.commandsPerSecond, 10);
});

Deno.test("samples at the same moment are left out", () => {
  const rates = new Rates();
  rates.sample(totals(0), 5);
  rates.sample(totals(100), 5);
  assertEquals(rates.commandsPerSecond, 0);
});
