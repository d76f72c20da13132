/** What a program does with the library node-redis (npm `redis`). */

import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import { createClient, RESP_TYPES, WatchError } from "redis";
import { startServer, type TestServer } from "../harness.ts";

type Protocol = 2 | 3;

function newClient(server: TestServer, protocol: Protocol) {
  const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: protocol, name: "tester" });
  client.on("error", () => {});
  return client;
}

/** Two connected clients, closed at the end. */
async function withClients(
  protocol: Protocol,
  use: (a: ReturnType<typeof newClient>, b: ReturnType<typeof newClient>) => Promise<void>,
): Promise<void> {
  await using server = await startServer();
  const clients = [newClient(server, protocol), newClient(server, protocol)];
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await use(clients[0], clients[1]);
  } finally {
    for (const client of clients) client.destroy();
  }
}

for (const protocol of [2, 3] as const) {
  Deno.test(`node-redis, RESP${protocol}: commands, implicit pipelines, errors`, async () => {
    await withClients(protocol, async (redis) => {
      assertEquals(await redis.set("name", "Älice", { expiration: { type: "EX", value: 100 } }), "OK");
      assertEquals([await redis.get("name"), await redis.get("missing")], ["Älice", null]);
      const replies = await Promise.all(Array.from({ length: 5000 }, () => redis.incr("n")));
      assertEquals(replies, Array.from({ length: 5000 }, (_, i) => i + 1));
      assertEquals(await redis.configGet("maxclients"), { maxclients: "10000" });
      assertEquals(await redis.clientGetName(), "tester");
      assertEquals((await redis.clientInfo()).resp, protocol);
      await assertRejects(() => redis.incr("name"), Error, "ERR value is not an integer or out of range");
      const found = new Set<string>();
      for await (const keys of redis.scanIterator({ COUNT: 10 })) for (const key of keys) found.add(key);
      assertEquals(found, new Set(["name", "n"]));
    });
  });

  Deno.test(`node-redis, RESP${protocol}: transactions`, async () => {
    await withClients(protocol, async (redis, other) => {
      assertEquals(await redis.multi().set("a", "1").incr("a").get("missing").exec(), ["OK", 2, null]);
      await redis.watch("a");
      await other.set("a", "changed");
      await assertRejects(() => redis.multi().set("a", "mine").exec(), WatchError);
      assertEquals(await redis.get("a"), "changed");
    });
  });

  Deno.test(`node-redis, RESP${protocol}: publish and subscribe, patterns, shard channels`, async () => {
    await withClients(protocol, async (subscriber, publisher) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const received: string[][] = [];
      const note = (message: string, channel: string) => {
        received.push([channel, message]);
        if (received.length === 3) resolve();
      };
      await subscriber.subscribe("news", note);
      await subscriber.pSubscribe("o*", note);
      await subscriber.sSubscribe("shard", note);
      assertEquals(await publisher.publish("news", "1"), 1);
      assertEquals(await publisher.publish("other", "2"), 1);
      assertEquals(await publisher.sPublish("shard", "3"), 1);
      await promise;
      assertEquals(received, [["news", "1"], ["other", "2"], ["shard", "3"]]);
      assertEquals(await publisher.pubSubNumSub(["news", "none"]), { news: 1, none: 0 });
      await subscriber.unsubscribe();
      await subscriber.pUnsubscribe();
      await subscriber.sUnsubscribe();
      assertEquals(await publisher.publish("news", "4"), 0);
      // In RESP2 the library gives this one reply as a Buffer, whatever the server.
      assertEquals(String(await subscriber.set("free", "again")), "OK");
    });
  });

  Deno.test(`node-redis, RESP${protocol}: any bytes`, async () => {
    await withClients(protocol, async (redis, other) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const binary = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      await binary.set(bytes, bytes);
      assertEquals(await binary.get(bytes), bytes);
      const { promise, resolve } = Promise.withResolvers<Buffer[]>();
      await other.subscribe("bytes", (message, channel) => resolve([channel, message]), true);
      await redis.publish("bytes", bytes);
      assertEquals(await promise, [Buffer.from("bytes"), bytes]);
    });
  });
}
