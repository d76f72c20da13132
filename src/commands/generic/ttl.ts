/** Commands that tell deadlines: TTL, PTTL, EXPIRETIME, PEXPIRETIME. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { FAST, READONLY } from "../../command/flags.ts";
import { ACCESS, key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { NO_EXPIRY } from "../../keyspace/database.ts";
import { deadlineOf } from "../../keyspace/deadline.ts";
import { findUntouched } from "./keys.ts";

const NO_KEY = -2;
const NO_DEADLINE = -1;

export const ttl = defineCommand({
  name: "TTL",
  group: "generic",
  since: "1.0.0",
  summary: "Returns the time to live of a key in seconds.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  history: [["2.8.0", "Answers -2 for a missing key"]],
  run(ctx, args) {
    replyDeadline(ctx, args, true, ctx.keyspace.now);
  },
});

export const pttl = defineCommand({
  name: "PTTL",
  group: "generic",
  since: "2.6.0",
  summary: "Returns the time to live of a key in milliseconds.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  tips: ["nondeterministic_output"],
  history: [["2.8.0", "Answers -2 for a missing key"]],
  run(ctx, args) {
    replyDeadline(ctx, args, false, ctx.keyspace.now);
  },
});

export const expiretime = defineCommand({
  name: "EXPIRETIME",
  group: "generic",
  since: "7.0.0",
  summary: "Returns the expiry of a key as a Unix time in seconds.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    replyDeadline(ctx, args, true, 0);
  },
});

export const pexpiretime = defineCommand({
  name: "PEXPIRETIME",
  group: "generic",
  since: "7.0.0",
  summary: "Returns the expiry of a key as a Unix time in milliseconds.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY | FAST,
  keys: [key(1, RO | ACCESS)],
  run(ctx, args) {
    replyDeadline(ctx, args, false, 0);
  },
});

/** Replies the distance of the key's deadline from the time `from`, in whole seconds (rounded) or milliseconds. */
function replyDeadline(ctx: CommandContext, args: Args, seconds: boolean, from: number): void {
  const { db, reply } = ctx;
  const key = args.receivedKey(1);
  if (findUntouched(ctx, key) === undefined) return reply.integer(NO_KEY);
  const deadline = deadlineOf(db, key);
  if (deadline === NO_EXPIRY) return reply.integer(NO_DEADLINE);
  if (typeof deadline === "bigint") return replyDistant(ctx, deadline - BigInt(from), seconds);
  const distance = Math.max(0, deadline - from);
  reply.integer(seconds ? Math.floor((distance + 500) / 1000) : distance);
}

function replyDistant(ctx: CommandContext, distance: bigint, seconds: boolean): void {
  ctx.reply.bigInteger(seconds ? (distance + 500n) / 1000n : distance);
}
