/** What needs minutes with Sentinel: `deno task test:sentinel`. */

import { assert, assertEquals } from "@std/assert";
import { redisAvailable, type RespClient, type TestServer } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { Deployment, type NodeKind } from "./sentinel_deployment.ts";
import {
  checkFiles,
  checkKnowledge,
  failOverByHand,
  IoredisProgram,
  killMaster,
  restart,
  SAFE_WRITES,
  stopMaster,
  type Switch,
  SwitchEvents,
  untilAllEqual,
  untilAllFollow,
} from "./sentinel_scenarios.ts";
import { AckedWriters } from "./sentinel_writer.ts";

const ignore = !redisAvailable();
const KILLS = 20;
const MEASURED = 8;

/** Kills the master again and again; everything that has to hold is checked after each kill. */
async function killAgainAndAgain(
  kinds: readonly NodeKind[],
  kills: number,
  lines: readonly string[] = [],
  password?: string,
): Promise<void> {
  await using deployment = await Deployment.start(kinds, [...SAFE_WRITES, ...lines], password);
  using events = await SwitchEvents.subscribe(deployment.sentinels[1]);
  const gaps: number[] = [];
  {
    await using writers = new AckedWriters(deployment);
    await using program = new IoredisProgram(deployment);
    for (let kill = 0; kill < kills; kill++) {
      const change = await killMaster(deployment, writers);
      gaps.push(writers.longestGap);
      await events.expect(change);
      await program.untilMore();
      await restart(deployment, change);
      await checkFiles(deployment, change.master);
    }
    assertEquals(await writers.missingOn(await deployment.master()), []);
    console.info(
      `${kinds.join(", ")}: ${kills} kills, ${writers.acknowledged.length} acknowledged writes, none lost`,
    );
  }
  await untilAllEqual(deployment);
  console.info(`longest time without an acknowledged write: ${describe(gaps)}`);
}

Deno.test({
  name: `${KILLS} kills of the master: nothing that WAIT acknowledged is lost`,
  ignore,
  fn: () => killAgainAndAgain(["ours", "ours", "ours"], KILLS),
});

Deno.test({
  name: "kills among ours and redis-server, with append-only files, and with a password",
  ignore,
  async fn() {
    await killAgainAndAgain(["ours", "redis-server", "ours"], 4, ["appendonly yes"]);
    await killAgainAndAgain(["redis-server", "ours", "redis-server"], 4, [], "secret");
  },
});

for (const kinds of [["ours", "ours", "ours"], ["ours", "redis-server", "ours"]] as const) {
  Deno.test({
    name: `${kinds.join(", ")}: stopped masters and failovers by hand`,
    ignore,
    async fn() {
      await using deployment = await Deployment.start(kinds);
      {
        await using program = new IoredisProgram(deployment, true);
        for (let round = 0; round < 3; round++) {
          const { master } = await stopUnderWriters(deployment);
          await checkFiles(deployment, master);
          await program.untilMore();
          // What a living master takes, and its other replica acknowledges, until it is told of the new one is lost.
          const changed = await failOverByHand(deployment);
          await untilAllFollow(deployment, changed.master);
          await checkFiles(deployment, changed.master);
          await program.untilMore();
        }
      }
      await deployment.untilSettled();
      await checkKnowledge(deployment, await deployment.master());
      await untilAllEqual(deployment);
    },
  });
}

async function stopUnderWriters(deployment: Deployment): Promise<Switch> {
  await using writers = new AckedWriters(deployment);
  return await stopMaster(deployment, writers);
}

Deno.test({
  name: "a replica of priority 0 never becomes the master, one of lower priority first",
  ignore,
  async fn() {
    await using deployment = await Deployment.start(["ours", "ours", "ours", "ours"]);
    const [master, never, last, first] = deployment.nodes;
    await setPriority(never, 0);
    await setPriority(last, 200);
    await setPriority(first, 10);
    await until("the Sentinels know", async () => (await knownPriorities(deployment)).join() === "0,10,200");
    assertEquals((await failOverByHand(deployment)).master, first);
    await untilAllFollow(deployment, first);
    await using writers = new AckedWriters(deployment);
    await setPriority(master, 0);
    await until("the Sentinels know", async () => (await knownPriorities(deployment)).join() === "0,0,200");
    assertEquals((await killMaster(deployment, writers)).master, last);
  },
});

async function setPriority(node: TestServer, priority: number): Promise<void> {
  using client = await node.connect();
  await client.ask("CONFIG", "SET", "replica-priority", String(priority));
}

/** The priorities of all replicas, if all Sentinels agree on them. */
async function knownPriorities(deployment: Deployment): Promise<number[]> {
  const all = await Promise.all(deployment.sentinels.map((sentinel) => deployment.priorities(sentinel)));
  const texts = new Set(all.map((priorities) => priorities.join()));
  return texts.size === 1 ? all[0] : [];
}

for (const kind of ["ours", "redis-server"] as const) {
  Deno.test({
    name: `time from the kill of a master to the first write that another one takes: ${kind}`,
    ignore,
    async fn() {
      await using deployment = await Deployment.start([kind, kind, kind]);
      const times: number[] = [];
      for (let run = 0; run < MEASURED; run++) {
        times.push(await failoverTime(deployment));
        await deployment.untilSettled();
      }
      console.info(`${kind}: ${describe(times)}`);
      assert(Math.max(...times) < 30_000);
    },
  });
}

/** Kills the master and asks all others until one takes a write; the old one is then made to follow it. Milliseconds. */
async function failoverTime(deployment: Deployment): Promise<number> {
  // Anywhere in the period of the Sentinels' timers.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 1000));
  const old = await deployment.master();
  await old.kill();
  const from = performance.now();
  await Promise.any(deployment.others(old).map((node) => untilWritable(node, from + 30_000)));
  const time = performance.now() - from;
  const master = await deployment.untilSwitched(old);
  await old.start();
  using client = await old.connect();
  await client.ask("REPLICAOF", "127.0.0.1", String(master.port));
  return time;
}

async function untilWritable(node: TestServer, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    try {
      using client = await node.connect();
      while (performance.now() < deadline) {
        if (await takesWrite(client)) return;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    } catch {
      // The Sentinels close connections when they change a role.
    }
  }
  throw new Error(`${node.port} took no write`);
}

async function takesWrite(client: RespClient): Promise<boolean> {
  return (await client.call("SET", "probe", "1")).type !== "error";
}

function describe(milliseconds: readonly number[]): string {
  const sorted = milliseconds.map(Math.round).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return `median ${median} ms, ${sorted[0]} to ${sorted.at(-1)} ms in ${sorted.length} failovers`;
}
