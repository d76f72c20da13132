/** What a program does with the library ioredis. */

import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { startServer, type TestServer } from "../harness.ts";

type Protocol = 2 | 3;

/** Connects, runs `use`, and closes the connections that `open` has opened. */
async function withClients(
  server: TestServer,
  protocol: Protocol,
  use: (open: (options?: object) => Redis) => Promise<void>,
): Promise<void> {
  const clients: Redis[] = [];
  try {
    await use((options = {}) => {
      const client = new Redis({ port: server.port, host: "127.0.0.1", protocol, ...options });
      clients.push(client);
      return client;
    });
  } finally {
    await Promise.all(clients.map((client) => client.quit().catch(() => client.disconnect())));
  }
}

for (const protocol of [2, 3] as const) {
  Deno.test(`ioredis, RESP${protocol}: strings, expiry, scanning, errors`, async () => {
    await using server = await startServer();
    await withClients(server, protocol, async (open) => {
      const redis = open({ connectionName: "tester", db: 3 });
      assertEquals(await redis.set("name", "Älice"), "OK");
      assertEquals(await redis.get("name"), "Älice");
      assertEquals(await redis.set("n", 41, "EX", 100, "NX"), "OK");
      assertEquals([await redis.incr("n"), await redis.ttl("n") > 0], [42, true]);
      assertEquals(await redis.mget("name", "missing", "n"), ["Älice", null, "42"]);
      assertEquals(await redis.client("GETNAME"), "tester");
      await redis.mset(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key:${i}`, i])));
      const found = new Set<string>();
      for await (const keys of redis.scanStream({ match: "key:*", count: 50 })) {
        for (const key of keys) found.add(key);
      }
      assertEquals(found.size, 500);
      await assertRejects(() => redis.incr("name"), Error, "ERR value is not an integer or out of range");
      assertEquals((await redis.info("server")).includes("redis_version:7.2"), true);
    });
  });

  Deno.test(`ioredis, RESP${protocol}: pipelines and transactions`, async () => {
    await using server = await startServer();
    await withClients(server, protocol, async (open) => {
      const [redis, other] = [open(), open()];
      assertEquals(await redis.pipeline().set("a", 1).incr("a").incrbyfloat("a", 0.5).get("a").exec(), [
        [null, "OK"],
        [null, 2],
        [null, "2.5"],
        [null, "2.5"],
      ]);
      const long = redis.pipeline();
      for (let i = 0; i < 10_000; i++) long.set(`p${i}`, i);
      assertEquals((await long.exec())?.every(([error, reply]) => error === null && reply === "OK"), true);
      assertEquals(await redis.multi().set("t", "x").append("t", "y").get("t").exec(), [
        [null, "OK"],
        [null, 2],
        [null, "xy"],
      ]);
      await redis.watch("t");
      await other.set("t", "changed");
      assertEquals(await redis.multi().set("t", "mine").exec(), null);
      await assertRejects(() => redis.multi().set("a", "1").call("nosuch").exec(), Error, "EXECABORT");
      assertEquals(await redis.get("t"), "changed");
    });
  });

  Deno.test(`ioredis, RESP${protocol}: publish and subscribe`, async () => {
    await using server = await startServer();
    await withClients(server, protocol, async (open) => {
      const [subscriber, publisher] = [open(), open()];
      const { promise, resolve } = Promise.withResolvers<void>();
      const received: unknown[] = [];
      const note = (...message: unknown[]) => {
        received.push(message);
        if (received.length === 4) resolve();
      };
      subscriber.on("message", note);
      subscriber.on("pmessage", note);
      assertEquals(await subscriber.subscribe("news", "other"), 2);
      assertEquals(await subscriber.psubscribe("n*"), 3);
      assertEquals(await publisher.publish("news", "hello"), 2);
      assertEquals(await publisher.publish("other", "x"), 1);
      assertEquals(await subscriber.unsubscribe("other"), 2);
      assertEquals(await publisher.publish("other", "gone"), 0);
      assertEquals(await publisher.publish("nobody", "z"), 1);
      await promise;
      assertEquals(received, [
        ["news", "hello"],
        ["n*", "news", "hello"],
        ["other", "x"],
        ["n*", "nobody", "z"],
      ]);
      assertEquals<unknown>(await subscriber.ping(), protocol === 2 ? ["pong", ""] : "PONG");
      if (protocol === 3) assertEquals(await subscriber.get("a"), null);
      else await assertRejects(() => subscriber.get("a"), Error);
    });
  });

  Deno.test(`ioredis, RESP${protocol}: any bytes in keys, values and messages`, async () => {
    await using server = await startServer();
    await withClients(server, protocol, async (open) => {
      const [redis, subscriber] = [open(), open()];
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      await redis.set(bytes, bytes);
      assertEquals(await redis.getBuffer(bytes), bytes);
      assertEquals(await redis.keysBuffer("*"), [bytes]);
      const { promise, resolve } = Promise.withResolvers<unknown[]>();
      subscriber.on("messageBuffer", (...message: unknown[]) => resolve(message));
      await subscriber.subscribe(bytes);
      await redis.publish(bytes, bytes);
      assertEquals(await promise, [bytes, bytes]);
    });
  });

  Deno.test(`ioredis, RESP${protocol}: password, and keyspace notifications`, async () => {
    await using server = await startServer({ config: { requirepass: "secret" } });
    await withClients(server, protocol, async (open) => {
      const stranger = open({ password: "wrong", retryStrategy: () => null, lazyConnect: true });
      stranger.on("error", () => {});
      await assertRejects(() => stranger.get("a"));
      const [redis, listener] = [
        open({ password: "secret" }),
        open({ username: "default", password: "secret" }),
      ];
      await redis.config("SET", "notify-keyspace-events", "KEA");
      const { promise, resolve } = Promise.withResolvers<unknown[]>();
      listener.on("pmessage", (...message: unknown[]) => resolve(message));
      await listener.psubscribe("__keyevent@*__:set");
      await redis.set("watched", 1);
      assertEquals(await promise, ["__keyevent@*__:set", "__keyevent@0__:set", "watched"]);
    });
  });
}
