import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { redisAvailable, ReplyError, type RespClient, startServer } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { bytesOf } from "../support/bytes.ts";
import { MASTER, startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";

const ignore = !redisAvailable();

async function refusal(client: RespClient, ...words: string[]): Promise<string> {
  return (await assertRejects(() => client.ask(...words), ReplyError)).message;
}

Deno.test({
  name: "a replica refuses writes, and what is stale if it is told to",
  ignore,
  async fn() {
    await using master = await startRealMaster();
    await using replica = await startReplica(master);
    using writer = await master.connect();
    using client = await replica.connect();
    await untilLinked(client);
    await writer.ask("SET", "key", "value");
    await until("it is there", async () => await client.ask("GET", "key") === "value");
    const readOnly = "READONLY You can't write against a read only replica.";
    assertEquals(await refusal(client, "SET", "key", "other"), readOnly);
    await client.ask("MULTI");
    assertEquals(await client.ask("GET", "key"), "QUEUED");
    assertEquals(await client.ask("EXEC"), ["value"]);
    await client.ask("MULTI");
    assertEquals(await refusal(client, "DEL", "key"), readOnly);
    assertMatch(await refusal(client, "EXEC"), /^EXECABORT/);

    await client.ask("CONFIG", "SET", "replica-read-only", "no");
    assertEquals(await client.ask("SET", "own", "value"), "OK");
    await client.ask("MULTI");
    await client.ask("SET", "own", "other");
    using other = await replica.connect();
    await other.ask("CONFIG", "SET", "replica-read-only", "yes");
    assertEquals(
      await refusal(client, "EXEC"),
      `EXECABORT Transaction discarded because of: ${readOnly}`,
    );

    await client.ask("CONFIG", "SET", "replica-serve-stale-data", "no");
    assertEquals(await client.ask("GET", "key"), "value");
    await client.ask("MULTI");
    await client.ask("GET", "key");
    await master.stop();
    await until("the link is down", async () => await info(other, "master_link_status") === "down");
    const stale = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    assertEquals(await refusal(other, "GET", "key"), stale);
    assertEquals(await refusal(client, "EXEC"), `EXECABORT Transaction discarded because of: ${stale}`);
    await replica.waitForLog(/Connection with master lost\./);
    assertEquals(Number(await info(other, "master_link_down_since_seconds")) >= 0, true);
    await other.ask("CONFIG", "SET", "replica-serve-stale-data", "yes");
    assertEquals(await other.ask("GET", "key"), "value");
  },
});

Deno.test({
  name: "keys past their deadline are hidden on a replica, and deleted by the master's DEL",
  ignore,
  async fn() {
    await using master = await startRealMaster();
    await using replica = await startReplica(master);
    using writer = await master.connect();
    using client = await replica.connect();
    await untilLinked(client);
    await writer.ask("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    await writer.ask("SET", "short", "value", "PX", "50");
    await writer.ask("RPUSH", "list", "a");
    await writer.ask("PEXPIRE", "list", "50");
    await until("they are there", async () => await client.ask("DBSIZE") === 2);
    await until("one is hidden", async () => await client.ask("GET", "short") === null);
    await until("the other is hidden", async () => await client.ask("LLEN", "list") === 0);
    assertEquals(await client.ask("DBSIZE"), 2);
    assertEquals(await client.ask("EXISTS", "short", "list"), 0);
    assertEquals(await client.ask("TTL", "short"), -2);
    assertEquals(await client.ask("KEYS", "*"), []);
    assertEquals(await client.ask("SCAN", "0"), ["0", []]);
    assertEquals(typeof await client.ask("RANDOMKEY"), "string");
    // What the master does to them it does to what is there.
    assertEquals(await writer.ask("RPUSH", "list", "b"), 1);
    await until("the new list", async () => String(await client.ask("LRANGE", "list", "0", "-1")) === "b");
    assertEquals(await writer.ask("GET", "short"), null);
    await until("it is deleted", async () => await client.ask("DBSIZE") === 1);
    assertEquals(await info(client, "expired_keys"), "0");
    await untilEqual(master, replica);
    // Once it is a master it deletes by itself.
    await writer.ask("SET", "short", "value", "PX", "50");
    await until("it is there", async () => await client.ask("DBSIZE") === 2);
    await client.ask("REPLICAOF", "NO", "ONE");
    await until("it is deleted", async () => await client.ask("DBSIZE") === 1);
  },
});

Deno.test("a replica logs in to its master, or says why it can't", async () => {
  await using master = await startReplica(null, { requirepass: "secret" });
  await using replica = await startReplica(master, { masterauth: "wrong" });
  using client = await replica.connect();
  await replica.waitForLog(/Unable to AUTH to MASTER: -WRONGPASS/);
  assertEquals(await info(client, "master_link_status"), "down");
  await client.ask("CONFIG", "SET", "masteruser", "default", "masterauth", "secret");
  await untilLinked(client);
});

Deno.test("CONFIG REWRITE writes whom the server follows, and the master is a client of its own kind", async () => {
  await using master = await startReplica(null);
  await using replica = await startServer({ configFile: 'bind 127.0.0.1\nsave ""\n', config: MASTER });
  using client = await replica.connect();
  await client.ask("REPLICAOF", "127.0.0.1", String(master.port));
  await untilLinked(client);
  assertEquals(await client.ask("CONFIG", "GET", "replicaof"), ["replicaof", `127.0.0.1 ${master.port}`]);
  await client.ask("CONFIG", "REWRITE");
  const path = `${replica.dir}/redis.conf`;
  assertMatch(await Deno.readTextFile(path), new RegExp(`^replicaof 127\\.0\\.0\\.1 ${master.port}$`, "m"));
  assertMatch(String(await client.ask("CLIENT", "LIST", "TYPE", "master")), / flags=M /);
  assertEquals(await client.ask("CLIENT", "LIST", "TYPE", "replica"), "");
  const role = await client.ask("ROLE");
  // The fifth is the offset, which a PING of the master moves at any time.
  assertEquals(Array.isArray(role) && role.slice(0, 4), ["slave", "127.0.0.1", master.port, "connected"]);
  await client.ask("REPLICAOF", "no", "one");
  await client.ask("CONFIG", "REWRITE");
  assertEquals((await Deno.readTextFile(path)).includes("replicaof"), false);
  assertEquals(await client.ask("CLIENT", "LIST", "TYPE", "master"), "");
  assertEquals(await refusal(client, "REPLICAOF", "127.0.0.1", "70000"), "ERR Invalid master port");
  assertEquals(await refusal(client, "REPLICAOF", "127.0.0.1", "port"), "ERR Invalid master port");
  assertMatch(
    await refusal(client, "CONFIG", "SET", "replicaof", "127.0.0.1 1"),
    /can't set immutable config/,
  );
});

Deno.test("clients that wait for a key are sent away when their server becomes a replica", async () => {
  await using master = await startReplica(null);
  await using replica = await startReplica(null);
  using client = await replica.connect();
  using blocked = await replica.connect();
  await blocked.send("BLPOP", "list", "0");
  await until("it waits", async () => await info(client, "blocked_clients") === "1");
  await client.ask("REPLICAOF", "127.0.0.1", String(master.port));
  assertMatch(await blocked.readToEnd(), /^-UNBLOCKED force unblock from blocking operation/);
});

Deno.test("a reader that waits on a replica hears what the master's stream brings", async () => {
  await using master = await startReplica(null);
  await using replica = await startReplica(master);
  using writer = await master.connect();
  using client = await replica.connect();
  using reader = await replica.connect();
  using subscriber = await replica.connect();
  await untilLinked(client);
  await subscriber.ask("SUBSCRIBE", "channel");
  await reader.send("XREAD", "BLOCK", "0", "STREAMS", "stream", "$");
  await until("it waits", async () => await info(client, "blocked_clients") === "1");
  await writer.ask("XADD", "stream", "1-1", "field", "value");
  assertEquals((await reader.readRaw()).includes("value"), true);
  await writer.ask("PUBLISH", "channel", "message");
  assertEquals((await subscriber.readRaw()).includes("message"), true);
});

Deno.test("a stream that is no RESP ends the link, and all data are asked for anew", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using replica = await startReplica({ port });
  const image = bytesOf("REDIS0010\xff" + "\0".repeat(8));
  const id = "b".repeat(40);
  for (const stream of ["*1\r\n$-7\r\n", "*2\r\n$3\r\nSET\r\n:1\r\n", '"\r\n']) {
    using connection = await listener.accept();
    const asked = await converse(connection, id);
    assertMatch(asked, /PSYNC\r\n\$1\r\n\?\r\n/);
    await write(connection, `$${image.length}\r\n`);
    await connection.write(image);
    await write(connection, `*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$7\r\nNOTHING\r\n${stream}`);
    await connection.read(new Uint8Array(1000)).catch(() => null);
  }
  await replica.waitForLog(/Protocol error: invalid bulk length from the MASTER/);
  await replica.waitForLog(/CRITICAL == .* 'NOTHING'/);
});

/** Answers what a replica says, up to its PSYNC, with a full resynchronisation; all that it said. */
async function converse(connection: Deno.Conn, id: string): Promise<string> {
  const buffer = new Uint8Array(4096);
  let text = "";
  let answered = 0;
  while (!text.endsWith("-1\r\n")) {
    const size = await connection.read(buffer);
    if (size === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, size));
    const commands = text.split(/\*\d+\r\n/).length - 1 - (text.includes("PSYNC") ? 1 : 0);
    for (; answered < commands; answered++) await write(connection, "+OK\r\n");
  }
  await write(connection, `+FULLRESYNC ${id} 10\r\n`);
  return text;
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  await connection.write(new TextEncoder().encode(text));
}

Deno.test("Sentinel's way of changing a master, all in one transaction", async () => {
  await using master = await startReplica(null);
  await using replica = await startServer({ configFile: 'bind 127.0.0.1\nsave ""\n', config: MASTER });
  using client = await replica.connect();
  using other = await replica.connect();
  await other.ask("PING");
  await client.ask("MULTI");
  await client.ask("SLAVEOF", "127.0.0.1", String(master.port));
  await client.ask("CONFIG", "REWRITE");
  await client.ask("CLIENT", "KILL", "TYPE", "normal");
  await client.ask("CLIENT", "KILL", "TYPE", "pubsub");
  assertEquals(await client.ask("EXEC"), ["OK", "OK", 1, 0]);
  assertEquals(await other.readToEnd(), "");
  await untilLinked(client);
});
