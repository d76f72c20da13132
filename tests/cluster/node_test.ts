/** One node and its file, and two nodes and what they tell each other. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { keySlot } from "../../src/cluster/slots.ts";
import { redisAvailable, runServer, startServer } from "../harness.ts";
import { TemporaryDirectory, until } from "../persistence/tools.ts";
import { freePort } from "../support/free_port.ts";
import { toPlain } from "../support/resp_reply.ts";
import { addressOf, ask, Deployment, follow, idOf, lineOf, masterOf, startNode } from "./deployment.ts";

const ignore = !redisAvailable();

Deno.test("nodes.conf: a restarted node is the same one, and another process can't use its file", async () => {
  const node = await startNode("ours");
  await using server = node.server;
  await ask(node, "CLUSTER", "ADDSLOTS", "1", "2", "5");
  await ask(node, "CLUSTER", "SET-CONFIG-EPOCH", "7");
  const id = await idOf(node);
  const shard = await ask(node, "CLUSTER", "MYSHARDID");
  const other = await runServer([
    ...["--port", `${freePort()}`, "--cluster-port", `${freePort()}`, "--bind", "127.0.0.1"],
    ...["--cluster-enabled", "yes", "--dir", server.dir, "--save", ""],
  ]);
  assertEquals(other.code, 1);
  assertStringIncludes(other.output, "is already used by a different Redis Cluster node");
  // Also when the file has been written anew meanwhile, and at once.
  await server.kill();
  await server.start();
  assertEquals(await idOf(node), id);
  assertEquals(await ask(node, "CLUSTER", "MYSHARDID"), shard);
  assertEquals((await lineOf(node, id)).slice(6), ["7", "connected", "1-2", "5"]);
  assertEquals([...Deno.readDirSync(server.dir)].map(({ name }) => name), ["nodes.conf"]);
});

Deno.test("nodes.conf: a server does not start with a damaged one, nor with a bus port that is none", async () => {
  using dir = new TemporaryDirectory();
  Deno.writeTextFileSync(`${dir.path}/nodes.conf`, "nonsense\n");
  const args = ["--cluster-enabled", "yes", "--dir", dir.path, "--save", "", "--bind", "127.0.0.1", "--port"];
  const damaged = await runServer([...args, `${freePort()}`, "--cluster-port", `${freePort()}`]);
  assertEquals(damaged.code, 1);
  assertStringIncludes(damaged.output, "Unrecoverable error: corrupted cluster config file");
  assertEquals(Deno.readTextFileSync(`${dir.path}/nodes.conf`), "nonsense\n");
  const high = await runServer([...args, "60000"]);
  assertEquals(high.code, 1);
  assertStringIncludes(high.output, "Redis port number too high for cluster mode");
});

Deno.test("a node with keys of slots that nobody serves takes them; other databases are refused", async () => {
  using dir = new TemporaryDirectory();
  {
    await using plain = await startServer({ config: { dir: dir.path } });
    using client = await plain.connect();
    await client.ask("SET", "foo", "1");
    await client.ask("SAVE");
  }
  {
    const node = await startNode("ours", { dir: dir.path });
    await using _server = node.server;
    assertEquals((await lineOf(node, await idOf(node))).slice(8), ["12182"]);
    assertEquals(await ask(node, "CLUSTER", "COUNTKEYSINSLOT", "12182"), "1");
  }
  {
    await using plain = await startServer({ config: { dir: dir.path } });
    using client = await plain.connect();
    await client.ask("SELECT", "1");
    await client.ask("SET", "foo", "1");
    await client.ask("SAVE");
  }
  const args = ["--cluster-enabled", "yes", "--dir", dir.path, "--bind", "127.0.0.1"];
  const refused = await runServer([...args, "--port", `${freePort()}`, "--cluster-port", `${freePort()}`]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.output, "You can't have keys in a DB different than DB 0");
});

Deno.test({
  name:
    "replicas: reads by READONLY, shard channels, messages for all, manual failover and back, of both kinds",
  ignore,
  async fn() {
    await using deployment = await Deployment.create(["ours", "real", "ours", "real", "ours", "ours"], 1);
    const { nodes } = deployment;
    const replica = nodes.slice(3).find(({ kind }) => kind === "ours")!;
    const master = (await masterOf(deployment, replica))!;
    const slot = Number((await lineOf(master, await idOf(master)))[8].split("-")[0]);
    const key = keyInSlot(slot);
    await follow(master, "SET", key, "value");
    using reader = await replica.server.connect();
    const moved = `MOVED ${slot} ${addressOf(master)}`;
    assertEquals(String(toPlain(await reader.call("GET", key))), `ReplyError: ${moved}`);
    await reader.ask("READONLY");
    await until("the value is there", async () => await reader.ask("GET", key) === "value");
    assertEquals(String(toPlain(await reader.call("SET", key, "x"))), `ReplyError: ${moved}`);
    assertEquals(await reader.ask("MULTI"), "OK");
    assertEquals(await reader.ask("GET", key), "QUEUED");
    assertEquals(await reader.ask("EXEC"), ["value"]);

    using subscriber = await replica.server.connect();
    await subscriber.ask("SSUBSCRIBE", key);
    await follow(master, "SPUBLISH", key, "to the shard");
    assertEquals(toPlain(await subscriber.read()), ["smessage", key, "to the shard"]);
    for (const node of nodes) {
      using listener = await node.server.connect();
      await listener.ask("SUBSCRIBE", "news");
      for (const publisher of [nodes[0], nodes[1]]) {
        if (publisher === node) continue;
        await ask(publisher, "PUBLISH", "news", "for all");
        assertEquals(toPlain(await listener.read()), ["message", "news", "for all"]);
      }
    }

    await ask(replica, "CLUSTER", "FAILOVER");
    await until("roles change", async () => await masterOf(deployment, master) === replica);
    await deployment.untilWorking();
    assertEquals(await follow(replica, "GET", key), "value");
    assertMatch((await lineOf(nodes[0], await idOf(replica)))[2], /master/);
    await ask(master, "CLUSTER", "FAILOVER", "TAKEOVER");
    await until("roles change back", async () => await masterOf(deployment, replica) === master);
    await deployment.untilWorking();
    assertEquals(await follow(replica, "GET", key), "value");

    await ask(replica, "CLUSTER", "RESET", "HARD");
    assertEquals(await ask(replica, "DBSIZE"), "0");
    assertEquals((await ask(replica, "CLUSTER", "NODES")).trim().split("\n").length, 1);
    assertMatch(await ask(replica, "INFO", "replication"), /^role:master/m);
  },
});

/** A key in that slot. */
function keyInSlot(slot: number): string {
  for (let i = 0;; i++) if (keySlot(`key:${i}`) === slot) return `key:${i}`;
}
