/** Servers that are killed while they are written to. `deno task soak` does the same for longer. */

import { assert, assertEquals } from "@std/assert";
import { crashRun } from "../../scripts/soak/crash_run.ts";

Deno.test("crash: with `always` nothing acknowledged is lost, and every transaction is whole, in 20 kills", async () => {
  const seed = Date.now() % 1_000_000;
  const { acknowledged, duringRewrite, duringSnapshot, kills, lost } = await crashRun({
    kills: 20,
    seed,
    policy: "always",
  });
  assertEquals([kills, lost], [20, 0]);
  assert(acknowledged > 0);
  assert(duringSnapshot + duringRewrite > 0, `seed ${seed}`);
});

// A reply leaves after the write, except while an fsync is under way: then the write waits for that, and replies do not.
Deno.test("crash: with `everysec` nothing older than a second is lost, and every transaction is whole", async () => {
  const { kills } = await crashRun({ kills: 4, seed: Date.now() % 1_000_000, policy: "everysec" });
  assertEquals(kills, 4);
});
