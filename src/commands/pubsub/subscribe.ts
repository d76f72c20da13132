/** (P|S)SUBSCRIBE and (P|S)UNSUBSCRIBE. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { LOADING, NOSCRIPT, PUBSUB, STALE } from "../../command/flags.ts";
import { keys, NOT_KEY } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { PubSub, SubscriptionTable } from "../../pubsub/mod.ts";
import { Reply } from "../../resp/reply.ts";
import { services } from "../services.ts";
import { updateSubscriber } from "./subscriber.ts";

const FLAGS = PUBSUB | NOSCRIPT | LOADING | STALE;

/** One of the three ways to subscribe: to a channel, to a pattern, to a shard channel. */
interface Way {
  /** What stands before the verb in the confirmations. */
  readonly prefix: "" | "p" | "s";
  table(pubsub: PubSub): SubscriptionTable;
}

const CHANNEL: Way = { prefix: "", table: (pubsub) => pubsub.channels };
const PATTERN: Way = { prefix: "p", table: (pubsub) => pubsub.patterns };
const SHARD: Way = { prefix: "s", table: (pubsub) => pubsub.shardChannels };

export const psubscribe = defineCommand({
  name: "PSUBSCRIBE",
  group: "pubsub",
  since: "2.0.0",
  summary: "Subscribes to the channels that match patterns.",
  complexity: "O(N) with N the number of patterns.",
  syntax: "pattern [pattern ...]",
  flags: FLAGS,
  run(ctx, args) {
    subscribeTo(ctx, args, PATTERN);
  },
});

export const punsubscribe = defineCommand({
  name: "PUNSUBSCRIBE",
  group: "pubsub",
  since: "2.0.0",
  summary: "Ends subscriptions to patterns.",
  complexity: "O(N) with N the number of patterns.",
  syntax: "[pattern [pattern ...]]",
  flags: FLAGS,
  run(ctx, args) {
    unsubscribeFrom(ctx, args, PATTERN);
  },
});

export const ssubscribe = defineCommand({
  name: "SSUBSCRIBE",
  group: "pubsub",
  since: "7.0.0",
  summary: "Subscribes to shard channels.",
  complexity: "O(N) with N the number of channels.",
  syntax: "shardchannel [shardchannel ...]",
  flags: FLAGS,
  keys: [keys(1, -1, 1, NOT_KEY)],
  run(ctx, args) {
    subscribeTo(ctx, args, SHARD);
  },
});

export const subscribe = defineCommand({
  name: "SUBSCRIBE",
  group: "pubsub",
  since: "2.0.0",
  summary: "Subscribes to channels.",
  complexity: "O(N) with N the number of channels.",
  syntax: "channel [channel ...]",
  flags: FLAGS,
  run(ctx, args) {
    subscribeTo(ctx, args, CHANNEL);
  },
});

export const sunsubscribe = defineCommand({
  name: "SUNSUBSCRIBE",
  group: "pubsub",
  since: "7.0.0",
  summary: "Ends subscriptions to shard channels.",
  complexity: "O(N) with N the number of channels.",
  syntax: "[shardchannel [shardchannel ...]]",
  flags: FLAGS,
  keys: [keys(1, -1, 1, NOT_KEY)],
  run(ctx, args) {
    unsubscribeFrom(ctx, args, SHARD);
  },
});

export const unsubscribe = defineCommand({
  name: "UNSUBSCRIBE",
  group: "pubsub",
  since: "2.0.0",
  summary: "Ends subscriptions to channels.",
  complexity: "O(N) with N the number of channels.",
  syntax: "[channel [channel ...]]",
  flags: FLAGS,
  run(ctx, args) {
    unsubscribeFrom(ctx, args, CHANNEL);
  },
});

function subscribeTo(ctx: CommandContext, args: Args, way: Way): void {
  const { pubsub } = services(ctx);
  const table = way.table(pubsub);
  const out = confirmations(ctx);
  for (let i = 1; i < args.length; i++) {
    const name = args.text(i);
    pubsub.subscribe(table, ctx.client, name);
    confirm(out, `${way.prefix}subscribe`, name, countFor(pubsub, ctx, way));
  }
  updateSubscriber(pubsub, ctx.client);
  deliver(ctx, out);
}

function unsubscribeFrom(ctx: CommandContext, args: Args, way: Way): void {
  const { pubsub } = services(ctx);
  const table = way.table(pubsub);
  const out = confirmations(ctx);
  const names = args.length > 1 ? args.texts(1) : table.namesOf(ctx.client);
  const verb = `${way.prefix}unsubscribe`;
  for (const name of names) {
    pubsub.unsubscribe(table, ctx.client, name);
    confirm(out, verb, name, countFor(pubsub, ctx, way));
  }
  // Every command is answered at least once.
  if (names.length === 0) confirm(out, verb, null, countFor(pubsub, ctx, way));
  updateSubscriber(pubsub, ctx.client);
  deliver(ctx, out);
}

/** Channels and patterns are counted together, shard channels alone. */
function countFor(pubsub: PubSub, { client }: CommandContext, way: Way): number {
  return way === SHARD ? pubsub.shardChannels.countOf(client) : pubsub.countOf(client);
}

function confirm(out: Reply, verb: string, name: string | null, count: number): void {
  out.pushHeader(3);
  out.bulkText(verb);
  if (name === null) out.nullReply();
  else out.bulkText(name);
  out.integer(count);
}

/** Where the confirmations go: they are replies, but CLIENT REPLY OFF does not suppress them. */
function confirmations(ctx: CommandContext): Reply {
  if (ctx.client.replyMode === "on") return ctx.reply;
  const out = new Reply();
  out.resp3 = ctx.client.resp3;
  return out;
}

function deliver(ctx: CommandContext, out: Reply): void {
  if (out !== ctx.reply) ctx.client.deliver(out.written, out.length);
}
