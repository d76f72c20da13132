/**
 * What is shown to a person who starts the server by hand.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { REDIS_VERSION, VERSION } from "../util/version.ts";

/** A few lines with what one wants to know, the last one empty. */
export function banner(config: Config, port: number): string {
  const facts = [
    `mini-redis ${VERSION} (compatible with Redis ${REDIS_VERSION})`,
    `Port: ${port}`,
    `PID: ${Deno.pid}`,
    `Data: ${Deno.cwd()}`,
    `Try:  ${connectHint(config, port)}`,
    "",
  ];
  return PICTURE.map((line, index) => `${line}   ${facts[index]}`.trimEnd() + "\n").join("") + "\n";
}

/** A cube. */
const PICTURE = [
  "     ______ ",
  "    /     /|",
  "   /_____/ |",
  "  |     |  |",
  "  |     | / ",
  "  |_____|/  ",
];

/** The command that connects to this server. */
export function connectHint(config: Config, port: number): string {
  if (port === 0) return `redis-cli -s ${config.get("unixsocket")}`;
  const [first] = config.get("bind").map((address) => address.replace(/^-/, ""));
  const isReachedByDefault = ["*", "::*", "0.0.0.0", "::", "127.0.0.1"].includes(first);
  return `redis-cli${isReachedByDefault ? "" : ` -h ${first}`} -p ${port}`;
}
