import { assertEquals } from "@std/assert";
import { redisAvailable } from "../../harness.ts";
import { FixedServer, runOurs, runReal } from "./support.ts";

Deno.test({
  name: "cli: -c follows MOVED and ASK as redis-cli does",
  ignore: !redisAvailable(),
  async fn() {
    using first = new FixedServer();
    using second = new FixedServer();
    second.answers = ["+there\r\n", "+and there\r\n"];
    for (
      const answer of [
        `-MOVED 5 127.0.0.1:${second.port}`,
        `-ASK 5 127.0.0.1:${second.port}`,
        `-MOVED 5 :${second.port}`,
      ]
    ) {
      first.answers = [`${answer}\r\n`];
      for (const options of [["-c", "--no-raw"], ["-c"], ["-c", "-e"], ["--no-raw"], ["-c", "-r", "2"]]) {
        const args = ["-p", String(first.port), ...options, "GET", "x"];
        assertEquals(await runOurs(args), await runReal(args), `${options.join(" ")} ${answer}`);
      }
    }
  },
});
