/**
 * MEMORY: what keys, and the server as a whole, take.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { LOADING, READONLY, STALE } from "../../command/flags.ts";
import { key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import { type Database, DEADLINE_BYTES, KEY_BYTES, NO_EXPIRY } from "../../keyspace/database.ts";
import type { Value } from "../../keyspace/value.ts";
import { Errors } from "../../resp/errors.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";
import { memoryReport } from "./memory_doctor.ts";
import { memoryStatistics, type Statistic } from "./memory_statistics.ts";

/** What an entry takes besides key and value. */
const ENTRY_HEADER = 12;

const HELP = [
  "DOCTOR",
  "    Return memory problems reports.",
  "MALLOC-STATS",
  "    Return internal statistics report from the memory allocator.",
  "PURGE",
  "    Attempt to purge dirty pages for reclamation by the allocator.",
  "STATS",
  "    Return information about the memory usage of the server.",
  "USAGE <key> [SAMPLES <count>]",
  "    Return memory in bytes used by <key> and its value. Nested values are",
  "    sampled up to <count> times (default: 5, 0 means sample all).",
];

const doctor = defineCommand({
  name: "DOCTOR",
  group: "server",
  since: "4.0.0",
  summary: "Returns a readable analysis of memory use.",
  complexity: "O(1)",
  flags: 0,
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  run(ctx) {
    ctx.reply.verbatim("txt", memoryReport(services(ctx)));
  },
});

const help = defineCommand({
  name: "HELP",
  group: "server",
  since: "4.0.0",
  summary: "Returns help text about the subcommands.",
  complexity: "O(1)",
  flags: LOADING | STALE,
  run(ctx) {
    writeHelp(ctx.reply, "MEMORY", HELP);
  },
});

const mallocStats = defineCommand({
  name: "MALLOC-STATS",
  group: "server",
  since: "4.0.0",
  summary: "Returns statistics of the memory allocator.",
  complexity: "Depends on how much memory is allocated.",
  flags: 0,
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  run(ctx) {
    ctx.reply.bulkText("Stats not supported for the current allocator");
  },
});

const purge = defineCommand({
  name: "PURGE",
  group: "server",
  since: "4.0.0",
  summary: "Asks the allocator to give memory back.",
  complexity: "Depends on how much memory is allocated.",
  flags: 0,
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  run(ctx) {
    // Pages that have become empty went back at once; there is nothing that waits for this.
    ctx.reply.ok();
  },
});

const stats = defineCommand({
  name: "STATS",
  group: "server",
  since: "4.0.0",
  summary: "Returns details of the use of memory.",
  complexity: "O(1)",
  flags: 0,
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  run(ctx) {
    writeStatistics(ctx, memoryStatistics(services(ctx)));
  },
});

const usage = defineCommand({
  name: "USAGE",
  group: "server",
  since: "4.0.0",
  summary: "Estimates the memory that a key takes.",
  complexity: "O(N) with N the number of samples.",
  syntax: "key [SAMPLES count]",
  flags: READONLY,
  keys: [key(2, RO)],
  run(ctx, args) {
    checkSamples(args);
    const name = args.key(2);
    const value = ctx.db.peek(name);
    if (value === undefined) ctx.reply.nullReply();
    else ctx.reply.integer(sizeOf(ctx.db, name, value));
  },
});

export const memory = defineCommand({
  name: "MEMORY",
  group: "server",
  since: "4.0.0",
  summary: "Groups the commands about memory.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [doctor, help, mallocStats, purge, stats, usage],
});

/** Collections know their size without drawing samples, so the number is only checked. */
function checkSamples(args: Args): void {
  for (let i = 3; i < args.length; i += 2) {
    if (!args.is(i, "SAMPLES") || i + 1 >= args.length) throw Errors.SYNTAX;
    if (args.int64(i + 1) < 0n) throw Errors.SYNTAX;
  }
}

/** Bytes that a key takes with its value, its share of the index, and its deadline. */
function sizeOf(database: Database, name: string, value: Value): number {
  const entry = typeof value === "number"
    ? database.arena.slotSize(value)
    : name.length + ENTRY_HEADER + value.memoryUsage();
  return entry + KEY_BYTES + (database.expiryOf(name) === NO_EXPIRY ? 0 : DEADLINE_BYTES);
}

function writeStatistics({ reply }: CommandContext, fields: readonly Statistic[]): void {
  reply.mapHeader(fields.length);
  for (const field of fields) {
    reply.bulkText(field.name);
    if (field.kind === "double") reply.double(field.value);
    else if (field.kind === "integer") reply.integer(field.value);
    else {
      reply.mapHeader(field.value.length);
      for (const [part, bytes] of field.value) {
        reply.bulkText(part);
        reply.integer(bytes);
      }
    }
  }
}
