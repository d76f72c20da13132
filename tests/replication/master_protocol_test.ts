import { assert, assertEquals, assertMatch } from "@std/assert";
import { RespClient } from "../harness.ts";
import { info, until } from "../persistence/tools.ts";
import { startMaster } from "./master_tools.ts";

Deno.test("a replica that goes away during its snapshot leaves nothing behind, and SAVE has its way", async () => {
  await using master = await startMaster();
  using client = await master.connect();
  // It would last for a minute.
  await client.ask("DEBUG", "POPULATE", 6000);
  await client.ask("CONFIG", "SET", "rdb-key-save-delay", 10_000);
  const replica = await connectAsReplica(master.port, "REPLCONF", "capa", "eof", "PSYNC", "?", "-1");
  assertMatch(await readLine(replica), /^\+FULLRESYNC [0-9a-f]{40} \d+$/);
  assertMatch(await readLine(replica), /^\$EOF:.{40}$/);
  assertEquals((await client.call("BGSAVE")).type, "error");
  replica.close();
  await until("it is given up", async () => await info(client, "rdb_bgsave_in_progress") === "0");
  assertEquals(await info(client, "connected_slaves"), "0");
  await client.ask("CONFIG", "SET", "rdb-key-save-delay", 0);
  assertEquals(await client.ask("SAVE"), "OK");
});

Deno.test("SYNC without capabilities is answered with a file of known length, then the stream", async () => {
  await using master = await startMaster({ "repl-ping-replica-period": 3600 });
  using client = await master.connect();
  await client.ask("SET", "key", "value");
  using replica = await connectAsReplica(master.port, "SYNC");
  const length = Number((await readLine(replica)).slice(1));
  const snapshot = await replica.readBytes(length);
  assertEquals(snapshot.slice(0, 9), "REDIS0010");
  await client.ask("SET", "key", "other");
  assertEquals(await replica.readRaw(), "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n");
  assertEquals(await replica.readRaw(), "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nother\r\n");
});

Deno.test("the stream behind a snapshot of unknown length waits for an acknowledgement", async () => {
  await using master = await startMaster({ "repl-ping-replica-period": 3600 });
  using client = await master.connect();
  using replica = await connectAsReplica(
    master.port,
    ...["REPLCONF", "capa", "eof", "rdb-filter-only", ""],
    ...["PSYNC", "?", "-1"],
  );
  assertMatch(await readLine(replica), /^\+FULLRESYNC/);
  const mark = (await readLine(replica)).slice("$EOF:".length);
  await client.ask("SET", "key", "value");
  let snapshot = "";
  while (!snapshot.endsWith(mark)) snapshot += await replica.readBytes(1);
  assert(!snapshot.includes("value"), "filtered out");
  await client.ask("SET", "key", "other");
  await replica.send("REPLCONF", "ACK", "0");
  assertEquals(await replica.readRaw(), "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n");
  assertMatch(await replica.readRaw(), /SET.*key.*value/s);
  assertMatch(await replica.readRaw(), /SET.*key.*other/s);
});

Deno.test("PSYNC goes on where a replica was, from the backlog, and not beyond it", async () => {
  await using master = await startMaster({
    "repl-ping-replica-period": 3600,
    "repl-backlog-size": "16kb",
  });
  using client = await master.connect();
  using first = await connectAsReplica(master.port, "PSYNC", "?", "-1");
  const [, id, start] = (await readLine(first)).split(" ");
  await client.ask("SET", "key", "value");
  const offset = Number(await info(client, "master_repl_offset"));
  using again = await connectAsReplica(master.port, "PSYNC", id, String(Number(start) + 1));
  assertEquals(await readLine(again), "+CONTINUE");
  assertMatch(await again.readRaw(), /SELECT/);
  assertMatch(await again.readRaw(), /SET.*key.*value/s);
  using upToDate = await connectAsReplica(
    master.port,
    ...["REPLCONF", "capa", "psync2", "PSYNC", id.toUpperCase(), String(offset + 1)],
  );
  assertEquals(await readLine(upToDate), `+CONTINUE ${id}`);
  await client.ask("SET", "key", "other");
  assertMatch(await upToDate.readRaw(), /SET.*key.*other/s);
  for (const [wantedId, from] of [["f".repeat(40), 1], [id, offset + 1000]]) {
    using refused = await connectAsReplica(master.port, "PSYNC", String(wantedId), String(from));
    assertMatch(await readLine(refused), /^\+FULLRESYNC/);
  }
  await client.ask("SET", "key", "x".repeat(20_000));
  using late = await connectAsReplica(master.port, "PSYNC", id, String(offset + 1));
  assertMatch(await readLine(late), /^\+FULLRESYNC/);
  const counters = await Promise.all(
    ["sync_partial_ok", "sync_partial_err", "sync_full"].map((name) => info(client, name)),
  );
  assertEquals(counters, ["2", "3", "4"]);
});

Deno.test("a large backlog is sent as the replica takes it", async () => {
  await using master = await startMaster({
    "repl-ping-replica-period": 3600,
    "repl-backlog-size": "64mb",
  });
  using client = await master.connect();
  using first = await connectAsReplica(master.port, "PSYNC", "?", "-1");
  const [, id, start] = (await readLine(first)).split(" ");
  const value = "x".repeat(1 << 20);
  for (let i = 0; i < 20; i++) await client.ask("SET", "key", value);
  using again = await connectAsReplica(master.port, "PSYNC", id, String(Number(start) + 1));
  assertEquals(await readLine(again), "+CONTINUE");
  assertMatch(await again.readRaw(), /SELECT/);
  await client.ask("SET", "key", "last");
  for (let i = 0; i < 20; i++) assertEquals((await again.readRaw()).length, value.length + 34);
  assertMatch(await again.readRaw(), /SET.*key.*last/s);
});

Deno.test("REPLCONF refuses what it does not know, and a replica may not touch the data", async () => {
  await using master = await startMaster({ "repl-ping-replica-period": 3600 });
  using client = await master.connect();
  const refused = async (...words: string[]) => {
    const reply = await client.call(...words);
    return reply.type === "error" ? reply.text : reply.type;
  };
  assertEquals(await refused("REPLCONF", "listening-port"), "ERR syntax error");
  assertEquals(
    await refused("REPLCONF", "listening-port", "x"),
    "ERR value is not an integer or out of range",
  );
  assertEquals(await refused("REPLCONF", "nonsense", "1"), "ERR Unrecognized REPLCONF option: nonsense");
  assertEquals(
    await refused("REPLCONF", "rdb-filter-only", "keys"),
    "ERR Unsupported rdb-filter-only option: keys",
  );
  assertEquals(await refused("REPLCONF", "rdb-filter-only", ""), "simple");
  assertEquals(await refused("PSYNC", "?", "-1"), "ERR Filtered replica requires EOF capability");
  assertEquals(
    await refused("PSYNC", "?", "-1", "FAILOVER"),
    "ERR PSYNC FAILOVER can't be sent to a master.",
  );
  using replica = await connectAsReplica(
    master.port,
    ...["REPLCONF", "listening-port", "1234", "ip-address", "replica.example", "PSYNC", "?", "-1"],
  );
  assertMatch(await readLine(replica), /^\+FULLRESYNC/);
  await replica.readBytes(Number((await readLine(replica)).slice(1)));
  await replica.send("GET", "key");
  assertMatch(await readLine(replica), /^-ERR Replica can't interact with the keyspace/);
  assertEquals(
    String(await client.ask("INFO", "replication")).match(/slave0:.*/)?.[0].replace(/lag=.*/, ""),
    "slave0:ip=replica.example,port=1234,state=online,offset=0,",
  );
  assertMatch(String(await client.ask("CLIENT", "LIST", "TYPE", "replica")), /flags=S /);
  assertEquals(await client.ask("CLIENT", "KILL", "TYPE", "replica"), 1);
  await until("it is gone", async () => await info(client, "connected_slaves") === "0");
});

/** A bare connection that has sent this; replies to REPLCONF are read. */
async function connectAsReplica(port: number, ...words: string[]): Promise<RespClient> {
  const replica = await RespClient.connect({ port });
  const start = words.findIndex((word) => /^P?SYNC$/.test(word));
  if (start > 0) assertEquals(await replica.ask(...words.slice(0, start)), "OK");
  await replica.send(...words.slice(start));
  return replica;
}

/** The next line that is not empty. */
async function readLine(client: RespClient): Promise<string> {
  for (;;) {
    let line = "";
    while (!line.endsWith("\n")) line += await client.readBytes(1);
    if (line.trim() !== "") return line.trim();
  }
}
