/** CLUSTER. */

import { defineCommand } from "../../command/spec.ts";
import { clusterHelp } from "./help.ts";
import { nodeCommands } from "./nodes.ts";
import { slotCommands } from "./slots.ts";
import { viewCommands } from "./view.ts";

export const cluster = defineCommand({
  name: "CLUSTER",
  group: "cluster",
  since: "3.0.0",
  summary: "Groups the commands about the cluster.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [clusterHelp, ...nodeCommands, ...slotCommands, ...viewCommands]
    .sort((a, b) => a.name < b.name ? -1 : 1),
});
