/**
 * SHUTDOWN.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { Client } from "../../command/client.ts";
import { ADMIN, ALLOW_BUSY, LOADING, NO_MULTI, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { Errors } from "../../resp/errors.ts";
import { Reply } from "../../resp/reply.ts";
import { services, type ShutdownRequest } from "../services.ts";

export const shutdown = defineCommand({
  name: "SHUTDOWN",
  group: "server",
  since: "1.0.0",
  summary: "Saves the data and ends the server.",
  complexity: "O(N) when saving, with N the number of keys in all databases; otherwise O(1).",
  syntax: "[NOSAVE | SAVE]:save-selector [NOW]@7.0.0 [FORCE]@7.0.0 [ABORT]@7.0.0",
  flags: ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | ALLOW_BUSY,
  history: [["7.0.0", "Added the options `NOW`, `FORCE` and `ABORT`"]],
  run(ctx, args) {
    const { control } = services(ctx);
    const request = parseRequest(args);
    if (request === "abort") {
      if (!control.abortShutdown()) throw Errors.NO_SHUTDOWN;
      return ctx.reply.ok();
    }
    const { client } = ctx;
    if (!control.shutdown(request, () => refuse(client))) throw Errors.SHUTDOWN_FAILED;
    // What ends the server ends the connection too.
    client.suspended = true;
  },
});

/** The server goes on, and so does the client that asked for its end. */
function refuse(client: Client): void {
  const reply = new Reply();
  reply.error(Errors.SHUTDOWN_FAILED.message);
  client.deliver(reply.written, reply.length);
  queueMicrotask(() => client.transport.resume());
}

function parseRequest(args: Args): ShutdownRequest | "abort" {
  const given = new Set<string>();
  for (let i = 1; i < args.length; i++) {
    const option = OPTIONS.find((name) => args.is(i, name));
    if (option === undefined) throw Errors.SYNTAX;
    given.add(option);
  }
  if (given.has("ABORT") && given.size > 1) throw Errors.SYNTAX;
  if (given.has("SAVE") && given.has("NOSAVE")) throw Errors.SYNTAX;
  if (given.has("ABORT")) return "abort";
  const save = given.has("SAVE") ? "always" : given.has("NOSAVE") ? "never" : "configured";
  return { save, now: given.has("NOW"), force: given.has("FORCE") };
}

const OPTIONS = ["NOSAVE", "SAVE", "NOW", "FORCE", "ABORT"] as const;
