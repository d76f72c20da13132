/**
 * Captures one message of each type from real redis-server processes, by being a node of their cluster. Its output
 * is the fixtures of the tests of the codec:
 *
 * ```sh
 * deno run --allow-all tests/cluster/capture_bus_messages.ts
 * ```
 */

import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { encodeMessage } from "../../src/cluster/bus_encoder.ts";
import { BusFrames } from "../../src/cluster/bus_frames.ts";
import type { BusHeader, BusMessage, GossipEntry, MessageType } from "../../src/cluster/bus_message.ts";
import { MASTER, PFAIL, REPLICA } from "../../src/cluster/node_flags.ts";
import { SlotSet } from "../../src/cluster/slots.ts";
import { startRedis, type TestServer } from "../harness.ts";
import { freePort } from "../support/free_port.ts";

const FOLDER = new URL("./fixtures/", import.meta.url);
const LIMIT_MS = 20_000;

/** A node that does what it is told, and remembers what it was sent. */
class Peer {
  readonly id = "0123456789abcdef0123456789abcdef01234567";
  readonly port = freePort();
  readonly captured = new Map<MessageType, Uint8Array>();
  flags = MASTER;
  master: string | null = null;
  slots = new SlotSet();
  configEpoch = 0;
  gossip: GossipEntry[] = [];
  lastHeader: BusHeader | null = null;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: this.port + 10_000 });
  readonly #connections: Deno.Conn[] = [];

  async accept(): Promise<void> {
    for await (const connection of this.#listener) this.#serve(connection).catch(() => {});
  }

  /** Opens a link to the node at `port` and sends it a message. */
  async open(port: number): Promise<Deno.Conn> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: port + 10_000 });
    this.#serve(connection).catch(() => {});
    return connection;
  }

  async send(connection: Deno.Conn, type: "ping" | "pong" | "auth-req"): Promise<void> {
    const header = this.header();
    const message: BusMessage = type === "auth-req"
      ? { type, header: { ...header, forceAck: true, currentEpoch: header.currentEpoch + 1 } }
      : { type, header, gossip: this.gossip, extensions: { forgotten: [] } };
    const bytes = encodeMessage(message);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }

  header(): BusHeader {
    return {
      sender: this.id,
      port: this.port,
      secondaryPort: 0,
      busPort: this.port + 10_000,
      ip: "",
      currentEpoch: this.lastHeader?.currentEpoch ?? 0,
      configEpoch: this.configEpoch,
      replicationOffset: 0,
      slots: this.slots.bytes,
      master: this.master,
      flags: this.flags,
      clusterOk: true,
      paused: false,
      forceAck: false,
      extensionData: true,
    };
  }

  close(): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    this.#connections.push(connection);
    const frames = new BusFrames();
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) return;
      const replies: Promise<void>[] = [];
      frames.push(buffer.subarray(0, size), (bytes) => {
        const message = decodeMessage(bytes);
        if (message.type === "unsupported") return true;
        // The fullest one of a type is kept.
        if ((this.captured.get(message.type)?.length ?? 0) <= bytes.length) {
          this.captured.set(message.type, bytes.slice());
        }
        this.lastHeader = { ...message.header, slots: message.header.slots.slice() };
        if (message.type === "ping" || message.type === "meet") replies.push(this.send(connection, "pong"));
        return true;
      });
      await Promise.all(replies);
    }
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
}

async function ask(server: TestServer, ...words: string[]): Promise<string> {
  using client = await server.connect();
  return String(await client.ask(...words));
}

async function capture(): Promise<Peer> {
  const config = {
    "cluster-enabled": "yes",
    "cluster-node-timeout": 1000,
    "cluster-announce-hostname": "node.example",
    "cluster-allow-replica-migration": "no",
    "repl-diskless-sync-delay": 0,
    "enable-debug-command": "local",
  };
  await using master = await startRedis({ config });
  await using replica = await startRedis({ config });
  const peer = new Peer();
  const accepting = peer.accept();
  const masterId = await ask(master, "CLUSTER", "MYID");
  const replicaId = await ask(replica, "CLUSTER", "MYID");
  await ask(master, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await ask(master, "CLUSTER", "SET-CONFIG-EPOCH", "5");
  await ask(master, "CLUSTER", "MEET", "127.0.0.1", String(peer.port), String(peer.port + 10_000));
  await until("the first message", () => peer.captured.has("meet"));
  await ask(master, "CLUSTER", "MEET", "127.0.0.1", String(replica.port));
  await until("the cluster", async () => (await ask(replica, "CLUSTER", "NODES")).split("\n").length === 4);
  await ask(replica, "CLUSTER", "REPLICATE", masterId);
  await until(
    "replication",
    async () => (await ask(replica, "INFO", "replication")).includes("link_status:up"),
  );
  await until("gossip about the replica", () => (peer.captured.get("ping")?.length ?? 0) >= 2384);
  await ask(master, "PUBLISH", "channel", "payload");
  const link = await peer.open(master.port);
  peer.slots.add(7);
  await peer.send(link, "ping");
  await until("UPDATE", () => peer.captured.has("update"));
  peer.slots.delete(7);
  await ask(replica, "CLUSTER", "FAILOVER", "FORCE");
  await until("AUTH_REQUEST", () => peer.captured.has("auth-req"));
  await until("the failover", async () => (await ask(replica, "ROLE")).startsWith("master"));
  await until("the new replica", async () => (await ask(master, "ROLE")).startsWith("slave"));
  await ask(master, "CLUSTER", "FAILOVER", "TAKEOVER");
  await until("the way back", async () => (await ask(replica, "ROLE")).startsWith("slave"));
  await captureVoteAndFailure(peer, link, master, replica, masterId, replicaId);
  await ask(replica, "CLUSTER", "REPLICATE", peer.id);
  await ask(replica, "CLUSTER", "FAILOVER");
  await until("MFSTART", () => peer.captured.has("mfstart"));
  peer.close();
  await accepting.catch(() => {});
  return peer;
}

async function captureVoteAndFailure(
  peer: Peer,
  link: Deno.Conn,
  master: TestServer,
  replica: TestServer,
  masterId: string,
  replicaId: string,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  peer.flags = REPLICA;
  peer.master = masterId;
  await peer.send(link, "ping");
  await until("PUBLISHSHARD", async () => {
    await ask(master, "SPUBLISH", "shard", "payload");
    return peer.captured.has("publishshard");
  });
  for (let slot = 0; slot < 16_384; slot++) peer.slots.add(slot);
  peer.configEpoch = peer.lastHeader?.configEpoch ?? 0;
  await peer.send(link, "auth-req");
  await until("AUTH_ACK", () => peer.captured.has("auth-ack"));
  peer.flags = MASTER;
  peer.master = null;
  peer.configEpoch = 0;
  peer.slots = new SlotSet();
  const busPort = replica.port + 10_000;
  peer.gossip = [{
    id: replicaId,
    pingSent: 0,
    pongReceived: 0,
    ip: "127.0.0.1",
    port: replica.port,
    secondaryPort: 0,
    busPort,
    flags: REPLICA | PFAIL,
  }];
  using client = await replica.connect();
  const sleeping = client.ask("DEBUG", "SLEEP", "4");
  await until("FAIL", async () => {
    await peer.send(link, "ping");
    return peer.captured.has("fail");
  });
  await sleeping;
  peer.gossip = [];
  await ask(master, "PING");
}

if (import.meta.main) {
  const peer = await capture();
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [type, bytes] of peer.captured) await Deno.writeFile(new URL(`${type}.bin`, FOLDER), bytes);
}
