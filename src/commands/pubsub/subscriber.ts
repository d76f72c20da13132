/** What follows for a client from having subscriptions. */

import { type Client, Condition } from "../../command/client.ts";
import type { PubSub } from "../../pubsub/mod.ts";

/** Brings the client's state up to date after its subscriptions or its protocol changed. */
export function updateSubscriber(pubsub: PubSub, client: Client): void {
  client.subscriber = pubsub.isSubscribed(client);
  client.setCondition(Condition.SUBSCRIBED, client.subscriber && !client.resp3);
}
