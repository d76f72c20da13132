import { assertEquals, assertMatch } from "@std/assert";
import { redisAvailable, type RespClient } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { startMaster, startRealReplica, untilOnline } from "./master_tools.ts";
import { startReplica, untilEqual, untilLinked } from "./replica_tools.ts";

const ignore = !redisAvailable();

async function refusal(client: RespClient, ...words: string[]): Promise<string> {
  const reply = await client.call(...words);
  return reply.type === "error" ? reply.text : `no error: ${reply.type}`;
}

Deno.test({
  name: "WAIT answers when enough replicas have what the client wrote, or when its time is over",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    assertEquals(await client.ask("WAIT", "0", "10"), 0);
    assertEquals(await client.ask("WAIT", "1", "10"), 0);
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    for (let i = 0; i < 5; i++) {
      await client.ask("INCR", "counter");
      assertEquals(await client.ask("WAIT", "1", "0"), 1);
      using link = await replica.connect();
      assertEquals(await link.ask("GET", "counter"), String(i + 1));
    }
    replica.signal("SIGSTOP");
    await client.ask("INCR", "counter");
    assertEquals(await client.ask("WAIT", "1", "50"), 0);
    await client.sendRaw("INCR counter\r\nWAIT 1 0\r\nPING\r\n");
    assertEquals((await client.read()).type, "integer");
    using other = await master.connect();
    await until("it waits", async () => await info(other, "blocked_clients") === "1");
    assertEquals(await other.ask("WAIT", "1", "0"), 1);
    replica.signal("SIGCONT");
    assertEquals(await client.readRaw(), ":1\r\n");
    assertEquals(await client.readRaw(), "+PONG\r\n");
    await client.sendRaw("MULTI\r\nINCR counter\r\nWAIT 5 0\r\nEXEC\r\n");
    for (let i = 0; i < 3; i++) await client.read();
    assertEquals(await client.readRaw(), "*2\r\n:8\r\n:0\r\n");
    await client.ask("INCR", "counter");
    await client.send("WAIT", "9", "0");
    await until("it waits", async () => await info(other, "blocked_clients") === "1");
    const id = await other.ask("CLIENT", "LIST").then((list) => /id=(\d+).*cmd=wait/.exec(String(list))![1]);
    assertEquals(await other.ask("CLIENT", "UNBLOCK", id, "ERROR"), 1);
    assertMatch(await client.readRaw(), /^-UNBLOCKED/);
  },
});

Deno.test({
  name: "WAITAOF waits for the disk here and at replicas",
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    assertMatch(await refusal(client, "WAITAOF", "1", "0", "0"), /^ERR WAITAOF cannot be used when numlocal/);
    assertMatch(await refusal(client, "WAITAOF", "2", "0", "0"), /^ERR value is out of range/);
    assertMatch(await refusal(client, "WAITAOF", "0", "-1", "0"), /must be positive/);
    assertEquals(await client.ask("WAITAOF", "0", "0", "0"), [0, 0]);
    await client.ask("CONFIG", "SET", "appendonly", "yes");
    await until("it is on", async () => await info(client, "aof_rewrite_in_progress") === "0");
    await client.ask("INCR", "counter");
    assertEquals(await client.ask("WAITAOF", "1", "0", "0"), [1, 0]);
    await client.ask("CONFIG", "SET", "appendfsync", "no");
    await client.ask("INCR", "counter");
    assertEquals(await client.ask("WAITAOF", "1", "0", "50"), [0, 0]);
    await client.ask("CONFIG", "SET", "appendfsync", "always");
    await client.ask("INCR", "counter");
    assertEquals(await client.ask("WAITAOF", "1", "0", "0"), [1, 0]);
    await using replica = await startReplica(master, { appendonly: true });
    await untilOnline(client);
    await client.ask("INCR", "counter");
    assertEquals(await client.ask("WAITAOF", "1", "1", "0"), [1, 1]);
    using link = await replica.connect();
    assertMatch(await refusal(link, "WAIT", "0", "0"), /^ERR WAIT cannot be used with replica instances/);
    assertMatch(await refusal(link, "WAITAOF", "0", "0", "0"), /^ERR WAITAOF cannot be used with replica/);
  },
});

Deno.test({
  name: "min-replicas-to-write refuses writes without enough replicas in step",
  ignore,
  async fn() {
    await using master = await startMaster({ "min-replicas-to-write": 1 });
    using client = await master.connect();
    const error = "NOREPLICAS Not enough good replicas to write.";
    assertEquals(await refusal(client, "SET", "key", "1"), error);
    assertEquals(await client.ask("GET", "key"), null);
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    assertEquals(await client.ask("SET", "key", "1"), "OK");
    assertEquals(await info(client, "min_slaves_good_slaves"), "1");
    await client.sendRaw("MULTI\r\nSET key 2\r\n");
    for (let i = 0; i < 2; i++) await client.read();
    using link = await replica.connect();
    await link.ask("REPLICAOF", "NO", "ONE");
    using other = await master.connect();
    await until("it is missed", async () => await info(other, "min_slaves_good_slaves") === "0");
    assertMatch(await refusal(client, "EXEC"), /^EXECABORT .*NOREPLICAS/);
    await client.ask("CONFIG", "SET", "min-replicas-to-write", "0");
    assertEquals(await client.ask("SET", "key", "2"), "OK");
  },
});

Deno.test({
  name: "ROLE and CLIENT LIST tell of replicas, and a silent one is given up",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    assertEquals(await client.ask("ROLE"), ["master", 0, []]);
    await using replica = await startRealReplica(master.port, { "replica-announce-ip": "localhost" });
    await untilOnline(client);
    const [role, , [[host, port]]] = await client.ask("ROLE") as [string, number, [string, string][]];
    assertEquals([role, host, port], ["master", "localhost", String(replica.port)]);
    assertEquals(await info(client, "connected_clients"), "1");
    replica.signal("SIGSTOP");
    await client.ask("CONFIG", "SET", "repl-timeout", "2");
    await until("it is given up", async () => await info(client, "connected_slaves") === "0");
    await master.waitForLog(/Disconnecting timedout replica \(streaming sync\): localhost:\d+/);
    await client.ask("CONFIG", "SET", "repl-timeout", "60");
    replica.signal("SIGCONT");
    await untilOnline(client);
  },
});

Deno.test({
  name: "FAILOVER hands the role to a replica that has everything",
  ignore,
  async fn() {
    await using master = await startMaster();
    using client = await master.connect();
    assertMatch(await refusal(client, "FAILOVER"), /^ERR FAILOVER requires connected replicas/);
    assertMatch(await refusal(client, "FAILOVER", "ABORT"), /^ERR No failover in progress/);
    assertMatch(await refusal(client, "FAILOVER", "TO", "x"), /^ERR syntax error/);
    await using replica = await startRealReplica(master.port);
    await untilOnline(client);
    assertMatch(await refusal(client, "FAILOVER", "TO", "127.0.0.1", "1"), /is not a replica/);
    assertMatch(await refusal(client, "FAILOVER", "TIMEOUT", "0"), /must be greater than 0/);
    assertMatch(await refusal(client, "FAILOVER", "TIMEOUT", "5", "FORCE"), /requires both a timeout/);
    using link = await replica.connect();
    replica.signal("SIGSTOP");
    await client.ask("SET", "key", "1");
    assertEquals(await client.ask("FAILOVER"), "OK");
    assertEquals(await info(client, "master_failover_state"), "waiting-for-sync");
    assertMatch(await refusal(client, "FAILOVER"), /^ERR FAILOVER already in progress/);
    using writer = await master.connect();
    await writer.send("SET", "key", "2");
    assertEquals(await client.ask("GET", "key"), "1");
    assertEquals(await client.ask("FAILOVER", "ABORT"), "OK");
    assertEquals(await writer.readRaw(), "+OK\r\n");
    assertEquals(await client.ask("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", "60000"), "OK");
    await writer.send("SET", "key", "3");
    replica.signal("SIGCONT");
    assertMatch(await writer.readRaw(), /^-READONLY/);
    await until("it is over", async () => await info(client, "master_failover_state") === "no-failover");
    await untilLinked(client);
    assertEquals(await info(link, "role"), "master");
    assertEquals(await link.ask("SET", "key", "4"), "OK");
    await untilEqual(replica, master);
    assertEquals(await info(link, "sync_partial_ok"), "1");
  },
});
