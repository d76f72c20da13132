import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cluster } from "../../src/cluster/cluster.ts";
import { formatNodes } from "../../src/cluster/describe.ts";
import { FAIL, MASTER, MYSELF, NOFAILOVER, REPLICA } from "../../src/cluster/node_flags.ts";
import {
  formatNodesConfig,
  type NodesConfig,
  NodesConfigError,
  parseNodesConfig,
} from "../../src/cluster/nodes_config.ts";
import { Random } from "../../src/util/random.ts";
import { redisAvailable, startRedis } from "../harness.ts";
import { SETTINGS } from "./simulation.ts";

const [A, B, C, D, SHARD, SHARD_2] = ["a", "b", "c", "d", "5", "6"].map((digit) => digit.repeat(40));

const FILE =
  `${A} 127.0.0.1:7000@17000,,tls-port=0,shard-id=${SHARD} myself,master - 0 0 3 connected 0-99 101 [5->-${B}] [300-<-${B}]
${B} ::1:7001@17001,b.example,tls-port=7443,nodename=b_1,shard-id=${SHARD_2} master - 0 1700000000000 2 disconnected 300-16383
${C} 127.0.0.1:7002@17002,,tls-port=0,shard-id=${SHARD} slave,fail,nofailover ${A} 0 0 3 disconnected
vars currentEpoch 9 lastVoteEpoch 8
`;

const host = {
  replicationOffset: () => 0,
  replicating: () => false,
  replicaDataAge: () => 0,
  keysInSlot: () => 0,
};

function load(config: NodesConfig | null): Cluster {
  const settings = { ...SETTINGS, tcpPort: 7000, busPort: 17_000 };
  const options = { settings, host, now: 1_700_000_000_000, random: new Random(1) };
  return new Cluster({ ...options, config: config ?? undefined });
}

Deno.test("nodes.conf: reads every field", () => {
  const config = parseNodesConfig(FILE);
  if (config === null) throw new Error("empty");
  assertEquals([config.currentEpoch, config.lastVoteEpoch], [9, 8]);
  assertEquals(config.nodes[0], {
    id: A,
    ip: "127.0.0.1",
    tcpPort: 7000,
    tlsPort: 0,
    busPort: 17_000,
    hostname: "",
    humanName: "",
    shardId: SHARD,
    flags: MYSELF | MASTER,
    master: null,
    pinged: false,
    ponged: false,
    configEpoch: 3,
    slots: [[0, 99], [101, 101]],
    migrating: [{ slot: 5, node: B }],
    importing: [{ slot: 300, node: B }],
  });
  const second = config.nodes[1];
  assertEquals([second.ip, second.tlsPort, second.hostname, second.humanName], [
    "::1",
    7443,
    "b.example",
    "b_1",
  ]);
  assertEquals([config.nodes[2].flags, config.nodes[2].master], [REPLICA | FAIL | NOFAILOVER, A]);
});

Deno.test("nodes.conf: what was read is written again", () => {
  const cluster = load(parseNodesConfig(FILE));
  assertEquals(formatNodesConfig(cluster.state), FILE);
  assertEquals(cluster.state.migrating.get(5)?.id, B);
  assertEquals(cluster.state.myself.replicas.map((node) => node.id), [C]);
});

Deno.test("nodes.conf: lines for clients have no further fields", () => {
  const cluster = load(parseNodesConfig(FILE));
  const lines = formatNodes(cluster.state, "client");
  assertEquals(lines[0].split(" ")[1], "127.0.0.1:7000@17000");
  assertEquals(lines[1].split(" ")[1], "::1:7001@17001,b.example");
  assertEquals(formatNodes(cluster.state, "tls-client")[1].split(" ")[1], "::1:7443@17001,b.example");
});

Deno.test("nodes.conf: files of earlier versions", () => {
  const old = `${A} 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 5\n\n` +
    `${C} 127.0.0.1:7002 slave ${D} 1 1 1 connected\nvars currentEpoch 0 lastVoteEpoch 0 later 5\n\n\n`;
  const config = parseNodesConfig(old);
  if (config === null) throw new Error("empty");
  assertEquals(config.currentEpoch, 1);
  assertEquals([config.nodes[1].busPort, config.nodes[1].tlsPort], [17_002, null]);
  assertEquals(parseNodesConfig(old, true)?.nodes[0].tlsPort, 7000);
  const { state } = load(config);
  const replica = state.node(C);
  // The master has no line of its own.
  assertEquals(replica?.master?.id, D);
  assertEquals(replica?.shardId, replica?.master?.shardId);
  assertEquals(replica?.pingSent, state.now);
});

Deno.test("nodes.conf: an empty file is a new node's, which saves one", () => {
  assertEquals(parseNodesConfig(""), null);
  const cluster = load(null);
  const [first] = cluster.tick(1_700_000_000_100);
  assertEquals(first, { kind: "save", sync: true });
  const again = parseNodesConfig(formatNodesConfig(cluster.state));
  assertEquals(again?.nodes[0].id, cluster.state.myself.id);
});

Deno.test("nodes.conf: damaged files are refused", () => {
  const line = (change: (words: string[]) => void) => {
    const words = FILE.split("\n")[0].split(" ");
    change(words);
    return words.join(" ");
  };
  const bad = [
    "\n",
    "vars currentEpoch 1\n",
    FILE.split("\n").slice(1).join("\n"),
    FILE + FILE.split("\n")[0],
    "vars currentEpoch\n" + FILE,
    "vars currentEpoch -1\n" + FILE,
    "vars currentEpoch 99999999999999999999\n" + FILE,
    line((words) => words[0] = "xyz"),
    line((words) => words[0] = A.toUpperCase()),
    line((words) => words[1] = "127.0.0.1"),
    line((words) => words[1] = "127.0.0.1:70000@1"),
    line((words) => words[1] += ",unknown=1"),
    line((words) => words[1] += ",shard-id=1"),
    line((words) => words[1] += ",nothing"),
    line((words) => words[1] += ",tcp-port=x"),
    line((words) => words[2] = "myself,king"),
    line((words) => words[3] = "me"),
    line((words) => words[6] = "x"),
    line((words) => words.length = 7),
    line((words) => words[8] = "0-16384"),
    line((words) => words[8] = "9-8"),
    line((words) => words[8] = "[5->-x]"),
    line((words) => words[8] = `[16384->-${B}]`),
  ];
  for (const text of bad) assertThrows(() => parseNodesConfig(text), NodesConfigError, undefined, text);
});

Deno.test("nodes.conf: random damage is refused or read", () => {
  const random = new Random(3);
  for (let round = 0; round < 3000; round++) {
    const chars = [...FILE];
    for (let change = random.below(4); change >= 0; change--) {
      chars[random.below(chars.length)] = random.below(3) ? String.fromCharCode(random.below(256)) : "";
    }
    try {
      load(parseNodesConfig(chars.join("")));
    } catch (error) {
      assert(error instanceof NodesConfigError, String(error));
    }
  }
});

Deno.test({
  name: "nodes.conf: redis-server's is read, and its CLUSTER NODES written alike",
  ignore: !redisAvailable(),
  async fn() {
    await using server = await startRedis({ config: { "cluster-enabled": "yes" } });
    using client = await server.connect();
    await client.ask("CLUSTER", "ADDSLOTSRANGE", "0", "5", "7", "7", "100", "16383");
    await client.ask("CLUSTER", "SET-CONFIG-EPOCH", "3");
    await client.ask("CLUSTER", "SAVECONFIG");
    const config = parseNodesConfig(await Deno.readTextFile(`${server.dir}/nodes.conf`));
    if (config === null) throw new Error("empty");
    const { port, busPort } = server;
    const settings = { ...SETTINGS, tcpPort: port, busPort };
    const { state } = new Cluster({ settings, host, now: 0, config });
    const expected = String(await client.ask("CLUSTER", "NODES")).trim();
    assertEquals(formatNodes(state, "client").join("\n"), expected);
  },
});
