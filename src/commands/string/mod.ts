/**
 * The commands on strings.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { decr, decrby, incr, incrby, incrbyfloat } from "./counter.ts";
import { get, getdel, getex, getrange, mget, strlen, substr } from "./get.ts";
import { lcs } from "./lcs.ts";
import { append, setrange } from "./modify.ts";
import { getset, mset, msetnx, psetex, set, setex, setnx } from "./set.ts";

/** All commands of the group string. */
export const stringCommands: readonly CommandSpec[] = [
  append,
  decr,
  decrby,
  get,
  getdel,
  getex,
  getrange,
  getset,
  incr,
  incrby,
  incrbyfloat,
  lcs,
  mget,
  mset,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
  setrange,
  strlen,
  substr,
];
