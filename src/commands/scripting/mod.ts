/** The commands of Redis's group "scripting" that there are. */
import type { CommandSpec } from "../../command/spec.ts";
import { functionCommand } from "./function.ts";

/** In alphabetical order. */
export const scriptingCommands: readonly CommandSpec[] = [functionCommand];
