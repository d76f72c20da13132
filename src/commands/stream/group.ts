/** XGROUP: consumer groups and their consumers. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { DENYOOM, LOADING, STALE, WRITE } from "../../command/flags.ts";
import { DELETE, INSERT, key, RW, UPDATE } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { UNKNOWN_COUNT } from "../../data/consumer_group.ts";
import { Stream } from "../../data/stream.ts";
import { StreamId } from "../../data/stream_id.ts";
import { CommandError, unknownSubcommandOrArity } from "../../resp/errors.ts";
import { writeHelp } from "../help.ts";
import { noGroup, StreamErrors } from "./errors.ts";
import { StreamEvents } from "./events.ts";
import { readId, readIdOrEdge } from "./ids.ts";
import { createConsumer, findStreamForWrite, type GroupPlace } from "./lookup.ts";

const HELP = [
  "CREATE <key> <groupname> <id|$> [option]",
  "    Create a new consumer group. Options are:",
  "    * MKSTREAM",
  "      Create the empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      Set the group's entries_read counter (internal use).",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Create a new consumer in the specified group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove the specified consumer.",
  "DESTROY <key> <groupname>",
  "    Remove the specified group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set the current group ID and entries_read counter.",
];

const id = new StreamId();

const create = defineCommand({
  name: "CREATE",
  group: "stream",
  since: "5.0.0",
  summary: "Creates a consumer group.",
  complexity: "O(1)",
  syntax: "key group <id | '$':new-id>:id-selector [MKSTREAM] [ENTRIESREAD entries-read]",
  flags: WRITE | DENYOOM,
  keys: [key(2, RW | INSERT)],
  history: [["7.0.0", "Added the option `ENTRIESREAD`"]],
  run(ctx, args) {
    const { makesStream, entriesRead } = readOptions(args, true);
    const key = args.key(2);
    const existing = findStreamForWrite(ctx, key);
    if (existing === undefined && !makesStream) throw StreamErrors.NO_KEY_FOR_GROUP;
    if (args.length > MOST_CREATE_ARGUMENTS) throw wrongCount(args);
    if (!args.is(4, "$")) readId(args, 4, id);
    else if (existing === undefined) id.setZero();
    else id.copy(existing.lastId);
    const name = args.text(3);
    if (existing?.group(name) !== undefined) throw StreamErrors.GROUP_EXISTS;
    const stream = existing ?? new Stream(ctx.keyspace.limits);
    stream.addGroup(name, id, entriesRead);
    if (existing === undefined) ctx.db.set(key, stream);
    ctx.db.changed(key, existing === undefined ? StreamEvents.GROUP_CREATE_NEW : StreamEvents.GROUP_CREATE);
    ctx.reply.ok();
  },
});

const createconsumer = defineCommand({
  name: "CREATECONSUMER",
  group: "stream",
  since: "6.2.0",
  summary: "Creates a consumer in a group.",
  complexity: "O(1)",
  syntax: "key group consumer",
  flags: WRITE | DENYOOM,
  keys: [key(2, RW | INSERT)],
  run(ctx, args) {
    const place = findGroupToChange(ctx, args);
    const name = args.text(4);
    const isNew = place.group.consumer(name) === undefined;
    if (isNew) createConsumer(ctx, place, name);
    ctx.reply.integer(isNew ? 1 : 0);
  },
});

const delconsumer = defineCommand({
  name: "DELCONSUMER",
  group: "stream",
  since: "5.0.0",
  summary: "Deletes a consumer from a group.",
  complexity: "O(1)",
  syntax: "key group consumer",
  flags: WRITE,
  keys: [key(2, RW | DELETE)],
  run(ctx, args) {
    const { key, group } = findGroupToChange(ctx, args);
    const consumer = group.consumer(args.text(4));
    if (consumer === undefined) return ctx.reply.integer(0);
    const pending = consumer.pending.size;
    group.deleteConsumer(consumer);
    ctx.db.changed(key, StreamEvents.DELETE_CONSUMER);
    ctx.reply.integer(pending);
  },
});

const destroy = defineCommand({
  name: "DESTROY",
  group: "stream",
  since: "5.0.0",
  summary: "Deletes a consumer group.",
  complexity: "O(N) with N the pending messages of the group.",
  syntax: "key group",
  flags: WRITE,
  keys: [key(2, RW | DELETE)],
  run(ctx, args) {
    const key = args.key(2);
    const stream = findExistingStream(ctx, key);
    const group = stream.group(args.text(3));
    if (group === undefined) return ctx.reply.integer(0);
    stream.deleteGroup(group);
    ctx.db.changed(key, StreamEvents.GROUP_DESTROY);
    ctx.reply.integer(1);
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
    writeHelp(ctx.reply, "XGROUP", HELP);
  },
});

const setid = defineCommand({
  name: "SETID",
  group: "stream",
  since: "5.0.0",
  summary: "Sets the last delivered ID of a group.",
  complexity: "O(1)",
  syntax: "key group <id | '$':new-id>:id-selector [ENTRIESREAD entries-read=entriesread]",
  flags: WRITE,
  keys: [key(2, RW | UPDATE)],
  history: [["7.0.0", "Added the option `ENTRIESREAD`"]],
  run(ctx, args) {
    const { entriesRead } = readOptions(args, false);
    const { key, stream, group } = findGroupToChange(ctx, args);
    if (args.length > MOST_SETID_ARGUMENTS) throw wrongCount(args);
    if (args.is(4, "$")) id.copy(stream.lastId);
    else readIdOrEdge(args, 4, id);
    group.lastId.copy(id);
    group.entriesRead = entriesRead;
    ctx.db.changed(key, StreamEvents.GROUP_SETID);
    ctx.reply.ok();
  },
});

export const xgroup = defineCommand({
  name: "XGROUP",
  group: "stream",
  since: "5.0.0",
  summary: "Groups the commands about consumer groups.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [create, createconsumer, delconsumer, destroy, help, setid],
});

/** Each option once, with the container, the subcommand, the key, the group and the ID. */
const MOST_CREATE_ARGUMENTS = 8;
const MOST_SETID_ARGUMENTS = 7;

/** The options of CREATE and SETID, of which MKSTREAM is CREATE's only. */
function readOptions(args: Args, isCreate: boolean): { makesStream: boolean; entriesRead: bigint } {
  let makesStream = false;
  let entriesRead = UNKNOWN_COUNT;
  for (let i = 5; i < args.length; i++) {
    if (isCreate && args.is(i, "MKSTREAM")) makesStream = true;
    else if (args.is(i, "ENTRIESREAD") && i + 1 < args.length) {
      entriesRead = args.int64(++i);
      if (entriesRead < UNKNOWN_COUNT) throw StreamErrors.READ_COUNT;
    } else throw wrongCount(args);
  }
  return { makesStream, entriesRead };
}

function wrongCount(args: Args): CommandError {
  return new CommandError(unknownSubcommandOrArity("XGROUP", args.text(1)));
}

/** The stream of a key; throws if there is none. */
function findExistingStream(ctx: CommandContext, key: string): Stream {
  const stream = findStreamForWrite(ctx, key);
  if (stream === undefined) throw StreamErrors.NO_KEY_FOR_GROUP;
  return stream;
}

/** The group that arguments 2 and 3 name; throws if key or group is missing. */
function findGroupToChange(ctx: CommandContext, args: Args): GroupPlace {
  const key = args.key(2);
  const stream = findExistingStream(ctx, key);
  const group = stream.group(args.text(3));
  if (group === undefined) throw noGroup(key, args.text(3));
  return { key, stream, group };
}
