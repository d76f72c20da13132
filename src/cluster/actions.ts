/**
 * What the state of the cluster asks of the server, and what it asks the server about.
 *
 * @module
 */

import type { MessageType } from "./bus_message.ts";
import type { ClusterLink } from "./cluster_link.ts";

/** Something to be done, in the order of the list. */
export type Action =
  /**
   * Write `nodes.conf`, and with `sync` onto the disk, before the actions behind this one: a vote that was given must
   * not be forgotten. A node that cannot write it has to stop.
   */
  | { kind: "save"; sync: boolean }
  /** Send bytes, which may be sent on several links; they do not change. */
  | { kind: "send"; link: ClusterLink; type: MessageType; bytes: Uint8Array }
  /** Open a connection for this link, then call `connected` or `closed`. */
  | { kind: "connect"; link: ClusterLink; ip: string; port: number }
  /** Close the connection; no call of `closed` is needed. */
  | { kind: "close"; link: ClusterLink }
  /** Become a replica of the server at this address, or of another one than before. */
  | { kind: "replicate"; ip: string; port: number; tls: boolean }
  /** Stop being a replica, and keep the data. */
  | { kind: "promote" }
  /** Delete all keys. */
  | { kind: "flush" }
  /** Delete the keys of slots that were lost to other nodes. */
  | { kind: "delete-keys"; slots: readonly number[] }
  /** A slot has no owner or another one: shard channels of it are to be unsubscribed unless this node serves it. */
  | { kind: "slots-moved"; slots: readonly number[] }
  /** Pause clients that write, until then (milliseconds since the epoch). */
  | { kind: "pause"; until: number }
  | { kind: "unpause" }
  /** Deliver to the subscribers of this node. The payload is only there until the next message is received. */
  | { kind: "publish"; channel: string; payload: Uint8Array; sharded: boolean }
  /** The cluster works, or does not, from now on. */
  | { kind: "status"; ok: boolean }
  | { kind: "log"; level: "debug" | "verbose" | "notice" | "warning"; text: string };

/** Directives and addresses. Read anew at every use: they may change while the server runs. */
export interface ClusterSettings {
  /** `cluster-node-timeout`, milliseconds. */
  readonly nodeTimeout: number;
  readonly requireFullCoverage: boolean;
  /** `cluster-replica-no-failover`. */
  readonly replicaNoFailover: boolean;
  readonly replicaValidityFactor: number;
  readonly migrationBarrier: number;
  readonly allowReplicaMigration: boolean;
  /** `repl-ping-replica-period`, seconds. */
  readonly replicaPingPeriod: number;
  /** `tls-cluster`. */
  readonly tlsCluster: boolean;
  /** `tls-replication`. */
  readonly tlsReplication: boolean;
  /** The ports that are announced: `cluster-announce-…`, or else those on which the server listens; 0 for none. */
  readonly tcpPort: number;
  readonly tlsPort: number;
  readonly busPort: number;
  /** `cluster-announce-ip`, or an empty text. */
  readonly announceIp: string;
  /** `cluster-announce-hostname`. */
  readonly announceHostname: string;
  /** `cluster-announce-human-nodename`. */
  readonly announceHumanName: string;
}

/** What the server knows. */
export interface ClusterHost {
  /** Bytes of the replication stream that this node has written (as a master) or applied (as a replica). */
  replicationOffset(): number;
  /** Whether it has a master that it replicates or tries to. */
  replicating(): boolean;
  /** For a replica: milliseconds since anything came from its master. */
  replicaDataAge(): number;
  /** Keys in a slot. */
  keysInSlot(slot: number): number;
}
