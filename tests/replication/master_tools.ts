/** What the tests of a master share. */

import { type ConfigValue, type RespClient, startRedis, startServer, type TestServer } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { MASTER } from "./replica_tools.ts";

/** A server of ours that replicas can follow. */
export function startMaster(config: Record<string, ConfigValue> = {}): Promise<TestServer> {
  return startServer({ config: { ...MASTER, ...config } });
}

/** A real redis-server that follows the server on `port`. */
export function startRealReplica(
  port: number,
  config: Record<string, ConfigValue> = {},
): Promise<TestServer> {
  const settings = { "enable-debug-command": true, replicaof: ["127.0.0.1", port], ...config };
  return startRedis({ config: settings });
}

/** Waits until `count` replicas get the master's stream and have acknowledged something of it. */
export async function untilOnline(master: RespClient, count = 1): Promise<void> {
  await until(`${count} replicas are online`, async () => {
    const text = String(await master.ask("INFO", "replication"));
    return text.match(/state=online,offset=[1-9]/g)?.length === count;
  });
}

/** A counter of INFO. */
export async function counter(client: RespClient, name: string): Promise<number> {
  return Number(await info(client, name));
}
