/**
 * The replies of the HELP subcommands.
 *
 * @module
 */

import type { Reply } from "../resp/reply.ts";

/** Writes the help of `container` (upper case); `lines` are its subcommands, but for HELP itself. */
export function writeHelp(reply: Reply, container: string, lines: readonly string[]): void {
  const all = [
    `${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    "HELP",
    "    Prints this help.",
  ];
  reply.arrayHeader(all.length);
  for (const line of all) reply.simpleString(line);
}
