import { assert, assertEquals } from "@std/assert";
import { AccessClock } from "../../src/keyspace/access_clock.ts";
import { Random } from "../../src/util/random.ts";

const DAY = 86_400_000;

function newClock(frequency: boolean, random: () => number = () => 0.5): AccessClock {
  const clock = new AccessClock(random);
  clock.frequency = frequency;
  clock.tick(20_000 * DAY);
  return clock;
}

Deno.test("access clock: LRU measures seconds since the last use, also when it wraps around", () => {
  const clock = newClock(false);
  const start = 2 ** 24 * 1000 * 100 - 5000;
  clock.tick(start);
  const value = clock.initial();
  assert(value >= 0 && value < 2 ** 24);
  clock.tick(start + 4000);
  assertEquals(clock.idleSeconds(value), 4);
  clock.tick(start + 60_000);
  assertEquals(clock.idleSeconds(value), 60);
  assertEquals(clock.idleSeconds(clock.touched(value)), 0);
  assertEquals(clock.idleSeconds(clock.ofIdleSeconds(1000)), 1000);
});

Deno.test("access clock: an LFU counter starts at five and grows ever more slowly", () => {
  const random = new Random(51);
  const clock = newClock(true, () => random.float());
  // Redis's documentation of lfu-log-factor 10: about 10 after 100 hits, 18 after 1,000, 142 after 100,000.
  const after = (hits: number) => {
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      let value = clock.initial();
      assertEquals(clock.counter(value), 5);
      for (let i = 0; i < hits; i++) value = clock.touched(value);
      sum += clock.counter(value);
    }
    return sum / 20;
  };
  const [hundred, thousand, many] = [after(100), after(1000), after(100_000)];
  assert(hundred > 8 && hundred < 12, `${hundred}`);
  assert(thousand > 16 && thousand < 21, `${thousand}`);
  assert(many > 135 && many < 150, `${many}`);
  clock.logFactor = 0;
  assertEquals(after(300), 255);
});

Deno.test("access clock: an LFU counter decays with the minutes", () => {
  const now = 20_000 * DAY;
  const clock = newClock(true);
  const value = clock.ofCounter(100);
  assertEquals(clock.counter(value), 100);
  clock.tick(now + 10 * 60_000);
  assertEquals(clock.counter(value), 90);
  clock.decayMinutes = 5;
  assertEquals(clock.counter(value), 98);
  clock.decayMinutes = 0;
  assertEquals(clock.counter(value), 100);
  clock.decayMinutes = 1;
  clock.tick(now + 200 * 60_000);
  assertEquals(clock.counter(value), 0);
  assertEquals(clock.ofCounter(1000) & 255, 255);
});

Deno.test("access clock: LFU minutes wrap around after 45 days", () => {
  const clock = newClock(true);
  const start = 65_536 * 60_000 * 10 - 60_000;
  clock.tick(start);
  const value = clock.ofCounter(50);
  clock.tick(start + 3 * 60_000);
  assertEquals(clock.counter(value), 47);
});
