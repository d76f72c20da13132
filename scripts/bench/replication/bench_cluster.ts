import { Client, runCommand } from "../client.ts";
import { freePort, makeDirectory, type Server, type ServerName, spawn, startServer } from "../servers.ts";
import { until } from "./replica.ts";

const MASTERS = 3;

/** A cluster of three masters, all of one program, each with as many replicas. */
export class BenchCluster {
  /** Masters first. */
  readonly servers: Server[] = [];

  /** Runs `use` with a cluster that works, and stops it after that. */
  static async with<T>(
    name: ServerName,
    replicas: number,
    extra: string[],
    use: (cluster: BenchCluster) => Promise<T>,
  ): Promise<T> {
    const cluster = new BenchCluster();
    try {
      await cluster.#start(name, replicas, extra);
      return await use(cluster);
    } finally {
      await Promise.all(cluster.servers.map((server) => server.stop()));
    }
  }

  /** The name of a node. */
  async idOf(server: Server): Promise<string> {
    return String(await runCommand(server.port, "CLUSTER", "MYID"));
  }

  async #start(name: ServerName, replicas: number, extra: string[]): Promise<void> {
    for (let count = MASTERS * (1 + replicas); count > 0; count--) {
      const directory = makeDirectory();
      const bus = ["--cluster-enabled", "yes", "--cluster-port", String(freePort())];
      this.servers.push(
        await startServer(name, {
          extra: [...bus, "--repl-diskless-sync-delay", "0", ...extra],
          directories: { "mini-redis": directory, "redis-server": directory },
        }),
      );
    }
    const addresses = this.servers.map(({ port }) => `127.0.0.1:${port}`);
    await redisCli("create", ...addresses, "--cluster-replicas", String(replicas), "--cluster-yes");
    for (const server of this.servers) await this.#untilWorking(server, replicas);
  }

  /** Waits until a node sees a cluster that works with all replicas in their places. */
  async #untilWorking(server: Server, replicas: number): Promise<void> {
    const client = await Client.connect(server.port);
    try {
      await until(`port ${server.port} works`, async () => {
        const info = String(await client.command("CLUSTER", "INFO"));
        const nodes = String(await client.command("CLUSTER", "NODES"));
        const replication = String(await client.command("INFO", "replication"));
        const linked = replication.includes("role:master") || replication.includes("master_link_status:up");
        const known = nodes.split("\n").filter((line) => / (?:\w+,)?slave /.test(line)).length;
        return info.includes("cluster_state:ok") && linked && known === MASTERS * replicas;
      }, 20);
    } finally {
      client.close();
    }
  }
}

/** Runs `redis-cli --cluster`. Throws with what it wrote if it fails. */
export async function redisCli(...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await spawn("redis-cli", ["--cluster", ...args]).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `redis-cli --cluster ${args[0]} failed:\n${
      (decoder.decode(stdout) + decoder.decode(stderr)).slice(-1000)
    }`,
  );
}
