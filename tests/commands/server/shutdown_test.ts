/** SHUTDOWN, and the crash that DEBUG can cause. */

import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ReplyError, startServer } from "../../harness.ts";

for (
  const words of [["SHUTDOWN"], ["SHUTDOWN", "NOSAVE"], ["SHUTDOWN", "SAVE"], ["shutdown", "now", "force"]]
) {
  Deno.test(`${words.join(" ")} of an unchanged server ends it`, async () => {
    await using server = await startServer();
    using client = await server.connect();
    await client.send(...words);
    assertEquals(await client.readToEnd(), "");
    assertEquals((await server.exited()).code, 0);
    assertStringIncludes(server.log, "ready to exit, bye bye...");
  });
}

Deno.test("SHUTDOWN SAVE is refused while changes can't be saved, and FORCE overrides that", async () => {
  await using server = await startServer();
  // No file can take the place of a directory.
  await Deno.mkdir(`${server.dir}/dump.rdb`);
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  await assertRejects(
    () => client.ask("SHUTDOWN", "SAVE"),
    ReplyError,
    "ERR Errors trying to SHUTDOWN. Check logs.",
  );
  await server.waitForLog(/Errors trying to shut down the server/);
  assertEquals(await client.ask("PING"), "PONG");
  await client.send("SHUTDOWN", "SAVE", "FORCE");
  assertEquals((await server.exited()).code, 0);
});

Deno.test("SIGTERM acts as shutdown-on-sigterm says", async () => {
  await using server = await startServer({ config: { "shutdown-on-sigterm": "save" } });
  await Deno.mkdir(`${server.dir}/dump.rdb`);
  using client = await server.connect();
  await client.ask("SET", "a", "1");
  server.signal("SIGTERM");
  await server.waitForLog(/Errors trying to shut down the server/);
  assertEquals(await client.ask("CONFIG", "SET", "shutdown-on-sigterm", "nosave"), "OK");
});

Deno.test("DEBUG SEGFAULT dies with a report", async () => {
  await using server = await startServer({ config: { "enable-debug-command": true } });
  using client = await server.connect();
  await client.send("DEBUG", "SEGFAULT");
  const status = await server.exited();
  assertNotEquals(status.signal ?? status.code, 0);
  assertStringIncludes(server.log, "crashed by signal");
});
