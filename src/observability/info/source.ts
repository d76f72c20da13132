/**
 * What the sections of INFO are made from, and how they are written.
 *
 * @module
 */

import type { CommandContext } from "../../command/context.ts";
import type { Dispatcher } from "../../command/dispatch.ts";
import type { Config } from "../../config/mod.ts";
import type { Clock } from "../../util/clock.ts";
import type { ClientRegistry } from "../clients.ts";
import type { MemoryMeter } from "../memory.ts";
import type { Rates } from "../rates.ts";
import type { Stats } from "../stats.ts";

/** Something that knows how many there are. */
interface Sized {
  readonly size: number;
}

/** Where and as what the server runs. */
export interface Identity {
  /** 40 hexadecimal digits, different for each start. */
  readonly runId: string;
  /** The TCP port that is listened on; 0 if none. */
  readonly port: number;
  /** One text per kind of socket, such as `name=tcp,bind=127.0.0.1,port=6379`. */
  readonly listeners: readonly string[];
}

/** Figures of the active expire cycle: a percentage, a count, milliseconds. */
interface ExpiryFigures {
  readonly stalePercent: number;
  readonly timeCapReached: number;
  readonly timeUsed: number;
}

/** How long memory was over its limit, milliseconds: altogether, and on end until now. */
interface EvictionFigures {
  readonly totalExceededTime: number;
  readonly currentExceededTime: number;
}

/** What blocked clients wait for: keys, keys whose end is waited for too; and how many clients have a timeout. */
interface BlockingFigures {
  readonly keys: number;
  readonly keysOnMissing: number;
  readonly timeouts: number;
}

/** The state of a snapshot job. Times in seconds. */
interface SnapshotFigures {
  readonly active: boolean;
  readonly changes: number;
  readonly elapsed: number;
  readonly lastDuration: number;
  readonly lastFailed: boolean;
  readonly lastSave: number;
  readonly progress: { readonly done: number; readonly total: number };
  readonly saves: number;
}

/** The state of the append-only file; `log` is null while nothing is appended. Sizes in bytes. */
interface AppendOnlyFigures {
  readonly state: string;
  readonly baseSize: number;
  readonly rewrite: { readonly startedAt: number } | null;
  readonly rewriteScheduled: boolean;
  readonly rewrites: number;
  readonly consecutiveFailures: number;
  readonly lastRewriteFailed: boolean;
  readonly lastRewriteSeconds: number;
  readonly log: {
    readonly totalSize: number;
    readonly dirty: number;
    readonly syncing: boolean;
    readonly delayedSyncs: number;
    readonly lastError: string | null;
  } | null;
}

/** How the data are kept, and a load that is under way. */
interface PersistenceFigures {
  readonly appendOnly: AppendOnlyFigures;
  readonly asyncLoading: boolean;
  readonly lastLoad: { readonly expired: number; readonly loaded: number };
  readonly loading: {
    readonly startedAt: number;
    readonly loadedBytes: number;
    readonly totalBytes: number;
  } | null;
  readonly saving: boolean;
  readonly rewrites: { readonly progress: { readonly done: number; readonly total: number } };
  readonly snapshots: SnapshotFigures;
}

/** How far this server's master has been followed; see `replication/mod.ts`. */
interface MasterLinkFigures {
  readonly host: string;
  readonly port: number;
  readonly state: string;
  readonly lastIoSeconds: number;
  readonly downSeconds: number;
  readonly readOffset: number;
  readonly appliedOffset: number;
  readonly progress: { readonly total: number; readonly read: number; readonly lastIoSeconds: number } | null;
}

/** One replica; `lag` in seconds. */
interface ReplicaFigures {
  readonly address: string;
  readonly port: number;
  readonly state: string;
  readonly ackedOffset: number;
  readonly lag: number;
}

/** The state of replication. */
interface ReplicationFigures {
  readonly role: string;
  readonly link: MasterLinkFigures | null;
  readonly stream: {
    readonly id: string;
    readonly secondId: string;
    readonly secondOffset: number;
    readonly offset: number;
    readonly backlog: { readonly size: number; readonly length: number; readonly firstOffset: number } | null;
  };
  readonly replicas: {
    readonly good: number;
    readonly size: number;
    readonly waiters: { readonly timeouts: number };
    figures(): Iterable<ReplicaFigures>;
  };
  readonly failover: { readonly state: string };
}

/** The parts of the server that INFO reads; the services of the commands are one. */
export interface InfoSource {
  readonly blocked: { readonly figures: BlockingFigures };
  readonly clients: ClientRegistry;
  readonly clock: Clock;
  /** Links of the cluster bus, and the memory that they take; null for a server that is no node. */
  readonly cluster: { readonly connections: number; readonly memory: number } | null;
  readonly config: Config;
  /** Milliseconds until a shutdown that was asked for; null without one. */
  readonly control: { readonly timeLeft: number | null };
  readonly cron: { readonly frequency: number };
  readonly dispatcher: Dispatcher;
  readonly evictor: EvictionFigures;
  readonly expireCycle: ExpiryFigures;
  readonly identity: Identity;
  readonly keyspace: CommandContext["keyspace"];
  readonly memory: MemoryMeter;
  readonly migrator: { readonly targets: Sized };
  readonly persistence: PersistenceFigures;
  readonly pubsub: { readonly channels: Sized; readonly patterns: Sized; readonly shardChannels: Sized };
  readonly rates: Rates;
  readonly replication: ReplicationFigures;
  readonly stats: Stats;
}

/** One line of a section. */
export type Field = readonly [name: string, value: string | number];

/** Makes the lines of one section. */
export type Section = (source: InfoSource) => Field[];

/** `1.50M`, as Redis writes sizes for people. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1024;
    unit++;
  } while (value >= 1024 && unit < UNITS.length - 1);
  return `${value.toFixed(2)}${UNITS[unit]}`;
}

const UNITS = "KMGTP";

/** `part` of `whole` with two decimals; 0 if there is no whole. */
export function ratio(part: number, whole: number): string {
  return (whole > 0 ? part / whole : 0).toFixed(2);
}
