import { assertEquals } from "@std/assert";
import {
  describeInfo,
  describeLinks,
  describeShards,
  describeSlots,
  endpointOf,
  formatNodes,
} from "../../src/cluster/describe.ts";
import type { ClusterState } from "../../src/cluster/cluster_state.ts";
import { FAIL, PFAIL } from "../../src/cluster/node_flags.ts";
import * as operations from "../../src/cluster/operations.ts";
import { CommandError } from "../../src/resp/errors.ts";
import { Simulation } from "./simulation.ts";

/** Three masters with a replica each, in the eyes of the first master. */
async function form(): Promise<{ simulation: Simulation; state: ClusterState; ids: string[] }> {
  const simulation = await Simulation.form(3, 1, 21);
  await simulation.run(3000);
  return { simulation, state: simulation.nodes[0].state, ids: simulation.nodes.map((node) => node.id) };
}

Deno.test("describe: CLUSTER SLOTS has masters first, and replicas that have data", async () => {
  const { state, ids } = await form();
  const entries = describeSlots(state, "ip", false);
  assertEquals(entries.map(({ range }) => range), [[0, 5461], [5462, 10923], [10924, 16383]]);
  const node = (index: number) => ({
    endpoint: `10.0.0.${index + 1}`,
    port: 6379,
    id: ids[index],
    metadata: [],
  });
  assertEquals(entries[0].nodes, [node(0), node(3)]);
  state.removeSlot(100);
  state.node(ids[3])?.mark(FAIL);
  const after = describeSlots(state, "ip", false);
  assertEquals(after.map(({ range }) => range), [[0, 99], [101, 5461], [5462, 10923], [10924, 16383]]);
  assertEquals(after[0].nodes, [node(0)]);
});

Deno.test("describe: endpoints are addresses, host names or unknown", async () => {
  const { state } = await form();
  const { myself } = state;
  myself.hostname = "a.example";
  const types = ["ip", "hostname", "unknown-endpoint"] as const;
  assertEquals(types.map((type) => endpointOf(myself, type)), ["10.0.0.1", "a.example", null]);
  assertEquals(describeSlots(state, "ip", false)[0].nodes[0].metadata, [["hostname", "a.example"]]);
  assertEquals(describeSlots(state, "hostname", false)[0].nodes[0].metadata, [["ip", "10.0.0.1"]]);
  assertEquals(describeSlots(state, "unknown-endpoint", false)[0].nodes[0].metadata, [
    ["ip", "10.0.0.1"],
    ["hostname", "a.example"],
  ]);
  myself.hostname = "";
  assertEquals(endpointOf(myself, "hostname"), "?");
});

Deno.test("describe: CLUSTER SHARDS groups nodes by shard", async () => {
  const { state, ids } = await form();
  state.node(ids[4])?.mark(FAIL);
  state.node(ids[5])!.replicationOffset = 0;
  const shards = describeShards(state, "ip");
  assertEquals(shards.length, 3);
  for (const shard of shards) {
    assertEquals(shard.nodes.map((node) => node.role), ["master", "replica"]);
    const index = ids.indexOf(shard.nodes[0].id);
    assertEquals(shard.slots[0][0], index * 5462);
    assertEquals(shard.nodes[1].health, ["online", "fail", "loading"][index]);
  }
});

Deno.test("describe: CLUSTER INFO counts slots and messages", async () => {
  const { state, ids } = await form();
  state.node(ids[1])?.mark(PFAIL);
  state.node(ids[2])?.mark(FAIL);
  const info = Object.fromEntries(describeInfo(state));
  assertEquals(info.cluster_state, "ok");
  assertEquals(info.cluster_slots_assigned, 16384);
  assertEquals([info.cluster_slots_ok, info.cluster_slots_pfail, info.cluster_slots_fail], [
    5462,
    5462,
    5460,
  ]);
  assertEquals([info.cluster_known_nodes, info.cluster_size], [6, 3]);
  assertEquals(info.cluster_my_epoch, state.myself.configEpoch);
  const sent = Object.entries(info).filter(([name]) => /_messages_.+_sent$/.test(name));
  assertEquals(sent.reduce((sum, [, count]) => sum + Number(count), 0), info.cluster_stats_messages_sent);
});

Deno.test("describe: CLUSTER NODES and LINKS", async () => {
  const { state, ids } = await form();
  const lines = formatNodes(state, "client").sort();
  assertEquals(lines.map((line) => line.split(" ")[0]), [...ids].sort());
  const own = lines.find((line) => line.startsWith(ids[0]));
  assertEquals(
    own,
    `${
      ids[0]
    } 10.0.0.1:6379@16379 myself,master - 0 ${state.myself.pongReceived} ${state.myself.configEpoch} connected 0-5461`,
  );
  const replica = lines.find((line) => line.startsWith(ids[3]))?.split(" ") ?? [];
  assertEquals([replica[2], replica[3], replica.length], ["slave", ids[0], 8]);
  const links = describeLinks(state);
  assertEquals(links.filter((link) => link.direction === "to").length, 5);
  assertEquals(links.filter((link) => link.direction === "from").length, 5);
});

Deno.test("operations: refusals have Redis's texts", async () => {
  const { simulation, state, ids } = await form();
  const replica = simulation.nodes[3].state;
  const unknown = "0".repeat(40);
  const cases: [() => void, string][] = [
    [() => operations.meet(state, "example.com", 1, 2), "ERR Invalid node address specified: example.com:1"],
    [() => operations.meet(state, "1.2.3.256", 1, 2), "ERR Invalid node address specified: 1.2.3.256:1"],
    [() => operations.meet(state, "::1", 0, 2), "ERR Invalid node address specified: ::1:0"],
    [() => operations.forgetNode(state, unknown), `ERR Unknown node ${unknown}`],
    [() => operations.forgetNode(state, ids[0]), "ERR I tried hard but I can't forget myself..."],
    [() => operations.forgetNode(replica, ids[0]), "ERR Can't forget my master!"],
    [() => operations.replicate(state, ids[0], true), "ERR Can't replicate myself"],
    [() => operations.replicate(state, ids[4], true), "ERR I can only replicate a master, not a replica."],
    [
      () => operations.replicate(state, ids[1], true),
      "ERR To set a master the node must be empty and without assigned slots.",
    ],
    [() => operations.failOver(state, "agreed"), "ERR You should send CLUSTER FAILOVER to a replica"],
    [() => operations.addSlots(state, [5]), "ERR Slot 5 is already busy"],
    [() => operations.deleteSlots(state, [5, 5]), "ERR Slot 5 specified multiple times"],
    [() => operations.flushSlots(state, false), "ERR DB must be empty to perform CLUSTER FLUSHSLOTS."],
    [() => operations.setMigrating(state, 16383, ids[1]), "ERR I'm not the owner of hash slot 16383"],
    [() => operations.setMigrating(state, 0, unknown), `ERR I don't know about node ${unknown}`],
    [() => operations.setImporting(state, 0, ids[1]), "ERR I'm already the owner of hash slot 0"],
    [() => operations.setImporting(state, 16383, ids[4]), "ERR Target node is not a master"],
    [() => operations.setStable(replica, 0), "ERR Please use SETSLOT only with masters."],
    [
      () => operations.setConfigEpoch(state, 5),
      "ERR The user can assign a config epoch only when the node does not know any other node.",
    ],
    [
      () => operations.reset(state, true, false),
      "ERR CLUSTER RESET can't be called with master nodes containing keys",
    ],
  ];
  for (const [order, text] of cases) {
    const error = thrownBy(order);
    assertEquals(error instanceof CommandError ? error.message : error, text);
  }
});

function thrownBy(order: () => void): unknown {
  try {
    order();
  } catch (error) {
    return error;
  }
}

Deno.test("operations: RESET leaves a master alone, and with HARD another one", async () => {
  const { simulation, ids } = await form();
  const node = simulation.nodes[3];
  const shard = node.state.myself.shardId;
  node.order((state) => operations.reset(state, false, false));
  assertEquals([node.state.nodeCount, node.id, node.masterIp], [1, ids[3], null]);
  assertEquals(node.state.myself.isMaster && node.state.myself.shardId !== shard, true);
  node.order((state) => operations.reset(state, true, true));
  assertEquals([node.state.currentEpoch, node.id === ids[3]], [0, false]);
  assertEquals(node.state.node(node.id), node.state.myself);
});

Deno.test("operations: a slot with keys is not given away, without keys it is", async () => {
  const { simulation, ids } = await form();
  const [node] = simulation.nodes;
  node.keys.set(7, 1);
  assertEquals(thrownBy(() => operations.setSlotOwner(node.state, 7, ids[1])) instanceof CommandError, true);
  node.keys.delete(7);
  operations.setMigrating(node.state, 7, ids[1]);
  operations.setSlotOwner(node.state, 7, ids[1]);
  assertEquals([node.state.owner(7)?.id, node.state.migrating.size], [ids[1], 0]);
});
