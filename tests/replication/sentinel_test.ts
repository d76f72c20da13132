import { redisAvailable } from "../harness.ts";
import { Deployment } from "./sentinel_deployment.ts";
import {
  checkFiles,
  checkKnowledge,
  IoredisProgram,
  killMaster,
  restart,
  SAFE_WRITES,
  SwitchEvents,
  WatchedClients,
} from "./sentinel_scenarios.ts";
import { AckedWriters } from "./sentinel_writer.ts";

Deno.test({
  name: "Sentinel replaces a killed master twice: nothing acknowledged is lost, the old one follows the new",
  ignore: !redisAvailable(),
  async fn() {
    await using deployment = await Deployment.start(["ours", "ours", "ours"], SAFE_WRITES);
    const first = await deployment.master();
    await checkKnowledge(deployment, first);
    using events = await SwitchEvents.subscribe(deployment.sentinels[1]);
    using watched = await WatchedClients.connect(deployment.others(first));
    await using writers = new AckedWriters(deployment);
    await using program = new IoredisProgram(deployment);
    await program.untilMore();
    const change = await killMaster(deployment, writers);
    await events.expect(change);
    await program.untilMore();
    await watched.untilClosed();
    await restart(deployment, change);
    await checkFiles(deployment, change.master);
    await events.expect(await killMaster(deployment, writers));
    await program.untilMore();
  },
});
