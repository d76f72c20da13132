/** What needs minutes, or rights that not everybody has: `deno task test:cluster`. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { keySlot } from "../../src/cluster/slots.ts";
import {
  addressOf,
  ask,
  type DeployedNode,
  Deployment,
  follow,
  idOf,
  masterOf,
  NODE_TIMEOUT_MS,
  redisCli,
  untilChecked,
} from "./deployment.ts";
import { NamespacedCluster, namespacesAvailable } from "./namespaces.ts";

const ignore = !redisAvailable();
const KEYS = 1000;
const KILLS = 6;
/** From the kill until the others have a new master: how long a node may be silent, and 2 seconds. */
const FAILOVER_LIMIT_MS = NODE_TIMEOUT_MS + 2000;

async function fill(node: DeployedNode): Promise<void> {
  for (let i = 0; i < KEYS; i++) await follow(node, "SET", `key:${i}`, `${i}`);
}

async function assertFilled(node: DeployedNode): Promise<void> {
  for (let i = 0; i < KEYS; i++) assertEquals(await follow(node, "GET", `key:${i}`), `${i}`);
}

Deno.test({
  name: "redis-cli --cluster: rebalance onto a new node, and fix after a migration that was cut",
  ignore,
  async fn() {
    await using deployment = await Deployment.create(["ours", "real", "ours"], 0);
    const [first, second, third] = deployment.nodes;
    await fill(first);
    const added = await deployment.add("ours");
    await redisCli("--cluster", "add-node", addressOf(added), addressOf(first));
    await deployment.untilWorking();
    await redisCli("--cluster", "rebalance", addressOf(first), "--cluster-use-empty-masters");
    await untilChecked(second);
    await assertFilled(third);

    const key = "key:7";
    const slot = `${keySlot(key)}`;
    const owner = await ownerOf(deployment, key);
    const target = deployment.nodes.find((node) => node !== owner)!;
    await follow(owner, "SET", `{${key}}second`, "2");
    await ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(owner));
    await ask(owner, "CLUSTER", "SETSLOT", slot, "MIGRATING", await idOf(target));
    await ask(owner, "MIGRATE", "127.0.0.1", `${target.server.port}`, key, "0", "5000");
    const check = await redisCli("--cluster", "check", addressOf(first)).catch(String);
    assertStringIncludes(check, "open slots");
    await redisCli("--cluster", "fix", addressOf(first));
    await untilChecked(target);
    assertEquals(await follow(first, "GET", `{${key}}second`), "2");
    await assertFilled(first);
  },
});

/** The node that serves a key. */
async function ownerOf(deployment: Deployment, key: string): Promise<DeployedNode> {
  for (const node of deployment.nodes) {
    if (await ask(node, "TYPE", key).then(() => true, () => false)) return node;
  }
  throw new Error(`nobody serves ${key}`);
}

Deno.test({
  name: "masters are killed again and again: a replica of either kind takes over in time, and data stay",
  ignore,
  async fn() {
    const kinds = ["ours", "real", "ours", "real", "ours", "real"] as const;
    await using deployment = await Deployment.create(kinds, 1);
    await fill(deployment.nodes[0]);
    for (let i = 0; i < KILLS; i++) {
      const pairs = await replicated(deployment);
      const [failing, heir] = pairs[i % pairs.length];
      const killedAt = Date.now();
      await failing.server.kill();
      await until("a new master", async () => (await ask(heir, "ROLE")).startsWith("master"));
      const elapsed = Date.now() - killedAt;
      assert(elapsed < FAILOVER_LIMIT_MS, `${heir.kind} for ${failing.kind}: ${elapsed} ms`);
      const living = deployment.nodes.filter((node) => node !== failing);
      await deployment.untilWorking(living, deployment.nodes.length);
      await assertFilled(living[0]);
      await failing.server.start();
      await deployment.untilWorking();
      assertEquals(await masterOf(deployment, failing), heir);
    }
    await untilChecked(deployment.nodes[0]);
  },
});

/** Each master with its replica. */
async function replicated(deployment: Deployment): Promise<[DeployedNode, DeployedNode][]> {
  const pairs: [DeployedNode, DeployedNode][] = [];
  for (const node of deployment.nodes) {
    const master = await masterOf(deployment, node);
    if (master !== undefined) pairs.push([master, node]);
  }
  return pairs;
}

Deno.test({
  name: "partition: the minority stops taking writes, the majority goes on, and all agree when it is healed",
  ignore: ignore || !namespacesAvailable(),
  async fn() {
    await using cluster = await NamespacedCluster.create(["ours", "real", "ours", "real", "ours", "real"]);
    const [isolated] = cluster.nodes;
    const key = await cluster.keyOf(isolated);
    assertEquals(await cluster.ask(isolated, "SET", key, "before"), "OK");
    const [witness, heir] = await cluster.others(isolated);
    await cluster.isolate(isolated);
    await until("the minority stops", async () => {
      return (await cluster.ask(isolated, "SET", key, "lost")).startsWith("CLUSTERDOWN");
    });
    await until("the majority has a new master", async () => {
      return (await cluster.ask(heir, "SET", key, "after")) === "OK";
    });
    await cluster.heal(isolated);
    await until("the old master follows the new one", async () => {
      const role = await cluster.ask(isolated, "ROLE");
      return role.startsWith("slave") && role.includes("connected");
    });
    await until("the data are the same", async () => {
      const [a, b] = [
        await cluster.ask(isolated, "DEBUG", "DIGEST"),
        await cluster.ask(heir, "DEBUG", "DIGEST"),
      ];
      return a === b;
    });
    assertEquals(await cluster.ask(heir, "GET", key), "after");
    await until("all work", async () => {
      return (await cluster.ask(witness, "CLUSTER", "INFO")).includes("cluster_state:ok") &&
        (await cluster.ask(isolated, "CLUSTER", "INFO")).includes("cluster_state:ok");
    });
  },
});
