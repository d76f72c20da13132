/**
 * CONFIG and its subcommands.
 *
 * @module
 */

import { isLocal } from "../../command/client.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { writeHelp } from "../help.ts";
import { services } from "../services.ts";
import { rewriteConfigFile } from "./config_file.ts";

const POLICIES = ["request_policy:all_nodes", "response_policy:all_succeeded"];

export const config = defineCommand({
  name: "CONFIG",
  group: "server",
  since: "2.0.0",
  summary: "Groups the commands about the configuration.",
  complexity: "Depends on the subcommand.",
  flags: 0,
  subcommands: [
    defineCommand({
      name: "GET",
      group: "server",
      since: "2.0.0",
      summary: "Returns the values of configuration parameters.",
      complexity: "O(N) with N the number of parameters that match.",
      syntax: "parameter [parameter ...]",
      flags: ADMIN | NOSCRIPT | LOADING | STALE,
      history: [["7.0.0", "Takes several patterns in one call"]],
      run(ctx, args) {
        const found = services(ctx).config.match(args.texts(2));
        ctx.reply.mapHeader(found.size);
        for (const [name, text] of found) {
          ctx.reply.bulkText(name);
          ctx.reply.bulkText(text);
        }
      },
    }),
    defineCommand({
      name: "HELP",
      group: "server",
      since: "5.0.0",
      summary: "Returns help text about the subcommands.",
      complexity: "O(1)",
      flags: LOADING | STALE,
      run(ctx) {
        writeHelp(ctx.reply, "CONFIG", HELP);
      },
    }),
    defineCommand({
      name: "RESETSTAT",
      group: "server",
      since: "2.0.0",
      summary: "Resets the statistics of the server.",
      complexity: "O(1)",
      flags: ADMIN | NOSCRIPT | LOADING | STALE,
      tips: POLICIES,
      run(ctx) {
        resetStatistics(ctx);
        ctx.reply.ok();
      },
    }),
    defineCommand({
      name: "REWRITE",
      group: "server",
      since: "2.8.0",
      summary: "Writes the present configuration to the configuration file.",
      complexity: "O(1)",
      flags: ADMIN | NOSCRIPT | LOADING | STALE,
      tips: POLICIES,
      run(ctx) {
        rewrite(ctx);
      },
    }),
    defineCommand({
      name: "SET",
      group: "server",
      since: "2.0.0",
      summary: "Changes configuration parameters while the server runs.",
      complexity: "O(N) with N the number of parameters.",
      syntax: "parameter value [parameter value ...]",
      flags: ADMIN | NOSCRIPT | LOADING | STALE,
      tips: POLICIES,
      history: [["7.0.0", "Sets several parameters in one call"]],
      run(ctx, args) {
        if (args.length % 2 !== 0) throw Errors.SYNTAX;
        const pairs: [string, string][] = [];
        for (let i = 2; i < args.length; i += 2) pairs.push([args.text(i), args.text(i + 1)]);
        const error = services(ctx).config.update(pairs, { local: isLocal(ctx.client.transport) });
        if (error !== null) throw new CommandError(error);
        ctx.reply.ok();
      },
    }),
  ],
});

const HELP = [
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
];

function resetStatistics(ctx: CommandContext): void {
  const { dispatcher, expireCycle, evictor, keyspace, memory, stats } = services(ctx);
  stats.reset();
  dispatcher.resetStatistics();
  expireCycle.resetStatistics();
  evictor.resetStatistics();
  memory.resetPeak();
  keyspace.hits = 0;
  keyspace.misses = 0;
  keyspace.expired = 0;
  keyspace.evicted = 0;
}

function rewrite(ctx: CommandContext): void {
  const { config, log } = services(ctx);
  if (config.file === null) throw Errors.NO_CONFIG_FILE;
  const failure = rewriteConfigFile(config, config.file);
  if (failure !== null) {
    log.warning(`CONFIG REWRITE failed: ${failure}`);
    throw new CommandError(`ERR Rewriting config file: ${failure}`);
  }
  log.notice("CONFIG REWRITE executed with success.");
  ctx.reply.ok();
}
