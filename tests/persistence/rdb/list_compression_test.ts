/** Lists with compressed nodes in files and payloads, with redis-server at the other end. */
import { assert, assertEquals } from "@std/assert";
import { commandTable } from "../../../src/commands/mod.ts";
import { datasetDigest } from "../../../src/commands/server/dataset_digest.ts";
import { List } from "../../../src/data/list.ts";
import { collectionArena } from "../../../src/data/memory_block.ts";
import type { Keyspace } from "../../../src/keyspace/keyspace.ts";
import { RDB_VERSION_7_0 } from "../../../src/persistence/rdb/format.ts";
import { dumpPayload } from "../../../src/persistence/rdb/payload.ts";
import { Random } from "../../conformance/random.ts";
import { InProcess } from "../../commands/in_process.ts";
import { referenceAvailable, startRedis } from "../../harness.ts";
import type { Word } from "../../support/bytes.ts";
import { dispose, fileOf, load, newKeyspace } from "./files.ts";
import { noise } from "./samples.ts";

const ignore = !referenceAvailable();

function lists(): Word[][] {
  const random = new Random(7);
  const similar = Array.from({ length: 500 }, (_, i) => `element ${i} `.repeat(1 + i % 9));
  return [
    ["RPUSH", "similar", ...similar],
    ["RPUSH", "mixed", ...similar.map((text, i) => i % 3 === 0 ? noise(random, 50) : text)],
    ["RPUSH", "noise", ...similar.map((_, i) => noise(random, i))],
    ["RPUSH", "large", "a", "large ".repeat(20_000), "b", noise(random, 20_000), "c", "d".repeat(9000), "e"],
    ["RPUSH", "integers", ...similar.map((_, i) => i * 1000)],
    ["RPUSH", "short", "a", "b"],
  ];
}

function setLimits({ limits }: Keyspace, size: number, depth: number): void {
  limits.listMaxListpackSize = size;
  limits.listCompressDepth = depth;
}

function compressedNodes(keyspace: Keyspace): number {
  const database = keyspace.database(0);
  let count = 0;
  for (const handle of database.entries()) {
    const list = database.valueOf(handle) as unknown as List;
    assert(list instanceof List);
    for (let node = list.firstNode; node !== null; node = node.next) if (node.entries.isCompressed) count++;
  }
  return count;
}

for (const [size, depth] of [[3, 1], [3, 2], [-2, 1], [-1, 2]]) {
  Deno.test({
    name: `RDB: lists with compressed nodes go to and from redis-server, size ${size}, depth ${depth}`,
    ignore,
    fn: async () => {
      const used = collectionArena.usedBytes;
      await using server = await startRedis({
        config: {
          "enable-debug-command": "yes",
          "list-max-listpack-size": size,
          "list-compress-depth": depth,
        },
      });
      using client = await server.connect();
      for (const command of lists()) await client.ask(...command);
      const digest = await client.ask("DEBUG", "DIGEST");
      for (const compression of ["yes", "no"]) {
        await client.ask("CONFIG", "SET", "rdbcompression", compression);
        await client.ask("SAVE");
        const keyspace = newKeyspace();
        setLimits(keyspace, size, depth);
        load(await Deno.readFile(`${server.dir}/dump.rdb`), { keyspace }, true);
        assert(compressedNodes(keyspace) >= 3);
        assertEquals(datasetDigest(keyspace), digest);
        const file = fileOf(keyspace, { version: RDB_VERSION_7_0, compress: compression === "yes" });
        await Deno.writeFile(`${server.dir}/dump.rdb`, file);
        await client.ask("DEBUG", "RELOAD", "NOSAVE");
        assertEquals(await client.ask("DEBUG", "DIGEST"), digest);
        dispose(keyspace);
      }
      assertEquals(collectionArena.usedBytes, used);
    },
  });
}

Deno.test(
  { name: "RDB: DUMP and RESTORE of lists with compressed nodes, here and there", ignore },
  async () => {
    const used = collectionArena.usedBytes;
    await using server = await startRedis({
      config: { "enable-debug-command": "yes", "list-compress-depth": 1, "list-max-listpack-size": 3 },
    });
    using client = await server.connect();
    const session = new InProcess(commandTable);
    setLimits(session.keyspace, 3, 1);
    for (const command of lists()) session.run(command);
    const database = session.keyspace.database(0);
    const before = compressedNodes(session.keyspace);
    for (const [, key] of lists()) {
      const name = String(key);
      const value = database.stored(name)!;
      for (const compress of [true, false]) {
        const payload = dumpPayload(database, value, compress, RDB_VERSION_7_0);
        assertEquals(await client.ask("RESTORE", name, 0, payload, "REPLACE"), "OK");
      }
      const theirs = await client.ask("DUMP", name);
      const range = session.raw(["LRANGE", name, "0", "-1"]);
      session.run(["RESTORE", name, "0", String(theirs), "REPLACE"]);
      assertEquals(session.raw(["LRANGE", name, "0", "-1"]), range);
    }
    assertEquals(datasetDigest(session.keyspace), await client.ask("DEBUG", "DIGEST"));
    assertEquals(compressedNodes(session.keyspace), before);
    dispose(session.keyspace);
    assertEquals(collectionArena.usedBytes, used);
  },
);
