/**
 * What commands can reach beyond their context: the parts that the composition root puts together.
 *
 * @module
 */

import type { Authenticator } from "../acl/authenticator.ts";
import type { BlockedClients } from "../blocking/mod.ts";
import type { Migrator } from "../cluster/migrator.ts";
import type { ClusterLink, ClusterState } from "../cluster/mod.ts";
import type { CommandContext } from "../command/context.ts";
import type { Dispatcher } from "../command/dispatch.ts";
import type { ClientPause } from "../command/pause.ts";
import type { Config } from "../config/mod.ts";
import type { Evictor } from "../keyspace/eviction.ts";
import type { ExpireCycle } from "../keyspace/expiry.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { ClientRegistry } from "../observability/clients.ts";
import type { Identity } from "../observability/info/mod.ts";
import type { Log } from "../observability/log.ts";
import type { MemoryMeter } from "../observability/memory.ts";
import type { Rates } from "../observability/rates.ts";
import type { Persistence } from "../persistence/mod.ts";
import type { Replication } from "../replication/mod.ts";
import type { Stats } from "../observability/stats.ts";
import type { PubSub } from "../pubsub/mod.ts";
import type { Transactions } from "../tx/mod.ts";
import type { Clock } from "../util/clock.ts";

/** Something to be done again and again. */
export interface PeriodicJob {
  readonly name: string;
  /** Milliseconds from one run to the next; 0 means at every tick, `hz` times a second. */
  readonly period: number;
  run(): void;
}

/** The periodic work; `server/cron.ts` has it. */
export interface PeriodicWork {
  /** While true no job runs: DEBUG PAUSE-CRON. */
  paused: boolean;
  /** Ticks per second at present, `dynamic-hz` considered: INFO's hz. */
  readonly frequency: number;
  /** Adds a job. What it throws is logged. */
  add(job: PeriodicJob): void;
}

/** How to shut down. */
export interface ShutdownRequest {
  /** Whether to save a snapshot: always, never, or if there are `save` rules. */
  readonly save: "always" | "never" | "configured";
  /** Don't wait for replicas. */
  readonly now: boolean;
  /** Shut down even if something fails. */
  readonly force: boolean;
}

/** What only the server as a whole can do. */
export interface ServerControl {
  /** Milliseconds that are left for replicas to catch up, after which the server ends; null if it is not to end. */
  readonly timeLeft: number | null;
  /**
   * Ends the server, at once or when its replicas have everything. False if it must go on, or one that was asked for before
   * is waiting; the log has the reason. `onFailure` is called if it had to wait and then must go on after all.
   */
  shutdown(request: ShutdownRequest, onFailure?: () => void): boolean;
  /** Has it not end, if it is waiting. False if it is not. */
  abortShutdown(): boolean;
  /** Ends the process at once: what went wrong, which was logged, leaves no other way. */
  fail(): void;
}

/** This server as a node of a cluster; `server/cluster_member.ts` has it. */
export interface ClusterService {
  readonly state: ClusterState;
  /** Links that were closed because too much waited to be sent on them. */
  readonly overfullLinks: number;
  /** How many links there are, in both directions. */
  readonly connections: number;
  /** Memory of the bus, in bytes. */
  readonly memory: number;
  /** Changes the state by one of `cluster/operations.ts`, and does what follows from it. Errors pass through. */
  run(change: (state: ClusterState) => void): void;
  /** Sends a published message to the other nodes, a sharded one to those of this shard. */
  publish(channel: string, payload: Uint8Array, sharded: boolean): void;
  /** Writes `nodes.conf`; throws what is wrong. */
  saveConfig(): void;
  /** Bytes that wait to be sent on a link. */
  queuedBytes(link: ClusterLink): number;
}

/** The server's parts. */
export interface Services {
  readonly authenticator: Authenticator;
  readonly blocked: BlockedClients;
  readonly clients: ClientRegistry;
  readonly clock: Clock;
  /** Null unless `cluster-enabled`. */
  readonly cluster: ClusterService | null;
  readonly config: Config;
  readonly control: ServerControl;
  readonly cron: PeriodicWork;
  readonly dispatcher: Dispatcher;
  readonly evictor: Evictor;
  readonly expireCycle: ExpireCycle;
  readonly identity: Identity;
  readonly keyspace: Keyspace;
  readonly log: Log;
  readonly memory: MemoryMeter;
  readonly migrator: Migrator;
  readonly pause: ClientPause;
  readonly persistence: Persistence;
  readonly pubsub: PubSub;
  readonly rates: Rates;
  readonly replication: Replication;
  readonly stats: Stats;
  readonly transactions: Transactions;
}

/** The server's parts, from a command's context. The one place that knows what the context carries. */
export function services(ctx: CommandContext): Services {
  return ctx.services as Services;
}

/** Whether anybody wants the commands that change data; without, a command need not compose its rewritten form. */
export function isPropagating(ctx: CommandContext): boolean {
  return services(ctx).dispatcher.propagator !== null;
}
