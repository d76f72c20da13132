import { assertEquals } from "@std/assert";
import { redisAvailable } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

for (const [from, to] of [["ours", "ours"], ["ours", "redis-server"], ["redis-server", "ours"]]) {
  Deno.test({
    name: `FAILOVER hands the role of ${from} to ${to}, and the old master goes on as its replica`,
    ignore: !redisAvailable(),
    async fn() {
      await using old = await (from === "ours" ? startReplica(null) : startRealMaster());
      await using heir =
        await (to === "ours" ? startReplica(old) : startRealMaster({ replicaof: ["127.0.0.1", old.port] }));
      using oldClient = await old.connect();
      using heirClient = await heir.connect();
      await untilLinked(heirClient);
      await new Workload(oldClient, 12).run(200);
      // A value that takes many reads is on its way, too.
      await oldClient.ask("SET", "large", "x".repeat(3_000_000));
      assertEquals(await oldClient.ask("FAILOVER", "TIMEOUT", "20000"), "OK");
      await until("the roles are exchanged", async () => await info(heirClient, "role") === "master");
      await untilLinked(oldClient);
      assertEquals(await info(oldClient, "master_failover_state"), "no-failover");
      await new Workload(heirClient, 13).run(200);
      await untilEqual(heir, old);
      assertEquals(await info(heirClient, "sync_full"), "0");
      assertEquals(await info(heirClient, "sync_partial_ok"), "1");
    },
  });
}
