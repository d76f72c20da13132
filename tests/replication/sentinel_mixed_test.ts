import { redisAvailable } from "../harness.ts";
import { Deployment } from "./sentinel_deployment.ts";
import {
  checkFiles,
  failOverByHand,
  IoredisProgram,
  stopMaster,
  SwitchEvents,
} from "./sentinel_scenarios.ts";
import { AckedWriters } from "./sentinel_writer.ts";

Deno.test({
  name:
    "Sentinel replaces a stopped master, which comes back as a replica, and among ours and redis-server by hand",
  ignore: !redisAvailable(),
  async fn() {
    await using deployment = await Deployment.start(["ours", "redis-server", "ours"]);
    using events = await SwitchEvents.subscribe(deployment.sentinels[1]);
    await using program = new IoredisProgram(deployment, true);
    {
      await using writers = new AckedWriters(deployment);
      const change = await stopMaster(deployment, writers);
      await events.expect(change);
      await checkFiles(deployment, change.master);
    }
    await program.untilMore();
    await events.expect(await failOverByHand(deployment));
    await program.untilMore();
  },
});
