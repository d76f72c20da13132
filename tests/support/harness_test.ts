import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { redisAvailable, runRedis, runServer, startRedis, startServer } from "../harness.ts";
import { freePort } from "./free_port.ts";
import { serverCommand } from "./server_command.ts";

const ignore = !redisAvailable();

/** A server directory that no longer exists. */
async function isGone(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => false, (error) => error instanceof Deno.errors.NotFound);
}

Deno.test({
  name: "harness: a server is started with its directives and leaves nothing behind",
  ignore,
  async fn() {
    let dir = "";
    {
      await using server = await startRedis({
        config: { databases: 3, requirepass: "secret", appendonly: false },
      });
      dir = server.dir;
      using client = await server.connect();
      assertEquals(await client.ask("CONFIG", "GET", "databases"), ["databases", "3"]);
      assertEquals(await client.ask("CONFIG", "GET", "save"), ["save", ""]);
      assertEquals(await client.ask("CONFIG", "GET", "dir"), ["dir", await Deno.realPath(dir)]);
      await server.waitForLog(/Ready to accept connections/);
    }
    assert(await isGone(dir));
  },
});

Deno.test({
  name: "harness: stop, start again in the same directory, kill",
  ignore,
  async fn() {
    await using server = await startRedis({ configFile: "appendonly yes\nappendfsync always\n" });
    {
      using client = await server.connect();
      await client.ask("SET", "a", "b");
    }
    const first = server.pid;
    assertEquals((await server.stop()).code, 0);
    await server.start();
    assert(server.pid !== first);
    {
      using client = await server.connect();
      assertEquals(await client.ask("GET", "a"), "b");
    }
    assertEquals((await server.kill()).signal, "SIGKILL");
  },
});

Deno.test({
  name: "harness: a server that can't start is reported with its output",
  ignore,
  async fn() {
    const error = await assertRejects(() => startRedis({ args: ["--no-such-directive", "1"] }), Error);
    assertStringIncludes(error.message, "FATAL CONFIG FILE ERROR");
    const { code, output } = await runRedis(["--version"]);
    assertEquals(code, 0);
    assertStringIncludes(output, "v=");
  },
});

Deno.test("harness: the project's own server starts, answers and ends by itself", async () => {
  await using server = await startServer({ config: { databases: 4 } });
  using client = await server.connect();
  assertEquals(await client.ask("PING"), "PONG");
  assertEquals(await client.ask("CONFIG", "GET", "databases"), ["databases", "4"]);
  await server.waitForLog(/Ready to accept connections/);
  assertEquals((await server.stop()).code, 0);
});

Deno.test("harness: a run to the end gives status and output", async () => {
  const { code, output } = await runServer(["--version"]);
  assertEquals(code, 0);
  assertStringIncludes(output, "v=");
});

Deno.test("harness: the server's command names no program that isn't there", () => {
  assert(serverCommand().length > 0);
});

Deno.test("harness: a free port can be listened on", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  assertEquals(listener.addr.transport, "tcp");
});
