/** SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF. */

import { Category } from "../../command/acl_category.ts";
import { Condition } from "../../command/client.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, FAST, LOADING, NO_ASYNC_LOADING, NO_MULTI, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { services } from "../services.ts";

export const save = defineCommand({
  name: "SAVE",
  group: "server",
  since: "1.0.0",
  summary: "Saves a snapshot, and answers when it is done.",
  complexity: "O(N) with N the number of keys in all databases.",
  flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING | NO_MULTI,
  run(ctx) {
    const { persistence } = services(ctx);
    if (persistence.saving) throw Errors.SAVE_IN_PROGRESS;
    if (!persistence.saveNow()) throw new CommandError("ERR");
    ctx.reply.ok();
  },
});

export const bgsave = defineCommand({
  name: "BGSAVE",
  group: "server",
  since: "1.0.0",
  summary: "Saves a snapshot in the background.",
  complexity: "O(1)",
  syntax: "[SCHEDULE]@3.2.2",
  flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING,
  history: [["3.2.2", "Added the option `SCHEDULE`"]],
  run(ctx, args) {
    const isScheduled = args.length === 2 && args.is(1, "SCHEDULE");
    if (args.length > 1 && !isScheduled) throw Errors.SYNTAX;
    const { persistence } = services(ctx);
    if (persistence.saving) throw Errors.SAVE_IN_PROGRESS;
    if (persistence.busy || isInTransaction(ctx)) {
      if (!isScheduled && !isInTransaction(ctx)) throw Errors.OTHER_JOB_ACTIVE;
      persistence.scheduleSnapshot();
      return ctx.reply.simpleString("Background saving scheduled");
    }
    persistence.snapshots.begin();
    ctx.reply.simpleString("Background saving started");
  },
});

export const lastsave = defineCommand({
  name: "LASTSAVE",
  group: "server",
  since: "1.0.0",
  summary: "Returns the Unix time of the last successful save.",
  complexity: "O(1)",
  flags: LOADING | STALE | FAST,
  tips: ["nondeterministic_output"],
  categories: Category.ADMIN | Category.DANGEROUS,
  run(ctx) {
    ctx.reply.integer(services(ctx).persistence.snapshots.lastSave);
  },
});

export const bgrewriteaof = defineCommand({
  name: "BGREWRITEAOF",
  group: "server",
  since: "1.0.0",
  summary: "Rewrites the append-only file in the background.",
  complexity: "O(1)",
  flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING,
  run(ctx) {
    const { persistence } = services(ctx);
    if (persistence.rewrites.active) throw Errors.REWRITE_IN_PROGRESS;
    if (persistence.busy || isInTransaction(ctx)) {
      persistence.scheduleRewrite();
      return ctx.reply.simpleString("Background append only file rewriting scheduled");
    }
    persistence.beginRewrite();
    ctx.reply.simpleString("Background append only file rewriting started");
  },
});

/** Inside a transaction nothing may begin: the image would hold half of it. */
function isInTransaction(ctx: CommandContext): boolean {
  return (ctx.client.conditions & Condition.IN_TRANSACTION) !== 0;
}
