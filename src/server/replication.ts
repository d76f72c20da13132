/**
 * Connects replication with the other parts: the timer, the guards, the configuration.
 *
 * @module
 */

import { Condition } from "../command/client.ts";
import type { Services } from "../commands/services.ts";
import { writes } from "./persistence.ts";

/** Milliseconds between two looks at what is due. */
const TICK_PERIOD = 100;

/** Sets guards and jobs, and follows the configuration. */
export function installReplication(services: Services): void {
  const { clients, config, cron, replication } = services;
  const { failover, replicas, stream } = replication;
  clients.replicaOutput = (client, pending) => replicas.outputOf(client, pending);
  replicas.onAck = () => failover.check();
  cron.add({
    name: "replication",
    period: TICK_PERIOD,
    run() {
      replicas.tick();
      failover.check();
    },
  });
  config.onChange(["repl-backlog-size"], () => {
    stream.backlog?.resize(config.get("repl-backlog-size"));
    return null;
  });
  guardReplicas(services);
  requireReplicas(services);
}

/** A replica gets the data by the stream; what it would change by itself nobody else would have. */
function guardReplicas({ dispatcher }: Services): void {
  dispatcher.setGuard(Condition.IS_REPLICA, (ctx, record) => {
    dispatcher.reject(ctx, record, "ERR Replica can't interact with the keyspace");
    return false;
  });
}

/** `min-replicas-to-write`: what could be lost with this server is not accepted. */
function requireReplicas(services: Services): void {
  const { config, dispatcher, replication } = services;
  const { replicas } = replication;
  const update = () => {
    const wanted = config.get("min-replicas-to-write");
    const isRequired = replication.role === "master" && wanted > 0 && config.get("min-replicas-max-lag") > 0;
    const bit = Condition.NOT_ENOUGH_REPLICAS;
    const missing = isRequired && replicas.good < wanted;
    dispatcher.conditions = missing ? dispatcher.conditions | bit : dispatcher.conditions & ~bit;
  };
  replicas.onGoodChange = update;
  config.onChange(["min-replicas-to-write", "min-replicas-max-lag"], () => {
    replicas.refreshGood();
    return null;
  });
  replicas.refreshGood();
  dispatcher.setGuard(Condition.NOT_ENOUGH_REPLICAS, (ctx, record) => {
    if (!writes(services, ctx.client, record)) return true;
    dispatcher.reject(ctx, record, "NOREPLICAS Not enough good replicas to write.");
    return false;
  });
}
