/** ROLE and FAILOVER. */

import type { Args } from "../../command/args.ts";
import { ADMIN, FAST, LOADING, NOSCRIPT, STALE } from "../../command/flags.ts";
import { Category } from "../../command/acl_category.ts";
import { defineCommand } from "../../command/spec.ts";
import type { FailoverRequest, FailoverTarget } from "../../replication/failover.ts";
import type { MasterLink } from "../../replication/mod.ts";
import type { Replicas } from "../../replication/replicas.ts";
import type { Reply } from "../../resp/reply.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { services } from "../services.ts";

export const role = defineCommand({
  name: "ROLE",
  group: "server",
  since: "2.8.12",
  summary: "Returns the server's role in replication, with its replicas or its master.",
  complexity: "O(1)",
  flags: NOSCRIPT | LOADING | STALE | FAST,
  categories: Category.ADMIN | Category.DANGEROUS,
  run(ctx) {
    const { link, replicas, stream } = services(ctx).replication;
    if (link !== null) return writeLink(ctx.reply, link);
    writeReplicas(ctx.reply, replicas, stream.offset);
  },
});

const IN_CLUSTER = new CommandError(
  "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.",
);

export const failover = defineCommand({
  name: "FAILOVER",
  group: "server",
  since: "6.2.0",
  summary: "Hands this master's role to one of its replicas, without losing a write.",
  complexity: "O(1)",
  syntax: "[TO (host port [FORCE]):target] [ABORT] [TIMEOUT milliseconds]",
  flags: ADMIN | NOSCRIPT | STALE,
  run(ctx, args) {
    const { cluster, replication } = services(ctx);
    if (cluster !== null) throw IN_CLUSTER;
    if (args.length === 2 && args.is(1, "ABORT")) {
      replication.failover.abort();
      return ctx.reply.ok();
    }
    const request = readRequest(args);
    if (replication.failover.state !== "no-failover") {
      throw new CommandError("ERR FAILOVER already in progress.");
    }
    if (replication.role === "slave") {
      throw new CommandError("ERR FAILOVER is not valid when server is a replica.");
    }
    replication.failover.begin(request);
    ctx.reply.ok();
  },
});

function writeLink(reply: Reply, { host, port, state, appliedOffset }: MasterLink): void {
  reply.arrayHeader(5);
  reply.bulkText("slave");
  reply.bulkText(host);
  reply.integer(port);
  reply.bulkText(state);
  reply.integer(state === "connected" ? appliedOffset : -1);
}

function writeReplicas(reply: Reply, replicas: Replicas, offset: number): void {
  const online = [...replicas.online()];
  reply.arrayHeader(3);
  reply.bulkText("master");
  reply.integer(offset);
  reply.arrayHeader(online.length);
  for (const { address, port, ackedOffset } of online) {
    reply.arrayHeader(3);
    reply.bulkText(address);
    reply.bulkInteger(port);
    reply.bulkInteger(ackedOffset);
  }
}

function readRequest(args: Args): FailoverRequest {
  let target: FailoverTarget | null = null;
  let force = false;
  let timeout = 0;
  for (let i = 1; i < args.length; i++) {
    if (args.is(i, "TIMEOUT") && i + 1 < args.length && timeout === 0) {
      timeout = args.clampedInt(++i);
      if (timeout <= 0) throw new CommandError("ERR FAILOVER timeout must be greater than 0");
    } else if (args.is(i, "TO") && i + 2 < args.length && target === null) {
      target = { host: args.text(i + 1), port: args.int(i + 2) };
      i += 2;
    } else if (args.is(i, "FORCE") && !force) force = true;
    else throw Errors.SYNTAX;
  }
  return { target, force, timeout };
}
