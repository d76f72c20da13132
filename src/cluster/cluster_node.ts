/**
 * What this node knows of a node of the cluster, itself included.
 *
 * @module
 */

import type { ClusterLink } from "./cluster_link.ts";
import * as flags from "./node_flags.ts";
import { SlotSet } from "./slots.ts";

/** A node. Times are in milliseconds since the epoch, 0 for never. */
export class ClusterNode {
  /** 40 hexadecimal digits; made up as long as the node is in handshake. */
  id: string;
  /** Shared by a master and its replicas. */
  shardId: string;
  /** Bits of node_flags.ts. */
  flags: number;
  configEpoch = 0;
  /** Changed by {@linkcode ClusterState} only. */
  readonly slots = new SlotSet();
  /** Those of a master. */
  readonly replicas: ClusterNode[] = [];
  /** That of a replica; null if it is not known. */
  master: ClusterNode | null = null;

  ip = "";
  tcpPort = 0;
  tlsPort = 0;
  busPort = 0;
  hostname = "";
  humanName = "";

  readonly createdAt: number;
  /** When the ping was sent that is not answered yet; 0 if there is none. */
  pingSent = 0;
  pongReceived = 0;
  dataReceived = 0;
  failedAt = 0;
  /** When this node last voted for a replica of it. */
  votedAt = 0;
  /** Since when it has had no working replica. */
  orphanedAt = 0;
  replicationOffset = 0;

  /** The connection that this node opened to it. */
  link: ClusterLink | null = null;
  /** The connection that it opened to this node. */
  inboundLink: ClusterLink | null = null;
  /** Masters that do not reach it, and when they last said so. */
  readonly failureReports = new Map<ClusterNode, number>();

  constructor(id: string, shardId: string, flagBits: number, now: number) {
    this.id = id;
    this.shardId = shardId;
    this.flags = flagBits;
    this.createdAt = now;
  }

  /** Whether it has any of these flags. */
  is(flagBits: number): boolean {
    return (this.flags & flagBits) !== 0;
  }

  /** Sets or clears these flags. */
  mark(flagBits: number, on = true): void {
    this.flags = on ? this.flags | flagBits : this.flags & ~flagBits;
  }

  get isMaster(): boolean {
    return this.is(flags.MASTER);
  }

  get isReplica(): boolean {
    return this.is(flags.REPLICA);
  }

  get isMyself(): boolean {
    return this.is(flags.MYSELF);
  }

  get inHandshake(): boolean {
    return this.is(flags.HANDSHAKE);
  }

  get failed(): boolean {
    return this.is(flags.FAIL);
  }

  get possiblyFailing(): boolean {
    return this.is(flags.PFAIL);
  }

  /** A master that serves slots: those vote. */
  get votes(): boolean {
    return this.isMaster && this.slots.size > 0;
  }

  /** The node whose slots and epoch it announces: itself or its master. */
  get claimant(): ClusterNode {
    return this.isReplica && this.master !== null ? this.master : this;
  }

  /** How many of its replicas are not marked as failed. */
  get workingReplicas(): number {
    let count = 0;
    for (const replica of this.replicas) if (!replica.failed) count++;
    return count;
  }

  /** Notes that a master does not reach it; false if that said so before. */
  addFailureReport(by: ClusterNode, now: number): boolean {
    const known = this.failureReports.has(by);
    this.failureReports.set(by, now);
    return !known;
  }

  /** How many other masters do not reach it, by reports not older than that, the only ones it keeps. */
  countFailureReports(oldest: number): number {
    for (const [by, time] of this.failureReports) if (time < oldest) this.failureReports.delete(by);
    return this.failureReports.size;
  }

  /** The port for clients that use TLS, or for those that do not. */
  clientPort(tls: boolean): number {
    return tls ? this.tlsPort : this.tcpPort;
  }
}
