/**
 * What others say of others: failures, addresses, new nodes; and the extensions of PING, PONG and MEET.
 *
 * @module
 */

import type { Extensions, GossipEntry, GossipMessage } from "./bus_message.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { forget, moveNode, type NodeAddress, setAddress } from "./membership.ts";
import { FAIL, HANDSHAKE, MEET, MYSELF, NOADDR, PFAIL } from "./node_flags.ts";
import { countFailureReports, markFailedIfAgreed } from "./status.ts";

/** How far another clock may be ahead, milliseconds. */
const CLOCK_TOLERANCE_MS = 500;
/** The longest that another node can keep one out: nobody may close the cluster to a node for good. */
const LONGEST_FORGOTTEN_MS = 3_600_000;

/** Takes in the gossip section of a message of a known node. */
export function processGossip(state: ClusterState, message: GossipMessage, sender: ClusterNode): void {
  for (const entry of message.gossip) {
    const node = state.node(entry.id);
    if (node === undefined) {
      addHeardOf(state, entry);
      continue;
    }
    if (sender.isMaster && node !== state.myself) hearOfFailure(state, node, sender, entry);
    if (!isFailing(entry)) hearOfLife(state, node, entry);
  }
}

function isFailing(entry: GossipEntry): boolean {
  return (entry.flags & (FAIL | PFAIL)) !== 0;
}

function hearOfFailure(
  state: ClusterState,
  node: ClusterNode,
  sender: ClusterNode,
  entry: GossipEntry,
): void {
  if (isFailing(entry)) {
    if (node.addFailureReport(sender, state.now)) {
      state.log(
        "verbose",
        `Node ${sender.id} (${sender.humanName}) reported node ${node.id} as not reachable.`,
      );
    }
    markFailedIfAgreed(state, node);
  } else if (node.failureReports.delete(sender)) {
    state.log("verbose", `Node ${sender.id} (${sender.humanName}) reported node ${node.id} is back online.`);
  }
}

/** The sender reaches the node: its last answer to the sender counts here too, and so may its address. */
function hearOfLife(state: ClusterState, node: ClusterNode, entry: GossipEntry): void {
  if (node.pingSent === 0 && countFailureReports(state, node) === 0) {
    const pong = entry.pongReceived * 1000;
    if (pong <= state.now + CLOCK_TOLERANCE_MS && pong > node.pongReceived) node.pongReceived = pong;
  }
  if (!node.is(FAIL | PFAIL) || entry.flags & NOADDR || node === state.myself) return;
  const address = addressOfEntry(state, entry);
  const same = node.ip === address.ip && node.busPort === address.busPort &&
    node.tcpPort === address.tcpPort && node.tlsPort === address.tlsPort;
  if (!same) moveNode(state, node, address);
}

function addressOfEntry(state: ClusterState, entry: GossipEntry): NodeAddress {
  const tls = state.settings.tlsCluster;
  return {
    ip: entry.ip,
    tcpPort: tls ? entry.secondaryPort : entry.port,
    tlsPort: tls ? entry.port : entry.secondaryPort,
    busPort: entry.busPort,
  };
}

/**
 * A node of this cluster that was not known. It is added with its name, not met by its address: behind that another
 * cluster's node could be by now.
 */
function addHeardOf(state: ClusterState, entry: GossipEntry): void {
  if (entry.flags & (NOADDR | HANDSHAKE) || state.forgotten.has(entry.id, state.now)) return;
  const node = state.createNode(entry.id, entry.flags & ~(MYSELF | MEET));
  if (node.failed) node.failedAt = state.now;
  setAddress(node, addressOfEntry(state, entry));
  state.addNode(node);
  state.changed();
}

/** Takes in the extensions of a message of a known node. */
export function processExtensions(state: ClusterState, extensions: Extensions, sender: ClusterNode): void {
  for (const { id, seconds } of extensions.forgotten) {
    const node = state.node(id);
    if (node === undefined || node === state.myself || node === state.myself.master || node === sender) {
      continue;
    }
    forget(state, node, Math.min(seconds * 1000, LONGEST_FORGOTTEN_MS));
  }
  const { hostname = "", humanName = "", shardId } = extensions;
  if (sender.hostname !== hostname || sender.humanName !== humanName) {
    sender.hostname = hostname;
    sender.humanName = humanName;
    state.changed();
  }
  // Versions before 7.2 know no shards: a replica of theirs is in its master's, a master's is made up here.
  state.setShardId(sender, shardId ?? sender.claimant.shardId);
}
