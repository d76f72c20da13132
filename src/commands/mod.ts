/**
 * The whole command table.
 *
 * @module
 */
import type { CommandSpec } from "../command/spec.ts";
import { connectionCommands } from "./connection/mod.ts";
import { genericCommands } from "./generic/mod.ts";
import { pubsubCommands } from "./pubsub/mod.ts";
import { serverCommands } from "./server/mod.ts";
import { stringCommands } from "./string/mod.ts";
import { transactionCommands } from "./transactions/mod.ts";

/** All commands. */
export const commandTable: readonly CommandSpec[] = [
  ...connectionCommands,
  ...genericCommands,
  ...pubsubCommands,
  ...serverCommands,
  ...stringCommands,
  ...transactionCommands,
];
