import { assertEquals } from "@std/assert";
import { humanSize, ratio } from "../../src/observability/info/source.ts";
import { MemoryMeter, type RawMemoryUsage } from "../../src/observability/memory.ts";

function usage(heapUsed: number): RawMemoryUsage {
  return { rss: 1000, heapTotal: 500, heapUsed, external: 50 };
}

Deno.test("figures are read at most every 100 ms, the peak stays", () => {
  let now = 0;
  let used = 100;
  let reads = 0;
  const meter = new MemoryMeter(() => now, () => used, () => {
    reads++;
    return usage(used);
  });
  assertEquals(meter.startup, 100);
  used = 300;
  now = 99;
  assertEquals(meter.figures().used, 100);
  now = 100;
  assertEquals(meter.figures(), { used: 300, allocated: 350, resident: 1000, reserved: 550 });
  used = 200;
  now = 250;
  assertEquals(meter.figures().used, 200);
  assertEquals(meter.peak, 300);
  assertEquals(reads, 3);
  meter.resetPeak();
  assertEquals(meter.peak, 200);
});

Deno.test("sizes for people have Redis's form", () => {
  const sizes: [number, string][] = [
    [0, "0B"],
    [1023, "1023B"],
    [1024, "1.00K"],
    [1536 * 1024, "1.50M"],
    [25_276_510_208, "23.54G"],
    [2 ** 50, "1.00P"],
    [2 ** 62, "4096.00P"],
  ];
  for (const [bytes, text] of sizes) assertEquals(humanSize(bytes), text);
});

Deno.test("a ratio without a whole is zero", () => {
  assertEquals([ratio(1, 0), ratio(1, 3), ratio(10, 4)], ["0.00", "0.33", "2.50"]);
});
