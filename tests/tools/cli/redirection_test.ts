import { assertEquals } from "@std/assert";
import { redisAvailable } from "../../harness.ts";
import { freePort } from "../../support/free_port.ts";
import { FixedServer, runOurs, runReal } from "./support.ts";

Deno.test({
  name: "cli: -c follows MOVED and ASK as redis-cli does",
  ignore: !redisAvailable(),
  async fn() {
    using first = new FixedServer();
    using second = new FixedServer();
    second.answers = ["+there\r\n", "+and there\r\n"];
    const { port } = second;
    const answers = [`-MOVED 5 127.0.0.1:${port}`, `-ASK 5 127.0.0.1:${port}`];
    answers.push(`-MOVED 5 127.0.0.1:${freePort()}`);
    for (const answer of answers) {
      first.answers = [`${answer}\r\n`];
      for (const options of [["-c", "--no-raw"], ["-c"], ["-c", "-e"], ["--no-raw"], ["-c", "-r", "2"]]) {
        const args = ["-p", String(first.port), ...options, "GET", "x"];
        assertEquals(await runOurs(args), await runReal(args), `${options.join(" ")} ${answer}`);
      }
    }
  },
});

Deno.test("cli: a redirection without a host stays on the host", async () => {
  using first = new FixedServer();
  using second = new FixedServer();
  first.answers = [`-MOVED 5 :${second.port}\r\n`];
  assertEquals((await runOurs(["-c", "-p", String(first.port), "GET", "x"])).output, "OK\n");
  first.answers = ["-MOVED somewhere\r\n"];
  assertEquals((await runOurs(["-c", "-p", String(first.port), "GET", "x"])).output, "MOVED somewhere\n\n");
});
