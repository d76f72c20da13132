/** The definition of one command: the only source of what is known about it, handler included. */
import type { Args } from "./args.ts";
import type { CommandContext } from "./context.ts";
import type { ArgumentList, KeyPosition, KeySpec } from "./key_spec.ts";

/** Redis's groups; also the names of the folders under src/commands. */
export type CommandGroup =
  | "bitmap"
  | "cluster"
  | "connection"
  | "generic"
  | "geo"
  | "hash"
  | "hyperloglog"
  | "list"
  | "pubsub"
  | "scripting"
  | "server"
  | "set"
  | "sorted_set"
  | "stream"
  | "string"
  | "transactions";

/** A command or, inside `subcommands`, a subcommand. */
export interface CommandSpec {
  /** Upper case; a subcommand has its own name only ("GETKEYS"). */
  readonly name: string;
  readonly group: CommandGroup;
  /** Version of Redis that introduced it. */
  readonly since: string;
  readonly summary: string;
  /** Time complexity; left out where Redis states none. */
  readonly complexity?: string;
  /** Arguments in the notation of `syntax.ts`; left out when there are none. */
  readonly syntax?: string;
  /** Bits of `flags.ts`; MOVABLE_KEYS is derived and never given. */
  readonly flags: number;
  /** Where the keys are, in the order of the `key_spec_index` of the arguments. */
  readonly keys?: readonly KeySpec[];
  /** Finds the keys where the key specs can't, or can't tell how a key is used. */
  getKeys?(args: ArgumentList): KeyPosition[];
  /** Hints for clients and proxies, such as `nondeterministic_output`. */
  readonly tips?: readonly string[];
  /** Category bits that neither the flags nor the group give. */
  readonly categories?: number;
  /** Changes after `since`, as [version, what changed]. */
  readonly history?: readonly (readonly [version: string, change: string])[];
  readonly docFlags?: readonly ("deprecated" | "syscmd")[];
  readonly deprecatedSince?: string;
  /** What to use instead of a deprecated command. */
  readonly replacedBy?: string;
  readonly subcommands?: readonly CommandSpec[];
  /** As in COMMAND INFO: the exact count with the name, or minus the least count. Only where `syntax` misleads. */
  readonly arity?: number;
  /** The handler; a container that is nothing without a subcommand has none. */
  run?(ctx: CommandContext, args: Args): void;
}

/** Returns the spec unchanged; it is there for the type check and for the reader. */
export function defineCommand(spec: CommandSpec): CommandSpec {
  return spec;
}
