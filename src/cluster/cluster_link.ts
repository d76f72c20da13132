/**
 * A connection of the cluster bus, as far as the state of the cluster is concerned.
 *
 * @module
 */

import type { ClusterNode } from "./cluster_node.ts";

/** Made by {@linkcode Cluster}; the server keeps the socket that belongs to it. */
export class ClusterLink {
  /** Whether the other side opened it. */
  readonly inbound: boolean;
  /** The node at the other end; null as long as an inbound link has not said who it is, and once it is closed. */
  node: ClusterNode | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** False while an outgoing link is being opened, and once it is closed: then nothing is sent. */
  connected: boolean;
  /** Address of the other end. */
  remoteIp = "";
  /** Address of this end. */
  localIp = "";

  constructor(inbound: boolean, node: ClusterNode | null, now: number) {
    this.inbound = inbound;
    this.node = node;
    this.createdAt = now;
    this.connected = inbound;
  }
}
