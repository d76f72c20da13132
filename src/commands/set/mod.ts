/**
 * The commands on sets.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore } from "./algebra.ts";
import { sadd, scard, sismember, smembers, smismember, smove, srem, sscan } from "./members.ts";
import { spop, srandmember } from "./random.ts";

/** All commands of the group set. */
export const setCommands: readonly CommandSpec[] = [
  sadd,
  scard,
  sdiff,
  sdiffstore,
  sinter,
  sintercard,
  sinterstore,
  sismember,
  smembers,
  smismember,
  smove,
  spop,
  srandmember,
  srem,
  sscan,
  sunion,
  sunionstore,
];
