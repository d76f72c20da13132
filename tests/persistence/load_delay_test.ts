import { assert, assertEquals } from "@std/assert";
import { LoadDelay } from "../../src/persistence/load_delay.ts";
import { Random } from "../../src/util/random.ts";
import { type ServerOptions, startServer } from "../harness.ts";
import { digest, until } from "./tools.ts";

/** A delay that only notes how long it would have slept, in milliseconds. */
function noted(read: () => number): { delay: LoadDelay; slept: number[] } {
  const slept: number[] = [];
  return { delay: new LoadDelay(read, new Random(1), (milliseconds) => slept.push(milliseconds)), slept };
}

Deno.test("load delay: each key takes so many microseconds, and others are served within a long one", () => {
  const { delay, slept } = noted(() => 5000);
  assert(delay.isOn);
  assertEquals([...delay.wait(2)].length, 6);
  assertEquals(slept, [2, 2, 1, 2, 2, 1]);
});

Deno.test("load delay: of so many keys one takes a microsecond if it is negative", () => {
  const { delay, slept } = noted(() => -10);
  for (let i = 0; i < 10_000; i++) for (const _ of delay.wait(1));
  assertEquals(new Set(slept), new Set([0.001]));
  assert(slept.length > 800 && slept.length < 1200, `${slept.length} waits`);
});

Deno.test("load delay: it ends when it is set to 0 meanwhile", () => {
  let microseconds = 1_000_000;
  const { delay, slept } = noted(() => microseconds);
  const waits = delay.wait(1000);
  waits.next();
  microseconds = 0;
  assertEquals(waits.next().done, true);
  assertEquals(delay.isOn, false);
  assertEquals(slept.length, 1);
});

const LOADS: Record<string, ServerOptions["config"]> = {
  "a snapshot": {},
  "an append-only file": { appendonly: true },
  "an append-only file that begins with a snapshot": { appendonly: true },
};

for (const [what, config] of Object.entries(LOADS)) {
  Deno.test(`clients are told to wait while ${what} is loaded slowly`, async () => {
    // Ten minutes, unless it is told to be quick.
    const slow = { "key-load-delay": 60_000_000, "enable-debug-command": "yes" };
    await using server = await startServer({ config: { ...config, ...slow } });
    using client = await server.connect();
    for (let i = 0; i < 10; i++) await client.ask("SET", `key:${i}`, i);
    if (config?.appendonly === undefined) await client.ask("SAVE");
    else if (what.endsWith("snapshot")) {
      await client.ask("BGREWRITEAOF");
      await server.waitForLog(/Background AOF rewrite finished successfully/);
    }
    const expected = await digest(client);
    await server.kill();
    const started = server.start();
    await until("it says that it is loading", async () => {
      using other = await server.connect().catch(() => null);
      const reply = await other?.call("PING").catch(() => null);
      return reply?.type === "error" && reply.text === "LOADING Redis is loading the dataset in memory";
    });
    using other = await server.connect();
    assertEquals(await other.ask("CONFIG", "SET", "key-load-delay", 0), "OK");
    await started;
    assertEquals(await digest(other), expected);
  });
}
