/** The commands on streams. */

import type { CommandSpec } from "../../command/spec.ts";
import { xadd, xtrim } from "./add.ts";
import { xautoclaim } from "./autoclaim.ts";
import { xclaim } from "./claim.ts";
import { xdel, xsetid } from "./entries.ts";
import { xgroup } from "./group.ts";
import { xinfo } from "./info.ts";
import { xack, xpending } from "./pending.ts";
import { xlen, xrange, xrevrange } from "./range.ts";
import { xread } from "./read.ts";
import { xreadgroup } from "./read_group.ts";

export const streamCommands: readonly CommandSpec[] = [
  xack,
  xadd,
  xautoclaim,
  xclaim,
  xdel,
  xgroup,
  xinfo,
  xlen,
  xpending,
  xrange,
  xread,
  xreadgroup,
  xrevrange,
  xsetid,
  xtrim,
];
