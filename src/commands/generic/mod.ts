/**
 * The commands on keys whatever they hold.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { dump, restore, restoreAsking } from "./dump.ts";
import { expire, expireat, persist, pexpire, pexpireat } from "./expire.ts";
import { del, exists, touch, typeCommand, unlink } from "./keys.ts";
import { migrate } from "./migrate.ts";
import { object } from "./object.ts";
import { copy, move, rename, renamenx } from "./rename.ts";
import { keysCommand, randomkey, scan } from "./scan.ts";
import { sort, sortRo } from "./sort.ts";
import { expiretime, pexpiretime, pttl, ttl } from "./ttl.ts";
import { wait, waitaof } from "./wait.ts";

/** All commands of the group generic. */
export const genericCommands: readonly CommandSpec[] = [
  copy,
  del,
  dump,
  exists,
  expire,
  expireat,
  expiretime,
  keysCommand,
  migrate,
  move,
  object,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  randomkey,
  rename,
  renamenx,
  restore,
  restoreAsking,
  scan,
  sort,
  sortRo,
  touch,
  ttl,
  typeCommand,
  unlink,
  wait,
  waitaof,
];
