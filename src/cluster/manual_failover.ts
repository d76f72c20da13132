/**
 * A replica takes over from a master that works, without losing a write: the master pauses its clients (MFSTART), says
 * at which offset it stopped, and the replica asks for votes once it has got that far.
 *
 * @module
 */

import type { BusHeader } from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { replaceMaster } from "./election.ts";
import { sendGossip, sendPlain } from "./sender.ts";

/** Milliseconds after which a manual failover is given up. The clients are paused for twice that. */
const MANUAL_FAILOVER_MS = 5000;

/** Starts one on this replica; `force` does not ask the master, `takeover` not even the other masters. */
export function startManualFailover(state: ClusterState, how: "agreed" | "force" | "takeover"): void {
  const { election, myself } = state;
  state.endManualFailover();
  election.manualEnd = state.now + MANUAL_FAILOVER_MS;
  if (how === "takeover") {
    state.log("notice", "Taking over the master (user request).");
    state.bumpEpoch();
    replaceMaster(state);
  } else if (how === "force") {
    state.log("notice", "Forced failover user request accepted.");
    election.manualCanStart = true;
    state.pending.failover = true;
  } else {
    state.log("notice", "Manual failover user request accepted.");
    if (myself.master !== null) sendPlain(state, myself.master, "mfstart");
  }
}

/** This master was asked by a replica of its own to stop for it. */
export function acceptManualFailover(state: ClusterState, replica: ClusterNode, link: ClusterLink): void {
  const { election } = state;
  if (replica.master !== state.myself) return;
  state.endManualFailover();
  election.manualEnd = state.now + MANUAL_FAILOVER_MS;
  election.manualReplica = replica;
  state.act({ kind: "pause", until: state.now + 2 * MANUAL_FAILOVER_MS });
  state.log("notice", `Manual failover requested by replica ${replica.id} (${replica.humanName}).`);
  // It carries the offset at which the clients were paused.
  sendGossip(state, link, "ping");
}

/** Notes the offset at which the master has stopped, if a message of it says so. */
export function noteMasterOffset(state: ClusterState, sender: ClusterNode, header: BusHeader): void {
  const { election, myself } = state;
  if (election.manualEnd === 0 || election.manualOffset !== -1) return;
  if (!myself.isReplica || myself.master !== sender || !header.paused) return;
  election.manualOffset = header.replicationOffset;
  state.pending.manualFailover = true;
  state.log(
    "notice",
    `Received replication offset for paused master manual failover: ${header.replicationOffset}`,
  );
}

/** Looks whether this replica has got as far as its master. */
export function continueManualFailover(state: ClusterState): void {
  const { election } = state;
  if (election.manualEnd === 0 || election.manualCanStart || election.manualOffset === -1) return;
  if (election.manualOffset !== state.host.replicationOffset()) return;
  election.manualCanStart = true;
  state.pending.failover = true;
  state.log("notice", "All master replication stream processed, manual failover can start.");
}

/** Gives one up that takes too long. */
export function checkManualFailoverTimeout(state: ClusterState): void {
  const { manualEnd } = state.election;
  if (manualEnd === 0 || manualEnd >= state.now) return;
  state.log("notice", "Manual failover timed out.");
  state.endManualFailover();
}
