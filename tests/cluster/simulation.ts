/**
 * Nodes of a cluster on a network and with a clock that are both made up: connections take time, break, and do not
 * cross the borders of partitions. What a node saves survives its death.
 */

import type { Action, ClusterHost, ClusterSettings } from "../../src/cluster/actions.ts";
import { decodeMessage } from "../../src/cluster/bus_decoder.ts";
import { Cluster, TICK_MS } from "../../src/cluster/cluster.ts";
import type { ClusterLink } from "../../src/cluster/cluster_link.ts";
import type { ClusterState } from "../../src/cluster/cluster_state.ts";
import { formatNodesConfig, parseNodesConfig } from "../../src/cluster/nodes_config.ts";
import * as operations from "../../src/cluster/operations.ts";
import { SLOT_COUNT } from "../../src/cluster/slots.ts";
import { Random } from "../../src/util/random.ts";

const START = 1_700_000_000_000;
/** How long a connection to a place that does not answer takes to fail. */
const CONNECT_LIMIT_MS = 3000;

export const SETTINGS = {
  nodeTimeout: 1000,
  requireFullCoverage: true,
  replicaNoFailover: false,
  replicaValidityFactor: 10,
  migrationBarrier: 1,
  allowReplicaMigration: true,
  replicaPingPeriod: 10,
  tlsCluster: false,
  tlsReplication: false,
  tcpPort: 6379,
  tlsPort: 0,
  busPort: 16_379,
  announceIp: "",
  announceHostname: "",
  announceHumanName: "",
};

/** Two ends of a connection. */
interface Connection {
  open: boolean;
  ends: [SimulatedNode, SimulatedNode];
  links: [ClusterLink, ClusterLink];
}

export class SimulatedNode implements ClusterHost {
  readonly ip: string;
  readonly settings: { -readonly [Name in keyof ClusterSettings]: ClusterSettings[Name] } = { ...SETTINGS };
  readonly keys = new Map<number, number>();
  readonly deletedSlots: number[] = [];
  readonly published: string[] = [];
  cluster: Cluster;
  alive = true;
  /** Which side of the partition it is on. */
  side = 0;
  offset = 0;
  /** Address of the node that it replicates. */
  masterIp: string | null = null;
  masterSeenAt = 0;
  offsetAtPromotion = 0;
  pausedUntil = 0;
  /** Its `nodes.conf`. */
  saved = "";
  readonly log: string[] = [];
  readonly #network: Simulation;

  constructor(network: Simulation, ip: string) {
    this.#network = network;
    this.ip = ip;
    this.cluster = this.#start();
  }

  get state(): ClusterState {
    return this.cluster.state;
  }

  get id(): string {
    return this.state.myself.id;
  }

  replicationOffset(): number {
    return this.offset;
  }

  replicating(): boolean {
    return this.masterIp !== null;
  }

  replicaDataAge(): number {
    return this.#network.now - this.masterSeenAt;
  }

  keysInSlot(slot: number): number {
    return this.keys.get(slot) ?? 0;
  }

  /** Changes the state as an administrator does. */
  order(change: (state: ClusterState) => void): void {
    this.#network.perform(this, this.cluster.run(this.#network.now, change));
  }

  kill(): void {
    this.alive = false;
    this.#network.cutAll(this);
  }

  /** Starts it again with what it had saved. */
  restart(): void {
    this.alive = true;
    this.masterIp = null;
    this.cluster = this.#start();
  }

  #start(): Cluster {
    return new Cluster({
      settings: this.settings,
      host: this,
      now: this.#network.now,
      config: parseNodesConfig(this.saved) ?? undefined,
      random: new Random(this.#network.random.uint32()),
    });
  }
}

export class Simulation {
  now = START;
  readonly random: Random;
  readonly nodes: SimulatedNode[] = [];
  /** Of 1,000 messages so many break the connection on which they are sent. */
  breakage = 0;
  readonly #events = new Map<number, (() => void)[]>();
  readonly #connections = new Map<ClusterLink, Connection>();

  constructor(count: number, seed: number) {
    this.random = new Random(seed);
    for (let index = 1; index <= count; index++) this.nodes.push(new SimulatedNode(this, `10.0.0.${index}`));
  }

  /** Masters with all slots between them, each with this many replicas; waits until all know that. */
  static async form(masters: number, replicas: number, seed: number): Promise<Simulation> {
    const simulation = new Simulation(masters * (1 + replicas), seed);
    const { nodes } = simulation;
    const step = Math.ceil(SLOT_COUNT / masters);
    for (let index = 0; index < masters; index++) {
      const slots = Array.from({ length: step }, (_, at) => index * step + at).filter((slot) =>
        slot < SLOT_COUNT
      );
      nodes[index].order((state) => operations.addSlots(state, slots));
    }
    for (const node of nodes.slice(1)) {
      nodes[0].order((state) => operations.meet(state, node.ip, 6379, 16_379));
    }
    await simulation.runUntil("all know all", () => simulation.allKnow(nodes.length));
    for (let index = masters; index < nodes.length; index++) {
      const master = nodes[index % masters].id;
      nodes[index].order((state) => operations.replicate(state, master, true));
    }
    await simulation.runUntil("all work", () => simulation.settled());
    return simulation;
  }

  get living(): SimulatedNode[] {
    return this.nodes.filter((node) => node.alive);
  }

  allKnow(count: number): boolean {
    return this.living.every((node) => {
      const known = [...node.state.nodes];
      return known.length === count && known.every((other) => !other.inHandshake);
    });
  }

  /** Whether the cluster works in the eyes of all, and they agree on owners and epochs. */
  settled(): boolean {
    const views = new Set(this.living.map((node) => describeView(node.state)));
    return views.size === 1 && this.living.every((node) => node.state.ok);
  }

  /** Lets time pass, with writes to the masters and their way to the replicas. */
  async run(milliseconds: number): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end;) {
      this.now++;
      if (this.now % TICK_MS === 0) this.#tick();
      const due = this.#events.get(this.now);
      this.#events.delete(this.now);
      for (const event of due ?? []) event();
    }
    await Promise.resolve();
  }

  async runUntil(what: string, condition: () => boolean, limit = 60_000): Promise<void> {
    for (const end = this.now + limit; this.now < end;) {
      if (condition()) return;
      await this.run(100);
    }
    throw new Error(`${what}: not within ${limit} ms\n${this.describe()}`);
  }

  /** Closes all connections of a node, without its knowing. */
  cutAll(node: SimulatedNode): void {
    for (const connection of new Set(this.#connections.values())) {
      if (connection.ends.includes(node)) this.#break(connection);
    }
  }

  reaches(from: SimulatedNode, to: SimulatedNode): boolean {
    return from.alive && to.alive && from.side === to.side;
  }

  perform(node: SimulatedNode, actions: readonly Action[]): void {
    for (const action of actions) this.#act(node, action);
  }

  /** For the message of a failed test. */
  describe(): string {
    return this.nodes.map((node) =>
      `${node.ip} ${node.alive ? "alive" : "dead"} side ${node.side} ok ${node.state.ok}\n` +
      formatNodesConfig(node.state)
    ).join("\n");
  }

  #tick(): void {
    for (const node of this.living) this.perform(node, node.cluster.tick(this.now));
    for (const node of this.living) {
      if (node.masterIp === null) {
        if (node.state.ok && this.now > node.pausedUntil) node.offset += 10;
        continue;
      }
      const master = this.nodes.find((other) => other.ip === node.masterIp);
      if (master === undefined || !this.reaches(node, master)) continue;
      node.offset = master.offset;
      node.masterSeenAt = this.now;
    }
  }

  #later(event: () => void, delay = 1 + this.random.below(5)): void {
    const at = this.now + delay;
    const events = this.#events.get(at);
    if (events === undefined) this.#events.set(at, [event]);
    else events.push(event);
  }

  #act(node: SimulatedNode, action: Action): void {
    switch (action.kind) {
      case "save":
        node.saved = formatNodesConfig(node.state);
        break;
      case "send":
        return this.#send(node, action.link, action.bytes);
      case "connect":
        return this.#connect(node, action.link, action.ip);
      case "close": {
        const connection = this.#connections.get(action.link);
        if (connection !== undefined) this.#break(connection);
        break;
      }
      case "replicate":
        node.masterIp = action.ip;
        node.masterSeenAt = this.now;
        break;
      case "promote":
        node.masterIp = null;
        node.offsetAtPromotion = node.offset;
        break;
      case "pause":
        node.pausedUntil = action.until;
        break;
      case "unpause":
        node.pausedUntil = 0;
        break;
      case "publish":
        node.published.push(`${action.sharded ? "shard " : ""}${action.channel} ${action.payload}`);
        break;
      case "delete-keys":
        node.deletedSlots.push(...action.slots);
        break;
      case "log":
        node.log.push(`${this.now - START} ${action.text}`);
    }
  }

  #connect(node: SimulatedNode, link: ClusterLink, ip: string): void {
    const { cluster } = node;
    const target = this.nodes.find((other) => other.ip === ip);
    const refused = target !== undefined && target.side === node.side && !target.alive;
    this.#later(() => {
      if (node.cluster !== cluster || !node.alive) return;
      if (target === undefined || !this.reaches(node, target)) {
        this.perform(node, cluster.closed(link, this.now));
        return;
      }
      const other = target.cluster.accept(node.ip, target.ip, this.now);
      const connection: Connection = { open: true, ends: [node, target], links: [link, other] };
      this.#connections.set(link, connection).set(other, connection);
      this.perform(node, cluster.connected(link, this.now, target.ip, node.ip));
    }, target !== undefined && (refused || this.reaches(node, target)) ? undefined : CONNECT_LIMIT_MS);
  }

  #send(node: SimulatedNode, link: ClusterLink, bytes: Uint8Array): void {
    const connection = this.#connections.get(link);
    if (connection === undefined || !connection.open) return;
    if (this.random.below(1000) < this.breakage) return this.#break(connection);
    const end = connection.ends[0] === node && connection.links[0] === link ? 1 : 0;
    const target = connection.ends[end];
    // The same for all messages of a connection, so that they stay in order.
    this.#later(() => {
      if (!connection.open || !this.reaches(node, target)) return;
      this.perform(target, target.cluster.receive(decodeMessage(bytes), connection.links[end], this.now));
    }, 2);
  }

  #break(connection: Connection): void {
    if (!connection.open) return;
    connection.open = false;
    connection.links.forEach((link, end) => {
      this.#connections.delete(link);
      const node = connection.ends[end];
      const { cluster } = node;
      this.#later(() => {
        if (node.alive && node.cluster === cluster) this.perform(node, cluster.closed(link, this.now));
      });
    });
  }
}

/** Who serves what under which epoch, who replicates whom and who has failed, in the eyes of one node. */
function describeView(state: ClusterState): string {
  return [...state.nodes]
    .map((node) =>
      [node.id, node.master?.id, node.claimant.configEpoch, node.flags & 15, node.slots.ranges().join()].join(
        " ",
      )
    )
    .sort()
    .join("\n");
}
