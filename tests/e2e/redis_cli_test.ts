/** redis-cli in its several ways of use, and a session typed over a bare connection as with telnet. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { redisAvailable, startServer, type TestServer } from "../harness.ts";

const ignore = !redisAvailable();

async function cli(server: TestServer, args: readonly string[], input = ""): Promise<string> {
  const process = new Deno.Command("redis-cli", {
    args: ["-p", String(server.port), ...args],
    env: { TERM: "dumb", NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr } = await process.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test({
  name: "redis-cli: the tour's session",
  ignore,
  async fn() {
    await using server = await startServer();
    assertEquals(await cli(server, ["--no-raw", "SET", "name", "Alice"]), "OK\n");
    assertEquals(await cli(server, ["--no-raw", "GET", "name"]), '"Alice"\n');
    assertEquals(await cli(server, ["--no-raw", "DEL", "name"]), "(integer) 1\n");
    assertEquals(await cli(server, ["--no-raw", "GET", "name"]), "(nil)\n");
    assertEquals(await cli(server, ["-3", "--no-raw", "CONFIG", "GET", "hz"]), '1# "hz" => "10"\n');
    assertMatch(await cli(server, ["--json", "COMMAND", "COUNT"]), /^\d+\n$/);
  },
});

Deno.test({
  name: "redis-cli: commands from standard input, transactions and errors among them",
  ignore,
  async fn() {
    await using server = await startServer();
    const lines = [
      'SET k "a b\\x00c"',
      "STRLEN k",
      "MULTI",
      "INCR n",
      "EXEC",
      "NOSUCH",
      "SELECT 3",
      "DBSIZE",
    ];
    assertEquals(
      await cli(server, [], lines.join("\n") + "\n"),
      "OK\n5\nOK\nQUEUED\n1\nERR unknown command 'NOSUCH', with args beginning with: \n\nOK\n0\n",
    );
    assertEquals(await cli(server, ["-n", "0", "-r", "3", "INCR", "n"]), "2\n3\n4\n");
    assertEquals(await cli(server, ["-x", "SET", "stdin"], "from stdin"), "OK\n");
    assertEquals(await cli(server, ["GET", "stdin"]), "from stdin\n");
  },
});

Deno.test({
  name: "redis-cli: --scan, --bigkeys and --pipe",
  ignore,
  async fn() {
    await using server = await startServer();
    let commands = "";
    for (let i = 0; i < 1000; i++) commands += `SET key:${i} ${i}\r\n`;
    assertStringIncludes(await cli(server, ["--pipe"], commands), "errors: 0, replies: 1000");
    const scanned = (await cli(server, ["--scan", "--pattern", "key:*"])).trim().split("\n");
    assertEquals(new Set(scanned).size, 1000);
    assertStringIncludes(await cli(server, ["--bigkeys"]), "Sampled 1000 keys in the keyspace!");
  },
});

Deno.test({
  name: "redis-cli: --stat reads INFO",
  ignore,
  async fn() {
    await using server = await startServer();
    const process = new Deno.Command("redis-cli", {
      args: ["-p", String(server.port), "-i", "0.05", "--stat"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let text = "";
    for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      // The heading's two lines, and two rows of figures.
      if (text.split("\n").length > 4) break;
    }
    process.kill("SIGKILL");
    await process.status;
    assertMatch(text, /keys +mem +clients +blocked +requests +connections/);
    assertMatch(text, /\n0 +[\d.]+[KM] +\d+ +0 +\d+ \(\+\d+\) +\d+/);
  },
});

Deno.test({
  name: "redis-cli: help texts, INFO and LOLWUT are shown as text",
  ignore,
  async fn() {
    await using server = await startServer();
    assertMatch(await cli(server, ["--no-raw", "CONFIG", "HELP"]), /^ 1\) CONFIG <subcommand>/);
    assertMatch(await cli(server, ["-3", "INFO", "server"]), /^# Server\r\nredis_version:7\.2/);
    assertMatch(await cli(server, ["-3", "LOLWUT"]), /[╱╲]{66}\n/);
  },
});

Deno.test("a session typed by hand, as over telnet", async () => {
  await using server = await startServer();
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const session: [typed: string, answer: string][] = [
    ['SET name "Alice"\r\n', "+OK\r\n"],
    ["GET name\r\n", "$5\r\nAlice\r\n"],
    ["del name\n", ":1\r\n"],
    ["\r\n", ""],
    ["set quoted 'it\\'s \"here\"'\r\n", "+OK\r\n"],
    ["GET quoted\r\n", '$11\r\nit\'s "here"\r\n'],
    ['SET hex "\\x41\\n"\r\n', "+OK\r\n"],
    ["STRLEN hex\r\n", ":2\r\n"],
    ["  PING   \r\n", "+PONG\r\n"],
    ["SET a\r\n", "-ERR wrong number of arguments for 'set' command\r\n"],
    ["GET quoted\r\nPING\r\n", '$11\r\nit\'s "here"\r\n+PONG\r\n'],
    ['GET "open\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ];
  for (const [typed, answer] of session) {
    await connection.write(new TextEncoder().encode(typed));
    assertEquals(await receive(connection, answer.length), answer);
  }
  assertEquals(await connection.read(new Uint8Array(1)), null);
});

async function receive(connection: Deno.Conn, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  let received = 0;
  while (received < length) {
    const size = await connection.read(bytes.subarray(received));
    if (size === null) throw new Error("the connection was closed");
    received += size;
  }
  return new TextDecoder().decode(bytes);
}
