/**
 * The commands on places.
 *
 * @module
 */

import type { CommandSpec } from "../../command/spec.ts";
import { geoadd } from "./add.ts";
import { geodist, geohash, geopos } from "./query.ts";
import {
  georadius,
  georadiusbymember,
  georadiusbymemberRo,
  georadiusRo,
  geosearch,
  geosearchstore,
} from "./search.ts";

/** All commands of the group geo. */
export const geoCommands: readonly CommandSpec[] = [
  geoadd,
  geodist,
  geohash,
  geopos,
  georadius,
  georadiusRo,
  georadiusbymember,
  georadiusbymemberRo,
  geosearch,
  geosearchstore,
];
