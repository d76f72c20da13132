/**
 * DBSIZE, FLUSHALL, FLUSHDB and SWAPDB.
 *
 * @module
 */

import { Category } from "../../command/acl_category.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY, WRITE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Database } from "../../keyspace/database.ts";
import { type CommandError, Errors } from "../../resp/errors.ts";
import { type Services, services } from "../services.ts";

export const dbsize = defineCommand({
  name: "DBSIZE",
  group: "server",
  since: "1.0.0",
  summary: "Counts the keys of the database.",
  complexity: "O(1)",
  flags: READONLY | FAST,
  tips: ["request_policy:all_shards", "response_policy:agg_sum"],
  categories: Category.KEYSPACE,
  run(ctx) {
    ctx.reply.integer(ctx.db.size);
  },
});

export const flushall = defineCommand({
  name: "FLUSHALL",
  group: "server",
  since: "1.0.0",
  summary: "Deletes all keys of all databases.",
  complexity: "O(N) with N the number of keys.",
  syntax: "[ASYNC@4.0.0 | SYNC@6.2.0]:flush-type",
  flags: WRITE,
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  categories: Category.KEYSPACE | Category.DANGEROUS,
  history: [["4.0.0", "Added the option `ASYNC`"], ["6.2.0", "Added the option `SYNC`"]],
  run(ctx, args) {
    flush(ctx, args, ctx.keyspace.databases());
    saveNothing(services(ctx));
  },
});

export const flushdb = defineCommand({
  name: "FLUSHDB",
  group: "server",
  since: "1.0.0",
  summary: "Deletes all keys of the database.",
  complexity: "O(N) with N the number of keys.",
  syntax: "[ASYNC@4.0.0 | SYNC@6.2.0]:flush-type",
  flags: WRITE,
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  categories: Category.KEYSPACE | Category.DANGEROUS,
  history: [["4.0.0", "Added the option `ASYNC`"], ["6.2.0", "Added the option `SYNC`"]],
  run(ctx, args) {
    flush(ctx, args, [ctx.db]);
  },
});

export const swapdb = defineCommand({
  name: "SWAPDB",
  group: "server",
  since: "4.0.0",
  summary: "Exchanges two databases.",
  complexity: "O(N) with N the clients that watch or wait for keys of either.",
  syntax: "index1 index2",
  flags: WRITE | FAST,
  categories: Category.KEYSPACE | Category.DANGEROUS,
  run(ctx, args) {
    if (ctx.keyspace.bySlot) throw Errors.SWAPDB_IN_CLUSTER;
    const first = databaseIndex(args, 1, Errors.INVALID_FIRST_DB);
    const second = databaseIndex(args, 2, Errors.INVALID_SECOND_DB);
    const { keyspace } = ctx;
    for (const index of [first, second]) {
      if (index < 0 || index >= keyspace.databaseCount) throw Errors.DB_INDEX_OUT_OF_RANGE;
    }
    if (first === second) keyspace.dirty++;
    else keyspace.swap(first, second);
    ctx.db = keyspace.database(ctx.client.database);
    ctx.reply.ok();
  },
});

/** ASYNC and SYNC are the same here: the tables are dropped at once and freed by the garbage collector. */
function flush(ctx: CommandContext, args: Args, databases: Iterable<Database>): void {
  if (args.length > 2) throw Errors.SYNTAX;
  if (args.length === 2 && !args.is(1, "ASYNC") && !args.is(1, "SYNC")) throw Errors.SYNTAX;
  const { keyspace } = ctx;
  const before = keyspace.dirty;
  for (const database of databases) keyspace.clear(database);
  if (keyspace.dirty === before) propagateAnyway(ctx, args);
  ctx.reply.ok();
}

/** Replicas are told even if there was nothing to delete here, which counts as no change. */
function propagateAnyway(ctx: CommandContext, args: Args): void {
  const { propagator } = services(ctx).dispatcher;
  propagator?.propagate(ctx.db.index, args);
}

/** What is deleted must not come back: an empty snapshot takes the place of the one that there is or is being made. */
function saveNothing({ config, persistence }: Services): void {
  if (persistence.loading !== null) return;
  persistence.snapshots.abort();
  if (config.get("save").length > 0) persistence.saveNow();
}

const INT_MAX = 2n ** 31n - 1n;

/** Argument `index` as an integer of 32 bits. */
function databaseIndex(args: Args, index: number, invalid: CommandError): number {
  let value: bigint;
  try {
    value = args.int64(index);
  } catch {
    throw invalid;
  }
  if (value > INT_MAX || value < -INT_MAX - 1n) throw invalid;
  return Number(value);
}
