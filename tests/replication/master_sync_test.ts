import { assertEquals } from "@std/assert";
import { redisAvailable, type TestServer } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { counter, startMaster, startRealReplica, untilOnline } from "./master_tools.ts";
import { untilEqual } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

const ignore = !redisAvailable();
const KEYS = 6000;

/** How many snapshots for replicas a master has begun, once its log tells of so many. */
async function snapshotsOf(master: TestServer, count: number): Promise<number> {
  const [text] = await master.waitForLog(new RegExp(`(?:Starting BGSAVE for SYNC[^]*){${count}}`));
  return text.match(/Starting BGSAVE for SYNC/g)!.length;
}

for (const diskless of [true, false]) {
  const way = diskless ? "without a file" : "by a file";
  Deno.test({
    name: `a real replica gets all data ${way} while they change, and the stream behind them`,
    ignore,
    async fn() {
      await using master = await startMaster({ "repl-diskless-sync": diskless });
      using client = await master.connect();
      await client.ask("DEBUG", "POPULATE", 50_000);
      const workload = new Workload(client, diskless ? 1 : 2);
      await workload.run(2000);
      await using replica = await startRealReplica(master.port);
      using link = await replica.connect();
      while (await info(link, "master_link_status") !== "up") await workload.run(200);
      await workload.run(2000);
      await untilEqual(master, replica);
      assertEquals(await counter(client, "sync_full"), 1);
      await replica.waitForLog(diskless ? /with EOF/ : /receiving \d+ bytes from master/);
    },
  });
}

Deno.test({
  name: "replicas that come together share a snapshot, and a late one has its own",
  ignore,
  async fn() {
    await using master = await startMaster({
      "repl-diskless-sync-delay": 60,
      "repl-diskless-sync-max-replicas": 2,
    });
    using client = await master.connect();
    await client.ask("DEBUG", "POPULATE", 10_000);
    await using first = await startRealReplica(master.port);
    await until("one waits", async () => /state=wait_bgsave/.test(String(await client.ask("INFO"))));
    await using second = await startRealReplica(master.port);
    await untilOnline(client, 2);
    assertEquals(await snapshotsOf(master, 1), 1);
    await client.ask("CONFIG", "SET", "repl-diskless-sync-delay", 0);
    await using third = await startRealReplica(master.port);
    await untilOnline(client, 3);
    assertEquals(await snapshotsOf(master, 2), 2);
    for (const replica of [first, second, third]) await untilEqual(master, replica);
  },
});

Deno.test({
  name: "a replica joins a snapshot that is being saved for another one",
  ignore,
  async fn() {
    await using master = await startMaster({ "repl-diskless-sync": false, "rdb-del-sync-files": true });
    using client = await master.connect();
    // It would last for a minute, were the keys not written anew: what is about to change is recorded at once.
    await client.ask("DEBUG", "POPULATE", KEYS);
    await client.ask("CONFIG", "SET", "rdb-key-save-delay", 10_000);
    await using first = await startRealReplica(master.port);
    await until("it is being saved", async () => await info(client, "rdb_bgsave_in_progress") === "1");
    await using second = await startRealReplica(master.port);
    await until(
      "both wait",
      async () => (await client.ask("INFO") as string).match(/wait_bgsave/g)?.length === 2,
    );
    await client.ask("SET", "meanwhile", "1");
    await client.ask("MSET", ...Array.from({ length: KEYS }, (_, i) => [`key:${i}`, "new"]).flat());
    await untilOnline(client, 2);
    assertEquals(await snapshotsOf(master, 1), 1);
    for (const replica of [first, second]) await untilEqual(master, replica);
    await until("the file is gone", async () => {
      for await (const { name } of Deno.readDir(master.dir)) if (name.endsWith(".rdb")) return false;
      return true;
    });
  },
});
