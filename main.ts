/** Command line → the server or a tool; for the server: configuration, start, signals. */

import { argv0 } from "node:process";
import { parseCommandLine } from "./src/config/mod.ts";
import { runLocalCluster } from "./src/server/cluster_local.ts";
import { giveUpStartingProcesses } from "./src/server/permissions.ts";
import { runServer, usage, versionLine } from "./src/server/startup.ts";
import { chooseTool, runTool } from "./src/tools/mod.ts";

const choice = chooseTool(argv0, Deno.args);
if (choice.tool !== "server") giveUpStartingProcesses();
Deno.exit(choice.tool === "server" ? await serve(choice.args) : await runTool(choice));

async function serve(args: string[]): Promise<number> {
  const commandLine = parseCommandLine(args, Deno.cwd());
  if (commandLine.localCluster !== null) return await runLocalCluster(commandLine);
  if (!commandLine.showVersion && !commandLine.showHelp) return await runServer(commandLine);
  console.info(commandLine.showVersion ? versionLine() : usage());
  return 0;
}
