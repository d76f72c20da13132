/** The commands of the group `transactions`. */

import type { CommandSpec } from "../../command/spec.ts";
import { exec } from "./exec.ts";
import { discard, multi, unwatch, watch } from "./multi.ts";

export const transactionCommands: readonly CommandSpec[] = [discard, exec, multi, unwatch, watch];
