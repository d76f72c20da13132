/** What strangers send to the bus port of a running server changes nothing. */

import { assertEquals } from "@std/assert";
import { until } from "../persistence/tools.ts";
import { Random } from "../../src/util/random.ts";
import { SIGNATURE } from "../../src/cluster/bus_message.ts";
import { ask, type DeployedNode, startNode } from "./deployment.ts";

const TYPES = [
  "ping",
  "pong",
  "fail",
  "publish",
  "publishshard",
  "update",
  "auth-req",
  "auth-ack",
  "mfstart",
];

/** All that a node says of the cluster, but for times and counts of messages. */
async function stateOf(node: DeployedNode): Promise<string> {
  const nodes = (await ask(node, "CLUSTER", "NODES")).replaceAll(/ \d{13}/g, "");
  const info = (await ask(node, "CLUSTER", "INFO")).replaceAll(/cluster_stats.*\r\n/g, "");
  return nodes + info + await ask(node, "INFO", "replication") + await ask(node, "DBSIZE");
}

/** Sends bytes and waits until the server closes, or has had time to if it has no reason to. */
async function send(node: DeployedNode, bytes: Uint8Array, closes: boolean): Promise<void> {
  using socket = await Deno.connect({ port: node.server.busPort });
  try {
    for (let done = 0; done < bytes.length;) done += await socket.write(bytes.subarray(done));
    if (!closes) await socket.closeWrite();
    const buffer = new Uint8Array(65_536);
    while (await socket.read(buffer) !== null);
  } catch (error) {
    // It may close before it has read everything.
    const expected = [Deno.errors.BrokenPipe, Deno.errors.ConnectionReset];
    if (!expected.some((kind) => error instanceof kind)) throw error;
  }
}

function fixture(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`./fixtures/${name}.bin`, import.meta.url));
}

function withLength(message: Uint8Array, length: number): Uint8Array {
  const copy = message.slice();
  new DataView(copy.buffer).setUint32(SIGNATURE.length, length);
  return copy;
}

Deno.test("bus port: random bytes, damaged and strangers' messages close the link or are passed over", async () => {
  // What it is told on a connection of its own address it may believe.
  const node = await startNode("ours", { "cluster-announce-ip": "127.0.0.1" });
  await using _server = node.server;
  await ask(node, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await until("it works", async () => (await ask(node, "CLUSTER", "INFO")).includes("cluster_state:ok"));
  await ask(node, "SET", "key", "value");
  const before = await stateOf(node);
  const random = new Random(1);
  const noise = () => Uint8Array.from({ length: 1 + random.below(5000) }, () => random.below(256));

  for (let i = 0; i < 20; i++) await send(node, noise(), false);
  for (const type of TYPES) {
    const message = fixture(type);
    await send(node, message, false);
    await send(node, message.subarray(0, random.below(message.length)), false);
    await send(node, withLength(message, message.length - 1), false);
    await send(node, withLength(message, 0), true);
    await send(node, withLength(message, 2 ** 32 - 1), true);
    for (let i = 0; i < 10; i++) {
      const damaged = message.slice();
      // Not its type: a MEET is how strangers become known.
      for (let j = 0; j < 5; j++) damaged[16 + random.below(damaged.length - 16)] = random.below(256);
      await send(node, damaged, false);
    }
  }
  // A message as long as the longest that there may be, of which much comes.
  const large = new Uint8Array(3 << 20);
  large.set(withLength(fixture("publish"), 512 << 20));
  await send(node, large, true);

  assertEquals(await stateOf(node), before);
  assertEquals(/Internal error|Uncaught/.test(node.server.log), false);
});
