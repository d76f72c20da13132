/** Servers under the care of three real redis-sentinel processes. */

import { type RespClient, startRedis, startSentinel, startServer, type TestServer } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { ConnectionClosed } from "../support/resp_client.ts";

/** Which server a node is. */
export type NodeKind = "ours" | "redis-server";

/** The name by which the Sentinels know the master. */
export const MASTER_NAME = "shop";

/** Comments of every node's configuration file, which no rewriting may lose. */
export const COMMENTS = ["# The shop's data, cared for by Sentinel.", "# Replication", "# The last line."];

const SENTINELS = 3;
/**
 * A Sentinel pings once a second, and reconnects at most once a second after another one had its connection closed with a
 * failover. Less than the sum can make it replace the new master at once.
 */
const DOWN_AFTER_MS = 2500;

/** A master, its replicas and three Sentinels; disposing it ends all of them. */
export class Deployment implements AsyncDisposable {
  readonly nodes: readonly TestServer[];
  readonly sentinels: readonly TestServer[];
  /** What clients of the nodes have to know; undefined if there is none. */
  readonly password: string | undefined;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    password: string | undefined,
    stack: AsyncDisposableStack,
    nodes: readonly TestServer[],
    sentinels: readonly TestServer[],
  ) {
    this.password = password;
    this.#stack = stack;
    this.nodes = nodes;
    this.sentinels = sentinels;
  }

  /** Starts a node per kind, the first one as the master, with these lines in their files; and the Sentinels. */
  static async start(
    kinds: readonly NodeKind[],
    lines: readonly string[] = [],
    password?: string,
  ): Promise<Deployment> {
    await using stack = new AsyncDisposableStack();
    const [master] = await startAll(stack, [() => startNode(kinds[0], lines, password)]);
    const following = [...lines, `replicaof 127.0.0.1 ${master.port}`];
    const replicas = await startAll(
      stack,
      kinds.slice(1).map((kind) => () => startNode(kind, following, password)),
    );
    const nodes = [master, ...replicas];
    await until("the replicas are online", async () => await onlineReplicas(master) === replicas.length);
    const configFile = sentinelFile(master.port, password);
    const sentinels = await startAll(
      stack,
      Array.from({ length: SENTINELS }, () => () => startSentinel({ configFile })),
    );
    const deployment = new Deployment(password, stack.move(), nodes, sentinels);
    try {
      await deployment.untilSettled();
    } catch (error) {
      await deployment[Symbol.asyncDispose]();
      throw error;
    }
    return deployment;
  }

  /** The master's port as one of the Sentinels tells it to clients. */
  async masterPort(sentinel = this.sentinels[0]): Promise<number> {
    using client = await sentinel.connect();
    const address = await client.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
    return Array.isArray(address) ? Number(address[1]) : 0;
  }

  /** The node that the Sentinels take for the master. */
  async master(): Promise<TestServer> {
    const port = await this.masterPort();
    return this.nodes.find((node) => node.port === port)!;
  }

  /** The nodes without this one. */
  others(node: TestServer): TestServer[] {
    return this.nodes.filter((other) => other !== node);
  }

  /** The priorities of the replicas as a Sentinel knows them, in ascending order. */
  async priorities(sentinel: TestServer): Promise<number[]> {
    using client = await sentinel.connect();
    const replicas = await tables(client, "REPLICAS", MASTER_NAME);
    return replicas.map((replica) => Number(replica.get("slave-priority"))).sort((a, b) => a - b);
  }

  /** Waits until all Sentinels name another master than `old`, and it is one. */
  async untilSwitched(old: TestServer): Promise<TestServer> {
    let port = 0;
    await until(`the Sentinels replace ${old.port}`, async () => {
      const ports = await Promise.all(this.sentinels.map((sentinel) => this.masterPort(sentinel)));
      port = ports[0];
      return port !== old.port && ports.every((other) => other === port);
    });
    const master = await this.master();
    await until(`${port} is a master`, async () => (await replicationOf(master)).includes("role:master"));
    return master;
  }

  /** Waits until all replicas follow the present master and every Sentinel knows it. */
  async untilSettled(): Promise<void> {
    const master = await this.master();
    for (const node of this.others(master)) {
      await until(`${node.port} follows ${master.port}`, () => follows(node, master));
    }
    await until("the master has all replicas", async () => {
      return await onlineReplicas(master) === this.nodes.length - 1;
    });
    for (const sentinel of this.sentinels) {
      using client = await sentinel.connect();
      await until(`${sentinel.port} knows all`, () => this.#knowsAll(client, master));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What was stopped can't end.
    for (const node of this.nodes) node.signal("SIGCONT");
    await this.#stack.disposeAsync();
  }

  async #knowsAll(sentinel: RespClient, master: TestServer): Promise<boolean> {
    const [known] = await tables(sentinel, "MASTERS");
    const replicas = await tables(sentinel, "REPLICAS", MASTER_NAME);
    const others = await tables(sentinel, "SENTINELS", MASTER_NAME);
    return known.get("port") === String(master.port) && known.get("flags") === "master" &&
      others.length === SENTINELS - 1 && others.every((other) => other.get("flags") === "sentinel") &&
      replicas.length === this.nodes.length - 1 &&
      replicas.every((replica) =>
        replica.get("flags") === "slave" && replica.get("master-link-status") === "ok" &&
        replica.get("master-port") === String(master.port)
      );
  }
}

/** Whether the node has a link to that master. */
export async function follows(node: TestServer, master: TestServer): Promise<boolean> {
  const text = await replicationOf(node);
  return text.includes(`\r\nmaster_port:${master.port}\r\n`) &&
    text.includes("\r\nmaster_link_status:up\r\n");
}

/** The text of a node's configuration file. */
export function fileOf(node: TestServer): string {
  return Deno.readTextFileSync(`${node.dir}/redis.conf`);
}

/** What a reply of SENTINEL says of each instance, by field. */
async function tables(sentinel: RespClient, ...words: string[]): Promise<Map<string, string>[]> {
  const reply = await sentinel.ask("SENTINEL", ...words) as string[][];
  return reply.map((fields) =>
    new Map(fields.flatMap((field, i) => i % 2 === 0 ? [[field, fields[i + 1]]] : []))
  );
}

/** Starts them together; what has started ends with `stack`, also when another one fails. */
async function startAll(
  stack: AsyncDisposableStack,
  starts: readonly (() => Promise<TestServer>)[],
): Promise<TestServer[]> {
  const results = await Promise.allSettled(starts.map((start) => start()));
  const servers: TestServer[] = [];
  for (const result of results) if (result.status === "fulfilled") servers.push(stack.use(result.value));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return servers;
}

function startNode(kind: NodeKind, lines: readonly string[], password?: string): Promise<TestServer> {
  const configFile = [
    COMMENTS[0],
    "bind 127.0.0.1",
    'save ""',
    "enable-debug-command yes",
    "",
    COMMENTS[1],
    "repl-diskless-sync-delay 0",
    "repl-ping-replica-period 1",
    ...lines,
    "",
    COMMENTS[2],
  ].join("\n") + "\n";
  // Besides the file, so that the clients of the test know it.
  const config: Record<string, string> = password === undefined
    ? {}
    : { requirepass: password, masterauth: password };
  return (kind === "ours" ? startServer : startRedis)({ config, configFile });
}

function sentinelFile(port: number, password?: string): string {
  return [
    "bind 127.0.0.1",
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${port} 2`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} 3000`,
    `sentinel parallel-syncs ${MASTER_NAME} 1`,
    password === undefined ? "" : `sentinel auth-pass ${MASTER_NAME} ${password}`,
  ].join("\n") + "\n";
}

/** How many replicas get the master's stream. */
async function onlineReplicas(master: TestServer): Promise<number> {
  return (await replicationOf(master)).match(/state=online/g)?.length ?? 0;
}

/** INFO replication; empty if a Sentinel, which changes the node's role, closes the connection. */
async function replicationOf(node: TestServer): Promise<string> {
  try {
    using client = await node.connect();
    return String(await client.ask("INFO", "replication"));
  } catch (error) {
    if (error instanceof ConnectionClosed) return "";
    throw error;
  }
}
