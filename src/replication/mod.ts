/**
 * Replication: this server's role, the stream of changes, its replicas, and the link to its master if it has one.
 *
 * @module
 */

import type { ClientPause } from "../command/pause.ts";
import type { Config } from "../config/mod.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Persistence, ReplicationPosition } from "../persistence/mod.ts";
import type { Clock } from "../util/clock.ts";
import { Failover, type FailoverTarget } from "./failover.ts";
import { Replicas } from "./replicas.ts";
import { ReplicationStream } from "./stream.ts";

/** What replication writes to the log. */
export interface ReplicationLog {
  verbose(text: string): void;
  notice(text: string): void;
  warning(text: string): void;
}

/** Counters that INFO shows. */
export interface ReplicationCounters {
  syncFull: number;
  syncPartialOk: number;
  syncPartialErr: number;
  replicationInputBytes: number;
  replicationOutputBytes: number;
}

/** What replication has to do with. */
export interface ReplicationParts {
  readonly clock: Clock;
  readonly config: Config;
  readonly keyspace: Keyspace;
  readonly log: ReplicationLog;
  readonly pause: ClientPause;
  readonly persistence: Persistence;
  readonly counters: ReplicationCounters;
  /** 40 new hexadecimal digits. */
  readonly newId: () => string;
}

/** How far the link has come; the words of ROLE. */
export type LinkState = "connect" | "connecting" | "handshake" | "sync" | "connected";

/** How far receiving a snapshot has come: bytes, 0 in `total` while it is not known; seconds since the last ones. */
export interface SyncProgress {
  readonly total: number;
  readonly read: number;
  readonly lastIoSeconds: number;
}

/** The link to this server's master, as the others see it. */
export interface MasterLink {
  readonly host: string;
  readonly port: number;
  readonly state: LinkState;
  /** Seconds since the master said anything; -1 while there is no connection. */
  readonly lastIoSeconds: number;
  /** Seconds for which there has been no connection; 0 while there is one, -1 if there never was. */
  readonly downSeconds: number;
  /** Offset of the stream that was received, and that was applied. */
  readonly readOffset: number;
  readonly appliedOffset: number;
  /** The database that the master's stream is in. */
  readonly database: number;
  /** The snapshot that is being received; null if none is. */
  readonly progress: SyncProgress | null;
  /** Tells the master at once how far the stream was applied: REPLCONF GETACK. */
  acknowledge(): void;
}

/** Replication of one server. */
export class Replication {
  readonly stream: ReplicationStream;
  readonly replicas: Replicas;
  /** The link to the master; null for a master. */
  link: MasterLink | null = null;
  readonly failover: Failover;
  /** Called when the role changed, or whether anybody wants the stream. */
  onChange: (() => void) | null = null;
  /** Has this server follow another one, and during a failover ask that one to become a master first. */
  follow: ((target: FailoverTarget) => void) | null = null;
  /** Has this server be a master, if it is not. */
  promote: (() => void) | null = null;

  constructor(parts: ReplicationParts) {
    this.stream = new ReplicationStream(parts.newId());
    this.replicas = new Replicas(parts, this);
    this.failover = new Failover({
      ...parts,
      stream: this.stream,
      replicas: this.replicas,
      follow: (target) => this.follow?.(target),
      promote: () => this.promote?.(),
    });
    parts.persistence.position = () => this.position;
  }

  /** Where the data of this moment stand; null if nobody could go on from there. */
  get position(): ReplicationPosition | null {
    const { stream, link } = this;
    if (stream.backlog === null) return null;
    return { id: stream.id, offset: stream.offset, database: link?.database ?? stream.database };
  }

  get role(): "master" | "slave" {
    return this.link === null ? "master" : "slave";
  }
}
