import { assert, assertEquals } from "@std/assert";
import * as operations from "../../src/cluster/operations.ts";
import { redisAvailable, startRedis, type TestServer } from "../harness.ts";
import { freePort } from "../support/free_port.ts";
import { toPlain } from "../support/resp_reply.ts";
import { BusNode } from "./bus_node.ts";

const ignore = !redisAvailable();
const LIMIT_MS = 60_000;

/** A redis-server that is a node, and the port of its bus. */
interface RealNode extends AsyncDisposable {
  server: TestServer;
  busPort: number;
}

/** The usual bus port, 10,000 above the other, could be in use by an outgoing connection. */
async function startNode(): Promise<RealNode> {
  const busPort = freePort();
  const server = await startRedis({
    config: {
      "cluster-enabled": "yes",
      "cluster-port": busPort,
      "cluster-node-timeout": 1000,
      "repl-diskless-sync-delay": 0,
    },
  });
  return { server, busPort, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function meet(ours: BusNode, { server, busPort }: RealNode): void {
  ours.order((state) => operations.meet(state, "127.0.0.1", server.port, busPort));
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${LIMIT_MS} ms`);
}

async function ask({ server }: RealNode, ...words: string[]): Promise<string> {
  using client = await server.connect();
  return String(await client.ask(...words));
}

async function works(server: RealNode, nodes: number): Promise<boolean> {
  const info = await ask(server, "CLUSTER", "INFO");
  return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes}`);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

Deno.test({
  name: "real nodes: one cluster of ours and redis-server's, in which ours votes for a replica of theirs",
  ignore,
  async fn() {
    await using master = await startNode();
    await using replica = await startNode();
    using first = new BusNode();
    using second = new BusNode();
    first.order((state) => operations.addSlots(state, range(0, 4999)));
    second.order((state) => operations.addSlots(state, range(5000, 9999)));
    await ask(master, "CLUSTER", "ADDSLOTSRANGE", "10000", "16383");
    meet(first, master);
    meet(second, master);
    await ask(master, "CLUSTER", "MEET", "127.0.0.1", String(replica.server.port), String(replica.busPort));
    await until("ours works", () => first.state.ok && second.state.ok && first.state.nodeCount === 4);
    await until("theirs works", async () => await works(master, 4) && await works(replica, 4));
    const masterId = await ask(master, "CLUSTER", "MYID");
    await ask(replica, "CLUSTER", "REPLICATE", masterId);
    await until("replication", async () => (await ask(replica, "INFO", "replication")).includes("status:up"));
    await until("ours knows the replica", () => first.state.node(masterId)?.replicas.length === 1);
    await until("different epochs", () => {
      const masters = [...first.state.nodes].filter((node) => node.isMaster);
      return new Set(masters.map((node) => node.configEpoch)).size === 3;
    });
    await ask(master, "PUBLISH", "news", "from theirs");
    await until("their message", () => first.published.includes("news from theirs"));
    using listener = await replica.server.connect();
    await listener.ask("SUBSCRIBE", "news");
    first.publish("news", "from ours");
    assertEquals(toPlain(await listener.read()), ["message", "news", "from ours"]);

    await ask(master, "SHUTDOWN", "NOSAVE").catch(() => {});
    const replicaId = await ask(replica, "CLUSTER", "MYID");
    await until("failover", () => first.state.owner(16_000)?.id === replicaId);
    assert(first.log.some((line) => line.startsWith("Failover auth granted")), first.log.join("\n"));
    await until("all work", async () => first.state.ok && second.state.ok && await works(replica, 4));
  },
});

Deno.test({
  name: "real nodes: ours takes over from a master of redis-server with the votes of others of it",
  ignore,
  async fn() {
    await using failing = await startNode();
    await using second = await startNode();
    await using third = await startNode();
    using ours = new BusNode();
    await ask(failing, "CLUSTER", "ADDSLOTSRANGE", "0", "5000");
    await ask(second, "CLUSTER", "ADDSLOTSRANGE", "5001", "10000");
    await ask(third, "CLUSTER", "ADDSLOTSRANGE", "10001", "16383");
    const servers = [failing, second, third];
    for (const server of servers) meet(ours, server);
    await until(
      "work",
      async () => (await Promise.all(servers.map((server) => works(server, 4)))).every(Boolean),
    );
    const failingId = await ask(failing, "CLUSTER", "MYID");
    ours.order((state) => operations.replicate(state, failingId, true));
    assertEquals(ours.masterPort, failing.server.port);
    await until(
      "role",
      async () => (await ask(third, "CLUSTER", "REPLICAS", failingId)).includes(ours.state.myself.id),
    );
    await ask(failing, "SHUTDOWN", "NOSAVE").catch(() => {});
    await until("failover", () => ours.state.myself.isMaster);
    await until("they follow", async () => {
      const line = (await ask(third, "CLUSTER", "NODES")).split("\n").find((line) =>
        line.startsWith(ours.state.myself.id)
      );
      return line?.endsWith(" 0-5000") ?? false;
    });
    await until("works", async () => ours.state.ok && await works(second, 4));
  },
});
