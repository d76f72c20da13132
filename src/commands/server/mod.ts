/** The commands of the group "server". */

import type { CommandSpec } from "../../command/spec.ts";
import { command } from "./command.ts";
import { config } from "./config.ts";
import { dbsize, flushall, flushdb, swapdb } from "./database.ts";
import { debug } from "./debug.ts";
import { info, time } from "./info.ts";
import { lolwut } from "./lolwut.ts";
import { memory } from "./memory.ts";
import { bgrewriteaof, bgsave, lastsave, save } from "./save.ts";
import { shutdown } from "./shutdown.ts";

export const serverCommands: readonly CommandSpec[] = [
  bgrewriteaof,
  bgsave,
  command,
  config,
  dbsize,
  debug,
  flushall,
  flushdb,
  info,
  lastsave,
  lolwut,
  memory,
  save,
  shutdown,
  swapdb,
  time,
];
