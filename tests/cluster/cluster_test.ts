import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Action } from "../../src/cluster/actions.ts";
import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { encodeMessage } from "../../src/cluster/bus_encoder.ts";
import {
  BusFormatError,
  type BusHeader,
  type BusMessage,
  type GossipEntry,
  NO_EXTENSIONS,
} from "../../src/cluster/bus_message.ts";
import { Cluster } from "../../src/cluster/cluster.ts";
import type { ClusterLink } from "../../src/cluster/cluster_link.ts";
import { FAIL, HANDSHAKE, MASTER, MYSELF, NOADDR, PFAIL, REPLICA } from "../../src/cluster/node_flags.ts";
import { formatNodesConfig, parseNodesConfig } from "../../src/cluster/nodes_config.ts";
import { SlotSet } from "../../src/cluster/slots.ts";
import { Random } from "../../src/util/random.ts";
import { SETTINGS } from "./simulation.ts";

const NOW = 1_700_000_000_000;
const [ME, B, C, D, STRANGER] = ["1", "b", "c", "d", "e"].map((digit) => digit.repeat(40));

/** Three masters, and D, a replica of C. */
const FILE = `${ME} 10.0.0.1:1@2,,shard-id=${"5".repeat(40)} myself,master - 0 0 1 connected 0-99
${B} 10.0.0.2:1@2,,shard-id=${"6".repeat(40)} master - 0 1 2 connected 100-199
${C} 10.0.0.3:1@2,,shard-id=${"7".repeat(40)} master - 0 1 3 connected 200-16383
${D} 10.0.0.4:1@2,,shard-id=${"7".repeat(40)} slave ${C} 0 1 3 connected
vars currentEpoch 5 lastVoteEpoch 0
`;

/** This node, and what it was told to do. */
class Bench {
  readonly cluster: Cluster;
  now = NOW;
  actions: Action[] = [];

  constructor() {
    this.cluster = new Cluster({
      settings: { ...SETTINGS, tcpPort: 1, busPort: 2 },
      host: {
        replicationOffset: () => 0,
        replicating: () => true,
        replicaDataAge: () => 0,
        keysInSlot: () => 0,
      },
      now: NOW,
      config: parseNodesConfig(FILE) ?? undefined,
      random: new Random(1),
    });
    for (const action of this.cluster.tick(NOW)) {
      if (action.kind === "connect") this.cluster.connected(action.link, NOW, action.ip, "10.0.0.1");
    }
  }

  get state() {
    return this.cluster.state;
  }

  /** What must not change by what strangers say. */
  get text(): string {
    return formatNodesConfig(this.state);
  }

  link(): ClusterLink {
    return this.cluster.accept("10.0.0.9", "10.0.0.1", this.now);
  }

  /** Receives a message; the kinds of the actions that follow, without logs. */
  receive(message: BusMessage, link: ClusterLink): string[] {
    this.actions = this.cluster.receive(decodeMessage(encodeMessage(message)), link, this.now);
    return this.actions.map(({ kind }) => kind).filter((kind) => kind !== "log");
  }

  kindsOfSent(): string[] {
    return this.actions.map((action) => action.kind === "send" ? action.type : "").filter((type) =>
      type !== ""
    );
  }
}

function header(sender: string, changes: Partial<BusHeader> = {}): BusHeader {
  return {
    sender,
    port: 1,
    secondaryPort: 0,
    busPort: 2,
    ip: "10.0.0.9",
    currentEpoch: 5,
    configEpoch: 0,
    replicationOffset: 0,
    slots: new SlotSet().bytes,
    master: null,
    flags: MASTER,
    clusterOk: true,
    paused: false,
    forceAck: false,
    extensionData: true,
    ...changes,
  };
}

function ping(
  head: BusHeader,
  gossip: GossipEntry[] = [],
  type: "ping" | "meet" | "pong" = "ping",
): BusMessage {
  return { type, header: head, gossip, extensions: NO_EXTENSIONS };
}

/** The header of a node of the file, as it would be. */
function known(id: string, changes: Partial<BusHeader> = {}): BusHeader {
  const slots = new SlotSet();
  const ranges: Record<string, [number, number, number, string]> = {
    [B]: [100, 199, 2, "10.0.0.2"],
    [C]: [200, 16383, 3, "10.0.0.3"],
    [D]: [200, 16383, 3, "10.0.0.4"],
  };
  const [first, last, configEpoch, ip] = ranges[id];
  for (let slot = first; slot <= last; slot++) slots.add(slot);
  const role = id === D ? { master: C, flags: REPLICA } : {};
  return header(id, { slots: slots.bytes, configEpoch, ip, ...role, ...changes });
}

function entry(id: string, flags: number, changes: Partial<GossipEntry> = {}): GossipEntry {
  const rest = { pingSent: 0, pongReceived: 0, ip: "10.0.0.7", port: 1, secondaryPort: 0, busPort: 2 };
  return { id, flags, ...rest, ...changes };
}

Deno.test("cluster: what strangers say changes nothing", () => {
  const bench = new Bench();
  const before = bench.text;
  const all = new SlotSet();
  for (let slot = 0; slot < 16_384; slot++) all.add(slot);
  const head = header(STRANGER, { currentEpoch: 99, configEpoch: 99, slots: all.bytes });
  const gossip = [entry(B, FAIL, { ip: "10.9.9.9" }), entry("9".repeat(40), MASTER)];
  const messages: BusMessage[] = [
    ping(head, gossip),
    ping(head, gossip, "pong"),
    { type: "fail", header: head, failing: B },
    { type: "update", header: head, node: B, configEpoch: 99, slots: all.bytes },
    { type: "publish", header: head, channel: "a", payload: new Uint8Array(3) },
    { type: "auth-req", header: head },
    { type: "auth-ack", header: head },
    { type: "mfstart", header: head },
  ];
  for (const message of messages) {
    const kinds = bench.receive(message, bench.link());
    assertEquals(kinds, message.type === "ping" ? ["send"] : [], message.type);
    assertEquals(bench.text, before, message.type);
  }
});

Deno.test("cluster: a MEET adds one node in handshake for an address, and not too many", () => {
  const bench = new Bench();
  bench.receive(ping(header(STRANGER), [entry(B, FAIL)], "meet"), bench.link());
  bench.receive(ping(header(STRANGER), [], "meet"), bench.link());
  assertEquals(bench.state.nodeCount, 5);
  assertEquals([...bench.state.nodes].filter((node) => node.is(HANDSHAKE)).length, 1);
  for (let port = 1; port < 2000; port++) {
    bench.receive(ping(header(STRANGER, { port }), [], "meet"), bench.link());
  }
  assertEquals(bench.state.nodeCount, 1004);
  for (let tick = 0; tick < 15; tick++) bench.cluster.tick(bench.now += 100);
  assertEquals(bench.state.nodeCount, 4);
});

Deno.test("cluster: a link that a node opened speaks for it alone", () => {
  const bench = new Bench();
  const link = bench.link();
  bench.receive(ping(known(B)), link);
  assertEquals(link.node?.id, B);
  const before = bench.text;
  assertEquals(bench.receive(ping(known(C, { currentEpoch: 77, configEpoch: 77 })), link), ["close"]);
  assertEquals(bench.text, before);
  assertEquals(bench.state.node(B)?.inboundLink, null);
  // A new link of the same node takes the place of its old one.
  const [first, second] = [bench.link(), bench.link()];
  bench.receive(ping(known(B)), first);
  assertEquals(bench.receive(ping(known(B)), second), ["close", "send"]);
  assertEquals(bench.state.node(B)?.inboundLink, second);
});

Deno.test("cluster: another node at a known address is not that node", () => {
  const bench = new Bench();
  const node = bench.state.node(B);
  const link = node?.link;
  if (!node || !link) throw new Error("no link");
  const kinds = bench.receive(ping(header(STRANGER, { currentEpoch: 99 }), [], "pong"), link);
  assertEquals(kinds, ["save", "close"]);
  assert(node.is(NOADDR));
  assertEquals([node.ip, node.busPort, bench.state.currentEpoch], ["", 0, 5]);
});

Deno.test("cluster: a node that claims to be this one changes nothing", () => {
  const bench = new Bench();
  const before = bench.text;
  assertEquals(bench.receive(ping(header(ME, { currentEpoch: 99 }), [], "meet"), bench.link()), ["send"]);
  assertEquals(bench.receive({ type: "fail", header: header(ME), failing: B }, bench.link()), []);
  assertEquals(bench.text, before);
});

Deno.test("cluster: nodes heard of are added as what they are, and not as this one", () => {
  const bench = new Bench();
  const id = "9".repeat(40);
  bench.receive(ping(known(B), [entry(id, MASTER | MYSELF), entry(STRANGER, NOADDR | MASTER)]), bench.link());
  assertEquals(bench.state.node(id)?.flags, MASTER);
  assertEquals(bench.state.node(STRANGER), undefined);
  assertEquals(bench.state.node(id)?.ip, "10.0.0.7");
});

Deno.test("cluster: a node has failed when most masters say so, and reports grow old", () => {
  const bench = new Bench();
  const node = bench.state.node(C);
  if (!node) throw new Error("unknown");
  node.mark(PFAIL);
  // A replica's word does not count.
  bench.receive(ping(known(D), [entry(C, PFAIL | MASTER)]), bench.link());
  assertEquals(node.failureReports.size, 0);
  node.addFailureReport(bench.state.node(D)!, bench.now);
  bench.now += 2 * SETTINGS.nodeTimeout + 1;
  bench.receive(ping(known(B), [entry(C, PFAIL | MASTER)]), bench.link());
  assertEquals(node.failureReports.size, 1);
  assert(node.failed && !node.possiblyFailing);
  assert(bench.kindsOfSent().includes("fail"));
});

Deno.test("cluster: a vote is given once for an epoch, to a replica of a failed master", () => {
  const ask = (changes: Partial<BusHeader>, prepare: (bench: Bench) => void = () => {}) => {
    const bench = new Bench();
    bench.state.node(C)?.mark(FAIL);
    prepare(bench);
    const link = bench.link();
    const vote = () => {
      bench.receive({ type: "auth-req", header: known(D, { currentEpoch: 6, ...changes }) }, link);
      return bench.kindsOfSent().includes("auth-ack");
    };
    return [vote(), vote()];
  };
  assertEquals(ask({}), [true, false]);
  assertEquals(ask({ currentEpoch: 4 }), [false, false]);
  assertEquals(ask({ configEpoch: 2 }), [false, false]);
  assertEquals(ask({}, (bench) => bench.state.lastVoteEpoch = 6), [false, false]);
  assertEquals(ask({}, (bench) => bench.state.node(C)?.mark(FAIL, false)), [false, false]);
  assertEquals(ask({ forceAck: true }, (bench) => bench.state.node(C)?.mark(FAIL, false)), [true, false]);
  assertEquals(ask({}, (bench) => bench.state.node(C)!.votedAt = NOW - 100), [false, false]);
  assertEquals(ask({}, (bench) => bench.state.detachReplica(bench.state.node(D)!)), [false, false]);
  assertEquals(ask({}, (bench) => bench.state.removeSlotsOf(bench.state.myself)), [false, false]);
});

Deno.test("cluster: a vote is saved before it is sent", () => {
  const bench = new Bench();
  bench.state.node(C)?.mark(FAIL);
  bench.receive({ type: "auth-req", header: known(D, { currentEpoch: 6 }) }, bench.link());
  assertEquals(bench.actions[0], { kind: "save", sync: true });
  assertEquals(bench.text.trim().split("\n").pop(), "vars currentEpoch 6 lastVoteEpoch 6");
});

Deno.test("cluster: an outdated claim is answered by an UPDATE, an UPDATE is followed", () => {
  const bench = new Bench();
  const slots = new SlotSet();
  for (const slot of [100, 200]) slots.add(slot);
  bench.receive(ping(known(B, { slots: slots.bytes })), bench.link());
  assertEquals(bench.kindsOfSent(), ["pong", "update"]);
  assertEquals(bench.state.owner(200)?.id, C);
  assertEquals(bench.state.owner(100)?.id, B);
  // Slots that B claims no more stay with it, but anybody may have them now.
  assert(bench.state.isUnclaimed(150) && !bench.state.isUnclaimed(100));
  const update: BusMessage = {
    type: "update",
    header: known(B),
    node: D,
    configEpoch: 9,
    slots: known(D).slots,
  };
  bench.receive(update, bench.link());
  assertEquals(bench.state.owner(200)?.id, D);
  assert(bench.state.node(D)?.isMaster);
  bench.receive({ ...update, node: C, configEpoch: 3 }, bench.link());
  assertEquals(bench.state.owner(200)?.id, D);
});

Deno.test("cluster: of two masters with the same epoch the smaller name takes another", () => {
  const bench = new Bench();
  bench.receive(ping(known(B, { configEpoch: 1 })), bench.link());
  // B is known with epoch 2: its older message is no collision.
  assertEquals(bench.state.myself.configEpoch, 1);
  bench.state.myself.configEpoch = 2;
  bench.receive(ping(known(B)), bench.link());
  assertEquals(bench.state.myself.configEpoch, 6);
  assertEquals(bench.state.currentEpoch, 6);
});

Deno.test("cluster: damaged messages do no harm to the tables", () => {
  const random = new Random(7);
  const bench = new Bench();
  const samples = [
    ping(known(B), [entry(C, PFAIL), entry(STRANGER, MASTER)]),
    ping(known(D), [entry(B, FAIL)], "meet"),
    ping(known(C), [], "pong"),
    { type: "update", header: known(B), node: D, configEpoch: 9, slots: known(D).slots },
    { type: "auth-req", header: known(D) },
    { type: "mfstart", header: known(D) },
    { type: "fail", header: known(C), failing: B },
  ].map((message) => encodeMessage(message as BusMessage));
  for (let round = 0; round < 3000; round++) {
    const bytes = samples[random.below(samples.length)].slice();
    for (let change = random.below(5); change > 0; change--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    try {
      bench.cluster.receive(decodeMessage(bytes), bench.link(), bench.now);
    } catch (error) {
      assert(error instanceof BusFormatError, String(error));
    }
    if (round % 10 === 0) bench.cluster.tick(bench.now += 100);
  }
  const { state } = bench;
  for (const node of state.nodes) {
    for (const slot of node.slots.list()) assertEquals(state.owner(slot), node);
    if (node.master !== null) assert(node.master.replicas.includes(node));
  }
  assertNotEquals(parseNodesConfig(bench.text), null);
});
