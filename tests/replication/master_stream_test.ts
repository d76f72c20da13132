import { assert, assertEquals } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { info, pipeline, until } from "../persistence/tools.ts";
import { Random } from "../conformance/random.ts";
import { counter, startMaster, startRealReplica, untilOnline } from "./master_tools.ts";
import { Proxy } from "./proxy.ts";
import { untilEqual, untilLinked } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

const ignore = !redisAvailable();

Deno.test({
  name: "a real replica whose link is cut again and again goes on where it was",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    using proxy = new Proxy(master.port);
    await using replica = await startRealReplica(proxy.port);
    await untilOnline(client);
    const random = new Random(7);
    const workload = new Workload(client, 3);
    using link = await replica.connect();
    for (let cut = 0; cut < 3; cut++) {
      await workload.run(random.between(300, 800));
      if (cut === 0) assertEquals(await client.ask("CLIENT", "KILL", "TYPE", "replica"), 1);
      else proxy.cut();
      await workload.run(300);
      const wanted = cut + 1;
      await until("it is back", async () => await counter(client, "sync_partial_ok") === wanted);
    }
    await untilLinked(link);
    await workload.run(500);
    await untilEqual(master, replica);
    assertEquals(await counter(client, "sync_full"), 1);
    assertEquals(await counter(client, "sync_partial_err"), 0);
  },
});

Deno.test({
  name: "a replica of a replica has the same data, and finds the stream at the master too",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    const workload = new Workload(client, 4);
    await workload.run(1000);
    await using middle = await startRealReplica(master.port, { "repl-diskless-sync-delay": 0 });
    await untilOnline(client);
    await using last = await startRealReplica(middle.port);
    using link = await last.connect();
    await untilLinked(link);
    await workload.run(1000);
    await untilEqual(master, last);
    await link.ask("REPLICAOF", "127.0.0.1", String(master.port));
    await untilOnline(client, 2);
    await workload.run(500);
    for (const replica of [middle, last]) await untilEqual(master, replica);
    assertEquals(await counter(client, "sync_full"), 1);
    assertEquals(await counter(client, "sync_partial_ok"), 1);
  },
});

Deno.test({
  name: "what blocked clients get, what expires, what is evicted and what is published reaches a replica",
  ignore,
  async fn() {
    await using master = await startMaster({ "maxmemory-policy": "allkeys-lru" });
    using client = await master.connect();
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    using link = await replica.connect();
    using popper = await master.connect();
    for (const command of ["BLPOP list 0", "BLMOVE list other LEFT RIGHT 0", "BZPOPMIN zset 0"]) {
      const [name, key] = command.split(" ");
      await popper.send(...command.split(" "));
      await until("it waits", async () => await info(client, "blocked_clients") === "1");
      if (name === "BZPOPMIN") await client.ask("ZADD", key, "1", "a", "2", "b");
      else await client.ask("RPUSH", key, "a");
      await popper.read();
    }
    for (let i = 0; i < 100; i++) await client.ask("SET", `short:${i}`, "1", "PX", "5");
    await until("they expire", async () => await counter(client, "expired_keys") === 100);
    await untilEqual(master, replica);
    assertEquals(await link.ask("DBSIZE"), await client.ask("DBSIZE"));
    using subscriber = await replica.connect();
    await subscriber.ask("SUBSCRIBE", "channel");
    await client.ask("PUBLISH", "channel", "message");
    assertEquals(
      await subscriber.readRaw(),
      "*3\r\n$7\r\nmessage\r\n$7\r\nchannel\r\n$7\r\nmessage\r\n",
    );
    const fillers = Array.from({ length: 10_000 }, (_, i) => ["SET", `filler:${i}`, "x".repeat(100)]);
    await pipeline(client, ...fillers);
    await client.ask("CONFIG", "SET", "maxmemory", "1mb");
    await new Workload(client, 5).run(300);
    await client.ask("CONFIG", "SET", "maxmemory", "0");
    assert(await counter(client, "evicted_keys") > 100);
    await untilEqual(master, replica);
  },
});

Deno.test({
  name: "the append-only file and a replica get the same",
  ignore,
  async fn() {
    await using master = await startMaster({ appendonly: true, appendfsync: "always" });
    using client = await master.connect();
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    const workload = new Workload(client, 6);
    await workload.run(1000);
    await client.ask("BGREWRITEAOF");
    await workload.run(1000);
    await untilEqual(master, replica);
    await master.kill();
    await master.start();
    using again = await master.connect();
    await untilOnline(again);
    await untilEqual(master, replica);
  },
});

Deno.test({
  name: "the backlog goes when nobody has come for it, and with it the history",
  ignore,
  async fn() {
    await using master = await startMaster({ "repl-backlog-ttl": 1 });
    using client = await master.connect();
    const before = await info(client, "master_replid");
    let during: string;
    {
      await using _replica = await startRealReplica(master.port);
      await untilOnline(client);
      assertEquals(await info(client, "repl_backlog_active"), "1");
      during = await info(client, "master_replid");
    }
    await until("it is gone", async () => await info(client, "repl_backlog_active") === "0");
    const after = await info(client, "master_replid");
    assertEquals(new Set([before, during, after]).size, 3);
  },
});
