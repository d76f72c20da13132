/** What happens to servers that Sentinels care for, and what has to hold afterwards. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Redis } from "ioredis";
import type { RespClient, TestServer } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { untilEqual } from "./replica_tools.ts";
import { COMMENTS, type Deployment, fileOf, follows, MASTER_NAME } from "./sentinel_deployment.ts";
import type { AckedWriters } from "./sentinel_writer.ts";

/** Directives with which a master that nobody follows takes no writes. */
export const SAFE_WRITES = ["min-replicas-to-write 1", "min-replicas-max-lag 10"];
/** Writes that have to be acknowledged before and after a master is gone. */
const WRITES_BEFORE = 200;
const WRITES_AFTER = 50;

/** The nodes that changed places. */
export interface Switch {
  readonly old: TestServer;
  readonly master: TestServer;
}

/** Kills the master under the writers. The new one has all that was acknowledged, and takes writes. */
export async function killMaster(deployment: Deployment, writers: AckedWriters): Promise<Switch> {
  await writers.untilMore(WRITES_BEFORE + Math.floor(Math.random() * WRITES_BEFORE));
  const old = await deployment.master();
  writers.longestGap = 0;
  await old.kill();
  const master = await deployment.untilSwitched(old);
  assertEquals(await writers.missingOn(master), []);
  await writers.untilMore(WRITES_AFTER);
  return { old, master };
}

/** Starts the old master again: the Sentinels have it follow the new one. */
export async function restart(deployment: Deployment, { old, master }: Switch): Promise<void> {
  await old.start();
  await untilAllFollow(deployment, master);
}

/** Stops the master by SIGSTOP until it was replaced. When it goes on, it follows the new one. */
export async function stopMaster(deployment: Deployment, writers: AckedWriters): Promise<Switch> {
  await writers.untilMore(WRITES_BEFORE);
  const old = await deployment.master();
  old.signal("SIGSTOP");
  const master = await deployment.untilSwitched(old);
  await writers.untilMore(WRITES_AFTER);
  old.signal("SIGCONT");
  await untilAllFollow(deployment, master);
  assertEquals(await writers.missingOn(master), []);
  return { old, master };
}

/** Has one of the Sentinels replace a master that lives, which is told of it later. */
export async function failOverByHand(deployment: Deployment): Promise<Switch> {
  const old = await deployment.master();
  using sentinel = await deployment.sentinels[2].connect();
  assertEquals(await sentinel.ask("SENTINEL", "FAILOVER", MASTER_NAME), "OK");
  return { old, master: await deployment.untilSwitched(old) };
}

/** Waits until all other nodes follow `master`. */
export async function untilAllFollow(deployment: Deployment, master: TestServer): Promise<void> {
  for (const node of deployment.others(master)) {
    await until(`${node.port} follows ${master.port}`, () => follows(node, master));
  }
}

/** Waits until all nodes have the same data; nobody may write meanwhile. */
export async function untilAllEqual(deployment: Deployment): Promise<void> {
  const [first, ...others] = deployment.nodes;
  for (const other of others) await untilEqual(first, other);
}

/** Checks that the files of all nodes name whom they follow now, and are otherwise as they were written. */
export async function checkFiles(deployment: Deployment, master: TestServer): Promise<void> {
  for (const node of deployment.nodes) {
    const line = node === master ? null : `replicaof 127.0.0.1 ${master.port}`;
    await until(`${node.port} has written its file`, () => {
      const found = fileOf(node).split("\n").filter((text) => text.startsWith("replicaof"));
      return found.join() === (line ?? "");
    });
    const lines = fileOf(node).split("\n");
    assertEquals(lines.filter((text) => COMMENTS.includes(text)), COMMENTS);
  }
}

/** A normal client and a subscriber of each node; Sentinels close them when a node's role changes. */
export class WatchedClients implements Disposable {
  readonly #clients: readonly RespClient[];

  private constructor(clients: readonly RespClient[]) {
    this.#clients = clients;
  }

  static async connect(nodes: readonly TestServer[]): Promise<WatchedClients> {
    const clients: RespClient[] = [];
    for (const node of nodes) {
      const normal = await node.connect({ timeoutMs: 30_000 });
      const subscriber = await node.connect({ timeoutMs: 30_000 });
      await normal.ask("PING");
      await subscriber.ask("SUBSCRIBE", "news");
      clients.push(normal, subscriber);
    }
    return new WatchedClients(clients);
  }

  /** Waits until all of them are closed. */
  async untilClosed(): Promise<void> {
    for (const client of this.#clients) await client.readToEnd();
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }
}

/** A subscriber of a Sentinel's events. */
export class SwitchEvents implements Disposable {
  readonly #client: RespClient;

  private constructor(client: RespClient) {
    this.#client = client;
  }

  static async subscribe(sentinel: TestServer): Promise<SwitchEvents> {
    const client = await sentinel.connect({ timeoutMs: 30_000 });
    await client.ask("SUBSCRIBE", "+switch-master");
    return new SwitchEvents(client);
  }

  /** Waits for the event that names these two. */
  async expect({ old, master }: Switch): Promise<void> {
    const text = `${MASTER_NAME} 127.0.0.1 ${old.port} 127.0.0.1 ${master.port}`;
    assertEquals(JSON.stringify(await this.#client.read()).includes(text), true, text);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** A program that writes with ioredis, which finds the master by the Sentinels, and never sees an error. */
export class IoredisProgram implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #running: Promise<void>;
  #written = 0;
  #stopped = false;
  #failure: unknown = null;

  /**
   * With `listens` it leaves a master when the Sentinels tell that there is another one, as it must when the old one hangs.
   * (While it looks for a dead one's successor, that message makes ioredis 6.0 give up for good.)
   */
  constructor(deployment: Deployment, listens = false) {
    this.#redis = new Redis({
      sentinels: deployment.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      name: MASTER_NAME,
      password: deployment.password,
      failoverDetector: listens,
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
      sentinelRetryStrategy: () => 50,
      reconnectOnError: (error) => /^(?:READONLY|NOREPLICAS)/.test(error.message) ? 2 : false,
    });
    // A connection that breaks is told here; what matters is whether a call fails.
    this.#redis.on("error", () => {});
    this.#running = this.#run();
  }

  /** Waits until some more writes have succeeded. */
  async untilMore(count = 20): Promise<void> {
    const enough = this.#written + count;
    await until("ioredis goes on writing", () => this.#written >= enough || this.#failure !== null);
    if (this.#failure !== null) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#redis.disconnect();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        assertEquals(await this.#redis.set("ioredis", ++this.#written), "OK");
        await new Promise((resolve) => setTimeout(resolve, 5));
      } catch (error) {
        if (!this.#stopped) this.#failure = error;
        return;
      }
    }
  }
}

/** Checks what a Sentinel knows of the nodes against what they are. */
export async function checkKnowledge(deployment: Deployment, master: TestServer): Promise<void> {
  using sentinel = await deployment.sentinels[1].connect();
  const replicas = await sentinel.ask("SENTINEL", "REPLICAS", MASTER_NAME) as string[][];
  for (const node of deployment.others(master)) {
    using client = await node.connect();
    const text = String(await client.ask("INFO", "server"));
    const fields = replicas.find((replica) => replica.includes(`127.0.0.1:${node.port}`)) ?? [];
    const value = (name: string) => fields[fields.indexOf(name) + 1];
    assert(text.includes(`run_id:${value("runid")}\r\n`));
    assertEquals([value("slave-priority"), value("replica-announced")], ["100", "1"]);
    assertMatch(value("slave-repl-offset"), /^\d+$/);
  }
}
