/** The commands of the group "server". */

import type { CommandSpec } from "../../command/spec.ts";
import { command } from "./command.ts";
import { config } from "./config.ts";
import { dbsize, flushall, flushdb, swapdb } from "./database.ts";
import { debug } from "./debug.ts";
import { info, time } from "./info.ts";
import { lolwut } from "./lolwut.ts";
import { memory } from "./memory.ts";
import { psync, replconf, sync } from "./replicas.ts";
import { replicaof, slaveof } from "./replicaof.ts";
import { failover, role } from "./role.ts";
import { bgrewriteaof, bgsave, lastsave, save } from "./save.ts";
import { shutdown } from "./shutdown.ts";

export const serverCommands: readonly CommandSpec[] = [
  bgrewriteaof,
  bgsave,
  command,
  config,
  dbsize,
  debug,
  failover,
  flushall,
  flushdb,
  info,
  lastsave,
  lolwut,
  memory,
  psync,
  replconf,
  replicaof,
  role,
  save,
  shutdown,
  slaveof,
  swapdb,
  sync,
  time,
];
