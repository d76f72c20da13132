/**
 * What happens to clients besides their commands: when they come and go, and when they exceed a limit.
 *
 * @module
 */

import { describeClient } from "../commands/connection/client_info.ts";
import type { Services } from "../commands/services.ts";

/** Milliseconds between two looks at idle and slow clients. */
const CHECK_PERIOD = 250;
/** A client that sent nothing for so many milliseconds gives back what it needs only when busy. */
const QUIET_AFTER = 2000;

/** Connects the registry of clients with the other parts. */
export function installClientCare(services: Services): void {
  const {
    authenticator,
    blocked,
    clients,
    config,
    log,
    migrator,
    pause,
    pubsub,
    replication,
    stats,
    transactions,
  } = services;
  clients.onAdded = (client) => authenticator.admit(client);
  clients.onRemoved = (client) => {
    transactions.end(client);
    pubsub.drop(client);
    pause.drop(client);
    migrator.held.drop(client);
    blocked.drop(client);
    replication.replicas.drop(client);
  };
  clients.onOutputLimit = (client) => {
    stats.outputBufferDisconnections++;
    const info = describeClient(services, client);
    log.warning(`Client ${info} scheduled to be closed ASAP for overcoming of output buffer limits.`);
  };
  config.onChange(["requirepass"], () => {
    for (const client of clients.all()) authenticator.update(client);
    return null;
  });
  followLimits(services);
  watchClients(services);
}

function followLimits({ clients, config }: Services): void {
  const configure = () => {
    clients.queryBufferLimit = config.get("client-query-buffer-limit");
    clients.outputLimits = config.get("client-output-buffer-limit");
    return null;
  };
  configure();
  config.onChange(["client-query-buffer-limit", "client-output-buffer-limit"], configure);
}

function watchClients({ clients, clock, config, cron, log }: Services): void {
  cron.add({
    name: "quiet clients",
    period: QUIET_AFTER,
    run() {
      const quietSince = clock.now() - QUIET_AFTER;
      for (const client of clients.all()) if (client.lastActiveAt < quietSince) client.transport.trim();
    },
  });
  cron.add({
    name: "clients",
    period: CHECK_PERIOD,
    run() {
      const now = clock.now();
      clients.checkSoftLimits(now);
      const seconds = config.get("timeout");
      if (seconds > 0) clients.closeIdle(now, seconds * 1000, () => log.verbose("Closing idle client"));
    },
  });
}
