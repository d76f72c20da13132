/** MULTI, DISCARD, WATCH, UNWATCH. */

import { ALLOW_BUSY, FAST, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { keys, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { Errors } from "../../resp/errors.ts";
import { services } from "../services.ts";

export const discard = defineCommand({
  name: "DISCARD",
  group: "transactions",
  since: "2.0.0",
  summary: "Drops the queued commands of a transaction.",
  complexity: "O(N) with N the number of queued commands.",
  flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
  run(ctx) {
    const { transactions } = services(ctx);
    if (transactions.of(ctx.client) === undefined) throw Errors.DISCARD_WITHOUT_MULTI;
    transactions.end(ctx.client);
    ctx.reply.ok();
  },
});

export const multi = defineCommand({
  name: "MULTI",
  group: "transactions",
  since: "1.2.0",
  summary: "Starts a transaction.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
  run(ctx) {
    const { transactions } = services(ctx);
    if (transactions.of(ctx.client) !== undefined) throw Errors.NESTED_MULTI;
    transactions.begin(ctx.client);
    ctx.reply.ok();
  },
});

export const unwatch = defineCommand({
  name: "UNWATCH",
  group: "transactions",
  since: "2.2.0",
  summary: "Ends the watch on all keys.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
  run(ctx) {
    services(ctx).transactions.watches.clear(ctx.client);
    ctx.reply.ok();
  },
});

export const watch = defineCommand({
  name: "WATCH",
  group: "transactions",
  since: "2.2.0",
  summary: "Watches keys, so that EXEC fails if one of them changes.",
  complexity: "O(1) for each key.",
  syntax: "key [key ...]",
  flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
  keys: [keys(1, -1, 1, RO)],
  run(ctx, args) {
    const { transactions } = services(ctx);
    if (transactions.of(ctx.client) !== undefined) throw Errors.WATCH_INSIDE_MULTI;
    for (let i = 1; i < args.length; i++) {
      transactions.watches.add(ctx.client, ctx.client.database, args.key(i));
    }
    ctx.reply.ok();
  },
});
