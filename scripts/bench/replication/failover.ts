import { Client, runCommand } from "../client.ts";
import type { BenchOptions } from "../options.ts";
import { noRounds, turnsOf } from "../persistence/data.ts";
import type { Line } from "../persistence/line.ts";
import type { Server } from "../servers.ts";
import { BenchCluster } from "./bench_cluster.ts";
import { until } from "./replica.ts";

/** Milliseconds. */
const NODE_TIMEOUT = 2000;
/** It is in the first slots, which the first master has. */
const KEY = "3560";

/** How long a cluster has no master for some slots when one is killed. */
export async function measureFailover(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<Line[]> {
  const seconds = noRounds();
  for (let round = 0; round < options.rounds; round++) {
    for (const name of turnsOf(round)) {
      progress(`round ${round + 1}/${options.rounds} of failover, ${name}`);
      const extra = ["--cluster-node-timeout", String(NODE_TIMEOUT)];
      seconds[name].push(await BenchCluster.with(name, 1, extra, measure));
    }
  }
  const { "mini-redis": ours, "redis-server": reference } = seconds;
  return [{ what: `failover, cluster-node-timeout ${NODE_TIMEOUT}`, unit: "s", ours, reference }];
}

async function measure({ servers }: BenchCluster): Promise<number> {
  const [master] = servers;
  const info = String(await runCommand(master.port, "INFO", "replication"));
  const port = Number(/^slave0:ip=[^,]*,port=(\d+)/m.exec(info)?.[1]);
  await runCommand(master.port, "SET", KEY, "before");
  const start = performance.now();
  // The process that does the work: a launcher would leave it behind.
  Deno.kill(master.pid, "SIGKILL");
  await until("the replica takes writes", () => takesWrite(port), 5);
  return (performance.now() - start) / 1000;
}

async function takesWrite(port: Server["port"]): Promise<boolean> {
  const client = await Client.connect(port);
  try {
    return await client.command("SET", KEY, "after") === "OK";
  } catch {
    // It is not its slot, or the cluster does not work.
    return false;
  } finally {
    client.close();
  }
}
