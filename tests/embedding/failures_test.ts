import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { RedisError, startServer } from "../../src/embedding/mod.ts";
import { RespClient } from "../support/resp_client.ts";

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeOps: true, sanitizeResources: true });
}

test("writes are refused, reads are not", async () => {
  await using redis = await startServer();
  using client = await RespClient.connect({ port: redis.port });
  await redis.fail.refuseWrites();
  await assertRejects(() => client.ask("SET", "key", "value"), Error, "MISCONF");
  assertEquals(await client.ask("GET", "key"), null);
  assertEquals(await redis.call("SET", "key", "local"), "OK");
  await redis.fail.refuseWrites("READONLY You can't write against a read only replica.");
  await client.ask("MULTI");
  await assertRejects(() => client.ask("DEL", "key"), Error, "READONLY");
  await assertRejects(() => client.ask("EXEC"), Error, "EXECABORT");
  await redis.fail.reset();
  await client.ask("MULTI");
  await client.ask("DEL", "key");
  await redis.fail.refuseWrites();
  await assertRejects(() => client.ask("EXEC"), Error, "MISCONF");
  await redis.fail.reset();
  assertEquals(await client.ask("DEL", "key"), 1);
});

test("connections are dropped, and come back", async () => {
  await using server = await startServer();
  const redis = new Redis(server.url, { retryStrategy: () => 5 });
  let reconnects = 0;
  redis.on("close", () => reconnects++);
  assertEquals(await redis.set("key", "value"), "OK");
  await server.fail.dropConnections();
  assertEquals(await redis.get("key"), "value");
  assertEquals(reconnects, 1);
  await redis.quit();
});

test("new connections are closed, those that stand are not", async () => {
  await using redis = await startServer();
  using before = await RespClient.connect({ port: redis.port });
  await before.ask("PING");
  await redis.fail.refuseConnections();
  using refused = await RespClient.connect({ port: redis.port });
  await assertRejects(() => refused.ask("PING"));
  assertEquals(await before.ask("PING"), "PONG");
  await redis.fail.reset();
  using after = await RespClient.connect({ port: redis.port });
  assertEquals(await after.ask("PING"), "PONG");
});

test("delays hold commands back, in their order, and only those", async () => {
  await using redis = await startServer();
  using slow = await RespClient.connect({ port: redis.port });
  using quick = await RespClient.connect({ port: redis.port });
  await redis.fail.delay({ command: "get", ms: 1e6 });
  const order: string[] = [];
  const pipeline = ["GET a", "SET a 1", "GET a"].map((line) =>
    slow.ask(...line.split(" ")).then((reply) => void order.push(`${line} ${reply}`))
  );
  assertEquals(await quick.ask("SET", "a", "0"), "OK");
  assertEquals(order, []);
  await redis.fail.reset();
  await Promise.all(pipeline);
  assertEquals(order, ["GET a 0", "SET a 1 OK", "GET a 1"]);
  await redis.fail.delay(5);
  assertEquals(await quick.ask("CLIENT", "GETNAME"), null);
  await redis.fail.delay({ command: "CLIENT GETNAME", ms: 1e6 });
  await redis.fail.delay(0);
  assertEquals(await quick.ask("CLIENT", "ID"), 2);
  await assertRejects(
    () => redis.fail.delay({ command: "nonsense", ms: 1 }),
    TypeError,
    "no command 'nonsense'",
  );
  await assertRejects(() => redis.fail.delay(-1), RangeError, "not a number of milliseconds");
});

test("a failure in force does not keep a server from its end", async () => {
  const redis = await startServer();
  using client = await RespClient.connect({ port: redis.port });
  await redis.fail.delay(1e6);
  const reply = assertRejects(() => client.ask("PING"));
  await client.send("PING");
  await new Promise((resolve) => setTimeout(resolve, 10));
  await redis.stop();
  await reply;
  await assertRejects(() => redis.call("PING"), Error, "stopped");
  assertEquals(new RedisError("READONLY no").code, "READONLY");
});
