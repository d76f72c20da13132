/** The subcommands of CLUSTER that tell what this node knows of the cluster. */

import {
  type ClusterState,
  describeInfo,
  describeLinks,
  describeShards,
  describeSlots,
  formatNodes,
  type ShardEntry,
  type ShardNode,
  type SlotsNode,
} from "../../cluster/mod.ts";
import { countFailureReports } from "../../cluster/status.ts";
import type { Args } from "../../command/args.ts";
import type { CommandContext } from "../../command/context.ts";
import { ADMIN, LOADING, STALE } from "../../command/flags.ts";
import { type CommandSpec, defineCommand } from "../../command/spec.ts";
import { CommandError } from "../../resp/errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { type ClusterService, services } from "../services.ts";
import { memberFor, readNode } from "./member.ts";

function writeLinks(reply: Reply, cluster: ClusterService): void {
  const links = describeLinks(cluster.state);
  reply.arrayHeader(links.length);
  for (const { link, direction, node, createdAt } of links) {
    const queued = cluster.queuedBytes(link);
    reply.mapHeader(6);
    writeTexts(reply, "direction", direction, "node", node);
    reply.bulkText("create-time");
    reply.integer(createdAt);
    writeTexts(reply, "events", queued > 0 ? "rw" : "r");
    for (const name of ["send-buffer-allocated", "send-buffer-used"]) {
      reply.bulkText(name);
      reply.integer(queued);
    }
  }
}

function writeTexts(reply: Reply, ...texts: string[]): void {
  for (const text of texts) reply.bulkText(text);
}

function writeSlots(ctx: CommandContext, state: ClusterState): void {
  const { reply } = ctx;
  const entries = describeSlots(state, endpointType(ctx), false);
  reply.arrayHeader(entries.length);
  for (const { range: [first, last], nodes } of entries) {
    reply.arrayHeader(2 + nodes.length);
    reply.integer(first);
    reply.integer(last);
    for (const node of nodes) writeSlotsNode(reply, node);
  }
}

function writeSlotsNode(reply: Reply, { endpoint, port, id, metadata }: SlotsNode): void {
  reply.arrayHeader(4);
  writeEndpoint(reply, endpoint);
  reply.integer(port);
  reply.bulkText(id);
  reply.mapHeader(metadata.length);
  for (const pair of metadata) writeTexts(reply, ...pair);
}

function writeEndpoint(reply: Reply, endpoint: string | null): void {
  if (endpoint === null) reply.nullReply();
  else reply.bulkText(endpoint);
}

function endpointType(ctx: CommandContext): "ip" | "hostname" | "unknown-endpoint" {
  return services(ctx).config.get("cluster-preferred-endpoint-type");
}

function writeShard(reply: Reply, { slots, nodes }: ShardEntry): void {
  reply.mapHeader(2);
  reply.bulkText("slots");
  reply.arrayHeader(slots.length * 2);
  for (const slot of slots.flat()) reply.integer(slot);
  reply.bulkText("nodes");
  reply.arrayHeader(nodes.length);
  for (const node of nodes) writeShardNode(reply, node);
}

function writeShardNode(reply: Reply, node: ShardNode): void {
  const fields: [string, string | number | null][] = [["id", node.id]];
  if (node.port !== 0) fields.push(["port", node.port]);
  if (node.tlsPort !== 0) fields.push(["tls-port", node.tlsPort]);
  fields.push(["ip", node.ip], ["endpoint", node.endpoint]);
  if (node.hostname !== "") fields.push(["hostname", node.hostname]);
  fields.push(["role", node.role], ["replication-offset", node.replicationOffset], ["health", node.health]);
  reply.mapHeader(fields.length);
  for (const [name, value] of fields) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else writeEndpoint(reply, value);
  }
}

function infoText({ overfullLinks, state }: ClusterService): string {
  const fields = [...describeInfo(state), ["total_cluster_links_buffer_limit_exceeded", overfullLinks]];
  return fields.map(([name, value]) => `${name}:${value}\r\n`).join("");
}

function listReplicas(ctx: CommandContext, args: Args): void {
  const cluster = memberFor(ctx, args, 3);
  const master = readNode(cluster, args, 2);
  if (master.isReplica) throw new CommandError("ERR The specified node is not a master");
  const lines = formatNodes(cluster.state, "client", master.replicas);
  ctx.reply.arrayHeader(lines.length);
  for (const line of lines) ctx.reply.bulkText(line);
}

/** The subcommands in alphabetical order. */
export const viewCommands: readonly CommandSpec[] = [
  defineCommand({
    name: "COUNT-FAILURE-REPORTS",
    group: "cluster",
    since: "3.0.0",
    summary: "Counts the current failure reports about a node.",
    complexity: "O(N) with N the number of failure reports.",
    syntax: "node-id",
    flags: ADMIN | STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      const cluster = memberFor(ctx, args, 3);
      const node = readNode(cluster, args, 2);
      ctx.reply.integer(countFailureReports(cluster.state, node));
    },
  }),
  defineCommand({
    name: "INFO",
    group: "cluster",
    since: "3.0.0",
    summary: "Returns the state of the cluster as this node sees it.",
    complexity: "O(1)",
    flags: STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      ctx.reply.verbatim("txt", infoText(memberFor(ctx, args, 2)));
    },
  }),
  defineCommand({
    name: "LINKS",
    group: "cluster",
    since: "7.0.0",
    summary: "Lists the connections to and from the other nodes.",
    complexity: "O(N) with N the number of nodes.",
    flags: STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      writeLinks(ctx.reply, memberFor(ctx, args, 2));
    },
  }),
  defineCommand({
    name: "MYID",
    group: "cluster",
    since: "3.0.0",
    summary: "Returns the ID of this node.",
    complexity: "O(1)",
    flags: STALE,
    run(ctx, args) {
      ctx.reply.bulkText(memberFor(ctx, args, 2).state.myself.id);
    },
  }),
  defineCommand({
    name: "MYSHARDID",
    group: "cluster",
    since: "7.2.0",
    summary: "Returns the ID of the shard of this node.",
    complexity: "O(1)",
    flags: STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      ctx.reply.bulkText(memberFor(ctx, args, 2).state.myself.shardId);
    },
  }),
  defineCommand({
    name: "NODES",
    group: "cluster",
    since: "3.0.0",
    summary: "Returns the cluster configuration as this node sees it.",
    complexity: "O(N) with N the number of nodes.",
    flags: STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      const lines = formatNodes(memberFor(ctx, args, 2).state, "client");
      ctx.reply.verbatim("txt", lines.map((line) => line + "\n").join(""));
    },
  }),
  defineCommand({
    name: "REPLICAS",
    group: "cluster",
    since: "5.0.0",
    summary: "Lists the replicas of a master.",
    complexity: "O(N) with N the number of replicas.",
    syntax: "node-id",
    flags: ADMIN | STALE,
    tips: ["nondeterministic_output"],
    run: listReplicas,
  }),
  defineCommand({
    name: "SHARDS",
    group: "cluster",
    since: "7.0.0",
    summary: "Describes the shards with their slots and nodes.",
    complexity: "O(N) with N the number of nodes.",
    flags: LOADING | STALE,
    tips: ["nondeterministic_output"],
    run(ctx, args) {
      const shards = describeShards(memberFor(ctx, args, 2).state, endpointType(ctx));
      ctx.reply.arrayHeader(shards.length);
      for (const shard of shards) writeShard(ctx.reply, shard);
    },
  }),
  defineCommand({
    name: "SLAVES",
    group: "cluster",
    since: "3.0.0",
    summary: "Lists the replicas of a master.",
    complexity: "O(N) with N the number of replicas.",
    syntax: "node-id",
    flags: ADMIN | STALE,
    tips: ["nondeterministic_output"],
    docFlags: ["deprecated"],
    deprecatedSince: "5.0.0",
    replacedBy: "`CLUSTER REPLICAS`",
    run: listReplicas,
  }),
  defineCommand({
    name: "SLOTS",
    group: "cluster",
    since: "3.0.0",
    summary: "Maps slot ranges to the nodes that serve them.",
    complexity: "O(N) with N the number of nodes.",
    flags: LOADING | STALE,
    tips: ["nondeterministic_output"],
    history: [["4.0.0", "Added the IDs of nodes"], ["7.0.0", "Added further network names of nodes"]],
    docFlags: ["deprecated"],
    deprecatedSince: "7.0.0",
    replacedBy: "`CLUSTER SHARDS`",
    run(ctx, args) {
      writeSlots(ctx, memberFor(ctx, args, 2).state);
    },
  }),
];
