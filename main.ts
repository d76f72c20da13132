/** Command line → configuration, start, signals. */

import { parseCommandLine } from "./src/config/mod.ts";
import { runLocalCluster } from "./src/server/cluster_local.ts";
import { runServer, usage, versionLine } from "./src/server/startup.ts";

const commandLine = parseCommandLine(Deno.args, Deno.cwd());
if (commandLine.showVersion) console.info(versionLine());
else if (commandLine.showHelp) console.info(usage());
else if (commandLine.localCluster !== null) Deno.exit(await runLocalCluster(commandLine));
else Deno.exit(await runServer(commandLine));
