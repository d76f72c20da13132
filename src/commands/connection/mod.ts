/** The commands of the group `connection`. */

import type { CommandSpec } from "../../command/spec.ts";
import { auth, hello } from "./auth.ts";
import { echo, ping, quit, reset, select } from "./basic.ts";
import { client } from "./client.ts";

export const connectionCommands: readonly CommandSpec[] = [
  auth,
  client,
  echo,
  hello,
  ping,
  quit,
  reset,
  select,
];
