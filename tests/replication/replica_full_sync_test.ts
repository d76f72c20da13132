import { assertEquals } from "@std/assert";
import { type ConfigValue, redisAvailable } from "../harness.ts";
import { fill, info, until } from "../persistence/tools.ts";
import { startRealMaster, startReplica, untilEqual, untilLinked } from "./replica_tools.ts";
import { Workload } from "./workload.ts";

const ignore = !redisAvailable();

/** How a master sends its data, and how a replica takes them. */
const FORMS: { name: string; master: Record<string, ConfigValue>; load: string; words: RegExp }[] = [
  {
    name: "with its length, by a file",
    master: { "repl-diskless-sync": false },
    load: "disabled",
    words: /receiving \d+ bytes from master to disk/,
  },
  {
    name: "up to a mark, by a file",
    master: { "repl-diskless-sync": true },
    load: "disabled",
    words: /receiving streamed RDB from master with EOF to disk/,
  },
  {
    name: "up to a mark, by memory into an empty data set",
    master: { "repl-diskless-sync": true },
    load: "on-empty-db",
    words: /receiving streamed RDB from master with EOF to parser/,
  },
  {
    name: "with its length, by memory beside the data before",
    master: { "repl-diskless-sync": false },
    load: "swapdb",
    words: /receiving \d+ bytes from master to parser/,
  },
];

for (const { name, master: config, load, words } of FORMS) {
  Deno.test({
    name: `a replica of redis-server gets all data ${name}, and then the stream`,
    ignore,
    async fn() {
      await using master = await startRealMaster(config);
      await using replica = await startReplica(null, { "repl-diskless-load": load });
      using writer = await master.connect();
      using client = await replica.connect();
      await fill(writer);
      await writer.ask("DEBUG", "POPULATE", "5000", "more", "100");
      if (load !== "on-empty-db") await client.ask("SET", "old", "data");
      assertEquals(await client.ask("REPLICAOF", "127.0.0.1", String(master.port)), "OK");
      const workload = new Workload(writer, 1, { scripts: true });
      await workload.run(1000);
      await untilLinked(client);
      await workload.run(2000);
      await untilEqual(master, replica);
      await replica.waitForLog(words);
      await replica.waitForLog(/MASTER <-> REPLICA sync: Finished with success/);
      assertEquals(await client.ask("GET", "old"), null);
      assertEquals(await info(writer, "sync_full"), "1");
    },
  });
}

Deno.test({
  name: "with swapdb the data of the same history are served while the new ones are loaded",
  ignore,
  async fn() {
    await using master = await startRealMaster({ "repl-backlog-size": 16384 });
    await using replica = await startReplica(master, { "repl-diskless-load": "swapdb" });
    using writer = await master.connect();
    using client = await replica.connect();
    await untilLinked(client);
    await writer.ask("SET", "kept", "value");
    await until("the value is there", async () => await client.ask("GET", "kept") === "value");
    // The next loading ends only when the delay is set to 0.
    await client.ask("CONFIG", "SET", "key-load-delay", 60_000_000);
    // More than the backlog holds comes while the replica is away.
    replica.signal("SIGSTOP");
    await writer.ask("CLIENT", "KILL", "TYPE", "replica");
    await writer.ask("SET", "large", "x".repeat(100_000));
    await writer.ask("DEBUG", "POPULATE", "1000", "more", "100");
    const from = replica.log.length;
    replica.signal("SIGCONT");
    await replica.waitForLog(/sync: Loading DB in memory/, from);
    await until("it loads", async () => await info(client, "async_loading") === "1");
    for (let i = 0; i < 10; i++) assertEquals(await client.ask("GET", "kept"), "value");
    assertEquals(await info(client, "async_loading"), "1");
    assertEquals(await client.ask("CONFIG", "SET", "key-load-delay", 0), "OK");
    await untilEqual(master, replica);
    assertEquals(await info(writer, "sync_full"), "2");
  },
});

Deno.test({
  name: "data that are cut off or damaged leave a replica that begins anew",
  ignore,
  async fn() {
    await using replica = await startReplica(null, { "repl-diskless-load": "swapdb" });
    using client = await replica.connect();
    await client.ask("SET", "old", "data");
    let answered = 0;
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const served = (async () => {
      for (const image of ["$100\r\nREDIS0010", `$16\r\nREDIS0010garbage`, "$nonsense\r\n"]) {
        using connection = await listener.accept();
        await answerHandshake(connection);
        await connection.write(new TextEncoder().encode(image));
        if (answered++ !== 0) await connection.read(new Uint8Array(100)).catch(() => null);
      }
    })();
    await client.ask("REPLICAOF", "127.0.0.1", String(port));
    await served;
    await replica.waitForLog(/Failed trying to load the MASTER synchronization DB/);
    await replica.waitForLog(/Bad protocol from MASTER, the first byte is not '\$'/);
    assertEquals(await client.ask("GET", "old"), "data");
    assertEquals(await info(client, "master_link_status"), "down");
    await using master = await startRealMaster();
    using writer = await master.connect();
    await writer.ask("SET", "new", "data");
    await client.ask("REPLICAOF", "127.0.0.1", String(master.port));
    await untilLinked(client);
    await untilEqual(master, replica);
  },
});

/** Answers what a replica says before the data come. */
async function answerHandshake(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  let text = "";
  let answered = 0;
  while (!text.includes("PSYNC")) {
    const size = await connection.read(buffer);
    if (size === null) return;
    text += new TextDecoder().decode(buffer.subarray(0, size));
    const commands = text.split(/\*\d+\r\n/).length - 1;
    for (; answered < commands - (text.includes("PSYNC") ? 1 : 0); answered++) {
      await connection.write(new TextEncoder().encode("+OK\r\n"));
    }
  }
  await connection.write(new TextEncoder().encode(`+FULLRESYNC ${"a".repeat(40)} 0\r\n`));
}
