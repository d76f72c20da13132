/** The whole table of directives, and how names lead to its rows. */

import { clusterDirectives, replicationDirectives, tlsDirectives } from "./directives_cluster.ts";
import { encodingDirectives, memoryDirectives, persistenceDirectives } from "./directives_data.ts";
import {
  accessDirectives,
  connectionDirectives,
  diagnosisDirectives,
  processDirectives,
} from "./directives_server.ts";
import { specialDirectives } from "./directives_special.ts";
import type { Directive, Setting, ValueOf } from "./types.ts";

/** Every directive under its present name. */
export const DIRECTIVES = {
  ...specialDirectives,
  ...connectionDirectives,
  ...processDirectives,
  ...accessDirectives,
  ...diagnosisDirectives,
  ...memoryDirectives,
  ...encodingDirectives,
  ...persistenceDirectives,
  ...replicationDirectives,
  ...clusterDirectives,
  ...tlsDirectives,
};

export type DirectiveName = keyof typeof DIRECTIVES;

/** The value of every directive. */
export type ConfigValues = { readonly [N in DirectiveName]: ValueOf<(typeof DIRECTIVES)[N]> };

/** A row whose value type is not known; its `parse` may only get settings of the same row. */
export interface AnyDirective extends Omit<Directive<unknown>, "parse"> {
  readonly parse: (
    args: readonly string[],
    previous: Setting<never>,
    mode: "file" | "set",
  ) => Setting<unknown>;
}

/** A name as a user may write it, with the row that it stands for. */
export interface NamedDirective {
  /** The name in lower case; an older name stays itself. */
  readonly writtenName: string;
  readonly name: DirectiveName;
  readonly directive: AnyDirective;
}

/** All present names, in the order of the table. */
export const DIRECTIVE_NAMES = Object.keys(DIRECTIVES) as readonly DirectiveName[];

const byName = new Map<string, NamedDirective>();
for (const name of DIRECTIVE_NAMES) {
  const directive: AnyDirective = DIRECTIVES[name];
  byName.set(name, { writtenName: name, name, directive });
  if (directive.alias !== undefined) {
    byName.set(directive.alias, { writtenName: directive.alias, name, directive });
  }
}

/** Finds a directive by its present or older name, in any case. */
export function findDirective(name: string): NamedDirective | undefined {
  return byName.get(name.toLowerCase());
}

/** All present and older names. */
export function allNames(): Iterable<NamedDirective> {
  return byName.values();
}

/** Names that old configuration files may still have: accepted with one argument, and without effect. */
export const RETIRED_NAMES: ReadonlySet<string> = new Set([
  "list-max-ziplist-entries",
  "list-max-ziplist-value",
  "lua-replicate-commands",
]);
