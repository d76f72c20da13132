/**
 * The cluster as clients are told of it: CLUSTER NODES, SLOTS, SHARDS, INFO, LINKS.
 *
 * @module
 */

import { type MessageType, TYPE_NAMES } from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { formatFlags } from "./node_flags.ts";
import { formatRange, SLOT_COUNT, type SlotRange } from "./slots.ts";

/** For whom a line is: `nodes.conf`, or a client that uses TLS or does not. */
export type LineReader = "file" | "client" | "tls-client";

/** A node's line in CLUSTER NODES or in `nodes.conf`, without its end. */
export function formatNodeLine(state: ClusterState, node: ClusterNode, reader: LineReader): string {
  const tls = reader === "tls-client";
  let address = `${node.ip}:${node.clientPort(tls)}@${node.busPort}`;
  if (node.hostname !== "" || reader === "file") address += `,${node.hostname}`;
  if (reader === "file") {
    address += `,tls-port=${node.tlsPort}`;
    if (node.humanName !== "") address += `,nodename=${node.humanName}`;
    address += `,shard-id=${node.shardId}`;
  }
  const words = [
    node.id,
    address,
    formatFlags(node.flags),
    node.master?.id ?? "-",
    node.pingSent,
    node.pongReceived,
    node.claimant.configEpoch,
    node.link !== null || node.isMyself ? "connected" : "disconnected",
    ...node.slots.ranges().map(formatRange),
  ];
  if (node.isMyself) words.push(...formatMoves(state));
  return words.join(" ");
}

function formatMoves(state: ClusterState): string[] {
  const moves: string[] = [];
  const slots = new Set([...state.migrating.keys(), ...state.importing.keys()]);
  for (const slot of [...slots].sort((a, b) => a - b)) {
    const to = state.migrating.get(slot);
    if (to !== undefined) moves.push(`[${slot}->-${to.id}]`);
    else moves.push(`[${slot}-<-${state.importing.get(slot)?.id}]`);
  }
  return moves;
}

/** The reply of CLUSTER NODES, or of CLUSTER REPLICAS with only some nodes: one line for each. */
export function formatNodes(state: ClusterState, reader: LineReader, nodes = state.nodes): string[] {
  return [...nodes].map((node) => formatNodeLine(state, node, reader));
}

/** `cluster-preferred-endpoint-type`. */
export type EndpointType = "ip" | "hostname" | "unknown-endpoint";

/** How clients reach a node, as CLUSTER SLOTS and SHARDS have it; null is "where you are connected to". */
export function endpointOf(node: ClusterNode, type: EndpointType): string | null {
  if (type === "ip") return node.ip;
  if (type === "hostname") return node.hostname === "" ? "?" : node.hostname;
  return null;
}

/** A node in CLUSTER SLOTS. */
export interface SlotsNode {
  endpoint: string | null;
  port: number;
  id: string;
  /** Names and values of what else there is: `ip`, `hostname`. */
  metadata: [name: string, value: string][];
}

/** An entry of CLUSTER SLOTS; the master is the first of the nodes. */
export interface SlotsEntry {
  range: SlotRange;
  nodes: SlotsNode[];
}

/** CLUSTER SLOTS for a client that uses TLS or does not. */
export function describeSlots(state: ClusterState, type: EndpointType, tls: boolean): SlotsEntry[] {
  const entries: SlotsEntry[] = [];
  let first = 0;
  for (let slot = 1; slot <= SLOT_COUNT; slot++) {
    const owner = state.owner(first);
    if (slot < SLOT_COUNT && state.owner(slot) === owner) continue;
    if (owner !== null) {
      const nodes = [owner, ...owner.replicas.filter((replica) => isUsable(state, replica))];
      entries.push({
        range: [first, slot - 1],
        nodes: nodes.map((node) => describeSlotsNode(node, type, tls)),
      });
    }
    first = slot;
  }
  return entries;
}

/** A replica that has data to read. */
function isUsable(state: ClusterState, replica: ClusterNode): boolean {
  return !replica.failed && offsetOf(state, replica) !== 0;
}

function offsetOf(state: ClusterState, node: ClusterNode): number {
  return node.isMyself ? state.host.replicationOffset() : node.replicationOffset;
}

function describeSlotsNode(node: ClusterNode, type: EndpointType, tls: boolean): SlotsNode {
  const metadata: [string, string][] = [];
  if (type !== "ip") metadata.push(["ip", node.ip]);
  if (type !== "hostname" && node.hostname !== "") metadata.push(["hostname", node.hostname]);
  return { endpoint: endpointOf(node, type), port: node.clientPort(tls), id: node.id, metadata };
}

/** A node in CLUSTER SHARDS. */
export interface ShardNode {
  id: string;
  /** 0: none, to be left out. */
  port: number;
  tlsPort: number;
  ip: string;
  endpoint: string | null;
  /** Empty: none, to be left out. */
  hostname: string;
  role: "master" | "replica";
  replicationOffset: number;
  health: "online" | "loading" | "fail";
}

/** An entry of CLUSTER SHARDS. */
export interface ShardEntry {
  slots: readonly SlotRange[];
  nodes: ShardNode[];
}

/** CLUSTER SHARDS; of each shard the master comes first. */
export function describeShards(state: ClusterState, type: EndpointType): ShardEntry[] {
  const shards = new Map<string, ClusterNode[]>();
  for (const node of state.nodes) {
    if (node.inHandshake) continue;
    const nodes = shards.get(node.shardId);
    if (nodes === undefined) shards.set(node.shardId, [node]);
    else if (node.isMaster) nodes.unshift(node);
    else nodes.push(node);
  }
  return [...shards.values()].map((nodes) => ({
    slots: nodes[0].claimant.slots.ranges(),
    nodes: nodes.map((node) => describeShardNode(state, node, type)),
  }));
}

function describeShardNode(state: ClusterState, node: ClusterNode, type: EndpointType): ShardNode {
  const replicationOffset = offsetOf(state, node);
  const loading = node.isReplica && replicationOffset === 0;
  return {
    id: node.id,
    port: node.tcpPort,
    tlsPort: node.tlsPort,
    ip: node.ip,
    endpoint: endpointOf(node, type),
    hostname: node.hostname,
    role: node.isReplica ? "replica" : "master",
    replicationOffset,
    health: node.failed ? "fail" : loading ? "loading" : "online",
  };
}

/** CLUSTER INFO, names and values in Redis's order, but for the links' buffers. */
export function describeInfo(state: ClusterState): [name: string, value: string | number][] {
  const slots = countSlots(state);
  return [
    ["cluster_state", state.ok ? "ok" : "fail"],
    ["cluster_slots_assigned", slots.assigned],
    ["cluster_slots_ok", slots.assigned - slots.pfail - slots.fail],
    ["cluster_slots_pfail", slots.pfail],
    ["cluster_slots_fail", slots.fail],
    ["cluster_known_nodes", state.nodeCount],
    ["cluster_size", state.size],
    ["cluster_current_epoch", state.currentEpoch],
    ["cluster_my_epoch", state.myself.claimant.configEpoch],
    ...describeCounts(state.sent, "sent"),
    ...describeCounts(state.received, "received"),
  ];
}

function countSlots(state: ClusterState): { assigned: number; pfail: number; fail: number } {
  const counts = { assigned: 0, pfail: 0, fail: 0 };
  for (const node of state.nodes) {
    counts.assigned += node.slots.size;
    if (node.failed) counts.fail += node.slots.size;
    else if (node.possiblyFailing) counts.pfail += node.slots.size;
  }
  return counts;
}

function describeCounts(counts: ReadonlyMap<MessageType, number>, way: string): [string, number][] {
  const lines: [string, number][] = [];
  let sum = 0;
  for (const type of TYPE_NAMES) {
    const count = counts.get(type) ?? 0;
    if (count > 0) lines.push([`cluster_stats_messages_${type}_${way}`, count]);
    sum += count;
  }
  return [...lines, [`cluster_stats_messages_${way}`, sum]];
}

/** A link in CLUSTER LINKS; its buffers are known to the server. */
export interface LinkEntry {
  link: ClusterLink;
  direction: "to" | "from";
  node: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** The open links of all nodes. */
export function describeLinks(state: ClusterState): LinkEntry[] {
  const links: LinkEntry[] = [];
  for (const { id, link, inboundLink } of state.nodes) {
    if (link !== null) links.push({ link, direction: "to", node: id, createdAt: link.createdAt });
    if (inboundLink === null) continue;
    links.push({ link: inboundLink, direction: "from", node: id, createdAt: inboundLink.createdAt });
  }
  return links;
}
