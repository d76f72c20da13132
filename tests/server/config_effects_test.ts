/** What CONFIG SET does to a running server. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ReplyError, startServer, type TestServer } from "../harness.ts";
import { freePort } from "../support/free_port.ts";
import { RespClient } from "../support/resp_client.ts";

async function pings(port: number): Promise<boolean> {
  try {
    using client = await RespClient.connect({ port });
    return await client.ask("PING") === "PONG";
  } catch {
    return false;
  }
}

/** Waits until the port answers, or no longer does. */
async function until(port: number, answers: boolean): Promise<void> {
  for (let attempt = 0; attempt < 6000; attempt++) {
    if (await pings(port) === answers) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`port ${port} ${answers ? "doesn't answer" : "still answers"}`);
}

Deno.test("CONFIG SET port moves the server, connections stay", async () => {
  await using server = await startServer();
  using client = await server.connect();
  const port = freePort();
  assertEquals(await client.ask("CONFIG", "SET", "port", String(port)), "OK");
  await until(port, true);
  await until(server.port, false);
  assertEquals(await client.ask("PING"), "PONG");
  assertStringIncludes(String(await client.ask("INFO", "server")), `tcp_port:${port}\r\n`);
});

Deno.test("a taken port is refused and nothing changes", async () => {
  await using server = await startServer();
  using client = await server.connect();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assertRejects(
    () => client.ask("CONFIG", "SET", "timeout", "5", "port", String(taken.addr.port)),
    ReplyError,
    "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
  );
  assertEquals(await client.ask("CONFIG", "GET", "port"), ["port", String(server.port)]);
  assertEquals(await client.ask("CONFIG", "GET", "timeout"), ["timeout", "0"]);
  assertEquals(await pings(server.port), true);
});

Deno.test("CONFIG SET bind: one address, all of them, and back", async () => {
  await using server = await startServer();
  using client = await server.connect();
  for (const bind of ["*", "127.0.0.1", "* -::*", "127.0.0.1 -::1"]) {
    assertEquals(await client.ask("CONFIG", "SET", "bind", bind), "OK");
    await until(server.port, true);
  }
  await assertRejects(
    () => client.ask("CONFIG", "SET", "bind", "192.0.2.1"),
    ReplyError,
    "Failed to bind to specified addresses.",
  );
  assertEquals(await client.ask("CONFIG", "GET", "bind"), ["bind", "127.0.0.1 -::1"]);
  assertEquals(await pings(server.port), true);
});

Deno.test("CONFIG SET port 0 stops listening", async () => {
  await using server = await startServer();
  using client = await server.connect();
  assertEquals(await client.ask("CONFIG", "SET", "port", "0"), "OK");
  await until(server.port, false);
  assertEquals(await client.ask("CONFIG", "SET", "port", String(server.port)), "OK");
  await until(server.port, true);
});

Deno.test("CONFIG SET proto-max-bulk-len limits requests", async () => {
  await using server = await startServer();
  using client = await server.connect();
  assertEquals(await client.ask("CONFIG", "SET", "proto-max-bulk-len", "1mb"), "OK");
  using other = await server.connect();
  await other.sendRaw("*2\r\n$3\r\nGET\r\n$1048577\r\n");
  assertEquals(await other.readToEnd(), "-ERR Protocol error: invalid bulk length\r\n");
});

Deno.test("CONFIG SET loglevel takes effect at once", async () => {
  await using server = await startServer();
  using client = await server.connect();
  await client.ask("CONFIG", "SET", "loglevel", "warning");
  const from = server.log.length;
  server.signal("SIGTERM");
  await server.exited();
  const later = server.log.slice(from);
  assertStringIncludes(later, "Received SIGTERM");
  assertEquals(later.includes("User requested shutdown"), false);
});

Deno.test("CONFIG SET dir changes the directory, or says why not", async () => {
  await using server = await startServer({ config: { "enable-protected-configs": "local" } });
  using client = await server.connect();
  await Deno.mkdir(`${server.dir}/inner`);
  assertEquals(await client.ask("CONFIG", "SET", "dir", "inner"), "OK");
  assertEquals(await client.ask("CONFIG", "GET", "dir"), ["dir", `${await Deno.realPath(server.dir)}/inner`]);
  await assertRejects(
    () => client.ask("CONFIG", "SET", "dir", "/nonexistent"),
    ReplyError,
    "No such file or directory",
  );
  assertEquals(await client.ask("CONFIG", "GET", "dir"), ["dir", `${await Deno.realPath(server.dir)}/inner`]);
});

Deno.test("directives of areas that don't exist yet are refused, not swallowed", async () => {
  await using server = await startServer();
  using client = await server.connect();
  const refused = [["tls-port", "7000"], ["tls-replication", "yes"]];
  for (const [name, value] of refused) {
    await assertRejects(() => client.ask("CONFIG", "SET", name, value), ReplyError, "not supported yet");
  }
  assertEquals(await client.ask("CONFIG", "SET", "tls-port", "0"), "OK");
});

Deno.test("CONFIG REWRITE keeps the file's form and survives a restart", async () => {
  await using server = await startServer({
    configFile: '# mine\nsave ""\nbind 127.0.0.1\nmaxclients 50\n',
  });
  const path = `${server.dir}/redis.conf`;
  await Deno.chmod(path, 0o600);
  using client = await server.connect();
  await client.ask("CONFIG", "SET", "maxclients", "60", "timeout", "70");
  assertEquals(await client.ask("CONFIG", "REWRITE"), "OK");
  const text = await Deno.readTextFile(path);
  assertStringIncludes(
    text,
    '# mine\nsave ""\nbind 127.0.0.1\nmaxclients 60\n# Generated by CONFIG REWRITE\n',
  );
  assertStringIncludes(text, "timeout 70\n");
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals(fileNames(server), ["redis.conf"]);
});

Deno.test("DEBUG CONFIG-REWRITE-FORCE-ALL writes every directive", async () => {
  await using server = await startServer({
    configFile: 'save ""\nbind 127.0.0.1\nenable-debug-command yes\n',
  });
  using client = await server.connect();
  assertEquals(await client.ask("DEBUG", "CONFIG-REWRITE-FORCE-ALL"), "OK");
  assertStringIncludes(
    await Deno.readTextFile(`${server.dir}/redis.conf`),
    "\nmaxmemory-policy noeviction\n",
  );
});

function fileNames(server: TestServer): string[] {
  return Array.from(Deno.readDirSync(server.dir), ({ name }) => name);
}
