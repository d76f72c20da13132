/** What the tests of a replica share. */

import { type ConfigValue, type RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import { digestOf, info, until } from "../persistence/tools.ts";

/** Directives that make a master answer quickly. */
export const MASTER: Record<string, ConfigValue> = {
  "enable-debug-command": true,
  "repl-diskless-sync-delay": 0,
  "repl-ping-replica-period": 1,
};

/** A server of ours to be compared; with `master` it is a replica of that one. */
export function startReplica(
  master: { port: number } | null,
  config: Record<string, ConfigValue> = {},
): Promise<TestServer> {
  const follow: Record<string, ConfigValue> = master === null ? {} : {
    replicaof: ["127.0.0.1", master.port],
  };
  return startServer({ config: { ...MASTER, ...follow, ...config } });
}

/** A real redis-server. */
export function startRealMaster(config: Record<string, ConfigValue> = {}): Promise<TestServer> {
  return startRedis({ config: { ...MASTER, ...config } });
}

/** Waits until the link to the master is there. */
export async function untilLinked(client: RespClient): Promise<void> {
  await until("the link is up", async () => await info(client, "master_link_status") === "up");
}

/** Waits until both have the same data. */
export async function untilEqual(master: TestServer, replica: TestServer): Promise<void> {
  const count = `${master.port} and ${replica.port} have the same data`;
  await until(count, async () => await digestOf(master) === await digestOf(replica));
}
