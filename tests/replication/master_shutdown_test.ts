import { assert, assertEquals, assertMatch } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { startMaster, startRealReplica, untilOnline } from "./master_tools.ts";

const ignore = !redisAvailable();

Deno.test({
  name: "SHUTDOWN waits for replicas, can be aborted, and loses nothing",
  ignore,
  async fn() {
    await using master = await startMaster({ "shutdown-timeout": 60 });
    using client = await master.connect();
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    replica.signal("SIGSTOP");
    await client.ask("SET", "key", "value");
    using asking = await master.connect();
    await asking.send("SHUTDOWN", "NOSAVE");
    await until("it waits", async () => Number(await info(client, "shutdown_in_milliseconds")) > 0);
    using writer = await master.connect();
    await writer.send("SET", "key", "other");
    const again = await client.call("SHUTDOWN");
    assert(again.type === "error" && again.text === "ERR Errors trying to SHUTDOWN. Check logs.");
    assertEquals(await client.ask("SHUTDOWN", "ABORT"), "OK");
    assertMatch(await asking.readRaw(), /^-ERR Errors trying to SHUTDOWN/);
    assertEquals(await writer.readRaw(), "+OK\r\n");
    assertEquals(await info(client, "shutdown_in_milliseconds"), "missing");
    const none = await client.call("SHUTDOWN", "ABORT");
    assert(none.type === "error" && none.text === "ERR No shutdown in progress.");
    await client.ask("SET", "key", "last");
    await asking.send("SHUTDOWN", "NOSAVE");
    await until("it waits", async () => Number(await info(client, "shutdown_in_milliseconds")) > 0);
    replica.signal("SIGCONT");
    assertEquals((await master.exited()).code, 0);
    assertMatch(master.log, /Shutdown manually aborted[^]*1 of 1 replicas are in sync when shutting down/);
    using link = await replica.connect();
    assertEquals(await link.ask("GET", "key"), "last");
  },
});

Deno.test({
  name: "SHUTDOWN does not wait for ever, and NOW not at all",
  ignore,
  async fn() {
    await using master = await startMaster({ "shutdown-timeout": 1 });
    {
      await using replica = await startRealReplica(master.port);
      using client = await master.connect();
      await untilOnline(client);
      replica.signal("SIGSTOP");
      await client.ask("SET", "key", "value");
      await client.send("SHUTDOWN", "NOSAVE");
      assertEquals((await master.exited()).code, 0);
      assertMatch(master.log, /Lagging replica 127\.0\.0\.1:\d+ reported offset \d+ behind master, lag=/);
      await master.start();
      replica.signal("SIGCONT");
      using restarted = await master.connect();
      await untilOnline(restarted);
      await restarted.ask("CONFIG", "SET", "shutdown-timeout", "3600");
      replica.signal("SIGSTOP");
      await restarted.ask("SET", "key", "value");
      await restarted.send("SHUTDOWN", "NOSAVE", "NOW");
      assertEquals((await master.exited()).code, 0);
      replica.signal("SIGCONT");
    }
  },
});
