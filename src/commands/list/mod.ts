/**
 * The commands on lists.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { blmpop, blpop, brpop } from "./blocking_pop.ts";
import { linsert, lrem, lset, ltrim } from "./modify.ts";
import { blmove, brpoplpush, lmove, rpoplpush } from "./move.ts";
import { lmpop, lpop, rpop } from "./pop.ts";
import { lpos } from "./position.ts";
import { lpush, lpushx, rpush, rpushx } from "./push.ts";
import { lindex, llen, lrange } from "./read.ts";

/** All commands of the group list. */
export const listCommands: readonly CommandSpec[] = [
  blmove,
  blmpop,
  blpop,
  brpop,
  brpoplpush,
  lindex,
  linsert,
  llen,
  lmove,
  lmpop,
  lpop,
  lpos,
  lpush,
  lpushx,
  lrange,
  lrem,
  lset,
  ltrim,
  rpop,
  rpoplpush,
  rpush,
  rpushx,
];
