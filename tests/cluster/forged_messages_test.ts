/** Well-formed messages that are not what they say: what a node may believe of them, and what it may not. */

import { assertEquals } from "@std/assert";
import type { Action } from "../../src/cluster/actions.ts";
import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { encodeMessage } from "../../src/cluster/bus_encoder.ts";
import type { BusHeader, BusMessage, GossipEntry } from "../../src/cluster/bus_message.ts";
import type { ClusterLink } from "../../src/cluster/cluster_link.ts";
import { FAIL, MASTER, REPLICA } from "../../src/cluster/node_flags.ts";
import { SLOT_BYTES } from "../../src/cluster/slots.ts";
import { type SimulatedNode, Simulation } from "./simulation.ts";

const STRANGER = "f".repeat(40);
/** Greater than any that the cluster of a test gets to. */
const HIGH_EPOCH = 1_000_000;
const ALL_SLOTS = new Uint8Array(SLOT_BYTES).fill(0xff);

function headerOf(sender: string, fields: Partial<BusHeader> = {}): BusHeader {
  return {
    sender,
    port: 6379,
    secondaryPort: 0,
    busPort: 16_379,
    ip: "",
    currentEpoch: HIGH_EPOCH,
    configEpoch: HIGH_EPOCH,
    replicationOffset: HIGH_EPOCH,
    slots: ALL_SLOTS,
    master: null,
    flags: MASTER,
    clusterOk: true,
    paused: true,
    forceAck: true,
    extensionData: true,
    ...fields,
  };
}

/** The header that a node would send. */
function genuineHeader({ state }: SimulatedNode, fields: Partial<BusHeader> = {}): BusHeader {
  const { myself } = state;
  return headerOf(myself.id, {
    currentEpoch: state.currentEpoch,
    configEpoch: myself.claimant.configEpoch,
    replicationOffset: 0,
    slots: myself.claimant.slots.bytes.slice(),
    master: myself.master?.id ?? null,
    flags: myself.flags & (MASTER | REPLICA),
    paused: false,
    forceAck: false,
    ...fields,
  });
}

function failedEntry({ state }: SimulatedNode): GossipEntry {
  const { id } = state.myself;
  const place = { ip: "10.9.9.9", port: 1, secondaryPort: 0, busPort: 1 };
  return { id, pingSent: 1, pongReceived: 0, ...place, flags: MASTER | FAIL };
}

/** One message of each type but MEET, which says as much as that type can about these nodes. */
function everyMessage(header: BusHeader, about: readonly SimulatedNode[]): BusMessage[] {
  const unknown: GossipEntry = { ...failedEntry(about[0]), id: "e".repeat(40), flags: MASTER };
  const gossip = [...about.map(failedEntry), unknown];
  const extensions = {
    hostname: "elsewhere",
    shardId: STRANGER,
    forgotten: about.map(({ id }) => ({ id, seconds: 60 })),
  };
  const payload = new Uint8Array([1]);
  return [
    { type: "ping", header, gossip, extensions },
    { type: "pong", header, gossip, extensions },
    ...about.map(({ id }): BusMessage => ({ type: "fail", header, failing: id })),
    { type: "publish", header, channel: "c", payload },
    { type: "publishshard", header, channel: "c", payload },
    ...about.map(({ id }): BusMessage => ({
      type: "update",
      header,
      node: id,
      configEpoch: HIGH_EPOCH,
      slots: ALL_SLOTS,
    })),
    { type: "auth-req", header },
    { type: "auth-ack", header },
    { type: "mfstart", header },
  ];
}

/** Hands a message over as it comes from the wire, by the sender's link if it has one; what the node does, but for its log. */
function receive(
  simulation: Simulation,
  node: SimulatedNode,
  message: BusMessage,
  link: ClusterLink = node.state.node(message.header.sender)?.inboundLink ??
    node.cluster.accept("10.0.0.99", node.ip, simulation.now),
): Action[] {
  const actions = node.cluster.receive(decodeMessage(encodeMessage(message)), link, simulation.now);
  return actions.filter(({ kind }) => kind !== "log");
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map((action) => action.kind === "send" ? `send ${action.type}` : action.kind);
}

/** All that a node believes, but for times. */
function beliefs({ state }: SimulatedNode): unknown {
  const nodes = [...state.nodes].map((node) => ({
    ...[node.id, node.shardId, node.flags, node.ip, node.tcpPort, node.busPort, node.hostname],
    epoch: node.configEpoch,
    slots: node.slots.ranges(),
    master: node.master?.id,
    reports: node.failureReports.size,
    votedAt: node.votedAt,
  }));
  const { election } = state;
  return {
    nodes,
    epochs: [state.currentEpoch, state.lastVoteEpoch],
    moves: [...state.importing.keys(), ...state.migrating.keys()],
    unclaimed: state.unclaimed.size,
    forgotten: state.forgotten.list(state.now),
    election: [election.manualEnd, election.manualReplica, election.manualOffset, election.votes.size],
    ok: state.ok,
  };
}

/** A master, another master, the first one's replica and the other's. */
async function formed(seed: number): Promise<{ simulation: Simulation; nodes: SimulatedNode[] }> {
  const simulation = await Simulation.form(3, 1, seed);
  const [first, second] = simulation.nodes;
  const replicaOf = (master: SimulatedNode) =>
    simulation.nodes.find(({ state }) => state.myself.master?.id === master.id)!;
  return { simulation, nodes: [first, second, replicaOf(first), replicaOf(second)] };
}

Deno.test("forged: a stranger changes nothing, whatever it says, on a master and on a replica", async () => {
  const { simulation, nodes } = await formed(1);
  const [master, other, replica] = nodes;
  for (const node of [master, replica]) {
    const before = beliefs(node);
    for (const flags of [MASTER, REPLICA]) {
      const header = headerOf(STRANGER, { flags, master: flags === REPLICA ? master.id : null });
      for (const message of everyMessage(header, [master, other, replica])) {
        const kinds = kindsOf(receive(simulation, node, message));
        assertEquals(kinds, message.type === "ping" ? ["send pong"] : [], message.type);
        assertEquals(beliefs(node), before, message.type);
      }
    }
  }
});

Deno.test("forged: a MEET of another cluster's node adds a node in handshake, and takes nothing of what it says", async () => {
  const { simulation, nodes: [master, other] } = await formed(2);
  const before = beliefs(master);
  const [ping] = everyMessage(headerOf(STRANGER), [master, other]);
  const actions = receive(simulation, master, { ...ping, type: "meet" } as BusMessage);
  assertEquals(kindsOf(actions), ["save", "send pong"]);
  const met = [...master.state.nodes].filter((node) => node.inHandshake);
  assertEquals(met.map((node) => [node.id === STRANGER, node.slots.size, node.configEpoch]), [[false, 0, 0]]);
  await simulation.runUntil("the handshake fails", () => ![...master.state.nodes].includes(met[0]));
  assertEquals(beliefs(master), before);
});

Deno.test("forged: a link speaks for one node only, and nobody speaks for the receiver", async () => {
  const { simulation, nodes } = await formed(3);
  const [master, other, replica, otherReplica] = nodes;
  const before = beliefs(master);
  for (const message of everyMessage(headerOf(other.id), [other, replica])) {
    // That node's own link, on which another name comes.
    const link = master.cluster.accept(otherReplica.ip, master.ip, simulation.now);
    receive(simulation, master, {
      type: "pong",
      header: genuineHeader(otherReplica),
      gossip: [],
      extensions: { shardId: otherReplica.state.myself.shardId, forgotten: [] },
    }, link);
    assertEquals(kindsOf(receive(simulation, master, message, link)), ["close"], message.type);
    assertEquals(beliefs(master), before, message.type);
  }
  for (const message of everyMessage(headerOf(master.id), [other, replica])) {
    const kinds = kindsOf(receive(simulation, master, message));
    assertEquals(kinds, message.type === "ping" ? ["send pong"] : [], message.type);
    assertEquals(beliefs(master), before, message.type);
  }
});

Deno.test("forged: claims count with a greater epoch, of masters; who has an older one is told", async () => {
  const { simulation, nodes: [master, other, , otherReplica] } = await formed(4);
  const { shardId } = other.state.myself;
  const { shardId: replicasShard } = otherReplica.state.myself;
  const before = beliefs(master);
  const lower = Math.min(master.state.myself.configEpoch, other.state.myself.configEpoch) - 1;
  const claims: [SimulatedNode, Partial<BusHeader>, string][] = [
    [other, { slots: ALL_SLOTS, configEpoch: lower }, shardId],
    [otherReplica, { slots: ALL_SLOTS, configEpoch: lower }, replicasShard],
  ];
  for (const [sender, fields, shard] of claims) {
    const actions = receive(simulation, master, {
      type: "pong",
      header: genuineHeader(sender, fields),
      gossip: [],
      extensions: { shardId: shard, forgotten: [] },
    });
    assertEquals(kindsOf(actions), ["send update"]);
    assertEquals(beliefs(master), before);
  }
});

Deno.test("forged: old updates, votes that nobody asked for and requests of the wrong nodes are passed over", async () => {
  const { simulation, nodes } = await formed(5);
  const [master, other, replica, otherReplica] = nodes;
  const update = (node: string, configEpoch: number): BusMessage => ({
    type: "update",
    header: genuineHeader(other),
    node,
    configEpoch,
    slots: ALL_SLOTS,
  });
  const cases: [SimulatedNode, BusMessage][] = [
    [master, update(other.id, other.state.myself.configEpoch)],
    [master, update(STRANGER, HIGH_EPOCH)],
    [master, update(master.id, HIGH_EPOCH)],
    [master, { type: "fail", header: genuineHeader(other), failing: master.id }],
    [master, { type: "fail", header: genuineHeader(other), failing: STRANGER }],
    // Its master works; it is none; an epoch of the past.
    [master, { type: "auth-req", header: genuineHeader(otherReplica) }],
    [master, { type: "auth-req", header: genuineHeader(other, { forceAck: true }) }],
    [master, { type: "auth-req", header: genuineHeader(otherReplica, { forceAck: true, currentEpoch: 0 }) }],
    [replica, { type: "auth-ack", header: genuineHeader(other) }],
    [replica, { type: "mfstart", header: genuineHeader(otherReplica) }],
    [master, { type: "mfstart", header: genuineHeader(otherReplica) }],
    [master, { type: "mfstart", header: genuineHeader(other) }],
    // No manual failover is under way; not its master.
    [replica, { type: "auth-ack", header: genuineHeader(master, { paused: true }) }],
    [replica, { type: "auth-ack", header: genuineHeader(other, { paused: true }) }],
  ];
  for (const [node, message] of cases) {
    const before = beliefs(node);
    const label = `${message.type} of ${message.header.sender}`;
    assertEquals(kindsOf(receive(simulation, node, message)), [], label);
    assertEquals(beliefs(node), before, label);
  }
});

Deno.test("forged: an address is learnt from a node's own link only, and an answer has none", async () => {
  const { simulation, nodes: [master, other] } = await formed(6);
  const before = beliefs(master);
  const link = master.state.node(other.id)!.link!;
  const { shardId } = other.state.myself;
  const header = genuineHeader(other, {
    ip: "10.9.9.9",
    port: 1,
    busPort: 2,
    slots: other.state.myself.slots.bytes,
  });
  for (const type of ["ping", "pong"] as const) {
    const message: BusMessage = { type, header, gossip: [], extensions: { shardId, forgotten: [] } };
    const kinds = kindsOf(receive(simulation, master, message, link));
    assertEquals(kinds, type === "ping" ? ["send pong"] : []);
    assertEquals(beliefs(master), before, type);
  }
});
