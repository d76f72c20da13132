/** REPLICAOF, and its older name SLAVEOF. */

import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, NO_ASYNC_LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { defineCommand } from "../../command/spec.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { describeClient } from "../connection/client_info.ts";
import { services } from "../services.ts";

const OF_A_REPLICA = new CommandError("ERR Command is not valid when client is a replica.");
const WHILE_FAILING_OVER = new CommandError("ERR REPLICAOF not allowed while failing over.");
const IN_CLUSTER = new CommandError("ERR REPLICAOF not allowed in cluster mode.");
const INVALID_PORT = new CommandError("ERR Invalid master port");
const HIGHEST_PORT = 65_535;

export const replicaof = defineCommand({
  name: "REPLICAOF",
  group: "server",
  since: "5.0.0",
  summary: "Makes the server a replica of another one, or a master.",
  complexity: "O(1)",
  syntax: "<(host port):host-port | (NO ONE):no-one>:args",
  flags: ADMIN | NOSCRIPT | STALE | NO_ASYNC_LOADING,
  run: changeMaster,
});

export const slaveof = defineCommand({
  name: "SLAVEOF",
  group: "server",
  since: "1.0.0",
  summary: "Makes the server a replica of another one, or a master.",
  complexity: "O(1)",
  syntax: "<(host port):host-port | (NO ONE):no-one>:args",
  flags: ADMIN | NOSCRIPT | STALE | NO_ASYNC_LOADING,
  docFlags: ["deprecated"],
  deprecatedSince: "5.0.0",
  replacedBy: "`REPLICAOF`",
  run: changeMaster,
});

function changeMaster(ctx: CommandContext, args: Args): void {
  const { client, reply } = ctx;
  const { cluster, log, replication } = services(ctx);
  if (cluster !== null) throw IN_CLUSTER;
  if (replication.failover.state !== "no-failover") throw WHILE_FAILING_OVER;
  const user = () => `user request from '${describeClient(services(ctx), client)}'`;
  if (args.is(1, "NO") && args.is(2, "ONE")) {
    if (replication.link !== null) {
      replication.promote?.();
      log.notice(`MASTER MODE enabled (${user()})`);
    }
    return reply.ok();
  }
  if (client.kind === "replica") throw OF_A_REPLICA;
  const host = args.text(1);
  const port = readPort(args, 2);
  if (replication.link?.host === host && replication.link.port === port) {
    log.notice(
      "REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.",
    );
    return reply.simpleString("OK Already connected to specified master");
  }
  replication.follow?.({ host, port });
  log.notice(`REPLICAOF ${host}:${port} enabled (${user()})`);
  reply.ok();
}

function readPort(args: Args, index: number): number {
  let port: number;
  try {
    port = args.int(index);
  } catch (error) {
    throw error === Errors.NOT_INTEGER ? INVALID_PORT : error;
  }
  if (port < 0 || port > HIGHEST_PORT) throw INVALID_PORT;
  return port;
}
