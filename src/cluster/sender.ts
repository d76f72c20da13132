/**
 * Builds messages out of the state and sends them.
 *
 * @module
 */

import { encodeMessage } from "./bus_encoder.ts";
import {
  type BusHeader,
  type BusMessage,
  type Extensions,
  type GossipEntry,
  type GossipMessage,
  NO_EXTENSIONS,
} from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { EXTENSIONS, HANDSHAKE, NOADDR } from "./node_flags.ts";
import { SLOT_BYTES } from "./slots.ts";

/** Nodes in the gossip section: a tenth of all, and at least these. */
const LEAST_GOSSIP = 3;

/** What every message of this node says of it. */
function buildHeader(state: ClusterState): BusHeader {
  const { myself, settings } = state;
  const { claimant } = myself;
  return {
    sender: myself.id,
    port: settings.tlsCluster ? settings.tlsPort : settings.tcpPort,
    secondaryPort: settings.tlsCluster ? settings.tcpPort : settings.tlsPort,
    busPort: settings.busPort,
    ip: settings.announceIp,
    currentEpoch: state.currentEpoch,
    configEpoch: claimant.configEpoch,
    replicationOffset: state.host.replicationOffset(),
    slots: claimant.slots.bytes,
    master: myself.master?.id ?? null,
    flags: myself.flags,
    clusterOk: state.ok,
    paused: myself.isMaster && state.election.manualEnd !== 0,
    forceAck: false,
    extensionData: false,
  };
}

/** Sends bytes on a link, unless it is not open. */
function send(
  state: ClusterState,
  link: ClusterLink | null,
  type: BusMessage["type"],
  bytes: Uint8Array,
): void {
  if (link === null || !link.connected) return;
  state.sent.set(type, (state.sent.get(type) ?? 0) + 1);
  state.act({ kind: "send", link, type, bytes });
}

function broadcast(state: ClusterState, message: BusMessage): void {
  const bytes = encodeMessage(message);
  for (const node of state.nodes) {
    if (!node.isMyself && !node.inHandshake) send(state, node.link, message.type, bytes);
  }
}

/** Sends PING, PONG or MEET with what this node knows of some others. */
export function sendGossip(state: ClusterState, link: ClusterLink, type: GossipMessage["type"]): void {
  const receiver = link.node;
  // Also when the link is not open yet: a node that cannot be connected to is one that does not answer.
  if (receiver !== null && type === "ping") receiver.pingSent = state.now;
  if (!link.connected) return;
  const understands = receiver?.is(EXTENSIONS) ?? false;
  const message: GossipMessage = {
    type,
    header: { ...buildHeader(state), extensionData: true },
    gossip: chooseGossip(state).map((node) => toGossipEntry(node, state.settings.tlsCluster)),
    extensions: understands ? buildExtensions(state) : NO_EXTENSIONS,
  };
  send(state, link, type, encodeMessage(message));
}

/** Some nodes at random, and all that this node does not reach, so that the others hear of those soon. */
function chooseGossip(state: ClusterState): ClusterNode[] {
  const unreached: ClusterNode[] = [];
  const candidates: ClusterNode[] = [];
  for (const node of state.nodes) {
    if (node.isMyself || node.is(HANDSHAKE | NOADDR)) continue;
    if (node.possiblyFailing) unreached.push(node);
    else if (node.link !== null || node.slots.size > 0) candidates.push(node);
  }
  const wanted = Math.max(LEAST_GOSSIP, Math.floor(state.nodeCount / 10));
  for (let chosen = 0; chosen < Math.min(wanted, candidates.length); chosen++) {
    const other = chosen + state.random.below(candidates.length - chosen);
    [candidates[chosen], candidates[other]] = [candidates[other], candidates[chosen]];
  }
  return [...candidates.slice(0, wanted), ...unreached];
}

function toGossipEntry(node: ClusterNode, tls: boolean): GossipEntry {
  return {
    id: node.id,
    pingSent: Math.floor(node.pingSent / 1000),
    pongReceived: Math.floor(node.pongReceived / 1000),
    ip: node.ip,
    port: node.clientPort(tls),
    secondaryPort: node.clientPort(!tls),
    busPort: node.busPort,
    flags: node.flags,
  };
}

function buildExtensions(state: ClusterState): Extensions {
  const { myself } = state;
  const forgotten = state.forgotten.list(state.now).map(([id, until]) => ({
    id,
    seconds: Math.ceil((until - state.now) / 1000),
  }));
  return { hostname: myself.hostname, humanName: myself.humanName, shardId: myself.shardId, forgotten };
}

/** Tells all nodes, or only those of this node's shard, of a change without being asked. */
export function broadcastPong(state: ClusterState, shardOnly = false): void {
  const { myself } = state;
  for (const node of state.nodes) {
    if (node.isMyself || node.inHandshake || node.link === null) continue;
    const sibling = node.isReplica && node.master !== null &&
      (node.master === myself || node.master === myself.master);
    if (!shardOnly || sibling) sendGossip(state, node.link, "pong");
  }
}

/** Tells all that a node has failed. */
export function broadcastFail(state: ClusterState, failing: string): void {
  broadcast(state, { type: "fail", header: buildHeader(state), failing });
}

/** Sends a published message to all nodes, a sharded one to those of this node's shard. */
export function broadcastPublish(
  state: ClusterState,
  channel: string,
  payload: Uint8Array,
  sharded: boolean,
): void {
  const header = buildHeader(state);
  if (!sharded) return broadcast(state, { type: "publish", header, channel, payload });
  const bytes = encodeMessage({ type: "publishshard", header, channel, payload });
  const master = state.myself.claimant;
  for (const node of [master, ...master.replicas]) {
    if (!node.isMyself && !node.inHandshake) send(state, node.link, "publishshard", bytes);
  }
}

/** Sends a node the slots of another one, of which it has an older claim. */
export function sendUpdate(state: ClusterState, to: ClusterNode, about: ClusterNode): void {
  const slots = new Uint8Array(SLOT_BYTES);
  // What the owner itself does not claim any more is not to be spread as its claim.
  for (let at = 0; at < SLOT_BYTES; at++) slots[at] = about.slots.bytes[at] & ~state.unclaimed.bytes[at];
  const message: BusMessage = {
    type: "update",
    header: buildHeader(state),
    node: about.id,
    configEpoch: about.configEpoch,
    slots,
  };
  send(state, to.link, "update", encodeMessage(message));
}

/** Asks all for their votes; in a manual failover also those that see the master working. */
export function requestVotes(state: ClusterState): void {
  const header = { ...buildHeader(state), forceAck: state.election.manualEnd !== 0 };
  broadcast(state, { type: "auth-req", header });
}

/** Gives a vote, or asks this node's master to pause its clients. */
export function sendPlain(state: ClusterState, to: ClusterNode, type: "auth-ack" | "mfstart"): void {
  send(state, to.link, type, encodeMessage({ type, header: buildHeader(state) }));
}
