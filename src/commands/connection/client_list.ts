/** CLIENT subcommands about the connections of all clients: INFO, LIST, KILL. */

import type { Args } from "../../command/args.ts";
import type { Client } from "../../command/client.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { parseInt64 } from "../../util/number.ts";
import { services } from "../services.ts";
import { isOfType, matchesFilter, readKillFilter, readType } from "./client_filter.ts";
import { describeClient, type RunningCommand } from "./client_info.ts";

const BAD_ID = new CommandError("ERR Invalid client ID");
const NO_SUCH_CLIENT = new CommandError("ERR No such client");

export const clientInfo = defineCommand({
  name: "INFO",
  group: "connection",
  since: "6.2.0",
  summary: "Describes this connection.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE,
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    ctx.reply.verbatim("txt", describe(ctx, args, [ctx.client]));
  },
});

export const clientList = defineCommand({
  name: "LIST",
  group: "connection",
  since: "2.4.0",
  summary: "Lists the connections.",
  complexity: "O(N) with N the number of connections.",
  syntax:
    "[TYPE <'normal' | 'master' | 'replica' | 'pubsub'>:client-type]@5.0.0 [ID client-id [client-id ...]]@6.2.0",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  tips: ["nondeterministic_output"],
  history: [
    ["2.8.12", "Added the field `id`"],
    ["5.0.0", "Added the filter `TYPE`"],
    ["6.0.0", "Added the field `user`"],
    ["6.2.0", "Added the fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter `ID`"],
    ["7.0.0", "Added the fields `resp`, `multi-mem`, `rbs` and `rbp`"],
    ["7.0.3", "Added the field `ssub`"],
  ],
  run(ctx, args) {
    ctx.reply.verbatim("txt", describe(ctx, args, selectClients(ctx, args)));
  },
});

export const clientKill = defineCommand({
  name: "KILL",
  group: "connection",
  since: "2.4.0",
  summary: "Closes connections.",
  complexity: "O(N) with N the number of connections.",
  syntax:
    "<ip:port=old-format@..2.8.12 | <[ID client-id]@2.8.12 | [TYPE <'normal' | 'master'@3.2.0 | 'slave' | 'replica'@5.0.0 | 'pubsub'>:client-type]@2.8.12 | [USER username] | [ADDR ip:port=addr] | [LADDR ip:port=laddr]@6.2.0 | [SKIPME <YES | NO>]>...:new-format>:filter",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  history: [
    ["2.8.12", "Added the form with filters"],
    ["2.8.12", "Added the filter `ID`"],
    ["3.2.0", "Added the type `master`"],
    ["5.0.0", "Renamed the type `slave` to `replica`, the old name remains valid"],
    ["6.2.0", "Added the filter `LADDR`"],
  ],
  run(ctx, args) {
    const isOldForm = args.length === 3;
    const filter = readKillFilter(services(ctx), args);
    let killed = 0;
    for (const client of [...services(ctx).clients.all()]) {
      if (!matchesFilter(filter, client, ctx.client)) continue;
      // Who kills itself is told so first.
      client.transport.close(client === ctx.client ? "after-reply" : "now");
      killed++;
    }
    if (!isOldForm) return ctx.reply.integer(killed);
    if (killed === 0) throw NO_SUCH_CLIENT;
    ctx.reply.ok();
  },
});

/** The clients that CLIENT LIST's arguments ask for. */
function selectClients(ctx: CommandContext, args: Args): Client[] {
  const { clients } = services(ctx);
  if (args.length === 4 && args.is(2, "TYPE")) {
    const type = readType(args, 3);
    return [...clients.all()].filter((client) => isOfType(client, type));
  }
  if (args.length > 3 && args.is(2, "ID")) {
    const ids = args.texts(3).map((text) => {
      const id = parseInt64(text);
      if (id === undefined) throw BAD_ID;
      return Number(id);
    });
    return ids.map((id) => clients.get(id)).filter((client) => client !== undefined);
  }
  if (args.length !== 2) throw Errors.SYNTAX;
  return [...clients.all()];
}

function describe(ctx: CommandContext, args: Args, clients: readonly Client[]): string {
  let argumentBytes = 0;
  for (let i = 0; i < args.length; i++) argumentBytes += args.size(i);
  const frameBytes = args.frameEnd - args.frameStart;
  const running: RunningCommand = { client: ctx.client, argumentBytes, frameBytes };
  return clients.map((client) => `${describeClient(services(ctx), client, running)}\n`).join("");
}
