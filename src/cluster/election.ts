/**
 * How a replica takes over from its failed master: it waits, the longer the less data it has, asks all masters for
 * their votes, and with a majority of them claims its master's slots under a new epoch.
 *
 * @module
 */

import type { BusHeader } from "./bus_message.ts";
import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { CANNOT_FAIL_OVER, type Election } from "./election_state.ts";
import { NOFAILOVER } from "./node_flags.ts";
import { broadcastPong, requestVotes, sendPlain } from "./sender.ts";
import { slotsOf } from "./slots.ts";
import { updateStatus } from "./status.ts";

/** Milliseconds before votes are asked for, so that all have heard of the failure, and as many more at random. */
const FIXED_DELAY_MS = 500;
const RANDOM_DELAY_MS = 500;
/** Milliseconds more for each replica with more data. */
const RANK_DELAY_MS = 1000;
const SHORTEST_ELECTION_MS = 2000;
/** How often and how soon a lasting reason is logged. */
const LOG_AGAIN_MS = 300_000;
const LOG_DELAY_MS = 5000;

/** Goes on with taking over from the master, if there is a reason to. Called at every tick, and when votes come. */
export function continueFailover(state: ClusterState): void {
  const { election, myself, now } = state;
  const age = now - election.time;
  const timeout = Math.max(2 * state.settings.nodeTimeout, SHORTEST_ELECTION_MS);
  if (!hasReason(state)) {
    election.reason = "none";
    return;
  }
  if (!isManual(election) && isTooOld(state)) return explain(state, "dataAge");
  if (age > 2 * timeout) return schedule(state);
  if (!election.asked && election.manualEnd === 0) postponeByRank(state);
  if (now < election.time) return explain(state, "waitingDelay");
  if (age > timeout) return explain(state, "expired");
  if (!election.asked) return askForVotes(state);
  if (election.votes.size < state.quorum) return explain(state, "waitingVotes");
  state.log("notice", "Failover election won: I'm the new master.");
  if (myself.configEpoch < election.epoch) {
    myself.configEpoch = election.epoch;
    state.log("notice", `configEpoch set to ${myself.configEpoch} after successful failover`);
  }
  replaceMaster(state);
}

function isManual(election: Election): boolean {
  return election.manualEnd !== 0 && election.manualCanStart;
}

/** A replica of a master with slots that has failed, or is to be replaced by hand. */
function hasReason(state: ClusterState): boolean {
  const { master, isMaster } = state.myself;
  if (isMaster || master === null || master.slots.size === 0) return false;
  return isManual(state.election) || (master.failed && !state.settings.replicaNoFailover);
}

/** Whether this replica has heard nothing of its master for too long to take over from it. */
function isTooOld(state: ClusterState): boolean {
  const { nodeTimeout, replicaValidityFactor, replicaPingPeriod } = state.settings;
  if (replicaValidityFactor === 0) return false;
  let age = state.host.replicaDataAge();
  // The master was silent at least that long before it was found to have failed.
  if (age > nodeTimeout) age -= nodeTimeout;
  return age > replicaPingPeriod * 1000 + nodeTimeout * replicaValidityFactor;
}

function schedule(state: ClusterState): void {
  const { election, now } = state;
  election.votes.clear();
  election.asked = false;
  if (election.manualEnd === 0) {
    election.rank = rankAmongReplicas(state);
    election.time = now + FIXED_DELAY_MS + state.random.below(RANDOM_DELAY_MS) +
      election.rank * RANK_DELAY_MS;
  } else {
    election.rank = 0;
    election.time = now;
    state.pending.failover = true;
  }
  const offset = state.host.replicationOffset();
  state.log(
    "notice",
    `Start of election delayed for ${
      election.time - now
    } milliseconds (rank #${election.rank}, offset ${offset}).`,
  );
  // The other replicas learn how much data this one has.
  broadcastPong(state, true);
}

function rankAmongReplicas(state: ClusterState): number {
  const { myself } = state;
  const offset = state.host.replicationOffset();
  let rank = 0;
  for (const replica of myself.master?.replicas ?? []) {
    if (replica !== myself && !replica.is(NOFAILOVER) && replica.replicationOffset > offset) rank++;
  }
  return rank;
}

/** Others may have turned out to have more data since. */
function postponeByRank(state: ClusterState): void {
  const { election } = state;
  const rank = rankAmongReplicas(state);
  if (rank <= election.rank) return;
  const delay = (rank - election.rank) * RANK_DELAY_MS;
  election.time += delay;
  election.rank = rank;
  state.log("notice", `Replica rank updated to #${rank}, added ${delay} milliseconds of delay.`);
}

function askForVotes(state: ClusterState): void {
  const { election } = state;
  state.currentEpoch++;
  election.epoch = state.currentEpoch;
  election.asked = true;
  state.log("notice", `Starting a failover election for epoch ${state.currentEpoch}.`);
  requestVotes(state);
  state.changedStatus(true);
}

/** Logs why this replica does not take over: when it changes, and from time to time; not while all goes its way. */
function explain(state: ClusterState, reason: Election["reason"]): void {
  const { election, now } = state;
  if (reason === election.reason && now - election.loggedAt < LOG_AGAIN_MS) return;
  election.reason = reason;
  const master = state.myself.master;
  if (master?.failed && now - master.failedAt < state.settings.nodeTimeout + LOG_DELAY_MS) return;
  election.loggedAt = now;
  state.log("notice", `Currently unable to failover: ${CANNOT_FAIL_OVER[reason]}`);
}

/** Counts a vote, which must come from a master with slots and not from before the election. */
export function receiveVote(state: ClusterState, sender: ClusterNode, header: BusHeader): void {
  const { election } = state;
  if (!election.asked || !sender.votes || header.currentEpoch < election.epoch) return;
  election.votes.add(sender);
  state.pending.failover = true;
}

/** Claims the slots of this replica's master; the epoch must have been raised before. */
export function replaceMaster(state: ClusterState): void {
  const { myself } = state;
  const master = myself.master;
  if (myself.isMaster || master === null) return;
  state.setMaster(myself);
  state.act({ kind: "promote" });
  for (const slot of master.slots.list()) state.moveSlot(slot, myself);
  updateStatus(state);
  state.changed(true);
  broadcastPong(state);
  state.endManualFailover();
}

/** Gives a replica this master's vote, at most one in each epoch, if its master has failed and its claim is up to date. */
export function voteIfPossible(state: ClusterState, replica: ClusterNode, header: BusHeader): void {
  if (!state.myself.votes) return;
  const reason = reasonToDeny(state, replica, header);
  const master = replica.master;
  if (reason !== null || master === null) {
    state.log("notice", `Failover auth denied to ${replica.id} (${replica.humanName}): ${reason}`);
    return;
  }
  state.lastVoteEpoch = state.currentEpoch;
  master.votedAt = state.now;
  state.changed(true);
  sendPlain(state, replica, "auth-ack");
  state.log(
    "notice",
    `Failover auth granted to ${replica.id} (${replica.humanName}) for epoch ${state.currentEpoch}`,
  );
}

function reasonToDeny(state: ClusterState, replica: ClusterNode, header: BusHeader): string | null {
  const { master } = replica;
  const { currentEpoch, now } = state;
  if (header.currentEpoch < currentEpoch) {
    return `reqEpoch (${header.currentEpoch}) < curEpoch(${currentEpoch})`;
  }
  if (state.lastVoteEpoch === currentEpoch) return `already voted for epoch ${currentEpoch}`;
  if (replica.isMaster) return "it is a master node";
  if (master === null) return "I don't know its master";
  if (!master.failed && !header.forceAck) return "its master is up";
  const wait = 2 * state.settings.nodeTimeout - (now - master.votedAt);
  if (wait > 0) return `can't vote about this master before ${wait} milliseconds`;
  for (const slot of slotsOf(header.slots)) {
    const owner = state.owner(slot);
    if (state.isUnclaimed(slot) || owner === null || owner.configEpoch <= header.configEpoch) continue;
    return `slot ${slot} epoch (${owner.configEpoch}) > reqConfigEpoch (${header.configEpoch})`;
  }
  return null;
}
