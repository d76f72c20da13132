/**
 * Whether the cluster works, and which nodes have failed.
 *
 * @module
 */

import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { broadcastFail } from "./sender.ts";
import { FAIL, PFAIL } from "./node_flags.ts";
import { SLOT_COUNT } from "./slots.ts";

/** Milliseconds from the start after which a master may serve: time to hear that it has been replaced. */
const WRITABLE_DELAY_MS = 2000;
/** Bounds of the time that a master waits after it was among a minority. */
const LONGEST_REJOIN_MS = 5000;
const SHORTEST_REJOIN_MS = 500;

/** Looks anew whether the cluster works. */
export function updateStatus(state: ClusterState): void {
  const { myself, now, settings } = state;
  if (state.firstStatusAt === 0) state.firstStatusAt = now;
  if (myself.isMaster && !state.ok && now - state.firstStatusAt < WRITABLE_DELAY_MS) return;
  let ok = !settings.requireFullCoverage || isCovered(state);
  const reachable = countMasters(state);
  if (reachable < state.quorum) {
    ok = false;
    state.minorityAt = now;
  }
  if (ok === state.ok) return;
  const wait = Math.max(SHORTEST_REJOIN_MS, Math.min(LONGEST_REJOIN_MS, settings.nodeTimeout));
  // A master that comes back from a minority waits to be told of what happened meanwhile.
  if (ok && myself.isMaster && now - state.minorityAt < wait) return;
  state.ok = ok;
  state.log("notice", `Cluster state changed: ${ok ? "ok" : "fail"}`);
  state.act({ kind: "status", ok });
}

/** Whether each slot has an owner that has not failed. */
function isCovered(state: ClusterState): boolean {
  let covered = 0;
  for (const node of state.nodes) if (!node.failed) covered += node.slots.size;
  return covered === SLOT_COUNT;
}

/** Counts the masters that serve slots; answers how many of them are reached. */
function countMasters(state: ClusterState): number {
  let reachable = 0;
  state.size = 0;
  for (const node of state.nodes) {
    if (!node.votes) continue;
    state.size++;
    if (!node.is(FAIL | PFAIL)) reachable++;
  }
  return reachable;
}

/** How many other masters do not reach a node; what they said longer ago than twice the node timeout is void. */
export function countFailureReports(state: ClusterState, node: ClusterNode): number {
  return node.countFailureReports(state.now - 2 * state.settings.nodeTimeout);
}

/** Marks a node that this node does not reach as failed if most masters do not reach it either, and tells all. */
export function markFailedIfAgreed(state: ClusterState, node: ClusterNode): void {
  if (!node.possiblyFailing || node.failed) return;
  const reports = countFailureReports(state, node) + (state.myself.isMaster ? 1 : 0);
  if (reports < state.quorum) return;
  state.log("notice", `Marking node ${node.id} (${node.humanName}) as failing (quorum reached).`);
  markFailed(state, node);
  broadcastFail(state, node.id);
}

/** Marks a node as failed. */
export function markFailed(state: ClusterState, node: ClusterNode): void {
  node.mark(PFAIL, false);
  node.mark(FAIL);
  node.failedAt = state.now;
  state.changedStatus();
}

/**
 * A failed node answers again. A master with slots stays failed for a while, so that a replica can take over; if none
 * has after twice the node timeout, none will.
 */
export function clearFailureIfPossible(state: ClusterState, node: ClusterNode): void {
  const kind = node.isReplica ? "replica" : "master without slots";
  const prefix = `Clear FAIL state for node ${node.id} (${node.humanName}):`;
  if (node.isReplica || node.slots.size === 0) {
    state.log("notice", `${prefix} ${kind} is reachable again.`);
  } else if (state.now - node.failedAt > 2 * state.settings.nodeTimeout) {
    state.log("notice", `${prefix} is reachable again and nobody is serving its slots after some time.`);
  } else {
    return;
  }
  node.mark(FAIL, false);
  state.changedStatus();
}
