/** `redis-cli --cluster` on a cluster of three nodes of ours and three real ones. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import {
  addressOf,
  ask,
  type DeployedNode,
  Deployment,
  follow,
  idOf,
  lineOf,
  masterOf,
  redisCli,
  untilChecked,
} from "./deployment.ts";

const ignore = !redisAvailable();
const SLOTS = 300;

/** How many slots a node has, as it says itself. */
async function slotCount(node: DeployedNode): Promise<number> {
  const words = await lineOf(node, await idOf(node));
  let count = 0;
  for (const range of words.slice(8)) {
    const [first, last = first] = range.split("-").map(Number);
    count += last - first + 1;
  }
  return count;
}

/** Ends a master at once, and waits until the others work without it. */
async function kill(deployment: Deployment, node: DeployedNode): Promise<void> {
  await node.server.kill();
  const living = deployment.nodes.filter((other) => other !== node);
  const id = await ask(living[0], "CLUSTER", "NODES").then((text) =>
    text.split("\n").find((line) => line.includes(`:${node.server.port}@`))?.slice(0, 40) ?? ""
  );
  await until("the others notice", async () => (await lineOf(living[0], id))[2]?.includes("fail") ?? false);
  await deployment.untilWorking(living, deployment.nodes.length);
}

Deno.test({
  name: "redis-cli --cluster: create, reshard, add-node, del-node, and a failover to either side",
  ignore,
  async fn() {
    await using deployment = await Deployment.create(["ours", "real", "ours", "real", "ours", "real"], 1);
    const { nodes } = deployment;
    await untilChecked(nodes[0]);
    for (let i = 0; i < 300; i++) await follow(nodes[i % 3], "SET", `key:${i}`, "value");

    const [from, to] = nodes;
    const reshard = ["--cluster-from", await idOf(from), "--cluster-to", await idOf(to)];
    await redisCli(
      "--cluster",
      "reshard",
      addressOf(from),
      ...reshard,
      "--cluster-slots",
      `${SLOTS}`,
      "--cluster-yes",
    );
    await untilChecked(nodes[0]);
    assertEquals(await slotCount(from), 5461 - SLOTS);
    const back = ["--cluster-from", await idOf(to), "--cluster-to", await idOf(from)];
    await redisCli("--cluster", "reshard", addressOf(to), ...back, "--cluster-slots", "50", "--cluster-yes");
    await untilChecked(nodes[1]);

    const added = await deployment.add("ours");
    // Through a real one, which asks for functions first.
    await redisCli("--cluster", "add-node", addressOf(added), addressOf(nodes[1]));
    await deployment.untilWorking();
    await untilChecked(added);
    const removed = await redisCli("--cluster", "del-node", addressOf(nodes[2]), await idOf(added));
    assertMatch(removed, /CLUSTER RESET SOFT|SHUTDOWN/);
    nodes.pop();
    await added.server[Symbol.asyncDispose]();
    await deployment.untilWorking();

    let total = 0;
    for (const node of nodes.slice(0, 3)) total += Number(await ask(node, "DBSIZE"));
    assertEquals(total, 300);
    assertStringIncludes(await redisCli("--cluster", "call", addressOf(nodes[0]), "PING"), "PONG");
  },
});

for (const [kind, kinds] of [["ours", ["real", "ours"]], ["real", ["ours", "real"]]] as const) {
  Deno.test({
    name: `kill -9 of a master: a replica (${kind}) takes over`,
    ignore,
    async fn() {
      const [master, replica] = kinds;
      await using deployment = await Deployment.create(
        [master, master, master, replica, replica, replica],
        1,
      );
      const failing = deployment.nodes[0];
      const heir = await findReplica(deployment, failing);
      assertEquals(heir.kind, kind);
      await kill(deployment, failing);
      assertMatch(await ask(heir, "INFO", "replication"), /^role:master/m);
      assertEquals(await slotCount(heir), 5461);
      await failing.server.start();
      await deployment.untilWorking();
      assertEquals(await masterOf(deployment, failing), heir);
    },
  });
}

async function findReplica(deployment: Deployment, master: DeployedNode): Promise<DeployedNode> {
  for (const node of deployment.nodes) if (await masterOf(deployment, node) === master) return node;
  throw new Error("no replica");
}
