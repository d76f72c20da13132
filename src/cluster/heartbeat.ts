/**
 * What happens ten times a second without a cause from outside: connecting, pinging, giving up.
 *
 * @module
 */

import { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { continueFailover } from "./election.ts";
import { checkManualFailoverTimeout, continueManualFailover } from "./manual_failover.ts";
import { replicateFrom, setAddress } from "./membership.ts";
import { FAIL, HANDSHAKE, MYSELF, NOADDR, NOFAILOVER, PFAIL } from "./node_flags.ts";
import { migrateIfNeeded } from "./replica_migration.ts";
import { sendGossip } from "./sender.ts";
import { followMaster } from "./slot_claims.ts";
import { markFailedIfAgreed, updateStatus } from "./status.ts";

/** Ticks between pings of a random node. */
const RANDOM_PING_TICKS = 10;
/** Of so many nodes at random, the one that was silent longest is pinged. */
const RANDOM_PING_SAMPLE = 5;
const SHORTEST_HANDSHAKE_MS = 1000;

/** One tick. */
export function beat(state: ClusterState): void {
  state.ticks++;
  refreshMyself(state);
  const nodes = [...state.nodes];
  for (const node of nodes) keepConnected(state, node);
  if (state.ticks % RANDOM_PING_TICKS === 0) pingRandom(state, nodes);
  for (const node of nodes) {
    if (!node.is(MYSELF | NOADDR | HANDSHAKE)) checkNode(state, node);
  }
  checkManualFailoverTimeout(state);
  if (state.myself.isReplica) beatReplica(state);
  if (!state.ok) updateStatus(state);
}

/** Directives may have changed. */
export function refreshMyself(state: ClusterState): void {
  const { myself, settings } = state;
  const ip = settings.announceIp || myself.ip;
  const before = [
    myself.ip,
    myself.tcpPort,
    myself.tlsPort,
    myself.busPort,
    myself.hostname,
    myself.humanName,
  ]
    .join();
  const { tcpPort, tlsPort, busPort } = settings;
  setAddress(myself, { ip, tcpPort, tlsPort, busPort });
  myself.hostname = settings.announceHostname;
  myself.humanName = settings.announceHumanName;
  const now = [ip, tcpPort, tlsPort, busPort, myself.hostname, myself.humanName].join();
  if (now !== before) state.changed();
  if (myself.is(NOFAILOVER) !== settings.replicaNoFailover) {
    myself.mark(NOFAILOVER, settings.replicaNoFailover);
    state.changedStatus();
  }
}

/** Opens a link where there is none; a handshake that takes too long ends. */
function keepConnected(state: ClusterState, node: ClusterNode): void {
  if (node.is(MYSELF | NOADDR)) return;
  const limit = Math.max(SHORTEST_HANDSHAKE_MS, state.settings.nodeTimeout);
  if (node.inHandshake && state.now - node.createdAt > limit) return state.removeNode(node);
  if (node.link !== null) return;
  if (node.ip === "" || node.busPort === 0) {
    if (node.pingSent === 0) node.pingSent = state.now;
    return;
  }
  const link = new ClusterLink(false, node, state.now);
  link.remoteIp = node.ip;
  node.link = link;
  state.act({ kind: "connect", link, ip: node.ip, port: node.busPort });
}

function pingRandom(state: ClusterState, nodes: readonly ClusterNode[]): void {
  let oldest: ClusterNode | null = null;
  for (let draw = 0; draw < RANDOM_PING_SAMPLE; draw++) {
    const node = nodes[state.random.below(nodes.length)];
    if (node.link === null || node.pingSent !== 0 || node.is(MYSELF | HANDSHAKE)) continue;
    if (oldest === null || node.pongReceived < oldest.pongReceived) oldest = node;
  }
  if (oldest?.link) sendGossip(state, oldest.link, "ping");
}

/** Pings a node if it is time, gives its link up if it seems dead, and the node if nothing comes any more. */
function checkNode(state: ClusterState, node: ClusterNode): void {
  const { now, election, myself } = state;
  const timeout = state.settings.nodeTimeout;
  const silence = Math.min(now - node.pingSent, now - node.dataReceived);
  const { link } = node;
  if (link !== null && node.pingSent !== 0 && silence > timeout / 2 && now - link.createdAt > timeout) {
    state.closeLink(link);
  }
  if (node.link !== null) {
    const due = node.pingSent === 0 && now - node.pongReceived > timeout / 2;
    // The replica that is to take over waits for this master's offset.
    const awaited = election.manualEnd !== 0 && myself.isMaster && election.manualReplica === node;
    if (due || awaited) return sendGossip(state, node.link, "ping");
  }
  if (node.pingSent === 0 || silence <= timeout || node.is(PFAIL | FAIL)) return;
  state.log("debug", `*** NODE ${node.id} possibly failing`);
  node.mark(PFAIL);
  state.pending.updateStatus = true;
  // There is nobody else whose report could be waited for.
  if (myself.votes && state.size === 1) markFailedIfAgreed(state, node);
}

function beatReplica(state: ClusterState): void {
  const { master } = state.myself;
  // A replica of a replica gets its data through one more node, and would not be there for the master's failover.
  const above = master?.isReplica ? master.master : null;
  if (above?.isMaster && above !== state.myself) {
    followMaster(state, above);
    state.changedStatus();
  } else if (master !== null && !master.is(NOADDR) && !state.host.replicating()) {
    replicateFrom(state, master);
  }
  continueManualFailover(state);
  continueFailover(state);
  migrateIfNeeded(state);
}
