import { assertEquals } from "@std/assert";
import { redisAvailable, type RespClient, type TestServer } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

const ignore = !redisAvailable();

/** Has `client`'s server follow `master`, and waits until it does. */
async function follow(client: RespClient, master: TestServer): Promise<void> {
  assertEquals(await client.ask("REPLICAOF", "127.0.0.1", String(master.port)), "OK");
  await untilLinked(client);
}

Deno.test({
  name: "a replica of redis-server becomes a master, and a replica again",
  ignore,
  async fn() {
    await using master = await startRealMaster();
    await using replica = await startReplica(master);
    using writer = await master.connect();
    using client = await replica.connect();
    await untilLinked(client);
    await new Workload(writer, 3).run(200);
    await untilEqual(master, replica);
    const id = await info(client, "master_replid");
    const offset = Number(await info(client, "master_repl_offset"));
    assertEquals(await client.ask("REPLICAOF", "NO", "ONE"), "OK");
    assertEquals(await info(client, "role"), "master");
    assertEquals(await info(client, "master_replid2"), id);
    assertEquals(Number(await info(client, "second_repl_offset")) >= offset + 1, true);
    assertEquals(await info(client, "master_replid") === id, false);
    await client.ask("SET", "own", "write");
    await follow(client, master);
    await new Workload(writer, 4).run(200);
    await untilEqual(master, replica);
    assertEquals(await client.ask("GET", "own"), null);
    const again = await client.ask("SLAVEOF", "127.0.0.1", String(master.port));
    assertEquals(again, "OK Already connected to specified master");
  },
});

for (const middle of ["ours", "redis-server"]) {
  Deno.test({
    name: `after a failover to ${middle} the others go on by the second ID, the old master too`,
    ignore,
    async fn() {
      await using first = await startReplica(null, { "repl-ping-replica-period": 1000 });
      await using second = await (middle === "ours" ? startReplica(null) : startRealMaster());
      await using third = await startReplica(null);
      using firstClient = await first.connect();
      using secondClient = await second.connect();
      using thirdClient = await third.connect();
      await follow(secondClient, first);
      await follow(thirdClient, first);
      await new Workload(firstClient, 5).run(300);
      // Nothing more comes into the stream, and the new master has all of it.
      await firstClient.ask("CLIENT", "PAUSE", "60000", "WRITE");
      const end = Number(await info(firstClient, "master_repl_offset"));
      for (const client of [secondClient, thirdClient]) {
        await until("it has all", async () => Number(await info(client, "slave_repl_offset")) === end);
      }
      await secondClient.ask("REPLICAOF", "NO", "ONE");
      await new Workload(secondClient, 6).run(100);
      await follow(thirdClient, second);
      await follow(firstClient, second);
      await firstClient.ask("CLIENT", "UNPAUSE");
      await new Workload(secondClient, 7).run(300);
      await untilEqual(second, first);
      await untilEqual(second, third);
      assertEquals(await info(secondClient, "sync_full"), "0");
      assertEquals(await info(secondClient, "sync_partial_ok"), "2");
      await third.waitForLog(/Master replication ID changed to [0-9a-f]{40}/);
      assertEquals(await info(thirdClient, "master_replid"), await info(secondClient, "master_replid"));
    },
  });
}

Deno.test({
  name: "a replica in the middle passes the stream on, and its replicas survive its link",
  ignore,
  async fn() {
    await using top = await startRealMaster();
    await using middle = await startReplica(top);
    await using real = await startRealMaster({ replicaof: ["127.0.0.1", middle.port] });
    await using ours = await startReplica(middle);
    using writer = await top.connect();
    using middleClient = await middle.connect();
    using realClient = await real.connect();
    using ourClient = await ours.connect();
    await writer.ask("SELECT", "2");
    await writer.ask("SET", "before", "all");
    for (const client of [middleClient, realClient, ourClient]) await untilLinked(client);
    // The stream is in database 2 for those who came later, too.
    await writer.ask("SET", "also", "here");
    const workload = new Workload(writer, 8, { scripts: true });
    await workload.run(300);
    await middleClient.ask("CLIENT", "KILL", "TYPE", "master");
    await workload.run(300);
    await middleClient.ask("CLIENT", "KILL", "TYPE", "replica");
    await workload.run(300);
    for (const server of [middle, real, ours]) await untilEqual(top, server);
    assertEquals(await info(writer, "sync_full"), "1");
    assertEquals(await info(writer, "sync_partial_ok"), "1");
    assertEquals(await info(middleClient, "sync_full"), "2");
    assertEquals(await info(middleClient, "sync_partial_ok"), "2");
    const offset = await info(writer, "master_repl_offset");
    await until("all are where the master is", async () => {
      for (const client of [middleClient, realClient, ourClient]) {
        if (Number(await info(client, "slave_repl_offset")) < Number(offset)) return false;
      }
      return true;
    });
    // A full resynchronisation of the one in the middle reaches those below.
    await middleClient.ask("REPLICAOF", "NO", "ONE");
    await middleClient.ask("SET", "apart", "for a while");
    await follow(middleClient, top);
    await workload.run(100);
    for (const server of [middle, real, ours]) await untilEqual(top, server);
  },
});

Deno.test({
  name: "a replica that was restarted goes on where its snapshot ends",
  ignore,
  async fn() {
    await using master = await startRealMaster();
    await using replica = await startReplica(master, { save: ["900", "1"] });
    using writer = await master.connect();
    const workload = new Workload(writer, 9);
    {
      using client = await replica.connect();
      await untilLinked(client);
    }
    await writer.ask("SELECT", "1");
    await workload.run(300);
    await untilEqual(master, replica);
    await replica.stop();
    // In the same database, which the snapshot has to remember.
    await workload.run(300);
    await replica.start();
    using client = await replica.connect();
    await untilLinked(client);
    await untilEqual(master, replica);
    assertEquals(await info(writer, "sync_full"), "1");
    assertEquals(await info(writer, "sync_partial_ok"), "1");
  },
});

Deno.test("replicas of a master that was restarted go on, without what expired meanwhile", async () => {
  await using master = await startReplica(null, { save: ["900", "1"] });
  await using replica = await startReplica(master);
  using client = await replica.connect();
  await untilLinked(client);
  {
    using writer = await master.connect();
    await new Workload(writer, 10).run(300);
    await writer.ask("SET", "short", "life", "PX", "700");
    await untilEqual(master, replica);
  }
  await master.stop();
  await new Promise((resolve) => setTimeout(resolve, 700));
  await master.start();
  using writer = await master.connect();
  await untilLinked(client);
  await new Workload(writer, 11).run(300);
  await untilEqual(master, replica);
  assertEquals(await info(writer, "sync_full"), "0");
  assertEquals(await info(writer, "sync_partial_ok"), "1");
});
