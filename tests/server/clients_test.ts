import { assert, assertEquals, assertMatch } from "@std/assert";
import { RespClient, startServer, type TestServer } from "../harness.ts";

/** Asks again and again until `isDone` holds for the answer; the test's own time limit ends it otherwise. */
async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Value of a field of INFO, as a number. */
async function info(client: RespClient, field: string): Promise<number> {
  const text = String(await client.ask("INFO", "everything"));
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(text)?.[1]);
}

async function listing(client: RespClient): Promise<string[]> {
  return String(await client.ask("CLIENT", "LIST")).trimEnd().split("\n");
}

/** Sends commands and never reads; the name tells it in CLIENT LIST. */
async function deafClient(server: TestServer): Promise<RespClient> {
  const client = await server.connect();
  await client.ask("CLIENT", "SETNAME", "deaf");
  return client;
}

async function untilDeafIsGone(watcher: RespClient): Promise<void> {
  await until(() => listing(watcher), (lines) => !lines.some((line) => line.includes("name=deaf")));
}

Deno.test("maxclients: one more is told so and closed; a place that gets free is used", async () => {
  await using server = await startServer({ config: { maxclients: 4 } });
  using first = await server.connect();
  await until(() => listing(first), (lines) => lines.length === 1);
  using _second = await server.connect();
  using _third = await server.connect();
  using fourth = await server.connect();
  await until(() => listing(first), (lines) => lines.length === 4);
  using refused = await RespClient.connect({ port: server.port });
  assertEquals(await refused.readToEnd(), "-ERR max number of clients reached\r\n");
  assertEquals(await info(first, "rejected_connections"), 1);
  fourth.close();
  await until(() => listing(first), (lines) => lines.length === 3);
  using again = await server.connect();
  assertEquals(await again.ask("PING"), "PONG");
  await first.ask("CONFIG", "SET", "maxclients", "5");
  using fifth = await server.connect();
  assertEquals(await fifth.ask("PING"), "PONG");
});

Deno.test("timeout: idle clients are closed, subscribers are not", async () => {
  await using server = await startServer();
  using subscriber = await server.connect();
  await subscriber.ask("HELLO", "3");
  await subscriber.ask("SUBSCRIBE", "news");
  using idle = await server.connect();
  assertEquals(await idle.ask("PING"), "PONG");
  // By the one that is not closed: another one might be, before it has said anything.
  assertEquals(await subscriber.ask("CONFIG", "SET", "timeout", "1"), "OK");
  assertEquals(await idle.readToEnd(), "");
  assertEquals(await subscriber.ask("CONFIG", "SET", "timeout", "0"), "OK");
  using publisher = await server.connect();
  assertEquals(await publisher.ask("PUBLISH", "news", "still here"), 1);
});

Deno.test("client-output-buffer-limit: a client that never reads its replies is closed", async () => {
  await using server = await startServer({ config: { "client-output-buffer-limit": "normal 8mb 0 0" } });
  using watcher = await server.connect();
  await watcher.ask("SET", "large", "x".repeat(1 << 20));
  using deaf = await deafClient(server);
  for (let i = 0; i < 64; i++) await deaf.send("GET", "large").catch(() => {});
  await untilDeafIsGone(watcher);
  assertEquals(await info(watcher, "connected_clients"), 1);
  await server.waitForLog(/scheduled to be closed ASAP for overcoming of output buffer limits/);
});

Deno.test("client-output-buffer-limit: a subscriber that never reads is closed", async () => {
  await using server = await startServer();
  using publisher = await server.connect();
  await publisher.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 4mb 0 0");
  using deaf = await deafClient(server);
  await deaf.send("SUBSCRIBE", "news");
  await until(() => publisher.ask("PUBLISH", "news", "x"), (receivers) => receivers === 1);
  const message = "x".repeat(1 << 20);
  await until(() => publisher.ask("PUBLISH", "news", message), (receivers) => receivers === 0);
  await untilDeafIsGone(publisher);
});

Deno.test("client-output-buffer-limit: a transaction that publishes without end does not get around it", async () => {
  await using server = await startServer({ config: { "client-output-buffer-limit": "pubsub 4mb 0 0" } });
  using publisher = await server.connect();
  using deaf = await deafClient(server);
  await deaf.send("SUBSCRIBE", "news");
  await until(() => publisher.ask("PUBLISH", "news", "x"), (receivers) => receivers === 1);
  await publisher.ask("MULTI");
  const message = "x".repeat(1 << 20);
  for (let i = 0; i < 8; i++) await publisher.ask("PUBLISH", "news", message);
  assertEquals(await publisher.ask("EXEC"), [1, 1, 1, 1, 0, 0, 0, 0]);
  await untilDeafIsGone(publisher);
});

Deno.test("client-output-buffer-limit: the soft limit holds without any traffic", async () => {
  await using server = await startServer({ config: { "client-output-buffer-limit": "pubsub 0 1mb 1" } });
  using publisher = await server.connect();
  using deaf = await deafClient(server);
  await deaf.send("SUBSCRIBE", "news");
  await until(() => publisher.ask("PUBLISH", "news", "x"), (receivers) => receivers === 1);
  // More than the socket's buffers take.
  for (let i = 0; i < 16; i++) await publisher.ask("PUBLISH", "news", "x".repeat(1 << 20));
  await untilDeafIsGone(publisher);
});

Deno.test("client-query-buffer-limit: what is received and not complete is limited", async () => {
  await using server = await startServer({ config: { "client-query-buffer-limit": "1mb" } });
  using watcher = await server.connect();
  using greedy = await server.connect();
  await greedy.sendRaw("*2\r\n$3\r\nGET\r\n$100000000\r\n");
  await greedy.sendRaw("x".repeat(2 << 20)).catch(() => {});
  assertEquals(await greedy.readToEnd(), "");
  await until(() => listing(watcher), (lines) => lines.length === 1);
  await server.waitForLog(/Closing client that reached max query buffer length/);
});

Deno.test("client-query-buffer-limit: an open transaction counts", async () => {
  await using server = await startServer({ config: { "client-query-buffer-limit": "1mb" } });
  using client = await server.connect();
  await client.ask("MULTI");
  for (let i = 0; i < 20; i++) await client.send("SET", "k", "x".repeat(100_000)).catch(() => {});
  assert(!(await client.readToEnd()).includes("-"));
});

Deno.test("a stranger cannot fill the server's memory", async () => {
  await using server = await startServer({ config: { requirepass: "secret" } });
  using watcher = await server.connect();
  using stranger = await RespClient.connect({ port: server.port });
  await stranger.sendRaw(`*2\r\n$3\r\nGET\r\n$16384\r\n${"x".repeat(16_384)}\r\n`);
  assertEquals(await stranger.readRaw(), "-NOAUTH Authentication required.\r\n");
  await stranger.sendRaw("*2\r\n$3\r\nGET\r\n$16385\r\n");
  assertEquals(await stranger.readToEnd(), "-ERR Protocol error: unauthenticated bulk length\r\n");
  // The tighter limits end with AUTH, also for what is sent in the same breath.
  using known = await RespClient.connect({ port: server.port });
  const value = "x".repeat(20_000);
  await known.sendRaw(`AUTH secret\r\n*2\r\n$4\r\nECHO\r\n$20000\r\n${value}\r\n`);
  assertEquals(await known.readRaw(), "+OK\r\n");
  assertEquals(await known.readRaw(), `$20000\r\n${value}\r\n`);
  assertEquals(await watcher.ask("PING"), "PONG");
});

Deno.test("requirepass: who is in stays in, who comes later must authenticate", async () => {
  await using server = await startServer();
  using early = await server.connect();
  await early.ask("CONFIG", "SET", "requirepass", "sec\xffret");
  assertEquals(await early.ask("PING"), "PONG");
  using late = await RespClient.connect({ port: server.port });
  assertEquals((await late.call("PING")).type, "error");
  assertEquals((await late.call("AUTH", "wrong")).type, "error");
  assertEquals(await late.ask("AUTH", "sec\xffret"), "OK");
  assertEquals(await late.ask("PING"), "PONG");
  await early.ask("CONFIG", "SET", "requirepass", "");
  using free = await server.connect();
  assertEquals(await free.ask("PING"), "PONG");
});

Deno.test("protected mode: without a password only this machine may connect", async () => {
  const address = Deno.networkInterfaces().find((it) =>
    it.family === "IPv4" && !it.address.startsWith("127.")
  );
  await using server = await startServer({ config: { bind: "0.0.0.0" } });
  using local = await server.connect();
  assertEquals(await local.ask("PING"), "PONG");
  if (address === undefined) return;
  const remote = { hostname: address.address, port: server.port };
  using refused = await RespClient.connect(remote);
  assertMatch(
    await refused.readToEnd(),
    /^-DENIED Redis is running in protected mode because protected mode is/,
  );
  assertEquals(await info(local, "rejected_connections"), 1);
  await local.ask("CONFIG", "SET", "protected-mode", "no");
  using admitted = await RespClient.connect(remote);
  assertEquals(await admitted.ask("PING"), "PONG");
  await local.ask("CONFIG", "SET", "protected-mode", "yes");
  await local.ask("CONFIG", "SET", "requirepass", "secret");
  using stranger = await RespClient.connect(remote);
  assertEquals(await stranger.ask("AUTH", "secret"), "OK");
});

Deno.test("DEBUG: only where enable-debug-command allows it", async () => {
  await using closed = await startServer();
  using client = await closed.connect();
  await client.send("DEBUG", "SLEEP", "0");
  const reply = await client.readRaw();
  assertMatch(
    reply,
    /^-ERR DEBUG command not allowed\. If the enable-debug-command option is set to "local"/,
  );
  await using open = await startServer({ config: { "enable-debug-command": "local" } });
  using local = await open.connect();
  assertEquals(await local.ask("DEBUG", "SLEEP", "0"), "OK");
});

Deno.test("CLIENT LIST: fields follow what the clients do", async () => {
  await using server = await startServer();
  using watcher = await server.connect();
  using other = await server.connect();
  const line = async () => (await listing(watcher)).find((text) => text.includes("name=other")) ?? "";
  await other.ask("CLIENT", "SETNAME", "other");
  await other.ask("CLIENT", "SETINFO", "LIB-NAME", "tester");
  assertMatch(
    await line(),
    /^id=\d+ addr=127\.0\.0\.1:\d+ laddr=127\.0\.0\.1:\d+ fd=-1 name=other age=\d+ idle=\d+ flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=\d+ argv-mem=0 multi-mem=0 rbs=\d+ rbp=\d+ obl=0 oll=0 omem=0 tot-mem=\d+ events=r cmd=client\|setinfo user=default redir=-1 resp=2 lib-name=tester lib-ver=$/,
  );
  await other.ask("SELECT", "3");
  await other.ask("WATCH", "k");
  await other.ask("MULTI");
  await other.ask("GET", "k");
  assertMatch(await line(), / flags=x db=3 .* multi=1 .* multi-mem=20 .* cmd=get /);
  await watcher.ask("SELECT", "3");
  await watcher.ask("SET", "k", "v");
  assertMatch(await line(), / flags=xd /);
  await other.ask("DISCARD");
  await other.ask("HELLO", "3");
  await other.ask("CLIENT", "NO-EVICT", "ON");
  await other.ask("CLIENT", "NO-TOUCH", "ON");
  await other.send("SUBSCRIBE", "a", "b");
  await other.read();
  await other.read();
  await other.ask("PSUBSCRIBE", "p");
  await other.ask("SSUBSCRIBE", "s");
  assertMatch(
    await line(),
    / flags=PeT db=3 sub=2 psub=1 ssub=1 .* cmd=ssubscribe user=default redir=-1 resp=3 /,
  );
  await other.ask("RESET");
  assertEquals((await listing(watcher)).some((text) => text.includes("name=other")), false);
  assertMatch(
    String(await other.ask("CLIENT", "INFO")),
    / flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 .* resp=2 lib-name=tester /,
  );
  await other.sendRaw("*2\r\n$3\r\nGET\r\n$100\r\nabc");
  await until(() => listing(watcher), (lines) => lines.some((text) => text.includes(" qbuf=26 ")));
});

Deno.test("a Unix socket's clients have its path as address", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/redis.sock`;
    await using server = await startServer({ config: { unixsocket: path } });
    using tcp = await server.connect();
    using client = await RespClient.connect({ path });
    const line = String(await client.ask("CLIENT", "INFO"));
    assertMatch(line, / flags=U /);
    assert(line.includes(` addr=${path}:0 laddr=${path}:0 `), line);
    assertEquals(await tcp.ask("CLIENT", "KILL", "ADDR", `${path}:0`), 1);
    assertEquals(await client.readToEnd(), "");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a client that speaks HTTP is cut off", async () => {
  await using server = await startServer();
  using client = await server.connect();
  await client.sendRaw("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 1\r\n");
  assertEquals(await client.readToEnd(), "");
  await server.waitForLog(/Possible SECURITY ATTACK detected/);
  using other = await server.connect();
  assertEquals(await other.ask("EXISTS", "a"), 0);
});

Deno.test("a message goes to thousands of subscribers", async () => {
  await using server = await startServer();
  const subscribers: RespClient[] = [];
  try {
    for (let i = 0; i < 1000; i++) {
      const client = await server.connect();
      subscribers.push(client);
      if (i % 2 === 1) await client.ask("HELLO", "3");
      await client.send("SUBSCRIBE", "news");
    }
    for (const client of subscribers) await client.read();
    using publisher = await server.connect();
    assertEquals(await publisher.ask("PUBLISH", "news", "\x00\r\n\xff"), 1000);
    for (const [i, client] of subscribers.entries()) {
      const type = i % 2 === 1 ? ">" : "*";
      assertEquals(
        await client.readRaw(),
        `${type}3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$4\r\n\x00\r\n\xff\r\n`,
      );
    }
  } finally {
    for (const client of subscribers) client.close();
  }
});

Deno.test("a waiting client's disconnect is noticed", async () => {
  await using server = await startServer();
  using client = await server.connect();
  await client.ask("CLIENT", "PAUSE", "100000", "WRITE");
  const waiting = await server.connect();
  await waiting.send("SET", "a", "1");
  await until(() => info(client, "blocked_clients"), (count) => count === 1);
  assertMatch((await listing(client))[1], / flags=b /);
  waiting.close();
  await until(() => listing(client), (lines) => lines.length === 1);
  assertEquals(await info(client, "blocked_clients"), 0);
  await client.ask("CLIENT", "UNPAUSE");
  assertEquals(await client.ask("GET", "a"), null);
});
