/**
 * Connects the role of a replica with the other parts: guards, timer, configuration, what clients get meanwhile.
 *
 * @module
 */

import type { Args } from "../command/args.ts";
import { type Client, Condition } from "../command/client.ts";
import { STALE } from "../command/flags.ts";
import { loadParts } from "../commands/server/reload.ts";
import type { Services } from "../commands/services.ts";
import type { Persistence } from "../persistence/mod.ts";
import { Following, type FollowingParts } from "../replication/following.ts";
import type { LoadingMode } from "../replication/image_load.ts";
import { Errors } from "../resp/errors.ts";
import { systemSeeded } from "../util/random.ts";
import { writes } from "./persistence.ts";
import type { SessionHost } from "./session_host.ts";

/** Milliseconds between two looks at the link. */
const TICK_PERIOD = 1000;
const DEMOTED =
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

/** Sets guards and jobs. Following is to be started when the data are loaded, and stopped at the end. */
export function installFollowing(services: Services, host: SessionHost): Following {
  const { clock, config, cron, dispatcher, identity, keyspace, log, persistence, replication, stats } =
    services;
  const following = new Following(replication, {
    clock,
    config,
    counters: stats,
    keyspace,
    load: loadParts(services),
    log,
    persistence,
    batches: host,
    ownPort: () => identity.port,
    newId: () => systemSeeded().hex(40),
    reader: readerParts(services),
    setLoading: (mode) => setLoading(services, mode),
    onDemoted() {
      services.blocked.disconnectAll(DEMOTED);
      replication.replicas.waiters.refuseAll(DEMOTED);
    },
  });
  replication.follow = ({ host, port }) => following.follow(host, port);
  replication.promote = () => following.promote();
  guardReplica(services);
  const refresh = () => setReplicaConditions(services);
  if (config.get("replicaof") !== null) {
    // From the first moment on, although the link is made only when the data are loaded.
    keyspace.replica = true;
    if (config.get("replica-read-only")) dispatcher.conditions |= Condition.READ_ONLY_REPLICA;
  }
  const inform = replication.onChange;
  replication.onChange = () => {
    inform?.();
    refresh();
  };
  config.onChange(["replica-read-only", "replica-serve-stale-data"], () => {
    refresh();
    return null;
  });
  cron.add({ name: "master link", period: TICK_PERIOD, run: () => following.tick() });
  return following;
}

function readerParts({ dispatcher, persistence, transactions }: Services): FollowingParts["reader"] {
  return {
    dispatcher,
    enqueue: (client, record, args) => transactions.of(client)?.add(record, args),
    runUnknown: (args) => keepFunction(persistence, args),
  };
}

/** Function libraries can't be run yet, but they are kept as the master has them. False if the command is another one. */
function keepFunction(persistence: Persistence, args: Args): boolean {
  if (!args.is(0, "FUNCTION") || args.length < 2) return false;
  const without = (name: string | null) =>
    persistence.functions.filter((text) => name === null || libraryName(text) !== name);
  if (args.is(1, "LOAD")) {
    const text = args.text(args.length - 1);
    persistence.functions = [...without(libraryName(text)), text];
  } else if (args.is(1, "DELETE")) persistence.functions = without(args.text(2));
  else if (args.is(1, "FLUSH")) persistence.functions = [];
  else return false;
  return true;
}

/** What the first line of a library's text says. */
function libraryName(text: string): string | null {
  return /^#!.*?\bname=(\S+)/.exec(text)?.[1] ?? null;
}

function guardReplica(services: Services): void {
  const { dispatcher } = services;
  dispatcher.setGuard(Condition.READ_ONLY_REPLICA, (ctx, record) => {
    if (!writes(services, ctx.client, record)) return true;
    dispatcher.reject(ctx, record, Errors.READ_ONLY_REPLICA.message);
    return false;
  });
  dispatcher.setGuard(Condition.MASTER_DOWN, (ctx, record) => {
    if (record.fullName === "exec" && !hasStaleReads(services, ctx.client)) return true;
    dispatcher.reject(ctx, record, Errors.MASTER_DOWN.message);
    return false;
  });
}

/** Whether a command that is queued may not be served from stale data. */
function hasStaleReads({ transactions }: Services, client: Client): boolean {
  const transaction = transactions.of(client);
  return transaction !== undefined && (transaction.commonFlags & STALE) === 0;
}

/** Says what clients may do on this server as long as it is a replica. */
function setReplicaConditions({ config, dispatcher, keyspace, log, replication }: Services): void {
  const { link } = replication;
  const readOnly = link !== null && config.get("replica-read-only");
  const down = link !== null && link.state !== "connected" && !config.get("replica-serve-stale-data");
  keyspace.writable = !readOnly;
  log.role = link === null ? "M" : "S";
  dispatcher.conditions &= ~(Condition.READ_ONLY_REPLICA | Condition.MASTER_DOWN);
  if (readOnly) dispatcher.conditions |= Condition.READ_ONLY_REPLICA;
  if (down) dispatcher.conditions |= Condition.MASTER_DOWN;
}

function setLoading({ dispatcher, persistence }: Services, mode: LoadingMode): void {
  const bit = Condition.LOADING;
  dispatcher.conditions = mode === "none" ? dispatcher.conditions & ~bit : dispatcher.conditions | bit;
  persistence.onChange?.();
}
