/** Programs with cluster clients work on while slots move under them. */

import { assertEquals } from "@std/assert";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { redisAvailable } from "../harness.ts";
import { addressOf, ask, type DeployedNode, Deployment, idOf, redisCli, untilChecked } from "./deployment.ts";

const ignore = !redisAvailable();
const KEYS = 300;
const SLOTS = 60;

/** What both libraries do here. */
interface Program {
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<unknown>;
  /** Several keys of one slot at once. */
  getMany(keys: string[]): Promise<unknown>;
}

/** Counts up under each key again and again; throws at the first error or wrong value. Answers how often it did. */
async function work(program: Program, isOver: () => boolean): Promise<number> {
  const values = new Map<string, string>();
  let count = 0;
  while (!isOver()) {
    const batch = Array.from({ length: 20 }, (_, i) => `key:{${(count + i) % KEYS}}`);
    await Promise.all(batch.map(async (key) => {
      const before = values.get(key) ?? null;
      assertEquals(await program.get(key), before, key);
      const value = `${key}=${count}`;
      await program.set(key, value);
      values.set(key, value);
      assertEquals(await program.getMany([key, key]), [value, value]);
    }));
    count += batch.length;
  }
  return count;
}

/** Moves slots to and fro while the program works. */
async function reshardUnder(deployment: Deployment, program: Program): Promise<void> {
  const [first, second] = deployment.nodes;
  for (let i = 0; i < KEYS; i++) await program.set(`other:${i}`, "x".repeat(i));
  let over = false;
  const working = work(program, () => over);
  // What fails is reported where it is waited for.
  working.catch(() => over = true);
  try {
    await move(first, second);
    await move(second, first);
  } finally {
    over = true;
  }
  const count = await working;
  assertEquals(count > 0, true);
  await untilChecked(first);
  for (let i = 0; i < KEYS; i++) assertEquals(await program.get(`other:${i}`), "x".repeat(i));
}

async function move(from: DeployedNode, to: DeployedNode): Promise<void> {
  await redisCli(
    ...["--cluster", "reshard", addressOf(from), "--cluster-slots", `${SLOTS}`, "--cluster-yes"],
    ...["--cluster-from", await idOf(from), "--cluster-to", await idOf(to)],
  );
}

Deno.test({
  name: "ioredis: a cluster client sees no error while slots move between ours and a real node",
  ignore,
  async fn() {
    await using deployment = await Deployment.create(["ours", "real", "ours"], 0);
    const nodes = deployment.nodes.map(({ server }) => ({ host: "127.0.0.1", port: server.port }));
    const cluster = new Cluster(nodes);
    try {
      await reshardUnder(deployment, {
        set: (key, value) => cluster.set(key, value),
        get: (key) => cluster.get(key),
        getMany: (keys) => cluster.mget(keys),
      });
    } finally {
      cluster.disconnect();
    }
    assertEquals(/Internal error/.test(deployment.nodes[0].server.log), false);
    assertEquals(Number(await ask(deployment.nodes[0], "DBSIZE")) > 0, true);
  },
});

Deno.test({
  name: "node-redis: a cluster client sees no error while slots move between two of ours",
  ignore,
  async fn() {
    await using deployment = await Deployment.create(["ours", "ours", "real"], 0);
    const cluster = createCluster({
      rootNodes: deployment.nodes.map((node) => ({ url: `redis://${addressOf(node)}` })),
    });
    cluster.on("error", () => {});
    await cluster.connect();
    try {
      await reshardUnder(deployment, {
        set: (key, value) => cluster.set(key, value),
        get: (key) => cluster.get(key),
        getMany: (keys) => cluster.mGet(keys),
      });
    } finally {
      await cluster.close();
    }
  },
});
