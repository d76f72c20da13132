/**
 * Connects the cluster with the other parts: where commands belong, and what becomes of clients that wait here for
 * what belongs elsewhere now.
 *
 * @module
 */

import { keySlot } from "../cluster/mod.ts";
import type { Client } from "../command/client.ts";
import { updateSubscriber } from "../commands/pubsub/subscriber.ts";
import type { Services } from "../commands/services.ts";
import { Reply } from "../resp/reply.ts";
import type { ClusterMember } from "./cluster_member.ts";
import { guardRouting, Routing } from "./routing.ts";

/** Sets the guard, and follows the configuration. */
export function installCluster(services: Services, member: ClusterMember): void {
  const { blocked, log } = services;
  const routing = new Routing(services, member);
  guardRouting(services, routing);
  member.onRouting = (slots) => {
    if (slots.length > 0) endShardSubscriptions(services, member, new Set(slots));
    if (blocked.active) {
      blocked.refuse((client, record, key) => routing.refusalOfWait(client, record, key));
    }
  };
  member.onFatal = (message) => {
    log.warning(message);
    services.control.fail();
  };
}

/** Subscribers of shard channels in slots that neither this node nor its master has any more are told that it is over. */
function endShardSubscriptions(
  services: Services,
  { state }: ClusterMember,
  slots: ReadonlySet<number>,
): void {
  const { pubsub } = services;
  const table = pubsub.shardChannels;
  if (table.size === 0) return;
  const ours = state.myself.claimant;
  for (const [channel, subscribers] of [...table.entries()]) {
    const slot = keySlot(channel);
    if (!slots.has(slot) || state.owner(slot) === ours) continue;
    for (const subscriber of [...subscribers]) {
      const client = subscriber as Client;
      pubsub.unsubscribe(table, client, channel);
      tellUnsubscribed(client, channel, table.countOf(client));
      updateSubscriber(pubsub, client);
    }
  }
}

function tellUnsubscribed(client: Client, channel: string, left: number): void {
  const message = new Reply();
  message.resp3 = client.resp3;
  message.pushHeader(3);
  message.bulkText("sunsubscribe");
  message.bulkText(channel);
  message.integer(left);
  client.deliver(message.written, message.length);
  message.take();
}
