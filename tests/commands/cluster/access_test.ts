/** What a node of a cluster allows, compared with the real redis-server; and how long ASKING holds. */
import { assertEquals, assertMatch } from "@std/assert";
import type { CommandContext } from "../../../src/command/context.ts";
import { defineCommand } from "../../../src/command/spec.ts";
import { asking, readonly, readwrite } from "../../../src/commands/cluster/access.ts";
import { connectionCommands } from "../../../src/commands/connection/mod.ts";
import { transactionCommands } from "../../../src/commands/transactions/mod.ts";
import { installGuards } from "../../../src/server/guards.ts";
import { installMigration } from "../../../src/server/migration.ts";
import { Transactions } from "../../../src/tx/mod.ts";
import { HeldKeys } from "../../../src/cluster/held_keys.ts";
import { freePort } from "../../support/free_port.ts";
import { redisAvailable, ReplyError, startRedis, startServer } from "../../harness.ts";
import { until } from "../../persistence/tools.ts";
import { toPlain } from "../../support/resp_reply.ts";
import { InProcess } from "../in_process.ts";

const ignore = !redisAvailable();

/** The replies of a node that serves all slots; errors as text. */
async function replies(start: typeof startServer): Promise<unknown[]> {
  await using server = await start({ config: { "cluster-enabled": true, "cluster-port": freePort() } });
  using client = await server.connect();
  await client.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
  await until("it works", async () => /cluster_state:ok/.test(String(await client.ask("CLUSTER", "INFO"))));
  const results: unknown[] = [];
  for (const command of COMMANDS) {
    try {
      results.push([command, await client.ask(...command.split(" "))]);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      results.push([command, error.message]);
    }
  }
  return results;
}

const COMMANDS = [
  ...["SELECT 0", "SELECT 1", "SELECT 99", "SELECT x", "MOVE k 1", "MOVE k x", "SWAPDB 0 1", "SWAPDB x y"],
  ...["SET {a}1 v", "COPY {a}1 {a}2 DB 1", "COPY {a}1 {a}2 DB 99", "COPY {a}1 {a}2 DB 0", "DBSIZE"],
  ...[
    "RPUSH l 2 1",
    "SORT l",
    "SORT l BY w_*",
    "SORT l BY nosort",
    "SORT l GET x",
    "SORT l GET #",
    "SORT_RO l BY *",
  ],
  ...[
    "CLUSTER COUNTKEYSINSLOT 15495",
    "CLUSTER GETKEYSINSLOT 15495 0",
    "DEL {a}2",
    "CLUSTER GETKEYSINSLOT 15495 10",
    "CLUSTER KEYSLOT {a}1",
  ],
  ...["ASKING", "READONLY", "READWRITE", "FLUSHALL", "CLUSTER COUNTKEYSINSLOT 15495", "RANDOMKEY"],
  ...["SET {a}x 1", "SET {b}x 2", "SCAN 0 COUNT 100 MATCH {b}*", "KEYS {a}*", "FLUSHDB", "DBSIZE"],
];

Deno.test({
  name: "a node of a cluster refuses what the real one refuses",
  ignore,
  async fn() {
    assertEquals(await replies(startServer), await replies(startRedis));
  },
});

Deno.test("without a cluster there is nothing to ask for", async () => {
  await using server = await startServer();
  using client = await server.connect();
  for (const command of ["ASKING", "READONLY", "READWRITE"]) {
    await client.sendRaw(`*1\r\n$${command.length}\r\n${command}\r\n`);
    const reply = toPlain(await client.read());
    assertEquals((reply as ReplyError).message, "ERR This instance has cluster support disabled");
  }
});

const asked = defineCommand({
  name: "ASKED",
  group: "cluster",
  since: "1.0.0",
  summary: "",
  complexity: "O(1)",
  flags: 0,
  run: ({ client, reply }: CommandContext) => reply.integer(client.asking > 0 ? 1 : 0),
});

function session(): InProcess {
  const commands = [asked, asking, readonly, readwrite, ...connectionCommands, ...transactionCommands];
  const session = new InProcess(commands, (keyspace) => ({
    cluster: {},
    transactions: new Transactions(keyspace),
  }));
  const services = {
    ...session.context.services,
    cron: { add() {} },
    evictor: {},
    expireCycle: {},
    log: {},
    migrator: { held: new HeldKeys(), targets: {} },
    pause: { active: false },
  };
  installGuards(services as unknown as Parameters<typeof installGuards>[0]);
  installMigration(services as unknown as Parameters<typeof installMigration>[0], () => {});
  return session;
}

Deno.test("ASKING holds for the next command, or for a whole transaction", () => {
  const client = session();
  const run = (...commands: string[]) => commands.map((command) => client.raw(command).trim()).join(" ");
  assertEquals(run("ASKED", "ASKING", "ASKED", "ASKED"), ":0 +OK :1 :0");
  assertEquals(run("ASKING", "ECHO x", "ASKED").slice(-2), ":0");
  assertEquals(run("ASKING", "ASKING", "ASKED", "ASKED"), "+OK +OK :1 :0");
  assertMatch(run("ASKING", "MULTI", "ASKED", "ASKED", "EXEC"), /\*2\r\n:1\r\n:1$/);
  assertEquals(run("ASKED"), ":0");
  run("MULTI", "ASKING", "EXEC");
  assertEquals(run("ASKED"), ":0");
  assertEquals(client.client.conditions, 0);
  run("ASKING");
  client.client.postpone();
  assertEquals(run("ASKED"), ":1");
  client.client.postpone();
  assertEquals(run("ASKED", "ASKED"), ":1 :0");
});
