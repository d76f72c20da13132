import { assertEquals } from "@std/assert";
import { redisAvailable, startRedis } from "../harness.ts";
import { info } from "../persistence/tools.ts";
import { MASTER, startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";

const ignore = !redisAvailable();

Deno.test({
  name: "a master that has gone silent is left, and asked again",
  ignore,
  async fn() {
    await using master = await startRealMaster();
    await using replica = await startReplica(master, { "repl-timeout": 2 });
    using client = await replica.connect();
    await untilLinked(client);
    master.signal("SIGSTOP");
    await replica.waitForLog(/MASTER timeout: no data nor PING received\.\.\./);
    master.signal("SIGCONT");
    await untilLinked(client);
    await untilEqual(master, replica);
  },
});

Deno.test({
  name: "a replica that loads for longer than the timeout is not given up by a master of ours",
  ignore,
  async fn() {
    await using master = await startReplica(null, { "repl-timeout": 4 });
    using writer = await master.connect();
    await writer.ask("DEBUG", "POPULATE", "5500", "key", "10");
    // A millisecond for each key: it takes longer than the timeout, and tells its master once a second that it is alive.
    await using replica = await startRedis({
      config: {
        ...MASTER,
        "key-load-delay": 1000,
        "loading-process-events-interval-bytes": 1024,
        replicaof: ["127.0.0.1", master.port],
      },
    });
    using client = await replica.connect();
    await untilLinked(client);
    await untilEqual(master, replica);
    assertEquals(await info(writer, "sync_full"), "1");
    assertEquals(await info(writer, "sync_partial_ok"), "0");
  },
});

Deno.test("a replica tells its master what it has on its disk, for WAITAOF", async () => {
  await using master = await startReplica(null);
  await using replica = await startReplica(master, { appendonly: true });
  using writer = await master.connect();
  using client = await replica.connect();
  await untilLinked(client);
  await writer.ask("SET", "key", "value");
  assertEquals(await writer.ask("WAIT", "1", "0"), 1);
  assertEquals(await writer.ask("WAITAOF", "0", "1", "0"), [0, 1]);
});
