/** CLIENT subcommands that read or set something of one's own connection. */

import type { Args } from "../../command/args.ts";
import { ADMIN, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { checkClientName, isShowable } from "./client_name.ts";

const ALL_NODES = ["request_policy:all_nodes", "response_policy:all_succeeded"];

export const clientGetname = defineCommand({
  name: "GETNAME",
  group: "connection",
  since: "2.6.9",
  summary: "Returns the name of this connection.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE,
  run(ctx) {
    if (ctx.client.name === "") ctx.reply.nullReply();
    else ctx.reply.bulkText(ctx.client.name);
  },
});

export const clientId = defineCommand({
  name: "ID",
  group: "connection",
  since: "5.0.0",
  summary: "Returns the ID of this connection.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE,
  run(ctx) {
    ctx.reply.integer(ctx.client.id);
  },
});

export const clientNoEvict = defineCommand({
  name: "NO-EVICT",
  group: "connection",
  since: "7.0.0",
  summary: "Protects this connection from being closed for lack of memory.",
  complexity: "O(1)",
  syntax: "<ON | OFF>:enabled",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  run(ctx, args) {
    ctx.client.noEvict = readSwitch(args, 2);
    ctx.reply.ok();
  },
});

export const clientNoTouch = defineCommand({
  name: "NO-TOUCH",
  group: "connection",
  since: "7.2.0",
  summary: "Stops this connection's commands from changing the access times of keys.",
  complexity: "O(1)",
  syntax: "<ON | OFF>:enabled",
  flags: NOSCRIPT | LOADING | STALE,
  run(ctx, args) {
    ctx.client.noTouch = readSwitch(args, 2);
    ctx.keyspace.touching = !ctx.client.noTouch;
    ctx.reply.ok();
  },
});

export const clientReply = defineCommand({
  name: "REPLY",
  group: "connection",
  since: "3.2.0",
  summary: "Switches the replies to this connection on or off.",
  complexity: "O(1)",
  syntax: "<ON | OFF | SKIP>:action",
  flags: NOSCRIPT | LOADING | STALE,
  run(ctx, args) {
    const { client } = ctx;
    if (args.is(2, "ON")) {
      client.replyMode = "on";
      ctx.reply.ok();
    } else if (args.is(2, "OFF")) client.replyMode = "off";
    else if (!args.is(2, "SKIP")) throw Errors.SYNTAX;
    else if (client.replyMode !== "off") client.replyMode = "skip-next";
  },
});

export const clientSetinfo = defineCommand({
  name: "SETINFO",
  group: "connection",
  since: "7.2.0",
  summary: "Stores the name or version of the client library.",
  complexity: "O(1)",
  syntax: "<'lib-name' libname | 'lib-ver' libver>:attr",
  flags: NOSCRIPT | LOADING | STALE,
  tips: ALL_NODES,
  run(ctx, args) {
    const isName = args.is(2, "LIB-NAME");
    if (!isName && !args.is(2, "LIB-VER")) {
      throw new CommandError(`ERR Unrecognized option '${args.text(2)}'`);
    }
    const value = args.text(3);
    if (!isShowable(value)) {
      throw new CommandError(
        `ERR ${args.text(2)} cannot contain spaces, newlines or special characters.`,
      );
    }
    if (isName) ctx.client.libraryName = value;
    else ctx.client.libraryVersion = value;
    ctx.reply.ok();
  },
});

export const clientSetname = defineCommand({
  name: "SETNAME",
  group: "connection",
  since: "2.6.9",
  summary: "Names this connection.",
  complexity: "O(1)",
  syntax: "connection-name",
  flags: NOSCRIPT | LOADING | STALE,
  tips: ALL_NODES,
  run(ctx, args) {
    ctx.client.name = checkClientName(args.text(2));
    ctx.reply.ok();
  },
});

function readSwitch(args: Args, index: number): boolean {
  if (args.is(index, "ON")) return true;
  if (args.is(index, "OFF")) return false;
  throw Errors.SYNTAX;
}
