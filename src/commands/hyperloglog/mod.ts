/**
 * The commands on HyperLogLogs.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { pfadd, pfcount, pfmerge } from "./cardinality.ts";
import { pfdebug, pfselftest } from "./debug.ts";

/** All commands of the group hyperloglog. */
export const hyperloglogCommands: readonly CommandSpec[] = [
  pfadd,
  pfcount,
  pfdebug,
  pfmerge,
  pfselftest,
];
