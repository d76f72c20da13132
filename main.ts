/** Command line → configuration, start, signals. */

import { parseCommandLine } from "./src/config/mod.ts";
import { runServer, usage, versionLine } from "./src/server/startup.ts";

const commandLine = parseCommandLine(Deno.args, Deno.cwd());
if (commandLine.showVersion) console.info(versionLine());
else if (commandLine.showHelp) console.info(usage());
else Deno.exit(await runServer(commandLine));
