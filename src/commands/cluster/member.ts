/**
 * What the subcommands of CLUSTER share.
 *
 * @module
 */

import { type ClusterNode, SLOT_COUNT } from "../../cluster/mod.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { CommandError, unknownSubcommandOrArity } from "../../resp/errors.ts";
import { type ClusterService, services } from "../services.ts";

const DISABLED = new CommandError("ERR This instance has cluster support disabled");
const INVALID_SLOT = new CommandError("ERR Invalid or out of range slot");

/** This server as a node; throws if it is none. */
export function member(ctx: CommandContext): ClusterService {
  const { cluster } = services(ctx);
  if (cluster === null) throw DISABLED;
  return cluster;
}

/** As {@linkcode member}, for a subcommand that takes at most so many arguments, its two names included. */
export function memberFor(ctx: CommandContext, args: Args, most: number): ClusterService {
  const cluster = member(ctx);
  if (args.length > most) throw new CommandError(unknownSubcommandOrArity("CLUSTER", args.text(1)));
  return cluster;
}

/** Argument `index` as a slot. */
export function readSlot(args: Args, index: number): number {
  const slot = readInteger(args, index);
  if (slot === null || slot < 0 || slot >= SLOT_COUNT) throw INVALID_SLOT;
  return slot;
}

/** Argument `index` as an integer; null if it is none. */
export function readInteger(args: Args, index: number): number | null {
  try {
    return args.clampedInt(index);
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** Whether this server has no keys. */
export function isEmpty(ctx: CommandContext): boolean {
  return ctx.keyspace.database(0).size === 0;
}

/** The node that argument `index` names. */
export function readNode({ state }: ClusterService, args: Args, index: number): ClusterNode {
  const id = args.text(index);
  const node = state.node(id);
  if (node === undefined) throw new CommandError(`ERR Unknown node ${id}`);
  return node;
}
