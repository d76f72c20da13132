/** Commands that look for keys: KEYS, SCAN, RANDOMKEY. */

import { Category } from "../../command/acl_category.ts";
import { READONLY, TOUCHES_ARBITRARY_KEYS } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { type Database, NO_EXPIRY } from "../../keyspace/database.ts";
import { typeNameOf } from "../../keyspace/value.ts";
import type { Reply } from "../../resp/reply.ts";
import { globMatch, matchesEverything } from "../../util/glob.ts";
import { readScanCursor, readScanOptions } from "../scan_options.ts";

/** After this many expired keys in a row RANDOMKEY answers one of them, if it can't delete them. */
const MOST_DRAWS = 100;

export const keysCommand = defineCommand({
  name: "KEYS",
  group: "generic",
  since: "1.0.0",
  summary: "Lists the keys that match a pattern.",
  complexity: "O(N) with N the number of keys in the database.",
  syntax: "pattern",
  flags: READONLY,
  tips: ["nondeterministic_output_order", "request_policy:all_shards"],
  categories: Category.DANGEROUS,
  run(ctx, args) {
    const { db } = ctx;
    const pattern = args.text(1);
    const all = matchesEverything(pattern);
    const found: string[] = [];
    for (const handle of db.entries()) {
      const key = db.keyOf(handle);
      if ((all || globMatch(pattern, key)) && !isExpired(db, handle)) found.push(key);
    }
    replyKeys(ctx.reply, found);
  },
});

export const randomkey = defineCommand({
  name: "RANDOMKEY",
  group: "generic",
  since: "1.0.0",
  summary: "Returns the name of a random key.",
  complexity: "O(1)",
  flags: READONLY | TOUCHES_ARBITRARY_KEYS,
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  run(ctx) {
    const { db } = ctx;
    let key = db.randomKey();
    // Looking at an expired key deletes it, so this ends; but not on a replica, nor while CLIENT PAUSE holds it back.
    for (let draws = 1; key !== undefined && db.peek(key) === undefined; draws++) {
      if (!ctx.keyspace.deletesExpired && draws === MOST_DRAWS) break;
      key = db.randomKey();
    }
    if (key === undefined) ctx.reply.nullReply();
    else ctx.reply.bulkText(key);
  },
});

export const scan = defineCommand({
  name: "SCAN",
  group: "generic",
  since: "2.8.0",
  summary: "Iterates over the keys of the database.",
  complexity: "O(1) for each call; O(N) for a full iteration over N keys.",
  syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]@6.0.0",
  flags: READONLY | TOUCHES_ARBITRARY_KEYS,
  tips: ["nondeterministic_output", "request_policy:special", "response_policy:special"],
  history: [["6.0.0", "Added the option `TYPE`"]],
  run(ctx, args) {
    const cursor = readScanCursor(args, 1);
    const { count, pattern, type } = readScanOptions(args, 2, true);
    const { db, reply } = ctx;
    const met: string[] = [];
    const next = db.scan(cursor, count, (handle) => {
      const key = db.keyOf(handle);
      if (pattern === null || globMatch(pattern, key)) met.push(key);
    });
    const found = met.filter((key) => {
      const value = db.peek(key);
      return value !== undefined && (type === null || typeNameOf(value) === type);
    });
    reply.arrayHeader(2);
    reply.bulkInteger(next);
    replyKeys(reply, found);
  },
});

/** Whether the entry's time is over, though nobody has deleted it yet; this does not either. */
function isExpired(db: Database, handle: number): boolean {
  const deadline = db.deadlineOf(handle);
  return deadline !== NO_EXPIRY && deadline < db.keyspace.now;
}

function replyKeys(reply: Reply, keys: readonly string[]): void {
  reply.arrayHeader(keys.length);
  for (const key of keys) reply.bulkText(key);
}
