/**
 * Where elections and manual failovers stand, on this node.
 *
 * @module
 */

import type { ClusterNode } from "./cluster_node.ts";

/** Why a replica of a failed master does not take over; the texts are those of Redis's log. */
export const CANNOT_FAIL_OVER = {
  none: "",
  dataAge: "Disconnected from master for longer than allowed. Please check the " +
    "'cluster-replica-validity-factor' configuration option.",
  waitingDelay: "Waiting the delay before I can start a new failover.",
  expired: "Failover attempt expired.",
  waitingVotes: "Waiting for votes, but majority still not reached.",
} as const;

/** Times are in milliseconds since the epoch. */
export class Election {
  /** When this replica asks for votes, or did so last. */
  time = 0;
  /** Masters that have voted for this replica. */
  readonly votes = new Set<ClusterNode>();
  asked = false;
  /** Replicas of the same master with more data. */
  rank = 0;
  epoch = 0;
  reason: keyof typeof CANNOT_FAIL_OVER = "none";
  /** When the reason was last logged. */
  loggedAt = 0;

  /** When the manual failover is given up; 0 if there is none. */
  manualEnd = 0;
  /** On the master: the replica that takes over. */
  manualReplica: ClusterNode | null = null;
  /** On the replica: the offset at which the master has stopped; -1 as long as it is not known. */
  manualOffset = -1;
  /** On the replica: it has all data. */
  manualCanStart = false;

  /** Ends a manual failover. True if this node had paused its clients for it. */
  endManual(): boolean {
    const paused = this.manualReplica !== null;
    this.manualEnd = 0;
    this.manualReplica = null;
    this.manualOffset = -1;
    this.manualCanStart = false;
    return paused;
  }
}
