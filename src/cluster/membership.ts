/**
 * How nodes come to know each other, change their addresses and are forgotten.
 *
 * @module
 */

import type { BusHeader } from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { HANDSHAKE, MEET, NOADDR } from "./node_flags.ts";

/** Nodes in handshake that others may have added here: strangers do not fill the table. */
const MOST_HANDSHAKES = 1000;

/** Where a node is reached. */
export interface NodeAddress {
  ip: string;
  tcpPort: number;
  tlsPort: number;
  busPort: number;
}

/** The address that a header announces; without one, where the link comes from. */
export function addressOf(state: ClusterState, header: BusHeader, link: ClusterLink): NodeAddress {
  const tls = state.settings.tlsCluster;
  return {
    ip: header.ip || link.remoteIp,
    tcpPort: tls ? header.secondaryPort : header.port,
    tlsPort: tls ? header.port : header.secondaryPort,
    busPort: header.busPort,
  };
}

export function setAddress(node: ClusterNode, address: NodeAddress): void {
  node.ip = address.ip;
  node.tcpPort = address.tcpPort;
  node.tlsPort = address.tlsPort;
  node.busPort = address.busPort;
}

/**
 * Adds a node by its address and will send it a MEET. False if that is under way already.
 * The address must be a numeric one in its normal form, the ports from 1 to 65535.
 */
export function startHandshake(state: ClusterState, ip: string, port: number, busPort: number): boolean {
  const tls = state.settings.tlsCluster;
  const address = { ip, tcpPort: tls ? 0 : port, tlsPort: tls ? port : 0, busPort };
  if (handshakesWith(state, address).same) return false;
  const node = state.createNode(null, HANDSHAKE | MEET);
  setAddress(node, address);
  state.addNode(node);
  return true;
}

/** Whether a handshake with that address is under way, and how many there are at all. */
function handshakesWith(state: ClusterState, address: NodeAddress): { same: boolean; count: number } {
  const tls = state.settings.tlsCluster;
  const port = tls ? address.tlsPort : address.tcpPort;
  let same = false;
  let count = 0;
  for (const node of state.nodes) {
    if (!node.inHandshake) continue;
    count++;
    same ||= node.ip === address.ip && node.clientPort(tls) === port && node.busPort === address.busPort;
  }
  return { same, count };
}

/** Somebody unknown wants to be known: the name is made up until it answers to a link of this node. */
export function acceptMeet(state: ClusterState, header: BusHeader, link: ClusterLink): void {
  const address = addressOf(state, header, link);
  const { same, count } = handshakesWith(state, address);
  if (same || count >= MOST_HANDSHAKES) return;
  const node = state.createNode(null, HANDSHAKE);
  setAddress(node, address);
  state.addNode(node);
  state.changed();
}

/**
 * Follows a node that announces itself from elsewhere than it is known; the link to its old address is closed.
 * `link` is where the header came from. A link that this node opened itself says nothing new. True if it moved.
 */
export function updateAddress(
  state: ClusterState,
  node: ClusterNode,
  link: ClusterLink,
  header: BusHeader,
): boolean {
  if (link === node.link) return false;
  const address = addressOf(state, header, link);
  const same = node.ip === address.ip && node.tcpPort === address.tcpPort &&
    node.tlsPort === address.tlsPort && node.busPort === address.busPort;
  if (same) return false;
  moveNode(state, node, address);
  state.log(
    "notice",
    `Address updated for node ${node.id} (${node.humanName}), now ${node.ip}:${node.tcpPort}`,
  );
  if (state.myself.master === node) replicateFrom(state, node);
  state.changedStatus();
  return true;
}

/** Another address for a node; a link to the old one is closed, and the next tick opens another. */
export function moveNode(state: ClusterState, node: ClusterNode, address: NodeAddress): void {
  setAddress(node, address);
  node.mark(NOADDR, false);
  if (node.link !== null) state.closeLink(node.link);
}

/** Somebody else answers at a node's address. */
export function loseAddress(state: ClusterState, node: ClusterNode): void {
  node.mark(NOADDR);
  setAddress(node, { ip: "", tcpPort: 0, tlsPort: 0, busPort: 0 });
  if (node.link !== null) state.closeLink(node.link);
  state.changed();
}

/** Has the server replicate from a node. */
export function replicateFrom(state: ClusterState, master: ClusterNode): void {
  const tls = state.settings.tlsReplication;
  state.act({ kind: "replicate", ip: master.ip, port: master.clientPort(tls), tls });
}

/** Forgets a node and keeps it out, here, and with extensions on the nodes that are told. */
export function forget(state: ClusterState, node: ClusterNode, milliseconds?: number): void {
  state.forgotten.add(node.id, state.now, milliseconds);
  state.removeNode(node);
  state.changedStatus();
}
