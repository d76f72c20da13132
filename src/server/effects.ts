/**
 * Connects the keyspace with those who want to hear of changes.
 *
 * @module
 */

import type { Services } from "../commands/services.ts";
import { Effects } from "../effects/mod.ts";
import { DeletionEffect } from "../effects/deletions.ts";
import { NotificationEffect } from "../effects/notifications.ts";
import { WatchEffect } from "../effects/watch.ts";
import { encodeFrame } from "../resp/encode.ts";

/** Sets the keyspace's sink, and takes it away while nobody listens. What it answers is to be called when that changed. */
export function installEffects(services: Services): () => void {
  const { blocked, config, dispatcher, keyspace, migrator, persistence, pubsub, transactions } = services;
  const notifications = new NotificationEffect(pubsub);
  const deletions = new DeletionEffect(
    () => dispatcher.propagator !== null,
    (database, key) => dispatcher.propagator?.propagate(database, encodeFrame(["DEL", key])),
  );
  const effects = new Effects([
    new WatchEffect(transactions.watches),
    deletions,
    notifications,
    migrator.held,
    blocked,
  ]);
  const refresh = () => {
    const sink = effects.refresh();
    // What is being loaded is no news.
    keyspace.sink = persistence.loading === null ? sink : null;
  };
  transactions.watches.onActiveChange = refresh;
  pubsub.onActiveChange = refresh;
  blocked.onActiveChange = refresh;
  const configure = () => {
    notifications.classes = config.get("notify-keyspace-events");
    refresh();
    return null;
  };
  configure();
  config.onChange(["notify-keyspace-events"], configure);
  return refresh;
}
