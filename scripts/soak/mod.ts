/** `deno task soak`: kills a server under load again and again, and checks that nothing acknowledged is lost. */

import { parseArgs } from "@std/cli";
import { crashRun } from "./crash_run.ts";

const USAGE = `Usage: deno task soak [--kills 200] [--seed N] [--policy always|everysec]`;

const { help, kills, policy, seed } = parseArgs(Deno.args, {
  boolean: ["help"],
  string: ["kills", "seed", "policy"],
  default: { kills: "200", policy: "always", seed: String(Date.now() % 1_000_000) },
});
if (help || !/^\d+$/.test(kills) || !/^\d+$/.test(seed) || (policy !== "always" && policy !== "everysec")) {
  console.info(USAGE);
  Deno.exit(help ? 0 : 1);
}
console.info(`seed ${seed}`);
const report = (line: string) => console.info(line);
const result = await crashRun({ kills: Number(kills), seed: Number(seed), policy, report });
console.info(
  `${result.kills} kills (${result.duringSnapshot} during a snapshot, ${result.duringRewrite} during a rewrite), ` +
    `${result.acknowledged} of ${result.sent} steps acknowledged, ${result.lost} of these lost`,
);
