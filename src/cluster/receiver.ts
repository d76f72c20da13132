/**
 * What a message changes.
 *
 * @module
 */

import {
  type BusHeader,
  type DecodedMessage,
  type FailMessage,
  type GossipMessage,
  type PublishMessage,
  TYPE_NAMES,
  type UpdateMessage,
} from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { receiveVote, voteIfPossible } from "./election.ts";
import { processExtensions, processGossip } from "./gossip.ts";
import { acceptManualFailover, noteMasterOffset } from "./manual_failover.ts";
import { acceptMeet, loseAddress, updateAddress } from "./membership.ts";
import { EXTENSIONS, HANDSHAKE, MASTER, NOFAILOVER, PFAIL, REPLICA } from "./node_flags.ts";
import { sendGossip } from "./sender.ts";
import { processClaim, processRole, resolveCollision, takeOverClaim } from "./slot_claims.ts";
import { clearFailureIfPossible, markFailed } from "./status.ts";

/** Takes in one message. What a node says that is not known here changes nothing, but for its MEET. */
export function receiveMessage(state: ClusterState, message: DecodedMessage, link: ClusterLink): void {
  const { type, header } = message;
  const name = type === "unsupported" ? TYPE_NAMES[message.code] : type;
  if (name !== undefined) state.received.set(name, (state.received.get(name) ?? 0) + 1);
  if (!isGenuine(state, message, link)) return;
  const sender = identify(state, header, link);
  if (sender !== null) noteSender(state, sender, header);
  switch (type) {
    case "ping":
    case "pong":
    case "meet":
      return receiveGossip(state, message, link, sender);
    case "unsupported":
      return;
  }
  if (sender === null) {
    state.log("debug", `Ignoring ${type} message from unknown node ${header.sender}`);
    return;
  }
  switch (type) {
    case "fail":
      return receiveFail(state, message, sender);
    case "publish":
    case "publishshard":
      return receivePublish(state, message);
    case "update":
      return receiveUpdate(state, message);
    case "auth-req":
      return voteIfPossible(state, sender, header);
    case "auth-ack":
      return receiveVote(state, sender, header);
    case "mfstart":
      return acceptManualFailover(state, sender, link);
  }
}

/** Whether the message comes from the node to which the link belongs, and not from this one. */
function isGenuine(state: ClusterState, message: DecodedMessage, link: ClusterLink): boolean {
  const { header, type } = message;
  const { node } = link;
  if (header.sender === state.myself.id) {
    // It was told to meet itself. The answer ends that.
    if (link.inbound && (type === "ping" || type === "meet")) sendGossip(state, link, "pong");
    else if (node?.inHandshake) state.removeNode(node);
    else if (node !== null) loseAddress(state, node);
    return false;
  }
  if (node === null || node.inHandshake || node.id === header.sender) return true;
  state.log("debug", `Message with mismatching sender ID ${header.sender} from node ${node.id}`);
  if (link.inbound) state.closeLink(link);
  else loseAddress(state, node);
  return false;
}

/** The node that sends, if it is known; an inbound link is its from then on. */
function identify(state: ClusterState, header: BusHeader, link: ClusterLink): ClusterNode | null {
  if (link.node !== null && !link.node.inHandshake) return link.node;
  const sender = state.node(header.sender) ?? null;
  if (sender !== null && link.node === null) {
    if (sender.inboundLink !== null) state.closeLink(sender.inboundLink);
    sender.inboundLink = link;
    link.node = sender;
  }
  return sender;
}

/** What every message of a known node says. */
function noteSender(state: ClusterState, sender: ClusterNode, header: BusHeader): void {
  if (header.extensionData) sender.mark(EXTENSIONS);
  sender.dataReceived = state.now;
  if (sender.inHandshake) return;
  if (header.currentEpoch > state.currentEpoch) {
    state.currentEpoch = header.currentEpoch;
    state.changed();
  }
  if (header.configEpoch > sender.configEpoch) {
    sender.configEpoch = header.configEpoch;
    state.changed(true);
  }
  sender.replicationOffset = header.replicationOffset;
  noteMasterOffset(state, sender, header);
}

function receiveGossip(
  state: ClusterState,
  message: GossipMessage,
  link: ClusterLink,
  sender: ClusterNode | null,
): void {
  const { type, header } = message;
  if (type !== "pong") {
    learnOwnAddress(state, type, link);
    if (sender === null && type === "meet") acceptMeet(state, header, link);
    sendGossip(state, link, "pong");
  }
  if (!link.inbound && link.node?.inHandshake && !endHandshake(state, link.node, link, header, sender)) {
    return;
  }
  if (sender !== null) {
    sender.mark(NOFAILOVER, (header.flags & NOFAILOVER) !== 0);
    if (type === "ping" && !sender.inHandshake) updateAddress(state, sender, link, header);
  }
  if (!link.inbound && type === "pong" && link.node !== null) notePong(state, link.node);
  if (sender === null) return;
  processRole(state, sender, header);
  processClaim(state, sender, header);
  if (header.configEpoch === state.myself.configEpoch) resolveCollision(state, sender);
  processGossip(state, message, sender);
  processExtensions(state, message.extensions, sender);
}

/** Others know this node's address better than it does itself: they connected to it. */
function learnOwnAddress(state: ClusterState, type: GossipMessage["type"], link: ClusterLink): void {
  const { myself } = state;
  if (type !== "meet" && myself.ip !== "") return;
  if (state.settings.announceIp !== "" || link.localIp === "" || link.localIp === myself.ip) return;
  myself.ip = link.localIp;
  state.log("notice", `IP address for this node updated to ${myself.ip}`);
  state.changed();
}

/**
 * The node that was met by its address has told its name. False if it was known already: then its address may have
 * changed, and what was made up for it goes.
 */
function endHandshake(
  state: ClusterState,
  met: ClusterNode,
  link: ClusterLink,
  header: BusHeader,
  sender: ClusterNode | null,
): boolean {
  if (sender !== null) {
    updateAddress(state, sender, link, header);
    state.removeNode(met);
    return false;
  }
  state.renameNode(met, header.sender);
  met.mark(HANDSHAKE, false);
  met.mark(header.flags & (MASTER | REPLICA));
  state.changed();
  return true;
}

function notePong(state: ClusterState, node: ClusterNode): void {
  node.pongReceived = state.now;
  node.pingSent = 0;
  if (node.possiblyFailing) {
    node.mark(PFAIL, false);
    state.changedStatus();
  } else if (node.failed) {
    clearFailureIfPossible(state, node);
  }
}

function receiveFail(state: ClusterState, message: FailMessage, sender: ClusterNode): void {
  const failing = state.node(message.failing);
  if (failing === undefined || failing.failed || failing.isMyself) return;
  state.log("notice", `FAIL message received from ${sender.id} (${sender.humanName}) about ${failing.id}`);
  markFailed(state, failing);
}

function receivePublish(state: ClusterState, message: PublishMessage): void {
  const { channel, payload } = message;
  state.act({ kind: "publish", channel, payload, sharded: message.type === "publishshard" });
}

/** Somebody has seen this node claim slots for which it knows a newer owner. */
function receiveUpdate(state: ClusterState, message: UpdateMessage): void {
  const node = state.node(message.node);
  if (node === undefined || node.inHandshake || node.configEpoch >= message.configEpoch) return;
  if (node === state.myself) return;
  if (node.isReplica) state.setMaster(node);
  node.configEpoch = message.configEpoch;
  state.changed(true);
  takeOverClaim(state, node, message.configEpoch, message.slots);
}
