/** Images of lists with compressed nodes, while these change. */

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type RespClient, startServer } from "../harness.ts";
import type { Word } from "../support/bytes.ts";
import { digest, digestOfCopy, pipeline, until, untilQuiet } from "./tools.ts";

const CONFIG = { "enable-debug-command": true, "list-compress-depth": 1, "list-max-listpack-size": 3 };
const LISTS = 60;

function text(i: number): string {
  return `element ${i} `.repeat(1 + i % 12);
}

/** Changes lists at their ends and in their middle until told to stop. */
async function shuffle(client: RespClient, isOver: () => boolean): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const [a, b, large] = [`list:${i * 7 % LISTS}`, `list:${i * 13 % LISTS}`, "large"];
    const batch: Word[][] = [
      ["LMOVE", a, b, "LEFT", "RIGHT"],
      ["LSET", b, 20, text(i)],
      ["LINSERT", a, "BEFORE", text(30), text(i)],
      ["LREM", b, -1, text(i % 50)],
      ["LTRIM", a, i % 2, -1],
      ["LRANGE", b, 10, 20],
      ["LSET", large, 5000, `changed ${i}`],
      ["LPOP", large],
      ["RPUSH", large, text(i)],
      ["INCR", "rounds"],
    ];
    await pipeline(client, ...batch);
  }
}

for (const command of ["BGSAVE", "BGREWRITEAOF"]) {
  Deno.test(`${command}: the image of lists with compressed nodes is that of the moment`, async () => {
    await using server = await startServer({ config: { ...CONFIG, "aof-use-rdb-preamble": false } });
    using client = await server.connect();
    const elements = Array.from({ length: 100 }, (_, i) => text(i));
    for (let i = 0; i < LISTS; i++) await client.ask("RPUSH", `list:${i}`, ...elements);
    await client.ask("RPUSH", "large", ...Array.from({ length: 20_000 }, (_, i) => text(i)));
    let isOver = false;
    using second = await server.connect();
    const writer = shuffle(second, () => isOver);
    await until("the writer is at work", async () => Number(await client.ask("GET", "rounds")) > 5);
    const [expected, reply] = await pipeline(client, ["DEBUG", "DIGEST"], [command]);
    assertMatch(String(reply), /started/);
    await untilQuiet(client);
    isOver = true;
    await writer;
    assertNotEquals(await digest(client), expected);
    const config = { ...CONFIG, appendonly: command === "BGREWRITEAOF" };
    assertEquals(await digestOfCopy(server.dir, config), expected);
  });
}
