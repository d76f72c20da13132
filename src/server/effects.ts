/**
 * Connects the keyspace with those who want to hear of changes.
 *
 * @module
 */

import type { Services } from "../commands/services.ts";
import { Effects } from "../effects/mod.ts";
import { NotificationEffect } from "../effects/notifications.ts";
import { WatchEffect } from "../effects/watch.ts";

/** Sets the keyspace's sink, and takes it away while nobody listens. */
export function installEffects({ blocked, config, keyspace, pubsub, transactions }: Services): void {
  const notifications = new NotificationEffect(pubsub);
  const effects = new Effects([new WatchEffect(transactions.watches), notifications, blocked]);
  const refresh = () => {
    keyspace.sink = effects.refresh();
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
}
