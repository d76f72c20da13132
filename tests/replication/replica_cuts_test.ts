import { assert, assertEquals } from "@std/assert";
import { redisAvailable, type TestServer } from "../harness.ts";
import { Random } from "../conformance/random.ts";
import { info, until } from "../persistence/tools.ts";
import { Proxy } from "./proxy.ts";
import { MASTER, startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

Deno.test({
  name:
    "a link to redis-server that is cut anywhere goes on where it ended, and nothing is lost or done twice",
  ignore: !redisAvailable(),
  async fn() {
    await using master = await startRealMaster({ "repl-backlog-size": "10mb" });
    await followThroughCuts(master, true);
  },
});

Deno.test("a link to a master of ours that is cut anywhere goes on where it ended", async () => {
  await using master = await startReplica(null, { "repl-backlog-size": "10mb" });
  await followThroughCuts(master, false);
});

async function followThroughCuts(master: TestServer, scripts: boolean): Promise<void> {
  const random = new Random(7);
  using proxy = new Proxy(master.port);
  await using replica = await startReplica(proxy, { appendonly: true });
  using writer = await master.connect();
  using client = await replica.connect();
  const workload = new Workload(writer, 2, { scripts });
  await workload.run(200);
  await untilLinked(client);
  proxy.cutAfter = () => random.between(200, 30_000);
  proxy.cut();
  // How many of the connections get as far as PSYNC before they are cut depends on how quick everybody is.
  const isOver = async (round: number) => round >= 15 && Number(await info(writer, "sync_partial_ok")) >= 10;
  for (let round = 0; round < 150 && !await isOver(round); round++) {
    await workload.run(random.between(50, 300));
    const { accepted } = proxy;
    if (random.chance(0.4)) proxy.cut();
    else if (random.chance(0.5)) await writer.ask("CLIENT", "KILL", "TYPE", "replica");
    else await client.ask("CLIENT", "KILL", "TYPE", "master");
    // What was killed may be dead already, for the same reason as ever: too many bytes.
    await workload.run(random.between(50, 300));
    await until("another connection", async () => {
      if (proxy.accepted === accepted) await workload.run(50);
      return proxy.accepted > accepted;
    });
  }
  proxy.cutAfter = null;
  proxy.cut();
  await untilLinked(client);
  await untilEqual(master, replica);
  assertEquals(await info(writer, "sync_full"), "1");
  assert(Number(await info(writer, "sync_partial_ok")) >= 10);
  // The replica's own log has the same.
  await replica.stop();
  await using copy = await startReplica(null, { ...MASTER, dir: replica.dir, appendonly: true });
  await until("the log has the same data", async () => {
    await untilEqual(master, copy);
    return true;
  });
}
