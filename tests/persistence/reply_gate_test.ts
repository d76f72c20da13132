/** With the append-only file on, replies wait for it: their order, their completeness, and who else waits. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type RespClient, startServer, type TestServer } from "../harness.ts";
import { encodeCommand } from "../support/bytes.ts";
import { type Plain, toPlain } from "../support/resp_reply.ts";
import { info, pipeline, until } from "./tools.ts";

for (const appendfsync of ["always", "everysec", "no"]) {
  const config = { appendonly: true, appendfsync };

  Deno.test(`${appendfsync}: pipelined clients get every reply, in order`, async () => {
    await using server = await startServer({ config });
    const numbers = Array.from({ length: 300 }, (_, i) => i);
    const run = async (name: string) => {
      using client = await server.connect();
      const commands = numbers.flatMap((i) => [["SET", name, i], ["GET", name], ["ECHO", `${name}${i}`]]);
      const expected = numbers.flatMap((i): Plain[] => ["OK", String(i), `${name}${i}`]);
      for (let round = 0; round < 3; round++) assertEquals(await pipeline(client, ...commands), expected);
      const large = "x".repeat(300_000);
      const replies = await pipeline(client, ["SET", name, large], ["GET", name], ["INCR", "n"], [
        "GET",
        name,
      ]);
      assertEquals([replies[1], replies[3]], [large, large]);
    };
    await Promise.all(["a", "b", "c", "d"].map(run));
  });

  Deno.test(`${appendfsync}: messages and replies to one client keep their order`, async () => {
    await using server = await startServer({ config });
    using subscriber = await server.connect();
    await subscriber.ask("HELLO", "3");
    await subscriber.ask("SUBSCRIBE", "news");
    using publisher = await server.connect();
    const commands = Array.from({ length: 50 }, (_, i) => [["SET", "k", i], ["PUBLISH", "news", `p${i}`]])
      .flat();
    await subscriber.sendRaw(
      Array.from(
        { length: 50 },
        (_, i) => encodeCommand(["INCR", "own"]) + encodeCommand(["PUBLISH", "news", `s${i}`]),
      )
        .join(""),
    );
    await pipeline(publisher, ...commands);
    const replies: Plain[] = [];
    const messages: string[] = [];
    while (replies.length < 100 || messages.length < 100) {
      const reply = await subscriber.read();
      if (reply.type === "push") messages.push(String((toPlain(reply) as Plain[])[2]));
      else replies.push(toPlain(reply));
    }
    assertEquals(replies, Array.from({ length: 50 }, (_, i) => [i + 1, 1]).flat());
    for (const kind of ["p", "s"]) {
      assertEquals(
        messages.filter((text) => text.startsWith(kind)),
        Array.from({ length: 50 }, (_, i) => `${kind}${i}`),
      );
    }
  });

  Deno.test(`${appendfsync}: clients that wait for a key are woken, and what they took is gone after a crash`, async () => {
    await using server = await startServer({ config });
    using first = await server.connect();
    using second = await server.connect();
    using pusher = await server.connect();
    await first.send("BLPOP", "list", 0);
    await until("it waits", async () => await info(pusher, "blocked_clients") === "1");
    await second.sendRaw(
      encodeCommand(["BLMOVE", "list", "to", "LEFT", "RIGHT", 0]) + encodeCommand(["INCR", "n"]),
    );
    await until("both wait", async () => await info(pusher, "blocked_clients") === "2");
    assertEquals(await pusher.ask("RPUSH", "list", "a", "b", "c"), 3);
    assertEquals(toPlain(await first.read()), ["list", "a"]);
    assertEquals([toPlain(await second.read()), toPlain(await second.read())], ["b", 1]);
    if (appendfsync === "everysec") return;
    await server.kill();
    await server.start();
    using after = await server.connect();
    const found = await pipeline(after, ["LRANGE", "list", 0, -1], ["LRANGE", "to", 0, -1], ["GET", "n"]);
    assertEquals(found, [["c"], ["b"], "1"]);
  });

  Deno.test(`${appendfsync}: CLIENT REPLY OFF and SKIP`, async () => {
    await using server = await startServer({ config });
    using client = await server.connect();
    await client.sendRaw(
      [
        "CLIENT REPLY SKIP",
        "SET a 1",
        "INCR a",
        "CLIENT REPLY OFF",
        "INCR a",
        "INCR a",
        "CLIENT REPLY ON",
        "INCR a",
      ]
        .map((line) => encodeCommand(line.split(" "))).join(""),
    );
    assertEquals([toPlain(await client.read()), toPlain(await client.read()), toPlain(await client.read())], [
      2,
      "OK",
      5,
    ]);
  });

  Deno.test(`${appendfsync}: a client that leaves before its reply does no harm, and its write counts`, async () => {
    await using server = await startServer({ config });
    for (let i = 0; i < 20; i++) {
      using client = await server.connect();
      await client.sendRaw(encodeCommand(["INCR", "n"]).repeat(50));
      if (i % 2 === 0) await client.closeWrite();
    }
    using client = await server.connect();
    await until("all have been served", async () => await info(client, "connected_clients") === "1");
    const count = Number(await client.ask("GET", "n"));
    // Those that close at once may reset the connection before the server has read.
    assert(count >= 500, String(count));
    if (appendfsync === "everysec") return;
    await server.kill();
    await server.start();
    using after = await server.connect();
    assertEquals(Number(await after.ask("GET", "n")), count);
  });

  Deno.test(`${appendfsync}: QUIT and errors come behind what was held`, async () => {
    await using server = await startServer({ config });
    using client = await server.connect();
    await client.sendRaw(encodeCommand(["INCR", "n"]).repeat(3) + encodeCommand(["QUIT"]));
    assertEquals(await client.readToEnd(), ":1\r\n:2\r\n:3\r\n+OK\r\n");
    using other = await server.connect();
    await other.sendRaw(encodeCommand(["INCR", "n"]) + "*1\r\n!\r\n");
    assertMatch(await other.readToEnd(), /^:4\r\n-ERR Protocol error/);
  });
}

/** Size of the log on the disk. */
async function logSize(server: TestServer): Promise<number> {
  return (await Deno.stat(`${server.dir}/appendonlydir/appendonly.aof.1.incr.aof`)).size;
}

Deno.test("always and no: when the reply is there, the command is in the file", async () => {
  for (const appendfsync of ["always", "no"]) {
    await using server = await startServer({ config: { appendonly: true, appendfsync } });
    using client: RespClient = await server.connect();
    let size = await logSize(server);
    for (let i = 0; i < 20; i++) {
      await client.ask("SET", "key", `value ${i}`);
      const larger = await logSize(server);
      assert(larger > size);
      size = larger;
    }
  }
});
