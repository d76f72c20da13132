/** Commands about the connection itself: ECHO, PING, QUIT, RESET, SELECT. */

import type { CommandContext } from "../../command/context.ts";
import { ALLOW_BUSY, FAST, LOADING, NO_AUTH, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors, wrongArity } from "../../resp/errors.ts";
import { updateSubscriber } from "../pubsub/subscriber.ts";
import { services } from "../services.ts";

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const PING_ARITY = new CommandError(wrongArity("ping"));
const INDEX_NOT_INT = new CommandError(
  `ERR value is out of range, value must between ${INT_MIN} and ${INT_MAX}`,
);

export const echo = defineCommand({
  name: "ECHO",
  group: "connection",
  since: "1.0.0",
  summary: "Returns its argument.",
  complexity: "O(1)",
  syntax: "message",
  flags: LOADING | STALE | FAST,
  run(ctx, args) {
    ctx.reply.bulk(args, args.starts[1], args.ends[1]);
  },
});

export const ping = defineCommand({
  name: "PING",
  group: "connection",
  since: "1.0.0",
  summary: "Answers PONG, or its argument.",
  complexity: "O(1)",
  syntax: "[message]",
  flags: FAST,
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  run(ctx, args) {
    if (args.length > 2) throw PING_ARITY;
    const { client, reply } = ctx;
    if (client.subscriber && !client.resp3) {
      reply.arrayHeader(2);
      reply.bulkText("pong");
      if (args.length === 1) return reply.bulkText("");
    } else if (args.length === 1) return reply.simpleString("PONG");
    reply.bulk(args, args.starts[1], args.ends[1]);
  },
});

export const quit = defineCommand({
  name: "QUIT",
  group: "connection",
  since: "1.0.0",
  summary: "Closes the connection.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
  docFlags: ["deprecated"],
  deprecatedSince: "7.2.0",
  replacedBy: "closing the connection",
  arity: -1,
  run(ctx) {
    ctx.reply.ok();
    ctx.client.transport.close("after-reply");
  },
});

const NOT_NORMAL = new CommandError("ERR can only reset normal connections");

export const reset = defineCommand({
  name: "RESET",
  group: "connection",
  since: "6.2.0",
  summary: "Puts the connection back to its initial state.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
  run(ctx) {
    const { client } = ctx;
    const { authenticator, pubsub, transactions } = services(ctx);
    if (client.kind !== "normal") throw NOT_NORMAL;
    transactions.end(client);
    pubsub.drop(client);
    client.database = 0;
    client.resp3 = false;
    client.name = "";
    client.noEvict = false;
    client.noTouch = false;
    client.readOnly = false;
    client.setAsking(0);
    // A reply that is to be skipped stays so, this one included.
    if (client.replyMode === "off") client.replyMode = "on";
    authenticator.admit(client);
    updateSubscriber(pubsub, client);
    ctx.enter(client);
    ctx.reply.simpleString("RESET");
  },
});

export const select = defineCommand({
  name: "SELECT",
  group: "connection",
  since: "1.0.0",
  summary: "Chooses the database of the connection.",
  complexity: "O(1)",
  syntax: "index",
  flags: LOADING | STALE | FAST,
  run(ctx, args) {
    const index = args.int64(1);
    if (index < INT_MIN || index > INT_MAX) throw INDEX_NOT_INT;
    if (ctx.keyspace.bySlot && index !== 0n) throw Errors.SELECT_IN_CLUSTER;
    selectDatabase(ctx, Number(index));
    ctx.reply.ok();
  },
});

function selectDatabase(ctx: CommandContext, index: number): void {
  if (index < 0 || index >= ctx.keyspace.databaseCount) throw Errors.DB_INDEX_OUT_OF_RANGE;
  ctx.client.database = index;
  ctx.db = ctx.keyspace.database(index);
}
