/**
 * A replica leaves its master, if that has others, for a master that has lost all of its own.
 *
 * @module
 */

import type { ClusterNode } from "./cluster_node.ts";
import type { ClusterState } from "./cluster_state.ts";
import { FAIL, MIGRATE_TO, PFAIL } from "./node_flags.ts";
import { followMaster } from "./slot_claims.ts";

/** Milliseconds for which a master must have been without replicas: in a failover its own announce themselves. */
const MIGRATION_DELAY_MS = 5000;

/** Moves this replica if there is a master to move to and this is the one replica that should. */
export function migrateIfNeeded(state: ClusterState): void {
  const { myself, settings } = state;
  const master = myself.master;
  if (!myself.isReplica || master === null || !settings.allowReplicaMigration) return;
  const most = greatestReplicaCount(state);
  const target = findOrphan(state);
  if (target === null || most < 2 || master.failed || master.workingReplicas !== most || !state.ok) return;
  const reachable = master.replicas.filter((replica) => !replica.is(FAIL | PFAIL)).length;
  if (reachable <= settings.migrationBarrier) return;
  if (findCandidate(state, most) !== myself || state.now - target.orphanedAt <= MIGRATION_DELAY_MS) return;
  state.log("notice", `Migrating to orphaned master ${target.id} (${target.humanName})`);
  followMaster(state, target);
  state.changedStatus(true);
}

function greatestReplicaCount(state: ClusterState): number {
  let most = 0;
  for (const node of state.nodes) {
    if (node.isMaster && !node.failed) most = Math.max(most, node.workingReplicas);
  }
  return most;
}

/** The first working master with slots that should have replicas and has none; all such get their time noted. */
function findOrphan(state: ClusterState): ClusterNode | null {
  let target: ClusterNode | null = null;
  for (const node of state.nodes) {
    const orphaned = node.votes && !node.failed && node.is(MIGRATE_TO) && node.workingReplicas === 0;
    if (!orphaned) {
      node.orphanedAt = 0;
      continue;
    }
    if (node.orphanedAt === 0) node.orphanedAt = state.now;
    target ??= node;
  }
  return target;
}

/** Among the replicas of the masters with the most of them, the one with the smallest name. */
function findCandidate(state: ClusterState, most: number): ClusterNode {
  let candidate = state.myself;
  for (const node of state.nodes) {
    if (!node.isMaster || node.workingReplicas !== most) continue;
    for (const replica of node.replicas) {
      if (!replica.failed && replica.id < candidate.id) candidate = replica;
    }
  }
  return candidate;
}
