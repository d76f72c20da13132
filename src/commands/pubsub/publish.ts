/** PUBLISH and SPUBLISH. */

import { FAST, LOADING, MAY_REPLICATE, PUBSUB, STALE } from "../../command/flags.ts";
import { key, NOT_KEY } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { NO_DATABASE } from "../../command/propagation_unit.ts";
import { services } from "../services.ts";

export const publish = defineCommand({
  name: "PUBLISH",
  group: "pubsub",
  since: "2.0.0",
  summary: "Sends a message to a channel.",
  complexity: "O(N+M) with N the subscribers of the channel and M the subscribed patterns.",
  syntax: "channel message",
  flags: PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE,
  run(ctx, args) {
    ctx.reply.integer(services(ctx).pubsub.publish(args.text(1), args.bytes(2)));
    passOn(ctx, args, false);
  },
});

export const spublish = defineCommand({
  name: "SPUBLISH",
  group: "pubsub",
  since: "7.0.0",
  summary: "Sends a message to a shard channel.",
  complexity: "O(N) with N the number of subscribers.",
  syntax: "shardchannel message",
  flags: PUBSUB | LOADING | STALE | FAST | MAY_REPLICATE,
  keys: [key(1, NOT_KEY)],
  run(ctx, args) {
    ctx.reply.integer(services(ctx).pubsub.publishToShard(args.text(1), args.bytes(2)));
    passOn(ctx, args, true);
  },
});

/**
 * Replicas have subscribers too, and so have other nodes of a cluster, where a replica is one of those. It is not for the
 * append-only file, and so does not go the way of changes.
 */
function passOn(ctx: CommandContext, args: Args, sharded: boolean): void {
  const { cluster, replication: { stream } } = services(ctx);
  if (cluster !== null) return cluster.publish(args.text(1), args.bytes(2), sharded);
  stream.propagate(NO_DATABASE, args);
}
