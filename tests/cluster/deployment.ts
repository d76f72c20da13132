/** Whole clusters of this project's servers and real ones, for a test. */

import {
  type ConfigValue,
  RespClient,
  type ServerOptions,
  startRedis,
  startServer,
  type TestServer,
} from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { toPlain } from "../support/resp_reply.ts";

export const NODE_TIMEOUT_MS = 1500;

/** Whose program a node runs: this project's or redis-server. */
export type NodeKind = "ours" | "real";

/** One node. */
export interface DeployedNode {
  readonly kind: NodeKind;
  readonly server: TestServer;
}

/** Directives of every node. */
const NODE_CONFIG: Record<string, ConfigValue> = {
  "cluster-enabled": true,
  "cluster-node-timeout": NODE_TIMEOUT_MS,
  "repl-diskless-sync-delay": 0,
  "enable-debug-command": true,
};

/** Starts a node that knows no others. */
export async function startNode(
  kind: NodeKind,
  config: Record<string, ConfigValue> = {},
): Promise<DeployedNode> {
  const options: ServerOptions = { config: { ...NODE_CONFIG, ...config } };
  return { kind, server: await (kind === "ours" ? startServer(options) : startRedis(options)) };
}

/** The nodes of a cluster; disposing it stops them all. */
export class Deployment implements AsyncDisposable {
  readonly nodes: DeployedNode[] = [];

  /**
   * Starts nodes and has `redis-cli --cluster create` make a cluster of them. The first `masters` become masters, each
   * of the others the replica that redis-cli makes of it.
   */
  static async create(
    kinds: readonly NodeKind[],
    replicas: number,
    config: Record<string, ConfigValue> = {},
  ): Promise<Deployment> {
    const deployment = new Deployment();
    try {
      const starts = await Promise.allSettled(kinds.map((kind) => startNode(kind, config)));
      for (const start of starts) if (start.status === "fulfilled") deployment.nodes.push(start.value);
      for (const start of starts) if (start.status === "rejected") throw start.reason;
      const addresses = deployment.nodes.map(addressOf);
      await redisCli(
        "--cluster",
        "create",
        ...addresses,
        "--cluster-replicas",
        `${replicas}`,
        "--cluster-yes",
      );
      await deployment.untilWorking();
    } catch (error) {
      await deployment[Symbol.asyncDispose]();
      throw error;
    }
    return deployment;
  }

  /** Starts one more node, which does not know the others. */
  async add(kind: NodeKind, config: Record<string, ConfigValue> = {}): Promise<DeployedNode> {
    const node = await startNode(kind, config);
    this.nodes.push(node);
    return node;
  }

  /** Waits until all that run see a cluster that works, with `known` nodes (or all that run), and replicas have data. */
  async untilWorking(nodes = this.nodes, known = nodes.length): Promise<void> {
    for (const node of nodes) {
      await until(`${node.kind} ${node.server.port} sees a working cluster`, async () => {
        const text = await ask(node, "CLUSTER", "INFO");
        if (!text.includes("cluster_state:ok") || !text.includes(`cluster_known_nodes:${known}\r`)) {
          return false;
        }
        const replication = await ask(node, "INFO", "replication");
        return replication.includes("role:master") || replication.includes("master_link_status:up");
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = await Promise.allSettled(this.nodes.map(({ server }) => server[Symbol.asyncDispose]()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}

/** `127.0.0.1:port` */
export function addressOf({ server }: DeployedNode): string {
  return `127.0.0.1:${server.port}`;
}

/** The reply to one command as text. */
export async function ask(node: DeployedNode, ...words: string[]): Promise<string> {
  using client = await node.server.connect();
  return String(await client.ask(...words));
}

/** The ID of a node. */
export function idOf(node: DeployedNode): Promise<string> {
  return ask(node, "CLUSTER", "MYID");
}

/** A node's line in CLUSTER NODES as another one sees it, in words; empty if it does not know it. */
export async function lineOf(viewer: DeployedNode, id: string): Promise<string[]> {
  const lines = (await ask(viewer, "CLUSTER", "NODES")).split("\n");
  return lines.find((line) => line.startsWith(id))?.split(" ") ?? [];
}

/** The node that a node replicates; undefined for a master. */
export async function masterOf(
  deployment: Deployment,
  node: DeployedNode,
): Promise<DeployedNode | undefined> {
  const port = /^master_port:(\d+)/m.exec(await ask(node, "INFO", "replication"))?.[1];
  return deployment.nodes.find(({ server }) => String(server.port) === port);
}

/** Runs redis-cli to its end; what it wrote. Throws if it failed. */
export async function redisCli(...args: string[]): Promise<string> {
  const process = new Deno.Command("redis-cli", {
    args,
    env: { TERM: "dumb", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => process.kill("SIGKILL"), 180_000);
  const { code, stdout, stderr } = await process.output();
  clearTimeout(timer);
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`redis-cli ${args.join(" ")}: status ${code}\n${text}`);
  return text;
}

/** Waits until `redis-cli --cluster check` finds nothing wrong. */
export async function untilChecked(node: DeployedNode): Promise<void> {
  let text = "";
  await until("check finds no fault", async () => {
    text = await redisCli("--cluster", "check", addressOf(node)).catch((error) => String(error));
    return /All nodes agree about slots/.test(text) && /All 16384 slots covered/.test(text);
  }).catch((error) => {
    throw new Error(`${error}\n${text}`);
  });
}

/** Sends a command to a node, and to another one as often as that says so; the reply as text. Throws other errors. */
export async function follow(node: DeployedNode, ...words: string[]): Promise<string> {
  let { port } = node.server;
  for (let redirections = 0; redirections < 5; redirections++) {
    using client = await RespClient.connect({ port });
    const reply = await client.call(...words);
    if (reply.type !== "error") return String(toPlain(reply));
    const match = /^(?:MOVED|ASK) \d+ 127\.0\.0\.1:(\d+)$/.exec(reply.text);
    if (match === null) throw new Error(reply.text);
    port = Number(match[1]);
  }
  throw new Error(`no end of redirections for ${words.join(" ")}`);
}
