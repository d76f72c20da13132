/** Commands on keys whatever they hold: DEL, UNLINK, EXISTS, TOUCH, TYPE. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ARGUMENT_BOUND, FAST, READONLY, WRITE } from "../../command/flags.ts";
import { DELETE, key, keys, RM, RO } from "../../command/key_spec.ts";
import { touchKeys } from "../../command/look_ahead.ts";
import { defineCommand } from "../../command/spec.ts";
import { Events } from "../../keyspace/change.ts";
import type { Key } from "../../keyspace/key.ts";
import { typeNameOf, type Value } from "../../keyspace/value.ts";

export const del = defineCommand({
  name: "DEL",
  group: "generic",
  since: "1.0.0",
  summary: "Deletes keys.",
  complexity:
    "O(N) with N the number of keys, plus O(M) for a collection of M elements; O(1) for one string.",
  syntax: "key [key ...]",
  flags: WRITE | ARGUMENT_BOUND,
  keys: [keys(1, -1, 1, RM | DELETE)],
  tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
  run: deleteKeys,
});

export const unlink = defineCommand({
  name: "UNLINK",
  group: "generic",
  since: "4.0.0",
  summary: "Deletes keys, freeing their memory later.",
  complexity: "O(1) for each key; then O(N) off the main path to free N parts.",
  syntax: "key [key ...]",
  flags: WRITE | FAST,
  keys: [keys(1, -1, 1, RM | DELETE)],
  tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
  run: deleteKeys,
});

export const exists = defineCommand({
  name: "EXISTS",
  group: "generic",
  since: "1.0.0",
  summary: "Counts how many of the keys exist.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key [key ...]",
  flags: READONLY | FAST,
  keys: [keys(1, -1, 1, RO)],
  tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
  history: [["3.0.3", "Takes several keys"]],
  run(ctx, args) {
    let found = 0;
    for (let i = 1; i < args.length; i++) if (findUntouched(ctx, args.receivedKey(i)) !== undefined) found++;
    ctx.reply.integer(found);
  },
});

export const touch = defineCommand({
  name: "TOUCH",
  group: "generic",
  since: "3.2.1",
  summary: "Counts the keys that exist and renews their access times.",
  complexity: "O(N) with N the number of keys.",
  syntax: "key [key ...]",
  flags: READONLY | FAST,
  keys: [keys(1, -1, 1, RO)],
  tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
  run(ctx, args) {
    const { db, keyspace } = ctx;
    // Touching is what the command is for, also when the client said CLIENT NO-TOUCH.
    const before = keyspace.touching;
    keyspace.touching = true;
    let found = 0;
    for (let i = 1; i < args.length; i++) if (db.find(args.receivedKey(i)) !== undefined) found++;
    keyspace.touching = before;
    ctx.reply.integer(found);
  },
});

export const typeCommand = defineCommand({
  name: "TYPE",
  group: "generic",
  since: "1.0.0",
  summary: "Returns the type of the value of a key.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO)],
  run(ctx, args) {
    const value = findUntouched(ctx, args.receivedKey(1));
    ctx.reply.simpleString(value === undefined ? "none" : typeNameOf(value));
  },
});

/** Look-up to read that leaves the access clock alone; everything else is as with `Database.find`. */
export function findUntouched(ctx: CommandContext, key: Key): Value | undefined {
  const { keyspace } = ctx;
  const before = keyspace.touching;
  keyspace.touching = false;
  const value = ctx.db.find(key);
  keyspace.touching = before;
  return value;
}

function deleteKeys(ctx: CommandContext, args: Args): void {
  const { db } = ctx;
  let deleted = 0;
  touchKeys(db, args, 1, 1);
  for (let i = 1; i < args.length; i++) {
    const key = args.receivedKey(i);
    if (db.expireIfDue(key) || !db.delete(key)) continue;
    db.changed(key, Events.DEL);
    deleted++;
  }
  ctx.reply.integer(deleted);
}
