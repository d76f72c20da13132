/** PUBSUB, which tells of the subscriptions. */

import type { Args } from "../../command/args.ts";
import { LOADING, PUBSUB, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import type { SubscriptionTable } from "../../pubsub/mod.ts";
import { CommandError, unknownSubcommandOrArity } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { globMatch } from "../../util/glob.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";

const FLAGS = PUBSUB | LOADING | STALE;

const HELP = [
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
  "SHARDCHANNELS [<pattern>]",
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  "SHARDNUMSUB [<shardchannel> ...]",
  "    Return the number of subscribers for the specified shard level channel(s)",
];

export const pubsub = defineCommand({
  name: "PUBSUB",
  group: "pubsub",
  since: "2.8.0",
  summary: "Groups the commands about subscriptions.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [
    defineCommand({
      name: "CHANNELS",
      group: "pubsub",
      since: "2.8.0",
      summary: "Lists the channels that have subscribers.",
      complexity: "O(N) with N the number of such channels.",
      syntax: "[pattern]",
      flags: FLAGS,
      run(ctx, args) {
        listChannels(ctx.reply, services(ctx).pubsub.channels, args);
      },
    }),
    defineCommand({
      name: "HELP",
      group: "pubsub",
      since: "6.2.0",
      summary: "Returns help text about the subcommands.",
      complexity: "O(1)",
      flags: LOADING | STALE,
      run(ctx) {
        writeHelp(ctx.reply, "PUBSUB", HELP);
      },
    }),
    defineCommand({
      name: "NUMPAT",
      group: "pubsub",
      since: "2.8.0",
      summary: "Counts the patterns that have subscribers.",
      complexity: "O(1)",
      flags: FLAGS,
      run(ctx) {
        ctx.reply.integer(services(ctx).pubsub.patterns.size);
      },
    }),
    defineCommand({
      name: "NUMSUB",
      group: "pubsub",
      since: "2.8.0",
      summary: "Counts the subscribers of channels.",
      complexity: "O(N) with N the number of channels.",
      syntax: "[channel [channel ...]]",
      flags: FLAGS,
      run(ctx, args) {
        countSubscribers(ctx.reply, services(ctx).pubsub.channels, args);
      },
    }),
    defineCommand({
      name: "SHARDCHANNELS",
      group: "pubsub",
      since: "7.0.0",
      summary: "Lists the shard channels that have subscribers.",
      complexity: "O(N) with N the number of such channels.",
      syntax: "[pattern]",
      flags: FLAGS,
      run(ctx, args) {
        listChannels(ctx.reply, services(ctx).pubsub.shardChannels, args);
      },
    }),
    defineCommand({
      name: "SHARDNUMSUB",
      group: "pubsub",
      since: "7.0.0",
      summary: "Counts the subscribers of shard channels.",
      complexity: "O(N) with N the number of channels.",
      syntax: "[shardchannel [shardchannel ...]]",
      flags: FLAGS,
      run(ctx, args) {
        countSubscribers(ctx.reply, services(ctx).pubsub.shardChannels, args);
      },
    }),
  ],
});

function listChannels(reply: Reply, table: SubscriptionTable, args: Args): void {
  if (args.length > 3) throw new CommandError(unknownSubcommandOrArity("PUBSUB", args.text(1)));
  const pattern = args.length > 2 ? args.text(2) : null;
  const names: string[] = [];
  for (const [name] of table.entries()) {
    if (pattern === null || globMatch(pattern, name)) names.push(name);
  }
  reply.arrayHeader(names.length);
  for (const name of names) reply.bulkText(name);
}

function countSubscribers(reply: Reply, table: SubscriptionTable, args: Args): void {
  // An array in both protocols, as Redis has it.
  reply.arrayHeader((args.length - 2) * 2);
  for (let i = 2; i < args.length; i++) {
    const name = args.text(i);
    reply.bulkText(name);
    reply.integer(table.subscribersOf(name)?.size ?? 0);
  }
}
