/** OBJECT: what lies behind a value. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { LOADING, READONLY, STALE } from "../../command/flags.ts";
import { key, RO } from "../../command/key_spec.ts";
import { defineCommand } from "../../command/spec.ts";
import type { Value } from "../../keyspace/value.ts";
import { Errors } from "../../resp/errors.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";
import { encodingOf, integerOf } from "../string/value.ts";

/** Integers below this exist once and for all in the original, which shows as a reference count of its own. */
const SHARED_INTEGERS = 10_000;
const SHARED_REFERENCES = 2 ** 31 - 1;

const HELP = [
  "ENCODING <key>",
  "    Return the kind of internal representation used in order to store the value",
  "    associated with a <key>.",
  "FREQ <key>",
  "    Return the access frequency index of the <key>. The returned integer is",
  "    proportional to the logarithm of the recent access frequency of the key.",
  "IDLETIME <key>",
  "    Return the idle time of the <key>, that is the approximated number of",
  "    seconds elapsed since the last access to the key.",
  "REFCOUNT <key>",
  "    Return the number of references of the value associated with the specified",
  "    <key>.",
];

const encoding = defineCommand({
  name: "ENCODING",
  group: "generic",
  since: "2.2.3",
  summary: "Returns the internal encoding of a value.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY,
  keys: [key(2, RO)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const value = look(ctx, args);
    if (value === undefined) ctx.reply.nullReply();
    else ctx.reply.bulkText(typeof value === "number" ? encodingOf(ctx.db, value) : value.encoding);
  },
});

const freq = defineCommand({
  name: "FREQ",
  group: "generic",
  since: "4.0.0",
  summary: "Returns the logarithmic access frequency of a value.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY,
  keys: [key(2, RO)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const value = look(ctx, args);
    if (value === undefined) return ctx.reply.nullReply();
    const { accessClock } = ctx.keyspace;
    if (!accessClock.frequency) throw Errors.LFU_NOT_SELECTED;
    ctx.reply.integer(accessClock.counter(ctx.db.clockOf(value)));
  },
});

const help = defineCommand({
  name: "HELP",
  group: "generic",
  since: "6.2.0",
  summary: "Returns help text about the subcommands.",
  complexity: "O(1)",
  flags: LOADING | STALE,
  run(ctx) {
    writeHelp(ctx.reply, "OBJECT", HELP);
  },
});

const idletime = defineCommand({
  name: "IDLETIME",
  group: "generic",
  since: "2.2.3",
  summary: "Returns the seconds since the last access to a value.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY,
  keys: [key(2, RO)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const value = look(ctx, args);
    if (value === undefined) return ctx.reply.nullReply();
    const { accessClock } = ctx.keyspace;
    if (accessClock.frequency) throw Errors.LFU_SELECTED;
    ctx.reply.integer(accessClock.idleSeconds(ctx.db.clockOf(value)));
  },
});

const refcount = defineCommand({
  name: "REFCOUNT",
  group: "generic",
  since: "2.2.3",
  summary: "Returns the reference count of a value.",
  complexity: "O(1)",
  syntax: "key",
  flags: READONLY,
  keys: [key(2, RO)],
  tips: ["nondeterministic_output"],
  run(ctx, args) {
    const value = look(ctx, args);
    if (value === undefined) ctx.reply.nullReply();
    else ctx.reply.integer(isShared(ctx, value) ? SHARED_REFERENCES : 1);
  },
});

export const object = defineCommand({
  name: "OBJECT",
  group: "generic",
  since: "2.2.3",
  summary: "Groups the commands that look inside values.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [encoding, freq, help, idletime, refcount],
});

/** Look-up that neither touches the value nor raises an event for a missing key; hits and misses count. */
function look(ctx: CommandContext, args: Args): Value | undefined {
  const value = ctx.db.peek(args.receivedKey(2));
  if (value === undefined) ctx.keyspace.misses++;
  else ctx.keyspace.hits++;
  return value;
}

/** Small integers are shared unless each key needs an access clock of its own. */
function isShared(ctx: CommandContext, value: Value): boolean {
  if (typeof value !== "number" || encodingOf(ctx.db, value) !== "int") return false;
  const integer = integerOf(ctx.db, value);
  const { config } = services(ctx);
  const needsClocks = config.get("maxmemory") > 0 && /-(?:lru|lfu)$/.test(config.get("maxmemory-policy"));
  return integer >= 0 && integer < SHARED_INTEGERS && !needsClocks;
}
