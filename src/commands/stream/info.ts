/** XINFO: what there is to know of a stream. */

import { LOADING, READONLY, STALE } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import type { CommandContext } from "../../command/context.ts";
import { defineCommand } from "../../command/spec.ts";
import { NEVER } from "../../data/consumer_group.ts";
import type { Stream } from "../../data/stream.ts";
import { Errors } from "../../resp/errors.ts";
import { writeHelp } from "../help.ts";
import { noGroup } from "./errors.ts";
import { readFullOptions, replyFull, replyGroupFigures, replyStreamFigures } from "./info_stream.ts";
import { findStream } from "./lookup.ts";
import { replyEdge } from "./replies.ts";

const HELP = [
  "CONSUMERS <key> <groupname>",
  "    Show consumers of <groupname>.",
  "GROUPS <key>",
  "    Show the stream consumer groups.",
  "STREAM <key> [FULL [COUNT <count>]",
  "    Show information about the stream.",
];

const consumers = defineCommand({
  name: "CONSUMERS",
  group: "stream",
  since: "5.0.0",
  summary: "Lists the consumers of a group.",
  complexity: "O(1)",
  syntax: "key group",
  flags: READONLY,
  keys: [key(2, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  history: [["7.2.0", "Added the field `inactive`"]],
  run(ctx, args) {
    const { reply } = ctx;
    const { now } = ctx.keyspace;
    const key = args.key(2);
    const group = findExisting(ctx, key).group(args.text(3));
    if (group === undefined) throw noGroup(key, args.text(3));
    reply.arrayHeader(group.consumerCount);
    for (const { name, pending, seenAt, activeAt } of group.consumers) {
      reply.mapHeader(4);
      reply.bulkText("name");
      reply.bulkText(name);
      reply.bulkText("pending");
      reply.integer(pending.size);
      reply.bulkText("idle");
      reply.integer(Math.max(0, now - seenAt));
      reply.bulkText("inactive");
      reply.integer(activeAt === NEVER ? -1 : now - activeAt);
    }
  },
});

const groups = defineCommand({
  name: "GROUPS",
  group: "stream",
  since: "5.0.0",
  summary: "Lists the consumer groups of a stream.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY,
  keys: [key(2, RO | ACCESS)],
  history: [["7.0.0", "Added the fields `entries-read` and `lag`"]],
  run(ctx, args) {
    const { reply } = ctx;
    const stream = findExisting(ctx, args.key(2));
    reply.arrayHeader(stream.groups.length);
    for (const group of stream.groups) {
      reply.mapHeader(6);
      reply.bulkText("name");
      reply.bulkText(group.name);
      reply.bulkText("consumers");
      reply.integer(group.consumerCount);
      reply.bulkText("pending");
      reply.integer(group.pending.size);
      replyGroupFigures(reply, stream, group);
    }
  },
});

const help = defineCommand({
  name: "HELP",
  group: "stream",
  since: "5.0.0",
  summary: "Returns help text about the subcommands.",
  complexity: "O(1)",
  flags: LOADING | STALE,
  run(ctx) {
    writeHelp(ctx.reply, "XINFO", HELP);
  },
});

const stream = defineCommand({
  name: "STREAM",
  group: "stream",
  since: "5.0.0",
  summary: "Describes a stream.",
  complexity: "O(1)",
  syntax: "key [FULL [COUNT count]]:full-block",
  flags: READONLY,
  keys: [key(2, RO | ACCESS)],
  history: [["6.0.0", "Added the option `FULL`"], [
    "7.0.0",
    "Added the fields `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag`",
  ], ["7.2.0", "Added the field `active-time`, and made `seen-time` tell of attempts"]],
  run(ctx, args) {
    const { reply } = ctx;
    const found = findExisting(ctx, args.key(2));
    if (args.length > 3) return replyFull(reply, found, readFullOptions(args));
    reply.mapHeader(10);
    replyStreamFigures(reply, found);
    reply.bulkText("groups");
    reply.integer(found.groups.length);
    reply.bulkText("first-entry");
    replyEdge(reply, found, false);
    reply.bulkText("last-entry");
    replyEdge(reply, found, true);
  },
});

export const xinfo = defineCommand({
  name: "XINFO",
  group: "stream",
  since: "5.0.0",
  summary: "Groups the commands that describe streams.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [consumers, groups, help, stream],
});

/** The stream of a key; throws if there is none. */
function findExisting(ctx: CommandContext, key: string): Stream {
  const found = findStream(ctx, key);
  if (found === undefined) throw Errors.NO_SUCH_KEY;
  return found;
}
