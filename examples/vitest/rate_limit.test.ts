import { type RedisServer, startServer } from "mini-redis";
import { createClient, type RedisClientType } from "redis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { countRequest } from "./rate_limit.ts";

let server: RedisServer;
let redis: RedisClientType;

beforeAll(async () => {
  server = await startServer();
  redis = createClient({ url: server.url }) as RedisClientType;
  // Lost connections are what one of the tests is about.
  redis.on("error", () => {});
  await redis.connect();
  await server.snapshot();
});

afterEach(async () => {
  await server.fail.reset();
  await server.rollback();
});

afterAll(async () => {
  redis.destroy();
  await server.stop();
});

test("the fourth request of a minute is refused", async () => {
  for (const left of [2, 1, 0]) {
    expect(await countRequest(redis, "ada")).toEqual({ allowed: true, left });
  }
  expect(await countRequest(redis, "ada")).toEqual({ allowed: false, left: 0 });
});

test("callers don't share a limit", async () => {
  for (let i = 0; i < 4; i++) await countRequest(redis, "ada");
  expect(await countRequest(redis, "grace")).toEqual({ allowed: true, left: 2 });
});

test("a new minute, a new chance", async () => {
  for (let i = 0; i < 4; i++) await countRequest(redis, "ada");
  await server.clock.advance("59s");
  expect((await countRequest(redis, "ada")).allowed).toBe(false);
  await server.clock.advance("1s");
  expect((await countRequest(redis, "ada")).allowed).toBe(true);
});

test("requests are allowed while Redis has no room on its disk", async () => {
  await server.fail.refuseWrites();
  for (let i = 0; i < 10; i++) {
    expect(await countRequest(redis, "ada")).toEqual({ allowed: true, left: 3 });
  }
  expect(await server.call("EXISTS", "requests:ada")).toBe(0);
});

test("requests are allowed when the connection breaks, and counted again afterwards", async () => {
  await server.fail.delay({ command: "EXEC", ms: 60_000 });
  const verdict = countRequest(redis, "ada");
  // The request is under way when the connection is cut.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await server.fail.reset();
  await server.fail.dropConnections();
  expect((await verdict).allowed).toBe(true);
  expect((await countRequest(redis, "grace")).allowed).toBe(true);
});
