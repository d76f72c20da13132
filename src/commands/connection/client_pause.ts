/** CLIENT subcommands that hold clients back or let them go on: PAUSE, UNPAUSE, UNBLOCK. */

import { ADMIN, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import type { PauseMode } from "../../command/pause.ts";
import type { Args } from "../../command/args.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors, unknownSubcommandOrArity } from "../../resp/errors.ts";
import { parseInt64 } from "../../util/number.ts";
import { services } from "../services.ts";

const BAD_MODE = new CommandError("ERR CLIENT PAUSE mode must be WRITE or ALL");
const BAD_REASON = new CommandError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

export const clientPause = defineCommand({
  name: "PAUSE",
  group: "connection",
  since: "3.0.0",
  summary: "Holds the commands of all clients back for a time.",
  complexity: "O(1)",
  syntax: "timeout:integer [WRITE | ALL]:mode@6.2.0",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  history: [["6.2.0", "Added the modes `WRITE` and `ALL`"]],
  run(ctx, args) {
    if (args.length > 4) throw tooMany(args);
    const mode = args.length === 4 ? readMode(args, 3) : "all";
    const timeout = parseInt64(args.text(2));
    if (timeout === undefined) throw Errors.TIMEOUT_NOT_INTEGER;
    if (timeout < 0n) throw Errors.TIMEOUT_NEGATIVE;
    services(ctx).pause.begin(Number(timeout), mode);
    ctx.reply.ok();
  },
});

export const clientUnpause = defineCommand({
  name: "UNPAUSE",
  group: "connection",
  since: "6.2.0",
  summary: "Ends the pause of all clients.",
  complexity: "O(N) with N the number of paused clients.",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  run(ctx) {
    services(ctx).pause.end();
    ctx.reply.ok();
  },
});

export const clientUnblock = defineCommand({
  name: "UNBLOCK",
  group: "connection",
  since: "5.0.0",
  summary: "Wakes a client that is blocked in a command.",
  complexity: "O(log N) with N the number of connections.",
  syntax: "client-id [TIMEOUT | ERROR]:unblock-type",
  flags: ADMIN | NOSCRIPT | LOADING | STALE,
  run(ctx, args) {
    if (args.length > 4) throw tooMany(args);
    const reason = args.length > 3 && args.is(3, "ERROR") ? "error" : "timeout";
    if (args.length > 3 && reason === "timeout" && !args.is(3, "TIMEOUT")) throw BAD_REASON;
    const id = args.int64(2);
    const unblock = services(ctx).clients.get(Number(id))?.unblock ?? null;
    unblock?.(reason);
    ctx.reply.integer(unblock === null ? 0 : 1);
  },
});

function tooMany(args: Args): CommandError {
  return new CommandError(unknownSubcommandOrArity("CLIENT", args.text(1)));
}

function readMode(args: Args, index: number): PauseMode {
  if (args.is(index, "WRITE")) return "write";
  if (args.is(index, "ALL")) return "all";
  throw BAD_MODE;
}
