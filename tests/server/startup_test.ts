/** Starting the server from its command line, and its end. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { redisAvailable, runRedis, runServer, startServer } from "../harness.ts";
import { until } from "../persistence/tools.ts";
import { freePort } from "../support/free_port.ts";

Deno.test("--version has the form that programs around redis-server parse", async () => {
  for (const option of ["--version", "-v"]) {
    const { code, output } = await runServer([option]);
    assertEquals(code, 0);
    assertMatch(output, /^Redis server v=7\.2\.\d+ sha=\S+ malloc=\S+ bits=64 build=\S+\n$/);
  }
});

Deno.test("--help shows the usage", async () => {
  const { code, output } = await runServer(["--help"]);
  assertEquals(code, 0);
  assertStringIncludes(output, "Usage: mini-redis [/path/to/redis.conf] [options] [-]");
});

const WRONG_COMMAND_LINES: Record<string, readonly string[]> = {
  "an unknown directive": ["--nosuch", "1"],
  "a number that is none": ["--port", "abc"],
  "a word that is not allowed": ["--loglevel", "loud"],
  "a missing value": ["--port"],
};

for (const [name, args] of Object.entries(WRONG_COMMAND_LINES)) {
  Deno.test({
    name: `${name} is reported as by redis-server`,
    ignore: !redisAvailable(),
    async fn() {
      const [ours, theirs] = await Promise.all([runServer(args), runRedis(args)]);
      assertEquals(ours.code, 1);
      assertEquals(withoutVersion(ours.output), withoutVersion(theirs.output));
      assertStringIncludes(ours.output, "*** FATAL CONFIG FILE ERROR");
    },
  });
}

function withoutVersion(text: string): string {
  return text.replace(/Redis 7\.\d+\.\d+/g, "Redis");
}

Deno.test("a wrong line of a file is named with file and number", async () => {
  await using file = await temporaryFile("port 0\n\nnosuch 1\n");
  const { code, output } = await runServer([file.path]);
  assertEquals(code, 1);
  assertStringIncludes(output, "Reading the configuration file, at line 3\n>>> 'nosuch 1'\nBad directive");
  assertStringIncludes(output, file.path);
});

Deno.test("a missing file ends the start with one line", async () => {
  const { code, output } = await runServer(["/nonexistent/redis.conf"]);
  assertEquals(code, 1);
  assertMatch(
    output,
    /# Fatal error, can't open config file '\/nonexistent\/redis\.conf': No such file or dir.*\n$/,
  );
});

Deno.test("a missing directory ends the start", async () => {
  const { code, output } = await runServer(["--dir", "/nonexistent"]);
  assertEquals(code, 1);
  assertStringIncludes(
    output,
    `>>> 'dir "/nonexistent"'\nCan't chdir to '/nonexistent': No such file or directory`,
  );
});

Deno.test({
  name: "a directory that can't be written to ends the start",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.chmod(dir, 0o555);
      const { code, output } = await runServer(["--dir", dir, "--port", String(freePort())]);
      assertEquals(code, 1);
      assertStringIncludes(output, "Can't write to the directory");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("a log file that can't be opened ends the start", async () => {
  const { code, output } = await runServer(["--logfile", "/nonexistent/log"]);
  assertEquals(code, 1);
  assertStringIncludes(output, "Can't open the log file: No such file or directory");
});

Deno.test("a taken port ends the start with Redis's words", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const { code, output } = await runServer(["--port", String(port), "--bind", "127.0.0.1", "--save", ""]);
  assertEquals(code, 1);
  assertStringIncludes(
    output,
    `Could not create server TCP listening socket 127.0.0.1:${port}: bind: Address already in use`,
  );
  assertStringIncludes(output, `Failed listening on port ${port}`);
});

Deno.test("the log lines come in the order that programs wait for", async () => {
  await using server = await startServer();
  await server.waitForLog(/Ready to accept connections tcp/);
  const { log } = server;
  const places = [`PID: ${server.pid}`, "Server initialized", "Ready to accept connections tcp"]
    .map((text) => log.indexOf(text));
  assert(places.every((place) => place >= 0), log);
  assertEquals(places, places.toSorted((a, b) => a - b));
  assertStringIncludes(log, `Connect with: redis-cli -p ${server.port}`);
  assertStringIncludes(log, `Data directory: ${await Deno.realPath(server.dir)}`);
});

Deno.test("port 0 takes a free port and tells it", async () => {
  await using server = await startServer({ config: { port: 0 } });
  const port = Number((await server.waitForLog(/port: (\d+)/))[1]);
  using client = await server.connect({ port });
  assertEquals(await client.ask("PING"), "PONG");
});

Deno.test("SIGTERM and SIGINT end the server gracefully", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using server = await startServer();
    server.signal(signal);
    const status = await server.exited();
    assertEquals(status.code, 0);
    assertStringIncludes(server.log, `Received ${signal} scheduling shutdown...`);
    assertStringIncludes(server.log, "User requested shutdown...");
    assertMatch(server.log, /ready to exit, bye bye\.\.\.\n$/);
  }
});

Deno.test("SIGHUP doesn't end the server", async () => {
  await using server = await startServer();
  server.signal("SIGHUP");
  await server.waitForLog(/SIGHUP/);
  using client = await server.connect();
  assertEquals(await client.ask("PING"), "PONG");
});

Deno.test("the file is read whole before the directory changes, and arguments override it", async () => {
  await using server = await startServer({
    configFile: 'maxclients 50\ntimeout 7\nsave ""\nbind 127.0.0.1\n',
    args: ["--timeout", "9", "--loglevel", "verbose"],
  });
  using client = await server.connect();
  assertEquals(await client.ask("CONFIG", "GET", "maxclients"), ["maxclients", "50"]);
  assertEquals(await client.ask("CONFIG", "GET", "timeout"), ["timeout", "9"]);
  assertEquals(await client.ask("CONFIG", "GET", "dir"), ["dir", await Deno.realPath(server.dir)]);
  assertStringIncludes(
    String(await client.ask("INFO", "server")),
    `config_file:${server.dir}/redis.conf\r\n`,
  );
});

Deno.test("further configuration comes from standard input", async () => {
  const { code, output } = await runServer(["-"], "port 0\nnosuch 1\n");
  assertEquals(code, 1);
  assertStringIncludes(output, ">>> 'nosuch 1'");
});

Deno.test("directives without effect are named, the defaults are not", async () => {
  await using plain = await startServer();
  await plain.waitForLog(/Ready to accept connections/);
  assert(!plain.log.includes("directive"), plain.log);
  await using server = await startServer({
    config: { "io-threads": 4, "tls-cluster": true, daemonize: true, pidfile: "server.pid" },
  });
  await server.waitForLog(/Ready to accept connections/);
  assertStringIncludes(server.log, "directive 'io-threads' has no effect");
  assertStringIncludes(server.log, "directive 'tls-cluster' is not supported yet");
  assertStringIncludes(server.log, "stays in the foreground");
});

Deno.test("the pid file is there while the server runs", async () => {
  await using server = await startServer({ config: { pidfile: "server.pid" } });
  const path = `${server.dir}/server.pid`;
  assertEquals(await Deno.readTextFile(path), `${server.pid}\n`);
  await server.stop();
  assertEquals(await Deno.stat(path).catch(() => "gone"), "gone");
});

Deno.test("the log goes to the logfile", async () => {
  await using server = await startServer({ config: { logfile: "server.log" } });
  const text = () => Deno.readTextFile(`${server.dir}/server.log`);
  await until("it is written", async () => (await text()).includes("Ready to accept connections tcp"));
  assertEquals(server.log, "");
});

Deno.test("a banner is shown on request", async () => {
  await using server = await startServer({ config: { "always-show-logo": true } });
  await server.waitForLog(/\/_____\/ \| {3}PID: \d+\n/);
});

Deno.test("a Unix socket serves, and is removed at the end", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/redis.sock`;
    await using server = await startServer({ config: { unixsocket: path, unixsocketperm: "700" } });
    await server.waitForLog(/Ready to accept connections unix/);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
    using connection = await Deno.connect({ transport: "unix", path });
    await connection.write(new TextEncoder().encode("PING\r\n"));
    const reply = new Uint8Array(16);
    const size = await connection.read(reply);
    assertEquals(new TextDecoder().decode(reply.subarray(0, size!)), "+PONG\r\n");
    await server.stop();
    assertEquals(await Deno.stat(path).catch(() => "gone"), "gone");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a renamed command has its new name only", async () => {
  await using server = await startServer({
    configFile: 'bind 127.0.0.1\nsave ""\nrename-command DBSIZE count-keys\nrename-command FLUSHALL ""\n',
  });
  using client = await server.connect();
  assertEquals(await client.ask("COUNT-KEYS"), 0);
  assertMatch(String((await client.call("DBSIZE") as { text: string }).text), /unknown command/);
  assertMatch(String((await client.call("FLUSHALL") as { text: string }).text), /unknown command/);
});

async function temporaryFile(text: string): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempFile({ suffix: ".conf" });
  await Deno.writeTextFile(path, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
