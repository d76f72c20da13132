/** The subcommands of CLUSTER that change which nodes there are, and what they are to each other. */

import * as operations from "../../cluster/operations.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, NO_ASYNC_LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { type CommandSpec, defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { byteStringToUtf8 } from "../../util/byte_string.ts";
import { services } from "../services.ts";
import { isEmpty, memberFor, readInteger } from "./member.ts";

const CHANGING = ADMIN | STALE | NO_ASYNC_LOADING;
const BUS_PORT_OFFSET = 10_000;

function meet(ctx: CommandContext, args: Args): void {
  const cluster = memberFor(ctx, args, 5);
  const port = readInteger(args, 3);
  if (port === null) throw new CommandError(`ERR Invalid TCP base port specified: ${args.text(3)}`);
  const busPort = args.length > 4 ? readInteger(args, 4) : port + BUS_PORT_OFFSET;
  if (busPort === null) throw new CommandError(`ERR Invalid TCP bus port specified: ${args.text(4)}`);
  cluster.run((state) => operations.meet(state, args.text(2), port, busPort));
  const { log } = services(ctx);
  log.notice(`Cluster meet ${byteStringToUtf8(args.text(2))}:${port} (user request)`);
  ctx.reply.ok();
}

function failOver(ctx: CommandContext, args: Args): void {
  const cluster = memberFor(ctx, args, 3);
  let how: "agreed" | "force" | "takeover" = "agreed";
  if (args.length > 2) {
    if (args.is(2, "FORCE")) how = "force";
    else if (args.is(2, "TAKEOVER")) how = "takeover";
    else throw Errors.SYNTAX;
  }
  cluster.run((state) => operations.failOver(state, how));
  ctx.suppress();
  ctx.reply.ok();
}

function reset(ctx: CommandContext, args: Args): void {
  const cluster = memberFor(ctx, args, 3);
  const hard = args.length > 2 && args.is(2, "HARD");
  if (args.length > 2 && !hard && !args.is(2, "SOFT")) throw Errors.SYNTAX;
  // What this deletes is propagated as it happens.
  ctx.suppress();
  cluster.run((state) => operations.reset(state, hard, isEmpty(ctx)));
  ctx.reply.ok();
}

/** The subcommands in alphabetical order. */
export const nodeCommands: readonly CommandSpec[] = [
  defineCommand({
    name: "BUMPEPOCH",
    group: "cluster",
    since: "3.0.0",
    summary: "Advances the configuration epoch of the cluster.",
    complexity: "O(1)",
    flags: CHANGING,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      const cluster = memberFor(ctx, args, 2);
      let isBumped = false;
      cluster.run((state) => isBumped = state.bumpEpoch());
      ctx.reply.simpleString(`${isBumped ? "BUMPED" : "STILL"} ${cluster.state.myself.configEpoch}`);
    },
  }),
  defineCommand({
    name: "FAILOVER",
    group: "cluster",
    since: "3.0.0",
    summary: "Lets this replica take the place of its master.",
    complexity: "O(1)",
    syntax: "[FORCE | TAKEOVER]:options",
    flags: CHANGING,
    run: failOver,
  }),
  defineCommand({
    name: "FORGET",
    group: "cluster",
    since: "3.0.0",
    summary: "Removes a node from the table of nodes.",
    complexity: "O(1)",
    syntax: "node-id",
    flags: CHANGING,
    run(ctx, args) {
      memberFor(ctx, args, 3).run((state) => operations.forgetNode(state, args.text(2)));
      ctx.reply.ok();
    },
  }),
  defineCommand({
    name: "MEET",
    group: "cluster",
    since: "3.0.0",
    summary: "Introduces another node to this one.",
    complexity: "O(1)",
    syntax: "ip port [cluster-bus-port]@4.0.0",
    flags: CHANGING,
    history: [["4.0.0", "Added the argument `cluster-bus-port`"]],
    run: meet,
  }),
  defineCommand({
    name: "REPLICATE",
    group: "cluster",
    since: "3.0.0",
    summary: "Makes this node a replica of a master.",
    complexity: "O(1)",
    syntax: "node-id",
    flags: CHANGING,
    run(ctx, args) {
      memberFor(ctx, args, 3).run((state) => operations.replicate(state, args.text(2), isEmpty(ctx)));
      ctx.reply.ok();
    },
  }),
  defineCommand({
    name: "RESET",
    group: "cluster",
    since: "3.0.0",
    summary: "Resets this node, softly or wholly.",
    complexity: "O(N) with N the number of known nodes; much more when the data are flushed.",
    syntax: "[HARD | SOFT]:reset-type",
    flags: ADMIN | NOSCRIPT | STALE,
    run: reset,
  }),
  defineCommand({
    name: "SAVECONFIG",
    group: "cluster",
    since: "3.0.0",
    summary: "Writes the cluster configuration to disk.",
    complexity: "O(1)",
    flags: CHANGING,
    run(ctx, args) {
      const cluster = memberFor(ctx, args, 2);
      try {
        cluster.saveConfig();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new CommandError(`ERR error saving the cluster node config: ${reason}`);
      }
      ctx.reply.ok();
    },
  }),
  defineCommand({
    name: "SET-CONFIG-EPOCH",
    group: "cluster",
    since: "3.0.0",
    summary: "Sets the configuration epoch of a new node.",
    complexity: "O(1)",
    syntax: "config-epoch",
    flags: CHANGING,
    run(ctx, args) {
      const cluster = memberFor(ctx, args, 3);
      const epoch = args.int(2);
      cluster.run((state) => operations.setConfigEpoch(state, epoch));
      ctx.reply.ok();
    },
  }),
];
