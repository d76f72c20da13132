/** The commands of the group `cluster`. */

import type { CommandSpec } from "../../command/spec.ts";
import { asking, readonly, readwrite } from "./access.ts";
import { cluster } from "./cluster.ts";

export const clusterCommands: readonly CommandSpec[] = [
  asking,
  cluster,
  readonly,
  readwrite,
];
