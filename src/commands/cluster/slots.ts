/** The subcommands of CLUSTER about slots: whose they are, how they move, what keys they have. */

import * as operations from "../../cluster/operations.ts";
import { type ClusterState, keySlot, SLOT_COUNT } from "../../cluster/mod.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, NO_ASYNC_LOADING, STALE } from "../../command/flags.ts";
import { type CommandSpec, defineCommand } from "../../command/spec.ts";
import { CommandError, wrongArity } from "../../resp/errors.ts";
import { isEmpty, member, memberFor, readSlot } from "./member.ts";

const CHANGING = ADMIN | STALE | NO_ASYNC_LOADING;
const INVALID_SLOT = new CommandError("ERR Invalid slot");
const INVALID_SLOT_OR_COUNT = new CommandError("ERR Invalid slot or number of keys");
const INVALID_ACTION = new CommandError(
  "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP",
);

/** Changes a list of slots, all of them or none. */
type SlotsOperation = (state: ClusterState, slots: readonly number[]) => void;

function listed(ctx: CommandContext, args: Args, operation: SlotsOperation): void {
  const cluster = member(ctx);
  const slots: number[] = [];
  for (let i = 2; i < args.length; i++) slots.push(readSlot(args, i));
  cluster.run((state) => operation(state, slots));
  ctx.reply.ok();
}

function ranged(ctx: CommandContext, args: Args, operation: SlotsOperation): void {
  const cluster = member(ctx);
  if (args.length % 2 === 1) throw new CommandError(wrongArity(`cluster|${args.lower(1)}`));
  const slots: number[] = [];
  for (let i = 2; i < args.length; i += 2) {
    const first = readSlot(args, i);
    const last = readSlot(args, i + 1);
    if (first > last) {
      throw new CommandError(`ERR start slot number ${first} is greater than end slot number ${last}`);
    }
    // What is named again is an error; the first time again is enough for that.
    for (let slot = first; slot <= last && slots.length <= SLOT_COUNT; slot++) slots.push(slot);
  }
  cluster.run((state) => operation(state, slots));
  ctx.reply.ok();
}

function setSlot(ctx: CommandContext, args: Args): void {
  const cluster = member(ctx);
  if (cluster.state.myself.isReplica) {
    throw new CommandError("ERR Please use SETSLOT only with masters.");
  }
  const slot = readSlot(args, 2);
  const id = args.length > 4 ? args.text(4) : "";
  cluster.run((state) => {
    if (args.is(3, "MIGRATING") && args.length === 5) operations.setMigrating(state, slot, id);
    else if (args.is(3, "IMPORTING") && args.length === 5) operations.setImporting(state, slot, id);
    else if (args.is(3, "STABLE") && args.length === 4) operations.setStable(state, slot);
    else if (args.is(3, "NODE") && args.length === 5) operations.setSlotOwner(state, slot, id);
    else throw INVALID_ACTION;
  });
  ctx.suppress();
  ctx.reply.ok();
}

/** The subcommands in alphabetical order. */
export const slotCommands: readonly CommandSpec[] = [
  defineCommand({
    name: "ADDSLOTS",
    group: "cluster",
    since: "3.0.0",
    summary: "Gives hash slots to this node.",
    complexity: "O(N) with N the number of slots.",
    syntax: "slot [slot ...]",
    flags: CHANGING,
    run: (ctx, args) => listed(ctx, args, operations.addSlots),
  }),
  defineCommand({
    name: "ADDSLOTSRANGE",
    group: "cluster",
    since: "7.0.0",
    summary: "Gives ranges of hash slots to this node.",
    complexity: "O(N) with N the number of slots.",
    syntax: "start-slot end-slot [start-slot end-slot ...]:range",
    flags: CHANGING,
    run: (ctx, args) => ranged(ctx, args, operations.addSlots),
  }),
  defineCommand({
    name: "COUNTKEYSINSLOT",
    group: "cluster",
    since: "3.0.0",
    summary: "Counts the keys in a hash slot.",
    complexity: "O(1)",
    syntax: "slot",
    flags: STALE,
    run(ctx, args) {
      memberFor(ctx, args, 3);
      const slot = args.clampedInt(2);
      if (slot < 0 || slot >= SLOT_COUNT) throw INVALID_SLOT;
      ctx.reply.integer(ctx.keyspace.database(0).countInSlot(slot));
    },
  }),
  defineCommand({
    name: "DELSLOTS",
    group: "cluster",
    since: "3.0.0",
    summary: "Makes this node forget who serves hash slots.",
    complexity: "O(N) with N the number of slots.",
    syntax: "slot [slot ...]",
    flags: CHANGING,
    run: (ctx, args) => listed(ctx, args, operations.deleteSlots),
  }),
  defineCommand({
    name: "DELSLOTSRANGE",
    group: "cluster",
    since: "7.0.0",
    summary: "Makes this node forget who serves ranges of hash slots.",
    complexity: "O(N) with N the number of slots.",
    syntax: "start-slot end-slot [start-slot end-slot ...]:range",
    flags: CHANGING,
    run: (ctx, args) => ranged(ctx, args, operations.deleteSlots),
  }),
  defineCommand({
    name: "FLUSHSLOTS",
    group: "cluster",
    since: "3.0.0",
    summary: "Takes all hash slots from this node.",
    complexity: "O(1)",
    flags: CHANGING,
    run(ctx, args) {
      memberFor(ctx, args, 2).run((state) => operations.flushSlots(state, isEmpty(ctx)));
      ctx.reply.ok();
    },
  }),
  defineCommand({
    name: "GETKEYSINSLOT",
    group: "cluster",
    since: "3.0.0",
    summary: "Lists keys of a hash slot.",
    complexity: "O(N) with N the number of keys asked for.",
    syntax: "slot count",
    flags: STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      memberFor(ctx, args, 4);
      const slot = args.clampedInt(2);
      const most = args.clampedInt(3);
      if (slot < 0 || slot >= SLOT_COUNT || most < 0) throw INVALID_SLOT_OR_COUNT;
      const keys = ctx.keyspace.database(0).keysInSlot(slot, most);
      ctx.reply.arrayHeader(keys.length);
      for (const key of keys) ctx.reply.bulkText(key);
    },
  }),
  defineCommand({
    name: "KEYSLOT",
    group: "cluster",
    since: "3.0.0",
    summary: "Returns the hash slot of a key.",
    complexity: "O(N) with N the length of the key.",
    syntax: "key:string",
    flags: STALE,
    run(ctx, args) {
      memberFor(ctx, args, 3);
      ctx.reply.integer(keySlot(args.text(2)));
    },
  }),
  defineCommand({
    name: "SETSLOT",
    group: "cluster",
    since: "3.0.0",
    summary: "Assigns a hash slot to a node or sets its migration state.",
    complexity: "O(1)",
    syntax:
      "slot <IMPORTING node-id=importing | MIGRATING node-id=migrating | NODE node-id=node | STABLE>:subcommand",
    flags: CHANGING,
    run: setSlot,
  }),
];
